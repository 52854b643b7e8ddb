"""A disturbed station on the bench: every deviation is ordered, named, and over when it is over."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chargepoint.api.orders import StationResult, Verdict
from chargepoint.api.payloads import ChargePointStatus
from chargepoint.api.quirks import QuirkName
from chargepoint.api.traffic import TracedFrame
from chargepoint.disturbances.parting import Parting
from tests.support.bench import TRANSACTION_MESSAGES, Bench, CallError


def disturb(bench: Bench, **order: Any) -> None:
    """The order ``disturb``."""
    bench.mqtt("cmd", json.dumps({"type": "disturb", **order}).encode())


def told(bench: Bench) -> ChargePointStatus:
    """The latest status."""
    topic = "cp_simu/cps/CP1/status"
    return ChargePointStatus.from_json([one.payload for one in bench.published if one.topic == topic][-1])


def problems(bench: Bench) -> list[str]:
    """What is told to be wrong with frames, by who watches."""
    frames = [TracedFrame.from_json(one.payload) for one in bench.published if one.topic.endswith("/frames")]
    return [frame.remarks for frame in frames if frame.remarks]


def test_what_is_on_is_in_the_status_and_gone_when_it_is_cleared() -> None:
    bench = Bench().connect()
    disturb(bench, kind="latency", delay_s=0.25)
    disturb(bench, kind="drop", probability=0.1, direction="out")
    assert told(bench).deviations == ("latency 0.25 s", "drop 10 % out")
    disturb(bench, clear=True, kind="drop")
    assert told(bench).deviations == ("latency 0.25 s",)
    disturb(bench, clear=True)
    assert told(bench).deviations == ()
    assert bench.notes[-1] == "disturbance: latency cleared"


def test_the_status_says_since_when_each_of_them_is_on_and_with_which_numbers() -> None:
    bench = Bench().connect()
    disturb(bench, kind="drop", probability=0.1, seed=7, for_s=300)
    began_at = told(bench).deviations_at
    bench.advance(60)
    disturb(bench, kind="latency", delay_s=0.25)
    assert set(told(bench).deviations) == {"drop 10 % seed 7 for 300 s", "latency 0.25 s"}
    since = dict(zip(told(bench).deviations, told(bench).deviations_at, strict=True))
    assert since["drop 10 % seed 7 for 300 s"] == began_at[0] < since["latency 0.25 s"]
    disturb(bench, clear=True)
    assert told(bench).deviations_at == ()


def test_a_disturbance_with_a_duration_ends_by_itself() -> None:
    bench = Bench().connect()
    disturb(bench, kind="drop", for_s=30)
    bench.advance(29)
    assert told(bench).deviations == ("drop for 30 s",)
    bench.advance(1)
    assert told(bench).deviations == ()


def test_latency_holds_answers_back_and_asks_for_its_deadline() -> None:
    bench = Bench().connect()
    disturb(bench, kind="latency", delay_s=2)
    assert bench.call("GetLocalListVersion") is None
    bench.advance(2)
    assert bench.answers == {}
    bench.advance(2)
    assert bench.answers["csms-1"] == {"listVersion": 0}


def test_a_dropped_message_is_named_in_the_frames_and_in_the_log() -> None:
    bench = Bench().connect()
    bench.mqtt("cmd", b'{"type":"watch"}')
    disturb(bench, kind="drop", direction="in")
    assert bench.call("GetLocalListVersion") is None
    assert problems(bench) == ["drop: it does not arrive"]
    assert "disturbance: in: drop: it does not arrive" in bench.notes


def test_a_duplicated_start_is_sent_twice_with_one_id_and_charges_once() -> None:
    bench = Bench().connect()
    disturb(bench, kind="duplicate", direction="out")
    bench.charging()
    assert len(bench.calls("StartTransaction")) == 2
    ids = [frame[1] for frame in bench.wire if frame[0] == 2 and frame[2] == "StartTransaction"]
    assert ids[0] == ids[1]


def test_a_half_open_line_swallows_everything_and_ends_with_its_connection() -> None:
    bench = Bench().connect()
    disturb(bench, kind="half_open")
    bench.forget()
    bench.plug()
    assert bench.call("GetLocalListVersion") is None
    assert bench.sent == []
    assert bench.life.line is not None
    assert bench.life.line.silent
    bench.disconnect()
    assert not bench.life.line.silent


def test_an_outage_breaks_off_and_refuses_until_it_is_over() -> None:
    bench = Bench().connect()
    disturb(bench, kind="outage", for_s=45)
    line = bench.life.line
    assert line is not None
    assert line.parting() == Parting(line.refused()) == Parting("outage: the link is down")
    assert line.parting() is None
    bench.disconnect()
    bench.advance(45)
    assert line.refused() == ""


def test_after_an_outage_everything_is_delivered_in_order_and_once() -> None:
    bench = Bench({"ocpp_config": {"MeterValueSampleInterval": 10}})
    bench.charging()
    bench.forget()
    disturb(bench, kind="outage", for_s=45)
    bench.disconnect()
    bench.advance(45)
    assert bench.sent == []
    bench.connect()
    bench.tap()
    sent = [(action, payload) for action, payload in bench.sent if action in TRANSACTION_MESSAGES]
    assert [action for action, _ in sent] == ["MeterValues"] * 4 + ["StopTransaction"]
    moments = [payload["meterValue"][0]["timestamp"] for action, payload in sent if action == "MeterValues"]
    assert moments == sorted(set(moments))


def test_what_was_buffered_goes_no_faster_than_the_central_system_answers() -> None:
    bench = Bench({"ocpp_config": {"MeterValueSampleInterval": 10}})
    bench.charging()
    bench.disconnect()
    bench.advance(45)
    bench.script["MeterValues"] = lambda _: None
    bench.connect()
    for sent in range(1, 5):
        assert len(bench.calls("MeterValues")) == sent
        bench.answer("MeterValues", {})
    assert len(bench.calls("MeterValues")) == 4


def test_cuts_come_every_so_often_and_only_while_connected() -> None:
    bench = Bench().connect()
    disturb(bench, kind="cut", every_s=20)
    line = bench.life.line
    assert line is not None
    bench.advance(19)
    assert line.parting() is None
    bench.advance(1)
    assert line.parting() == Parting("cut: the connection breaks off every 20 s")
    bench.disconnect()
    bench.advance(100)
    assert line.parting() is None


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"kind": "outage"}, "for_s: "),
        ({"kind": "fog"}, "kind: 'fog'"),
        ({"kind": "drop", "delay_s": 1}, "delay_s"),
        ({"kind": "cut", "direction": "in"}, "direction"),
        ({"kind": "drop", "probability": 2}, "probability: 2"),
    ],
)
def test_what_is_wrong_is_refused_with_what_would_be_right(order: dict[str, Any], reason: str) -> None:
    bench = Bench()
    disturb(bench, **order)
    (result,) = [StationResult.from_json(one.payload) for one in bench.published if one.topic.endswith("/result")]
    assert (result.result, result.type) == (Verdict.REFUSED, "disturb")
    assert reason in result.reason
    assert bench.life.line is None


def test_quirks_of_the_start_entry_are_there_from_the_first_message_on() -> None:
    bench = Bench({"quirks": ["wrong_error_code"]}).connect()
    assert {one["errorCode"] for one in bench.calls("StatusNotification")} == {"Error"}
    assert told(bench).deviations == ("quirk wrong_error_code",)
    assert bench.spec.to_entry()["quirks"] == ["wrong_error_code"]
    bench.mqtt("cmd", b'{"type":"quirks","quirks":[]}')
    bench.forget()
    bench.plug()
    assert {one["errorCode"] for one in bench.calls("StatusNotification")} == {"NoError"}


def test_a_station_with_odd_message_ids_still_knows_its_answers() -> None:
    for quirk in (QuirkName.ID_REUSE, QuirkName.NUMBER_IDS):
        bench = Bench({"quirks": [quirk]})
        assert bench.charging() == 1
        ids = [frame[1] for frame in bench.wire if frame[0] == 2]
        assert [int(one) for one in ids] == list(range(1, len(ids) + 1))
        bench.disconnect()
        bench.forget()
        bench.connect()
        bench.unplug()
        assert int(bench.wire[0][1]) == 1


def test_calls_are_ignored_answered_late_or_twice() -> None:
    bench = Bench({"quirks": ["ignored_calls"]}).connect()
    assert bench.call("ChangeConfiguration", key="HeartbeatInterval", value="77") is None
    assert bench.life.dialect.session.configuration.integer("HeartbeatInterval") == 77
    bench.mqtt("cmd", b'{"type":"quirks","quirks":["late_answers", "double_answers"]}')
    assert bench.call("GetLocalListVersion") is None
    bench.forget()
    bench.advance(40)
    assert [frame for frame in bench.wire if frame[0] == 3] == [[3, "csms-2", {"listVersion": 0}]] * 2


def test_what_a_disturbance_did_to_a_message_is_no_fault_of_the_central_system() -> None:
    bench = Bench().connect()
    disturb(bench, kind="corrupt", direction="in", seed=4)
    for _ in range(5):
        bench.call("GetLocalListVersion")
    assert any(isinstance(answer, CallError) for answer in bench.answers.values())
    assert told(bench).last_error == ""
