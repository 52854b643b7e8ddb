"""What is expected, held against what was seen of a station: frames and statuses, no time, no process."""

from __future__ import annotations

import json

import pytest

from chargepoint.api.payloads import ConnectorState, ConnectorStatus
from chargepoint.api.topics import ConnectorTopic, StationTopic
from chargepoint.api.traffic import Direction, TracedFrame
from launcher.scenario.expect import (
    Call,
    Connector,
    Expectation,
    Look,
    Measured,
    Met,
    Never,
    NotYet,
    Rebuke,
    Registered,
    Sequence,
    look,
)
from launcher.scenario.record import Record

OUT, IN = Direction.OUT, Direction.IN


class Seen:
    """A record that is told what is seen."""

    def __init__(self, speed: float = 1.0) -> None:
        self.record = Record("A", speed)
        self.second = 0.0

    def frame(self, direction: Direction, *parts: object, after_s: float = 0.1, problem: str | None = None) -> None:
        self.second += after_s
        frame = TracedFrame(f"2026-01-01T00:00:{self.second:06.3f}Z", direction, json.dumps(parts), problem)
        self.record.take(StationTopic("A", "frames"), frame.to_json())

    def call(self, id: str, action: str, payload: object, answer: object = None, after_s: float = 0.1) -> None:
        self.frame(OUT, 2, id, action, payload)
        if answer is not None:
            self.frame(IN, 3, id, answer, after_s=after_s)

    def look(self, what: Expectation, since: int = 0, served: frozenset[int] = frozenset()) -> Look:
        return look(what, self.record, since, served)


@pytest.fixture
def seen() -> Seen:
    return Seen()


def test_nothing_that_was_sent_is_not_yet(seen: Seen) -> None:
    assert seen.look(Call(OUT, "Heartbeat")) == NotYet("no Heartbeat was sent")
    assert seen.look(Call(IN, "Reset")) == NotYet("no Reset was received")


def test_the_first_call_whose_payload_fits_decides(seen: Seen) -> None:
    seen.call("1", "Authorize", {"idTag": "OTHER"}, {"idTagInfo": {"status": "Accepted"}})
    seen.call("2", "Authorize", {"idTag": "TAG"}, {"idTagInfo": {"status": "Blocked"}})
    seen.call("3", "Authorize", {"idTag": "TAG"}, {"idTagInfo": {"status": "Accepted"}})
    expected = Call(OUT, "Authorize", {"idTag": "TAG"}, {"idTagInfo": {"status": "Accepted"}})
    decided = seen.look(expected)
    assert isinstance(decided, Never)
    assert decided.frame == 3
    assert 'idTagInfo.status is "Blocked", expected Accepted' in decided.why


def test_what_has_served_serves_no_more_and_what_was_before_does_not_count(seen: Seen) -> None:
    seen.call("1", "Heartbeat", {}, {"currentTime": "a"})
    seen.call("2", "Heartbeat", {}, {"currentTime": "b"})
    first = seen.look(Call(OUT, "Heartbeat"))
    assert isinstance(first, Met)
    assert first.frames == {0}
    second = seen.look(Call(OUT, "Heartbeat"), served=first.frames)
    assert isinstance(second, Met)
    assert second.found["answer"] == {"currentTime": "b"}
    assert isinstance(seen.look(Call(OUT, "Heartbeat"), since=4), NotYet)


def test_an_answer_is_waited_for_when_it_matters(seen: Seen) -> None:
    seen.call("1", "Heartbeat", {})
    assert isinstance(seen.look(Call(OUT, "Heartbeat")), Met)
    assert seen.look(Call(OUT, "Heartbeat", answer={})) == NotYet("Heartbeat has no answer")
    seen.frame(IN, 3, "1", {"currentTime": "x"})
    assert isinstance(seen.look(Call(OUT, "Heartbeat", answer={})), Met)


def test_an_error_is_expected_or_it_is_wrong(seen: Seen) -> None:
    seen.frame(OUT, 2, "1", "Authorize", {})
    seen.frame(IN, 4, "1", "FormationViolation", "no idTag", {})
    assert isinstance(seen.look(Call(OUT, "Authorize", error="FormationViolation | ProtocolError")), Met)
    for wrong in (Call(OUT, "Authorize", answer={}), Call(OUT, "Authorize", error="NotSupported")):
        decided = seen.look(wrong)
        assert isinstance(decided, Never)
        assert "with the error FormationViolation (no idTag)" in decided.why


def test_a_result_is_not_the_error_that_was_expected(seen: Seen) -> None:
    seen.call("1", "Authorize", {}, {"idTagInfo": {"status": "Accepted"}})
    decided = seen.look(Call(OUT, "Authorize", error="FormationViolation"))
    assert isinstance(decided, Never)
    assert "the error code is absent, expected FormationViolation" in decided.why


def test_a_late_answer_is_too_late_by_the_seconds_of_the_central_system() -> None:
    for speed, expected in ((1.0, Never), (60.0, Met)):
        seen = Seen(speed)
        seen.call("1", "Heartbeat", {}, {}, after_s=2.0)
        assert isinstance(seen.look(Call(OUT, "Heartbeat", latency_s=1.0)), expected)


def test_an_order_is_kept_with_others_between(seen: Seen) -> None:
    seen.call("1", "BootNotification", {}, {})
    seen.call("2", "Heartbeat", {}, {})
    seen.call("3", "StatusNotification", {"status": "Available"}, {})
    boot, status = Call(OUT, "BootNotification"), Call(OUT, "StatusNotification", {"status": "Available"})
    met = seen.look(Sequence((boot, status)))
    assert isinstance(met, Met)
    assert met.frames == {0, 4}
    assert seen.look(Sequence((status, boot))) == NotYet("no BootNotification was sent after StatusNotification")


def test_meter_values_are_found_with_what_goes_without_saying(seen: Seen) -> None:
    sampled = [{"value": "16.0", "measurand": "Current.Import", "phase": "L1"}, {"value": "1200"}]
    payload = {"connectorId": 1, "meterValue": [{"timestamp": "t", "sampledValue": sampled}]}
    seen.call("1", "MeterValues", payload, {})
    assert isinstance(seen.look(Measured(1, ({"measurand": "Current.Import", "value": "> 15", "phase": "L1"},))), Met)
    assert isinstance(seen.look(Measured(1, ({"measurand": "Energy.Active.Import.Register", "value": 1200},))), Met)
    not_yet = seen.look(Measured(1, ({"measurand": "Current.Import", "value": "> 16"},)))
    assert isinstance(not_yet, NotYet)
    assert 'value is "16.0", expected > 16' in not_yet.why
    assert seen.look(Measured(2, ({"value": "*"},))) == NotYet("no MeterValues of connector 2 were sent")


def test_values_of_one_moment_fit_together_or_not_at_all(seen: Seen) -> None:
    def moment(*amps: str) -> dict[str, object]:
        phases = [
            {"value": value, "measurand": "Current.Import", "phase": f"L{number}"}
            for number, value in enumerate(amps, 1)
        ]
        return {"timestamp": "t", "sampledValue": phases}

    def all_within(bound: int) -> Measured:
        phases = ("L1", "L2", "L3")
        return Measured(1, tuple({"measurand": "Current.Import", "phase": p, "value": f"<= {bound}"} for p in phases))

    meter_value = [moment("10", "16", "16"), moment("16", "10", "10")]
    seen.call("1", "MeterValues", {"connectorId": 1, "meterValue": meter_value}, {})
    assert isinstance(seen.look(all_within(10)), NotYet)
    seen.call("2", "MeterValues", {"connectorId": 1, "meterValue": [moment("10", "10.0", "9.9")]}, {})
    met = seen.look(all_within(10))
    assert isinstance(met, Met)
    assert met.found["payload"] == {"connectorId": 1, "meterValue": [moment("10", "10.0", "9.9")]}


def test_connectors_and_registration_are_what_was_told_last(seen: Seen) -> None:
    assert seen.look(Registered("Accepted")) == NotYet('registration is "Dead", expected Accepted')
    assert seen.look(Connector(1, {"status": "Charging"})) == NotYet("connector 1 has told nothing")
    status = ConnectorStatus(ConnectorState.CHARGING, power_w=11_040.0)
    seen.record.take(ConnectorTopic("A", 1, "status"), status.to_json())
    assert isinstance(seen.look(Connector(1, {"status": "Charging", "power_w": "> 11000"})), Met)
    assert seen.look(Connector(1, {"power_w": 0})) == NotYet("connector 1.power_w is 11040.0, expected 0")


def test_what_the_central_system_does_against_the_standard_is_kept(seen: Seen) -> None:
    seen.frame(IN, 3, "9", {}, problem="an answer to nothing")
    assert [each.frame.problem for each in seen.record.violations()] == ["an answer to nothing"]


def test_a_text_that_is_no_frame_meets_nothing(seen: Seen) -> None:
    seen.record.take(StationTopic("A", "frames"), TracedFrame("2026-01-01T00:00:00Z", IN, "nonsense").to_json())
    assert isinstance(seen.look(Call(IN, "Reset")), NotYet)


def by_hand(seen: Seen, text: str, *answer: object) -> None:
    frame = TracedFrame("2026-01-01T00:00:00Z", OUT, text, deviation="sent by hand, as it is")
    seen.record.take(StationTopic("A", "frames"), frame.to_json())
    if answer:
        seen.frame(IN, *answer)


def test_a_text_sent_by_hand_is_refused_under_its_own_id_or_one_that_is_none(seen: Seen) -> None:
    text = '[2,"7","Heartbeat",{]'
    by_hand(seen, text)
    assert seen.look(Rebuke(text, "*")) == NotYet("the text has no answer")
    seen.frame(IN, 4, "7", "FormationViolation", "", {})
    assert isinstance(seen.look(Rebuke(text, "FormationViolation | ProtocolError")), Met)
    wrong = seen.look(Rebuke(text, "ProtocolError"))
    assert isinstance(wrong, Never)
    assert "the error code" in wrong.why
    by_hand(seen, "nonsense", 4, "-1", "RpcFrameworkError", "", {})
    assert isinstance(seen.look(Rebuke("nonsense", "*")), Met)


def test_a_text_that_is_answered_as_if_it_were_right_is_a_failure(seen: Seen) -> None:
    by_hand(seen, '[2,"7","Heartbeat"]', 3, "7", {})
    assert isinstance(seen.look(Rebuke('[2,"7","Heartbeat"]', "*")), Never)


def test_what_was_done_to_a_frame_by_order_is_nothing_that_its_sender_did(seen: Seen) -> None:
    frame = TracedFrame("2026-01-01T00:00:00Z", IN, "[3", deviation="corrupt: cut off; not JSON")
    seen.record.take(StationTopic("A", "frames"), frame.to_json())
    assert seen.record.violations() == []
    assert seen.record.spoken[0].frame.remarks == "corrupt: cut off; not JSON"


def test_a_call_that_was_lost_and_sent_again_is_judged_by_its_answer(seen: Seen) -> None:
    seen.frame(OUT, 2, "1", "Heartbeat", {})
    expected = Call(OUT, "Heartbeat", answer={"currentTime": "*"})
    assert seen.look(expected) == NotYet("Heartbeat has no answer")
    seen.frame(OUT, 2, "2", "Heartbeat", {})
    seen.frame(IN, 3, "2", {"currentTime": "now"})
    met = seen.look(expected)
    assert isinstance(met, Met)
    assert met.frames == {1}
