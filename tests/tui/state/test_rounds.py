"""Orders for several charge points at once are told of once."""

from __future__ import annotations

from chargepoint.api.orders import StationResult, Verdict
from tui.state.answers import Severity
from tui.state.fleet import Change, StationObeyed, StationRefused
from tui.state.rounds import PATIENCE_S, Rounds


def done(station_id: str, request_id: str) -> Change:
    return StationObeyed(station_id, StationResult("cmd", result=Verdict.DONE, type="disturb", request_id=request_id))


def refused(station_id: str, request_id: str, reason: str) -> Change:
    return StationRefused(station_id, StationResult("cmd", reason, type="disturb", request_id=request_id))


def test_when_all_have_answered_it_is_told_with_every_reason() -> None:
    rounds = Rounds()
    rounds.begin("drop 30 %", {"a": "CP_1", "b": "CP_2", "c": "CP_3", "d": "CP_4"}, 0.0)
    for change in (done("CP_1", "a"), refused("CP_2", "b", "no"), refused("CP_3", "c", "no")):
        assert rounds.take(change, 1.0)
    assert rounds.ended(1.0) == []
    assert [(one.done, one.total) for one in rounds.progress] == [(3, 4)]
    rounds.take(done("CP_4", "d"), 1.0)
    (notice,) = rounds.ended(1.0)
    assert notice.text == "drop 30 %: 2 of 4 orders done\nCP_2 and 1 more: no"
    assert notice.severity is Severity.WARNING
    assert rounds.ended(2.0) == []


def test_who_says_nothing_is_named_after_a_while() -> None:
    rounds = Rounds()
    rounds.begin("reboot", {"a": "CP_1", "b": "CP_2"}, 0.0)
    rounds.take(done("CP_1", "a"), 5.0)
    assert rounds.ended(5.0 + PATIENCE_S) == []
    (notice,) = rounds.ended(5.1 + PATIENCE_S)
    assert notice.text == "reboot: 1 of 2 orders done\nCP_2: no answer"


def test_answers_to_others_are_left_to_others() -> None:
    rounds = Rounds()
    rounds.begin("reboot", {"a": "CP_1"}, 0.0)
    assert not rounds.take(done("CP_1", "other"), 1.0)
    rounds.take(done("CP_1", "a"), 1.0)
    assert [one.text for one in rounds.ended(1.0)] == ["reboot: done"]
