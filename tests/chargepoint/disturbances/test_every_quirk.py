"""Every quirk in a day of a charge point: seen and named while it is there, and not the least trace of it before."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chargepoint.api.payloads import ChargePointStatus
from chargepoint.api.quirks import QUIRKS, QuirkGroup, QuirkName
from chargepoint.api.traffic import Direction, TracedFrame
from chargepoint.disturbances.line import Line
from tests.support.bench import Bench

Q = QuirkName
OF_CONNECTING = [name for name, quirk in QUIRKS.items() if quirk.group is QuirkGroup.HOW_IT_CONNECTS]
OF_MESSAGES = [name for name in Q if name not in (*OF_CONNECTING, Q.SAME_ID_ON_RETRY)]

SAMPLED = "Energy.Active.Import.Register,Current.Import,Temperature,SoC"
ENTRY = {
    "type": "AC",
    "ocpp_config": {
        "MeterValueSampleInterval": 20,
        "MeterValuesSampledData": SAMPLED,
        "StopTxnSampledData": SAMPLED,
    },
}


LOST_OR_LATE = (Q.LATE_ANSWERS, Q.IGNORED_CALLS, Q.CHANGE_WITHOUT_EFFECT)
"""What is then said is what is right, as far as it goes."""


def a_day(bench: Bench) -> None:
    """A bit of everything that a charge point is asked and says."""
    bench.mqtt("cmd", b'{"type": "watch", "for_s": 3600}')
    bench.connect()
    for action, payload in ASKED:
        bench.call(action, **payload)
    for _ in range(2):
        bench.plug()
        bench.tap()
        bench.advance(90)
        bench.tap()
        bench.advance(40)
        bench.unplug()
    bench.advance(400)


ASKED: list[tuple[str, dict[str, object]]] = [
    ("GetConfiguration", {}),
    ("GetConfiguration", {"key": ["Key"] * 200}),
    ("ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "77"}),
    ("RemoteStartTransaction", {"connectorId": 1, "idTag": "TAG"}),
    ("ClearCache", {}),
    ("GetLocalListVersion", {}),
]
"""The second is answered with a CALLERROR: they are too many keys."""


def traced(bench: Bench) -> list[TracedFrame]:
    return [TracedFrame.from_json(one.payload) for one in bench.published if one.topic.endswith("/frames")]


def deviations(bench: Bench) -> tuple[str, ...]:
    told = [one.payload for one in bench.published if one.topic == "cp_simu/cps/CP1/status"]
    return ChargePointStatus.from_json(told[-1]).deviations


@pytest.fixture(scope="module")
def right() -> list[str]:
    """The frames of a day without quirks."""
    bench = Bench(ENTRY)
    a_day(bench)
    assert not any(one.remarks for one in traced(bench))
    return [one.text for one in traced(bench)]


@pytest.mark.parametrize("name", OF_MESSAGES)
def test_a_quirk_is_seen_and_named(name: QuirkName, right: list[str]) -> None:
    bench = Bench(ENTRY | {"quirks": [str(name)]})
    a_day(bench)
    assert deviations(bench) == (f"quirk {name}",)
    frames = traced(bench)
    deviant = [one for one in frames if one.deviation]
    assert deviant
    assert all(f"quirk {name}" in (one.deviation or "") for one in deviant)
    if name not in LOST_OR_LATE:
        assert sorted(one.text for one in frames) != sorted(right), "nothing that was said is different"


@pytest.mark.parametrize("name", OF_MESSAGES)
def test_a_quirk_that_is_taken_away_leaves_no_trace(name: QuirkName, right: list[str]) -> None:
    bench = Bench(ENTRY)
    bench.mqtt("cmd", json.dumps({"type": "quirks", "quirks": [str(name)]}).encode())
    bench.mqtt("cmd", b'{"type": "quirks", "quirks": []}')
    a_day(bench)
    assert [one.text for one in traced(bench)] == right
    assert not any(one.remarks for one in traced(bench))
    assert deviations(bench) == ()


@pytest.mark.parametrize(
    ("name", "named"), [(Q.NO_SUBPROTOCOL, ""), (Q.WRONG_SUBPROTOCOL, "ocpp9.9"), (Q.CLAIMS_OCPP201, "ocpp2.0.1")]
)
def test_a_subprotocol_is_another_or_none(name: QuirkName, named: str) -> None:
    assert Line([name]).subprotocol("ocpp1.6") == named
    assert Line().subprotocol("ocpp1.6") == "ocpp1.6"


ACTED: dict[QuirkName, tuple[str, Callable[[Bench], bool]]] = {
    Q.CHANGE_WITHOUT_EFFECT: ("Accepted", lambda bench: True),
    Q.REBOOT_NEVER_APPLIES: ("RebootRequired", lambda bench: True),
    Q.ACCEPTS_AND_DOES_NOTHING: ("Accepted", lambda bench: True),
}


@pytest.mark.parametrize("name", ACTED)
def test_a_change_is_promised_and_never_made(name: QuirkName) -> None:
    bench = Bench({"quirks": [str(name)]}).connect()
    assert bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="77") == {"status": ACTED[name][0]}
    assert bench.life.dialect.session.configuration["ConnectionTimeOut"] != "77"


@pytest.mark.parametrize("quirks", [[], ["same_id_on_retry"]])
def test_what_is_repeated_has_an_id_of_its_own_or_that_of_the_first_time(quirks: list[str]) -> None:
    """A StopTransaction whose connection broke off before it was answered; and its answer is heard."""
    bench = Bench({"quirks": quirks})
    bench.mqtt("cmd", b'{"type": "watch", "for_s": 3600}')
    bench.connect().charging()
    bench.script["StopTransaction"] = lambda request: None
    bench.tap()
    bench.disconnect()
    del bench.script["StopTransaction"]
    bench.connect()
    stops = [one for one in traced(bench) if '"StopTransaction"' in one.text]
    ids = [json.loads(one.text)[1] for one in stops]
    assert len(ids) == 2
    assert len(set(ids)) == (1 if quirks else 2)
    assert [one.deviation for one in stops] == [None, "quirk same_id_on_retry" if quirks else None]
    assert len(bench.life.dialect.transactions.queue) == 0


def test_what_is_done_is_told_to_be_rejected() -> None:
    bench = Bench({"quirks": ["rejects_what_it_does"]}).connect()
    bench.plug()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="TAG") == {"status": "Rejected"}
    assert bench.status().status == "Charging"
    assert bench.call("UnlockConnector", connectorId=1) == {"status": "UnlockFailed"}
    assert bench.calls("StopTransaction")[0]["reason"] == "UnlockCommand"


def test_a_station_that_accepts_and_does_nothing_does_nothing() -> None:
    bench = Bench({"quirks": ["accepts_and_does_nothing"]}).connect()
    bench.plug()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="TAG") == {"status": "Accepted"}
    bench.advance(300)
    assert bench.calls("StartTransaction") == []


def test_a_transaction_that_never_stops_is_over_for_the_station() -> None:
    bench = Bench({"quirks": ["no_stop"]})
    bench.charging()
    bench.tap()
    bench.advance(600)
    assert bench.calls("StopTransaction") == []
    assert len(bench.life.dialect.transactions.queue) == 0
    assert bench.status().status == "Finishing"


def test_without_heartbeats_everything_else_goes_on() -> None:
    bench = Bench({"quirks": ["no_heartbeats"], "ocpp_config": {"ReconnectAfterTimeouts": 1}}).connect()
    bench.advance(2000)
    assert bench.calls("Heartbeat") == []
    assert bench.life.link_is_dead == ""
    bench.plug()
    assert bench.statuses()[-1] == "Preparing"


def test_a_flood_and_boots_come_again_and_again_while_there_is_a_connection() -> None:
    bench = Bench({"quirks": ["status_flood", "boots_every_minute"]}).connect()
    bench.forget()
    bench.advance(120)
    assert len(bench.calls("StatusNotification")) == pytest.approx(600, abs=1)
    assert bench.calls("BootNotification") == [bench.calls("BootNotification")[0]] * 2
    bench.disconnect()
    bench.forget()
    bench.advance(600)
    assert bench.sent == []


def test_who_takes_over_a_running_connection_with_a_quirk_still_knows_it() -> None:
    bench = Bench().connect()
    bench.mqtt("cmd", b'{"type": "quirks", "quirks": ["boots_every_minute"]}')
    bench.forget()
    bench.advance(61)
    (boot,) = bench.calls("BootNotification")
    assert (boot["chargePointVendor"], boot["chargePointModel"]) == (bench.spec.vendor, bench.spec.model)
    assert bench.life.judgement.error == ""


def test_keys_are_told_wrong() -> None:
    right = {one["key"]: one for one in Bench().connect().call("GetConfiguration")["configurationKey"]}
    told = Bench({"quirks": ["readonly_as_writable"]}).connect().call("GetConfiguration")["configurationKey"]
    assert not any(one["readonly"] for one in told)
    assert len(told) == len(right)
    told = Bench({"quirks": ["keys_in_lower_case"]}).connect().call("GetConfiguration")["configurationKey"]
    assert {one["key"] for one in told} == {key.lower() for key in right}
    answer = Bench({"quirks": ["missing_keys"]}).connect().call("GetConfiguration", key=["HeartbeatInterval"])
    assert answer == {"configurationKey": [], "unknownKey": ["HeartbeatInterval"]}
    answer = (
        Bench({"quirks": ["unknown_profile"]}).connect().call("GetConfiguration", key=["SupportedFeatureProfiles"])
    )
    assert answer["configurationKey"][0]["value"].endswith(",RemoteTrigger,Teleportation")


def test_meter_values_are_told_wrong() -> None:
    def registers(quirk: str) -> list[float]:
        bench = Bench(ENTRY | ({"quirks": [quirk]} if quirk else {}))
        bench.charging()
        bench.advance(65)
        return [float(one["meterValue"][0]["sampledValue"][0]["value"]) for one in bench.calls("MeterValues")]

    right = registers("")
    assert len(right) == 3
    assert registers("unit_mix") == pytest.approx([value / 1000 for value in right])
    assert registers("delayed_readings") == [right[0], right[0], right[1]]
    assert registers("interval_register") == [0, right[1] - right[0], right[2] - right[1]]


def test_the_first_value_in_a_stop_is_not_where_the_meter_started() -> None:
    bench = Bench(ENTRY | {"quirks": ["begin_drift"]})
    bench.charging()
    bench.tap()
    (stop,) = bench.calls("StopTransaction")
    begin = stop["transactionData"][0]["sampledValue"][0]
    assert (begin["context"], begin["value"]) == ("Transaction.Begin", "50")


def test_a_huge_and_a_deep_frame_are_sent_and_not_kept() -> None:
    bench = Bench({"quirks": ["huge_frame", "deep_frame"]})
    bench.mqtt("cmd", b'{"type": "watch"}')
    bench.connect()
    assert len(bench.calls("DataTransfer")[0]["data"]) == 5_000_000
    assert any(text.count("[") > 10_000 for text in bench.rubbish)
    assert max(len(one.text) for one in traced(bench)) < 101_000
    assert [one.direction for one in traced(bench)].count(Direction.OUT) > 3
