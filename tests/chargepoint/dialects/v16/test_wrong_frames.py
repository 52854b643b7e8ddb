"""What a station answers to each kind of wrong frame, strictly and leniently (OCPP-J 1.6 section 4; domain text 5.3).

The connection is kept, whatever comes: after each of them the station still answers what is right.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chargepoint.dialects.v16.test_any_call import JUNK, calls
from tests.chargepoint.ocpp.strategies import json_values, not_quite_frames
from tests.support.bench import NOON, Bench, CallError

LONG = "x" * 37
LENIENT = {"ocpp_config": {"StrictValidation": "false"}}
ACCEPTED, DROPPED = "Accepted", "dropped"
FORMATION, PROTOCOL = "FormationViolation", "ProtocolError"
TYPE, PROPERTY = "TypeConstraintViolation", "PropertyConstraintViolation"
UNKNOWN, UNSUPPORTED = "NotImplemented", "NotSupported"
ANSWERS: list[tuple[str, str, str, str]] = [
    # what it is, the text, what a strict station answers, what a lenient one answers
    ("right", '[2,"1","ClearCache",{}]', ACCEPTED, ACCEPTED),
    ("spaces", ' [ 2 , "1" , "ClearCache" , { } ] ', ACCEPTED, ACCEPTED),
    ("no JSON", "hello", DROPPED, DROPPED),
    ("nothing", "", DROPPED, DROPPED),
    ("an object", '{"2":"1"}', DROPPED, DROPPED),
    ("an empty array", "[]", DROPPED, DROPPED),
    ("a byte order mark", '\ufeff[2,"1","ClearCache",{}]', DROPPED, DROPPED),
    ("cut off", '[2,"1","ClearCache",{', FORMATION, FORMATION),
    ("cut off in its id", '[2,"1', DROPPED, DROPPED),
    ("a comma too many", '[2,"1","ClearCache",{},]', FORMATION, FORMATION),
    ("no value", '[2,"1","Reset",{"type":}]', FORMATION, FORMATION),
    ("NaN", '[2,"1","Reset",{"type":NaN}]', FORMATION, FORMATION),
    ("a number beyond all", '[2,"1","Reset",{"type":1e999}]', FORMATION, FORMATION),
    ("nested without end", '[2,"1","Reset",' + "[" * 100_000, FORMATION, FORMATION),
    ("a member twice", '[2,"1","Reset",{"type":"Nope","type":"Soft"}]', FORMATION, ACCEPTED),
    ("three elements", '[2,"1","ClearCache"]', FORMATION, FORMATION),
    ("five elements", '[2,"1","ClearCache",{},{}]', FORMATION, FORMATION),
    ("a payload that is null", '[2,"1","ClearCache",null]', FORMATION, FORMATION),
    ("an action that is a number", '[2,"1",7,{}]', FORMATION, FORMATION),
    ("an id that is a number", '[2,1,"ClearCache",{}]', FORMATION, FORMATION),
    ("an id that is null", '[2,null,"ClearCache",{}]', DROPPED, DROPPED),
    ("an empty id", '[2,"","ClearCache",{}]', DROPPED, DROPPED),
    ("an id of 36 characters", f'[2,"{LONG[:36]}","ClearCache",{{}}]', ACCEPTED, ACCEPTED),
    ("an id of 37 characters", f'[2,"{LONG}","ClearCache",{{}}]', FORMATION, ACCEPTED),
    ("a type that is unknown", '[7,"1","ClearCache",{}]', DROPPED, DROPPED),
    ("a type of OCPP 2.1", '[6,"1","NotifyPeriodicEventStream",{}]', DROPPED, DROPPED),
    ("a type that is a text", '["2","1","ClearCache",{}]', DROPPED, DROPPED),
    ("an action nobody knows", '[2,"1","MakeCoffee",{}]', UNKNOWN, UNKNOWN),
    ("an action in small letters", '[2,"1","clearcache",{}]', UNKNOWN, UNKNOWN),
    ("an action of OCPP 2.0.1", '[2,"1","GetVariables",{}]', UNKNOWN, UNKNOWN),
    ("an action of ours", '[2,"1","Heartbeat",{}]', UNSUPPORTED, UNSUPPORTED),
    ("a member missing", '[2,"1","Reset",{}]', PROTOCOL, PROTOCOL),
    ("a member missing for null", '[2,"1","Reset",{"type":null}]', TYPE, PROTOCOL),
    ("a member unknown", '[2,"1","Reset",{"type":"Soft","more":1}]', FORMATION, ACCEPTED),
    ("an optional null", '[2,"1","GetConfiguration",{"key":null}]', TYPE, "configuration"),
    ("a number as a text", '[2,"1","UnlockConnector",{"connectorId":"1"}]', TYPE, "Unlocked"),
    ("a text as a number", '[2,"1","RemoteStartTransaction",{"idTag":5}]', TYPE, ACCEPTED),
    (
        "a fraction",
        '[2,"1","UnlockConnector",{"connectorId":1.5}]',
        TYPE,
        TYPE,
    ),
    ("an object as a text", '[2,"1","Reset",{"type":{}}]', TYPE, TYPE),
    ("a word in small letters", '[2,"1","Reset",{"type":"soft"}]', PROPERTY, ACCEPTED),
    (
        "a word unknown",
        '[2,"1","Reset",{"type":"Gentle"}]',
        PROPERTY,
        PROPERTY,
    ),
    (
        "a text too long",
        f'[2,"1","RemoteStartTransaction",{{"idTag":"{LONG}"}}]',
        PROPERTY,
        PROPERTY,
    ),
    (
        "a list too short",
        '[2,"1","SendLocalList",{"listVersion":1,"updateType":"Full","localAuthorizationList":{}}]',
        TYPE,
        TYPE,
    ),
    (
        "a dateTime without zone",
        '[2,"1","ReserveNow",{"connectorId":1,"expiryDate":"2099-01-01T00:00:00","idTag":"T","reservationId":1}]',
        PROPERTY,
        ACCEPTED,
    ),
    (
        "a dateTime that is a day",
        '[2,"1","ReserveNow",{"connectorId":1,"expiryDate":"2099-01-01","idTag":"T","reservationId":1}]',
        PROPERTY,
        PROPERTY,
    ),
    ("half a surrogate pair", '[2,"1","DataTransfer",{"vendorId":"\\ud800"}]', "UnknownVendorId", "UnknownVendorId"),
    ("no UTF-8", '[2,"1","DataTransfer",{"vendorId":"caf\udce9"}]', FORMATION, FORMATION),
    ("no UTF-8 after its end", '[2,"1","ClearCache",{}]\udcff', FORMATION, FORMATION),
    ("no UTF-8 in its id", '[2,"\udcff","ClearCache",{}]', DROPPED, DROPPED),
    ("no UTF-8 at all", "\udcff\udcfe", DROPPED, DROPPED),
    ("an answer to nothing", '[3,"1",{}]', DROPPED, DROPPED),
    ("an error to nothing", '[4,"1","GenericError","",{}]', DROPPED, DROPPED),
]


def answer(bench: Bench, text: str) -> str:
    """What the station says to ``text``, in a word: the status or the code of its answer."""
    bench.forget()
    bench.receive(text)
    frames = [frame for frame in bench.wire if frame[0] != 2]
    match frames:
        case []:
            return DROPPED
        case [[3, _, dict(payload)]]:
            return str(payload.get("status", "configuration"))
        case [[4, _, str(code), str(description), dict(details)]]:
            assert len(description) <= 255
            assert details == {}
            return code
    raise AssertionError(f"two answers: {frames}")


def still_answers(bench: Bench) -> bool:
    return bool(bench.call("GetLocalListVersion") == {"listVersion": 0})


@pytest.mark.parametrize(("text", "strict"), [pytest.param(row[1], row[2], id=row[0]) for row in ANSWERS])
def test_a_strict_station_refuses_what_is_wrong_with_the_code_of_the_standard(text: str, strict: str) -> None:
    bench = Bench().connect()
    assert answer(bench, text) == strict
    assert still_answers(bench)


@pytest.mark.parametrize(("text", "lenient"), [pytest.param(row[1], row[3], id=row[0]) for row in ANSWERS])
def test_a_lenient_station_takes_what_can_be_read_in_one_way_only(text: str, lenient: str) -> None:
    bench = Bench(LENIENT).connect()
    assert answer(bench, text) == lenient
    assert still_answers(bench)


@pytest.mark.parametrize("entry", [{}, LENIENT])
def test_an_answer_carries_the_id_as_it_came(entry: dict[str, Any]) -> None:
    bench = Bench(entry).connect()
    for call_id in ("1", "Ω", "\ud800", 'a"b\\c', "x" * 36):
        for text in (json.dumps([2, call_id, "ClearCache", {}]), json.dumps([2, call_id, "ClearCache"])):
            bench.forget()
            bench.receive(text)
            assert [frame[1] for frame in bench.wire] == [call_id]
    bench.forget()
    bench.receive('[2,5,"ClearCache",{}]')
    assert [frame[1] for frame in bench.wire] == ["5"]


# What is too large


def large(characters: int, head: str = '[2,"1","DataTransfer",{"vendorId":"v","data":"') -> str:
    """A right frame of so many characters."""
    return head + "x" * (characters - len(head) - 3) + '"}]'


@pytest.mark.parametrize("entry", [{}, LENIENT])
def test_a_message_that_is_too_large_is_refused_unread_and_the_connection_kept(entry: dict[str, Any]) -> None:
    bench = Bench(entry).connect()
    assert answer(bench, large(2**20)) == "UnknownVendorId"
    assert answer(bench, large(2**20 + 1).replace('"1"', '"2"')) == "GenericError"
    assert answer(bench, '[2,"3",' + "[" * 2**20) == "GenericError"
    assert answer(bench, "x" * (2**20 + 1)) == DROPPED
    assert still_answers(bench)


def test_how_large_is_too_large_is_a_key() -> None:
    bench = Bench({"ocpp_config": {"MaxMessageSize": "1000"}}).connect()
    assert answer(bench, large(1001)) == "GenericError"
    assert bench.call("ChangeConfiguration", key="MaxMessageSize", value="2000") == {"status": "Accepted"}
    assert answer(bench, large(1001).replace('"1"', '"2"')) == "UnknownVendorId"
    assert bench.call("ChangeConfiguration", key="MaxMessageSize", value="999") == {"status": "Rejected"}


def test_an_answer_that_is_too_large_is_an_answer() -> None:
    bench = Bench(script={"StatusNotification": lambda _: None}).connect()
    (call_id, _) = bench.unanswered.popitem()
    sent = len(bench.calls("StatusNotification"))
    bench.receive(f'[3,"{call_id}",{{"data":"{"x" * 2**20}"}}]')
    assert len(bench.calls("StatusNotification")) == sent + 1


# What is reported


def told(bench: Bench) -> str:
    """The last error in the station's MQTT status."""
    statuses = [json.loads(one.payload) for one in bench.published if one.topic == "cp_simu/cps/CP1/status"]
    return str(statuses[-1].get("last_error", "")) if statuses else ""


@pytest.mark.parametrize(("what", "text", "strict", "lenient"), ANSWERS)
def test_whatever_is_against_the_standard_is_reported_either_way(
    what: str, text: str, strict: str, lenient: str
) -> None:
    right = strict == lenient and strict in (ACCEPTED, "UnknownVendorId", UNSUPPORTED)
    late = what in ("an answer to nothing", "an error to nothing")
    for entry, expected in (({}, strict), (LENIENT, lenient)):
        bench = Bench(entry).connect()
        assert answer(bench, text) == expected
        twice = what in ("a member twice", "an id of 37 characters") and entry is LENIENT
        reported = not right and not late and not twice
        assert bench.life.judgement.count == reported
        assert told(bench).startswith("the central system sent something wrong: ") == reported
        notes = [note for note in bench.notes if not note.startswith("security event")]
        assert bool(notes) == reported or late or what == "right"


def test_what_was_wrong_on_one_connection_is_not_said_of_the_next() -> None:
    bench = Bench().connect()
    bench.call("Reset", type="Gentle")
    bench.call("Reset", type="Rude")
    assert "PropertyConstraintViolation" in told(bench)
    bench.disconnect()
    assert "2 messages of the central system were against the standard" in bench.notes
    bench.forget()
    bench.connect()
    assert told(bench) == ""
    assert bench.life.judgement.count == 0


def test_a_wrong_answer_is_used_as_far_as_it_can_be_and_reported() -> None:
    for entry in ({}, LENIENT):
        bench = Bench(entry, script={"Heartbeat": lambda _: {"currentTime": "2030-01-01T00:00:00"}}).connect()
        bench.forget()
        bench.advance(300)
        assert told(bench).startswith("the central system sent something wrong: answer to Heartbeat: Property")


def test_a_lenient_station_boots_by_an_answer_that_can_be_mended() -> None:
    wrong = {"status": "accepted", "currentTime": "2025-06-15T12:00:00", "interval": "17", "more": None}
    bench = Bench(LENIENT, script={"BootNotification": lambda _: wrong}).connect()
    assert bench.life.dialect.registration == "Accepted"
    (entry,) = bench.call("GetConfiguration", key=["HeartbeatInterval"])["configurationKey"]
    assert entry["value"] == "17"
    assert bench.life.station.state.station_time(bench.now) == pytest.approx(NOON, abs=10**6)


# Whatever comes

texts = not_quite_frames | json_values.map(json.dumps) | st.text()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(texts, max_size=20), st.sampled_from([{}, LENIENT]))
def test_no_text_ends_the_session(story: list[str], entry: dict[str, Any]) -> None:
    bench = Bench(entry)
    bench.charging()
    for text in story:
        bench.receive(text)
    assert still_answers(bench)
    assert bench.status().status == "Charging"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(calls(), st.sampled_from([0.0, 61.0])), max_size=10))
def test_a_lenient_station_answers_every_call_once_and_lives_on(
    story: list[tuple[tuple[str, dict[str, Any]], float]],
) -> None:
    bench = Bench({"nb_connectors": 2, **LENIENT})
    bench.charging()
    for number, ((action, payload), seconds) in enumerate(story):
        if action == "ChangeConfiguration" and str(payload.get("key", "")).casefold() == "maxmessagesize":
            continue
        bench.forget()
        bench.receive(json.dumps([2, f"any-{number}", action, payload]))
        assert [frame[0] for frame in bench.wire if frame[0] != 2 and frame[1] == f"any-{number}"] in ([3], [4])
        reply = bench.answers[f"any-{number}"]
        assert not isinstance(reply, CallError) or "Error(" not in reply.description, "an exception got that far"
        if bench.life.going_down is not None:
            bench.power_cut()
            bench.connect()
        bench.advance(seconds)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from([{}, LENIENT]))
def test_whatever_is_answered_to_the_station_it_lives_on(data: st.DataObject, entry: dict[str, Any]) -> None:
    junk = st.sampled_from(JUNK) | json_values

    def answer_anything(_: dict[str, Any]) -> Any:
        return data.draw(st.dictionaries(st.sampled_from(["status", "interval", "idTagInfo", "transactionId"]), junk))

    bench = Bench(entry).connect()
    for action in (
        "BootNotification",
        "Authorize",
        "StartTransaction",
        "StopTransaction",
        "Heartbeat",
        "MeterValues",
    ):
        bench.script[action] = answer_anything
    bench.plug()
    bench.tap()
    bench.advance(400)
    bench.tap()
    bench.power_cut()
    bench.connect()
    bench.script.clear()
    bench.advance(400)
    assert bench.life.station.state.connectors[1].number == 1
