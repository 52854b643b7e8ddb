"""Security events that people bring about: tampering, a cleared security log, a message that is replayed."""

from __future__ import annotations

import json

from tests.support.bench import Bench

SECURE = {"ocpp_config": {"SecurityEventNotificationEnabled": "true"}}


def order(bench: Bench, kind: str, **more: object) -> None:
    bench.mqtt("cmd", json.dumps({"type": "damage", "kind": kind, **more}).encode())


def logged(bench: Bench) -> list[str]:
    return [event.type for event in bench.life.station.state.security_log.between()]


def told(bench: Bench) -> list[str]:
    return [one["type"] for one in bench.calls("SecurityEventNotification")]


def test_tampering_is_told_at_once_and_once() -> None:
    bench = Bench(SECURE).connect()
    bench.forget()
    order(bench, "tampering")
    order(bench, "tampering", clear=True)
    assert told(bench) == ["TamperDetectionActivated"]


def test_a_cleared_security_log_begins_with_the_event_that_says_so_and_stays_cleared() -> None:
    bench = Bench(SECURE).connect()
    assert "StartupOfTheDevice" in logged(bench)
    bench.forget()
    order(bench, "security_log_cleared")
    assert told(bench) == ["SecurityLogWasCleared"]
    assert logged(bench) == ["SecurityLogWasCleared"]
    bench.power_cut()
    assert logged(bench) == ["SecurityLogWasCleared", "StartupOfTheDevice"]


def test_a_replay_is_for_the_security_log() -> None:
    bench = Bench(SECURE).connect()
    bench.forget()
    order(bench, "replay")
    assert told(bench) == []
    assert logged(bench)[-1] == "AttemptedReplayAttacks"


CHANGE = '[2,"{id}","ChangeConfiguration",{{"key":"CpoName","value":"{value}"}}]'


def replays(bench: Bench) -> int:
    return logged(bench).count("AttemptedReplayAttacks")


def test_a_call_about_security_that_comes_again_on_a_later_connection_is_an_attempted_replay() -> None:
    bench = Bench(SECURE).connect()
    bench.receive(CHANGE.format(id="a", value="Us"))
    bench.receive(CHANGE.format(id="a", value="Us"))
    assert replays(bench) == 0, "its sender has missed the answer, and gets the same again"
    bench.disconnect()
    bench.connect()
    bench.receive(CHANGE.format(id="a", value="Others"))
    bench.receive(CHANGE.format(id="b", value="Us"))
    assert replays(bench) == 0
    bench.forget()
    bench.receive(CHANGE.format(id="a", value="Us"))
    assert replays(bench) == 1
    assert bench.wire == [[3, "a", {"status": "Accepted"}]]
    [event] = [one for one in bench.life.station.state.security_log.between() if one.type.startswith("Attempted")]
    assert event.tech_info == "ChangeConfiguration a"


def test_what_has_nothing_to_do_with_security_may_come_as_often_as_it_likes() -> None:
    bench = Bench(SECURE).connect()
    for _ in range(2):
        bench.receive('[2,"a","GetConfiguration",{}]')
        bench.disconnect()
        bench.connect()
    assert replays(bench) == 0
