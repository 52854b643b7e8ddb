"""What people order of a station over MQTT: watch it, describe it, configure it, send by hand, reboot."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargepoint.api.description import Description
from chargepoint.api.orders import StationResult
from chargepoint.api.traffic import Direction, TracedFrame
from chargepoint.dialects.traffic import CHARACTERS_KEPT, FRAMES_KEPT
from chargepoint.model.transaction import StopReason
from tests.support.bench import Bench, CallError

PROFILE = {
    "chargingProfileId": 7,
    "stackLevel": 1,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Daily",
    "validTo": "2099-01-01T00:00:00.000Z",
    "chargingSchedule": {
        "duration": 3600,
        "startSchedule": "2025-01-01T00:00:00.000Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0, "numberPhases": 3}],
    },
}


def order(bench: Bench, **order: Any) -> None:
    bench.mqtt("cmd", json.dumps(order).encode())


def told(bench: Bench, leaf: str) -> list[bytes]:
    return [one.payload for one in bench.published if one.topic == f"cp_simu/cps/CP1/{leaf}"]


def results(bench: Bench) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in told(bench, "result")]


def frames(bench: Bench) -> list[TracedFrame]:
    return [TracedFrame.from_json(payload) for payload in told(bench, "frames")]


def description(bench: Bench, *what: str) -> Description:
    bench.forget()
    order(bench, type="describe", what=list(what))
    [payload] = told(bench, "description")
    return Description.from_json(payload)


# Watching


def test_while_nobody_watches_nothing_is_told() -> None:
    bench = Bench().connect()
    bench.charging()
    assert frames(bench) == []


def test_who_watches_is_told_the_last_frames_and_then_every_one() -> None:
    bench = Bench().connect()
    order(bench, type="watch", for_s=60)
    first = frames(bench)
    assert (
        next(json.loads(frame.text)[2] for frame in first if frame.direction is Direction.OUT) == "BootNotification"
    )
    bench.forget()
    bench.call("GetLocalListVersion")
    asked, answered = frames(bench)
    assert (asked.direction, json.loads(asked.text)[2]) == (Direction.IN, "GetLocalListVersion")
    assert (answered.direction, json.loads(answered.text)[0]) == (Direction.OUT, 3)
    assert asked.at == "2025-06-15T12:00:00.000Z"
    assert not any(message.retain for message in bench.published)


def test_a_watch_ends_by_itself_or_at_once() -> None:
    bench = Bench().connect()
    order(bench, type="watch", for_s=60)
    bench.advance(59)
    order(bench, type="watch", for_s=60)
    bench.forget()
    bench.advance(59)
    bench.call("ClearCache")
    assert len(frames(bench)) == 2, "a renewed watch goes on, and tells nothing twice"
    bench.advance(2)
    bench.forget()
    bench.call("ClearCache")
    assert frames(bench) == []
    order(bench, type="watch", for_s=60)
    order(bench, type="watch", for_s=0)
    bench.forget()
    bench.call("ClearCache")
    assert frames(bench) == []


def test_what_is_wrong_with_a_frame_is_told_with_it() -> None:
    bench = Bench(script={"Heartbeat": lambda _: {"currentTime": 5}}).connect()
    order(bench, type="watch", for_s=600)
    bench.forget()
    bench.receive("rubbish")
    bench.call("Reset", type="Warm")
    bench.advance(301)
    problems = [frame.problem for frame in frames(bench) if frame.direction is Direction.IN]
    assert "not JSON" in str(problems[0])
    assert "type must be one of" in str(problems[1])
    assert any(problem and "currentTime" in problem for problem in problems[2:])


def test_what_is_not_utf8_is_told_so_that_it_can_be_printed() -> None:
    bench = Bench().connect()
    order(bench, type="watch")
    bench.forget()
    bench.receive('[2,"1","DataTransfer",{"vendorId":"Caf\udce9 \u20ac"}]')
    asked, _ = frames(bench)
    assert asked.text == '[2,"1","DataTransfer",{"vendorId":"Caf\\xe9 \u20ac"}]'
    assert asked.problem == "not UTF-8 at character 38"


def test_frames_are_kept_within_bounds_whatever_comes() -> None:
    bench = Bench().connect()
    for _ in range(5):
        bench.receive("x" * (CHARACTERS_KEPT // 2))
    for _ in range(FRAMES_KEPT + 5):
        bench.receive("y")
    order(bench, type="watch")
    assert [frame.text for frame in frames(bench)] == ["y"] * FRAMES_KEPT
    bench.receive("z" * (CHARACTERS_KEPT + 1))
    bench.forget()
    order(bench, type="watch", for_s=0)
    order(bench, type="watch")
    assert frames(bench) == []


# Describing


def test_the_configuration_is_told_with_what_each_key_takes() -> None:
    entries = {entry.key: entry for entry in description(Bench(), "configuration").configuration or ()}
    assert (entries["HeartbeatInterval"].value, entries["HeartbeatInterval"].readonly) == ("300", False)
    assert "whole number" in entries["HeartbeatInterval"].wanted
    assert entries["NumberOfConnectors"].readonly


def test_only_what_is_asked_for_is_told() -> None:
    asked = description(Bench(), "cache", "queue")
    assert (asked.cache, asked.configuration, asked.composite) == ((), None, None)
    whole = Bench()
    order(whole, type="describe", request_id="7")
    everything = Description.from_json(told(whole, "description")[0])
    assert None not in (everything.configuration, everything.profiles, everything.composite, everything.local_list)
    assert everything.request_id == "7"


def test_profiles_are_told_as_they_were_set_and_with_the_schedule_they_make() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=PROFILE)
    inside = description(bench, "profiles", "composite")
    assert inside.profiles == ({"connectorId": 1, **PROFILE},)
    assert inside.composite is not None
    assert sorted(inside.composite) == [0, 1, 2]
    one = inside.composite[1]
    assert (one.unit, one.starts_at, one.duration_s) == ("A", "2025-06-15T12:00:00.000Z", 86_400)
    assert [(step.start_s, step.limit) for step in one.periods] == [(0, 32.0), (43_200, 10.0), (46_800, 32.0)]


def test_a_transactions_profile_names_its_transaction() -> None:
    bench = Bench()
    number = bench.charging()
    profile = {
        **PROFILE,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "transactionId": number,
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8}],
            "minChargingRate": 6.0,
        },
    }
    del profile["recurrencyKind"]
    bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=profile)
    assert description(bench, "profiles").profiles == ({"connectorId": 1, **profile},)


def test_tags_reservations_and_the_queue_are_told() -> None:
    bench = Bench().connect()
    info = {"status": "Accepted", "expiryDate": "2099-01-01T00:00:00.000Z", "parentIdTag": "GROUP"}
    entry = {"idTag": "LISTED", "idTagInfo": info}
    bench.call("SendLocalList", listVersion=3, updateType="Full", localAuthorizationList=[entry])
    bench.call("ReserveNow", connectorId=1, expiryDate="2099-01-01T00:00:00Z", idTag="KEPT", reservationId=9)
    bench.charging(id_tag="KEPT")
    bench.disconnect()
    bench.unplug()
    inside = description(bench, "local_list", "cache", "queue", "reservations")
    assert inside.local_list is not None
    assert (inside.local_list.version, inside.local_list.enabled) == (3, True)
    [tag] = inside.local_list.entries
    assert (tag.id_tag, tag.status, tag.parent_id_tag) == ("listed", "Accepted", "GROUP")
    assert tag.expires_at == "2099-01-01T00:00:00.000Z"
    assert [tag.id_tag for tag in inside.cache or ()] == ["kept"]
    assert inside.queue is not None
    assert (inside.queue.count, inside.queue.messages[-1].action) == (1, "StopTransaction")
    assert inside.reservations == ()
    bench.connect()
    bench.call("ReserveNow", connectorId=1, expiryDate="2099-01-01T00:00:00Z", idTag="KEPT", reservationId=9)
    [reserved] = description(bench, "reservations").reservations or ()
    assert (reserved.id, reserved.connector, reserved.id_tag) == (9, 1, "KEPT")


# Configuring


def test_a_key_is_configured_as_by_the_central_system_and_kept() -> None:
    bench = Bench().connect()
    order(bench, type="configure", key="heartbeatinterval", value="60", request_id="7")
    topic = "cp_simu/cps/CP1/cmd"
    assert results(bench) == [{"topic": topic, "result": "done", "type": "configure", "request_id": "7"}]
    assert bench.records["configuration"]["HeartbeatInterval"] == "60"
    bench.forget()
    bench.advance(61)
    assert bench.actions() == ["Heartbeat"]


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("HeartbeatIntervall", "60", "did you mean HeartbeatInterval?"),
        ("Whatever", "60", "is not a key of CP1"),
        ("NumberOfConnectors", "3", "it is read-only"),
        ("HeartbeatInterval", "often", "HeartbeatInterval: 'often' is not a whole number from 1"),
    ],
)
def test_a_wrong_key_or_value_is_refused_with_what_would_be_right(key: str, value: str, reason: str) -> None:
    bench = Bench()
    order(bench, type="configure", key=key, value=value, request_id="7")
    [result] = results(bench)
    assert (result["result"], result["type"], result["request_id"]) == ("refused", "configure", "7")
    assert reason in result["reason"]


# Sending by hand


def test_a_call_is_sent_by_hand_and_its_answer_told() -> None:
    bench = Bench(script={"DataTransfer": lambda sent: {"status": "Accepted", "data": sent["vendorId"]}}).connect()
    order(bench, type="send", action="DataTransfer", payload={"vendorId": "us"}, request_id="7")
    [result] = map(StationResult.from_json, told(bench, "result"))
    assert (result.type, result.result, result.request_id) == ("send", "done", "7")
    assert result.answer == {"status": "Accepted", "data": "us"}


def test_a_callerror_is_an_answer_too() -> None:
    bench = Bench(script={"DataTransfer": lambda _: CallError("NotSupported", "never")}).connect()
    order(bench, type="send", action="DataTransfer", payload={"vendorId": "us"})
    assert results(bench)[0]["error"] == {"code": "NotSupported", "description": "never"}


def test_a_central_system_that_keeps_silent_is_told_too() -> None:
    bench = Bench(script={"DataTransfer": lambda _: None}).connect()
    order(bench, type="send", action="DataTransfer", payload={"vendorId": "us"})
    assert results(bench) == []
    bench.advance(31)
    assert results(bench)[0]["reason"] == "no answer within 30 s"
    order(bench, type="send", action="DataTransfer", payload={"vendorId": "us"})
    bench.disconnect()
    assert results(bench)[1]["reason"] == "the connection was lost"


@pytest.mark.parametrize(
    ("action", "payload", "reason"),
    [
        ("DataTransfer", {}, "must contain ['vendorId']"),
        ("Dance", {}, "a CALL of a charge point"),
        ("Reset", {"type": "Hard"}, "a CALL of a charge point"),
    ],
)
def test_what_violates_the_standard_is_refused_unless_it_is_forced(
    action: str, payload: dict[str, object], reason: str
) -> None:
    bench = Bench(script={action: lambda _: {}}).connect()
    bench.forget()
    order(bench, type="send", action=action, payload=payload)
    assert bench.sent == []
    assert reason in results(bench)[0]["reason"]
    order(bench, type="send", action=action, payload=payload, force=True)
    assert bench.sent == [(action, payload)]
    assert results(bench)[1]["answer"] == {}


def test_without_a_connection_nothing_is_sent() -> None:
    bench = Bench()
    order(bench, type="send", action="Heartbeat")
    assert results(bench)[0]["reason"] == "there is no connection to the central system"


# Rebooting, and who is answered


def test_a_reboot_is_a_power_cut() -> None:
    bench = Bench()
    bench.charging()
    order(bench, type="reboot", request_id="7")
    assert bench.life.going_down is StopReason.POWER_LOSS
    assert bench.calls("StopTransaction") == []
    assert results(bench)[-1]["result"] == "done"
    bench.power_cut()
    bench.connect()
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ["PowerLoss"]


def test_who_gives_a_request_id_is_answered_with_it() -> None:
    for name in ("close", "ocpp_config", "watch", "describe", "reboot", "dance"):
        bench = Bench()
        order(bench, type=name, request_id="7")
        [result] = results(bench)
        assert (result["type"], result["request_id"], result["topic"]) == (name, "7", "cp_simu/cps/CP1/cmd")


# Any text


def test_any_text_is_sent_and_what_it_is_answered_is_no_answer_to_the_station() -> None:
    bench = Bench().connect()
    order(bench, type="watch", for_s=60)
    bench.forget()
    order(bench, type="send_text", text='[2,"7","Heartbeat",{]', request_id="r1")
    bench.receive('[4,"7","FormationViolation","",{}]')
    bench.receive('[4,"-1","FormationViolation","",{}]')
    assert bench.rubbish == ['[2,"7","Heartbeat",{]']
    assert results(bench) == [
        {"topic": "cp_simu/cps/CP1/cmd", "result": "done", "type": "send_text", "request_id": "r1"}
    ]
    assert [(frame.problem, frame.deviation) for frame in frames(bench)] == [
        (None, "sent by hand, as it is"),
        (None, None),
        (None, None),
    ]
    assert "against the standard" not in " ".join(bench.notes)


def test_a_text_needs_a_connection() -> None:
    bench = Bench()
    order(bench, type="send_text", text="x")
    assert results(bench)[0]["reason"] == "there is no connection to the central system"
