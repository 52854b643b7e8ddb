"""SecurityEventNotification: what is told, in which order, and that it arrives whatever happens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, CallError

PASSWORD = "00112233445566778899aabbccddeeff"


def bench_in_profile_1(**script: Any) -> Bench:
    """A station that tells its security events."""
    return Bench({"security_profile": 1, "authorization_key": PASSWORD}, script=script)


def told(bench: Bench) -> list[str]:
    """The events told, by type."""
    return [str(payload["type"]) for payload in bench.calls("SecurityEventNotification")]


def note(bench: Bench, type: str) -> None:
    """An event happens."""
    bench.life.station.state.record_security(type, bench.now, "because")
    bench.advance(0)


def test_every_boot_is_told_after_it_was_accepted() -> None:
    bench = bench_in_profile_1().connect()
    assert bench.calls("SecurityEventNotification") == [{"type": "StartupOfTheDevice", "timestamp": iso(NOON)}]
    assert bench.actions().index("SecurityEventNotification") > bench.actions().index("StatusNotification")
    bench.forget()
    bench.power_cut()
    assert told(bench.connect()) == ["StartupOfTheDevice"]


def test_a_central_system_of_plain_ocpp_1_6_hears_nothing_of_security() -> None:
    bench = Bench().connect()
    note(bench, "TamperDetectionActivated")
    bench.call("Reset", type="Soft")
    assert told(bench) == []
    types = [event.type for event in bench.life.station.state.security_log.between()]
    assert types == ["StartupOfTheDevice", "TamperDetectionActivated", "ResetOrReboot"]


def test_the_setting_makes_a_station_tell_in_profile_0_and_keeps_it_quiet_in_others() -> None:
    assert told(Bench({"ocpp_config": {"SecurityEventNotificationEnabled": True}}).connect())
    entry = {"security_profile": 1, "authorization_key": PASSWORD}
    assert not told(Bench({**entry, "ocpp_config": {"SecurityEventNotificationEnabled": False}}).connect())


def test_with_its_first_security_profile_a_station_begins_to_tell() -> None:
    bench = Bench({"authorization_key": PASSWORD}).connect()
    for connects in (False, True):
        bench.call("ChangeConfiguration", key="SecurityProfile", value="1")
        bench.disconnect()
        if not connects:
            for _ in range(3):
                bench.fail_to_connect()
        bench.connect()
        note(bench, "TamperDetectionActivated")
        assert told(bench) == ["TamperDetectionActivated"] * connects


def test_a_reset_is_told_before_it_is_done_or_after() -> None:
    bench = bench_in_profile_1().connect()
    bench.forget()
    bench.call("Reset", type="Hard")
    bench.power_cut()
    bench.connect()
    assert told(bench) == ["ResetOrReboot", "StartupOfTheDevice"]
    assert bench.calls("SecurityEventNotification")[0]["techInfo"] == "HardReset"


def test_a_clock_that_is_set_is_told() -> None:
    bench = bench_in_profile_1(
        BootNotification=lambda _: {"status": "Accepted", "currentTime": iso(NOON + 60), "interval": 300}
    ).connect()
    [_, event] = bench.calls("SecurityEventNotification")
    assert event == {"type": "SettingSystemTime", "timestamp": iso(NOON + 60), "techInfo": "by +60.0 s"}


def test_what_is_not_critical_is_for_the_log_alone() -> None:
    bench = bench_in_profile_1().connect()
    bench.forget()
    for type in (
        "ReconfigurationOfSecurityParameters",
        "InvalidMessages",
        "AttemptedReplayAttacks",
        "InvalidTLSVersion",
    ):
        note(bench, type)
    assert told(bench) == []


def test_events_of_an_outage_and_of_a_power_cut_arrive_in_order() -> None:
    bench = bench_in_profile_1().connect()
    bench.forget()
    bench.disconnect()
    note(bench, "TamperDetectionActivated")
    bench.advance(10)
    note(bench, "SecurityLogWasCleared")
    bench.power_cut()
    bench.connect()
    assert told(bench) == ["TamperDetectionActivated", "SecurityLogWasCleared", "StartupOfTheDevice"]
    assert bench.calls("SecurityEventNotification")[0]["timestamp"] == iso(NOON)


def test_one_is_on_its_way_at_a_time_and_told_again_until_it_is_answered() -> None:
    bench = bench_in_profile_1(SecurityEventNotification=lambda _: None).connect()
    note(bench, "TamperDetectionActivated")
    assert told(bench) == ["StartupOfTheDevice"]
    bench.advance(30 + 60)
    assert told(bench) == ["StartupOfTheDevice"] * 2
    bench.advance(30 + 120)
    assert told(bench) == ["StartupOfTheDevice"] * 3
    bench.script.clear()
    bench.disconnect()
    bench.forget()
    bench.connect()
    assert told(bench) == ["StartupOfTheDevice", "TamperDetectionActivated"]
    bench.power_cut()
    bench.forget()
    assert told(bench.connect()) == ["StartupOfTheDevice"]


def test_what_waited_while_it_was_not_to_be_told_is_told_as_soon_as_it_may_be() -> None:
    bench = bench_in_profile_1().connect()
    bench.disconnect()
    note(bench, "TamperDetectionActivated")
    bench.life.dialect.configure("SecurityEventNotificationEnabled", "false", bench.now)
    bench.forget()
    bench.connect()
    assert told(bench) == []
    bench.call("ChangeConfiguration", key="SecurityEventNotificationEnabled", value="true")
    due = bench.life.next_deadline()
    assert due is not None
    assert due <= bench.now
    bench.advance(0)
    assert told(bench) == ["TamperDetectionActivated"]


def test_no_transaction_waits_for_an_event_that_is_not_taken() -> None:
    bench = bench_in_profile_1(SecurityEventNotification=lambda _: CallError("InternalError")).connect()
    note(bench, "TamperDetectionActivated")
    bench.charging()
    assert [action for action, _ in bench.transaction_messages()] == ["StartTransaction"]


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
def test_a_central_system_that_does_not_know_them_is_asked_once_a_connection(code: str) -> None:
    bench = bench_in_profile_1(SecurityEventNotification=lambda _: CallError(code)).connect()
    note(bench, "TamperDetectionActivated")
    bench.advance(4 * 3600)
    assert told(bench) == ["StartupOfTheDevice"]
    bench.script.clear()
    bench.disconnect()
    bench.connect()
    assert told(bench)[1:] == ["StartupOfTheDevice", "TamperDetectionActivated"]


def test_what_nobody_ever_takes_does_not_grow_without_end() -> None:
    bench = bench_in_profile_1()
    for number in range(600):
        bench.life.station.state.record_security("TamperDetectionActivated", bench.now, str(number))
        bench.advance(1)
    bench.connect()
    numbers = [payload["techInfo"] for payload in bench.calls("SecurityEventNotification")]
    assert numbers == [str(number) for number in range(100, 600)]


def test_malformed_messages_are_logged_ten_at_a_time() -> None:
    bench = bench_in_profile_1().connect()

    def count() -> int:
        return [event.type for event in bench.life.station.state.security_log.between()].count("InvalidMessages")

    for id in ("a", "b"):
        for text in (
            "no json",
            "[2]",
            "{}",
            f'[2,"{id}1","Nonsense",{{}}]',
            f'[2,"{id}2","Reset",{{"type":"Warm"}}]',
        ):
            bench.receive(text)
    assert count() == 1
    for _ in range(20):
        bench.receive('[3,"late",{}]')
    assert count() == 1


def test_a_full_store_is_told() -> None:
    bench = bench_in_profile_1().connect()
    bench.forget()
    bench.life.store_failed("state.jsonl: No space left on device", bench.now)
    bench.life.store_failed("state.jsonl: No space left on device", bench.now)
    bench.advance(1)
    assert told(bench) == ["MemoryExhaustion"]
    bench.life.store_failed("", bench.now)
    assert bench.life.store_error == ""


steps = st.lists(
    st.sampled_from(["event", "connect", "disconnect", "power cut", "silence", "refusal", "answers"]), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_no_event_is_lost_and_none_overtakes_another_whatever_happens(steps: list[str]) -> None:
    bench = bench_in_profile_1()
    happened: list[str] = []
    for step in steps:
        match step:
            case "event":
                happened.append(f"{len(happened)}")
                bench.life.station.state.record_security("TamperDetectionActivated", bench.now, happened[-1])
            case "connect" if not bench.online:
                bench.connect()
            case "disconnect" if bench.online:
                bench.disconnect()
            case "power cut":
                bench.power_cut()
            case "silence":
                bench.script["SecurityEventNotification"] = lambda _: None
            case "refusal":
                bench.script["SecurityEventNotification"] = lambda _: CallError("InternalError")
            case "answers":
                bench.script.pop("SecurityEventNotification", None)
        bench.advance(1)
    bench.script.clear()
    bench.disconnect()
    bench.connect()
    bench.advance(2 * 3600)
    tamperings = [
        one for one in bench.calls("SecurityEventNotification") if one["type"] == "TamperDetectionActivated"
    ]
    assert list(dict.fromkeys(one["techInfo"] for one in tamperings)) == happened
