"""The station's clock is the central system's (OCPP 1.6 sections 4.2 and 4.6): timestamps, schedules, expiry."""

from __future__ import annotations

from datetime import datetime

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, Payload


def skewed(offset_s: float, *, fraction: str = "", **entry: object) -> Bench:
    """A connected station of a central system whose clock is ``offset_s`` ahead of the true one."""
    bench = Bench(entry)

    def boot(_: Payload) -> Payload:
        return {"status": "Accepted", "currentTime": iso(bench.now + offset_s), "interval": 300}

    bench.script = {"BootNotification": boot, "Heartbeat": lambda _: {"currentTime": iso(bench.now + offset_s)}}
    return bench.connect()


def posix(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp()


@pytest.mark.parametrize("offset_s", [-NOON, -3600.0, 5.0, 86_400.0 * 365])
def test_the_clock_is_set_from_the_boot(offset_s: float) -> None:
    bench = skewed(offset_s)
    told = [posix(one["timestamp"]) for one in bench.calls("StatusNotification")]
    assert told == pytest.approx([NOON + offset_s] * 2, abs=0.001)


def test_every_timestamp_is_utc_with_milliseconds_and_a_zone() -> None:
    bench = Bench()
    bench.charging()
    assert bench.calls("StartTransaction")[0]["timestamp"] == "2025-06-15T12:00:00.000Z"


def test_a_clock_that_is_right_within_the_way_of_a_message_is_not_moved() -> None:
    bench = skewed(1.5)
    assert bench.calls("StatusNotification")[0]["timestamp"] == iso(NOON)


def test_heartbeats_correct_the_clock_when_it_is_wrong_and_leave_it_when_it_is_not() -> None:
    bench = skewed(0.0)
    bench.script["Heartbeat"] = lambda _: {"currentTime": iso(bench.now + 1.0)}
    bench.advance(300)
    bench.plug()
    assert bench.calls("StatusNotification")[-1]["timestamp"] == iso(bench.now)
    bench.script["Heartbeat"] = lambda _: {"currentTime": iso(bench.now + 90.0)}
    bench.advance(300)
    bench.unplug()
    assert bench.calls("StatusNotification")[-1]["timestamp"] == iso(bench.now + 90)


@pytest.mark.parametrize(
    "told",
    ["", "yesterday", "2025-06-15", 17, None, "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1" * 5000],
)
def test_a_time_that_cannot_be_meant_leaves_the_clock(told: object) -> None:
    bench = Bench(
        script={"BootNotification": lambda _: {"status": "Accepted", "currentTime": told, "interval": 300}}
    ).connect()
    assert bench.calls("StatusNotification")[0]["timestamp"] == iso(NOON)


@pytest.mark.parametrize(
    "told",
    [
        "2031-01-01T01:00:00+01:00",
        "2031-01-01T00:00:00",
        "2031-01-01T00:00:00.0000000Z",
        "2031-01-01t00:00:00z",
        " 2031-01-01T00:00:00Z ",
    ],
)
def test_a_time_is_read_in_every_spelling_that_peers_use(told: str) -> None:
    bench = Bench(
        script={"BootNotification": lambda _: {"status": "Accepted", "currentTime": told, "interval": 300}}
    ).connect()
    assert bench.calls("StatusNotification")[0]["timestamp"] == "2031-01-01T00:00:00.000Z"


def test_timers_do_not_care_about_the_clock() -> None:
    bench = skewed(0.0)
    bench.charging()
    bench.script["Heartbeat"] = lambda _: {"currentTime": iso(bench.now - 86_400)}
    bench.advance(600)
    assert len(bench.calls("MeterValues")) == 10


def test_a_power_cut_does_not_set_the_clock_back() -> None:
    bench = skewed(-NOON + 1000)
    bench.charging()
    bench.advance(10)
    bench.power_cut()
    bench.connect()
    started = posix(bench.calls("StartTransaction")[0]["timestamp"])
    stopped = posix(bench.calls("StopTransaction")[0]["timestamp"])
    assert stopped == pytest.approx(started + 10, abs=0.01)


@pytest.mark.parametrize("offset_s", [0.0, -NOON + 0.123, 12_345.678, -12_345.6789, 86_399.9999])
def test_clock_aligned_samples_are_on_the_boundary_of_the_stations_time(offset_s: float) -> None:
    """Section 9.1.6."""
    bench = skewed(offset_s)
    bench.call("ChangeConfiguration", key="ClockAlignedDataInterval", value="900")
    bench.advance(3 * 86_400)
    seconds = [posix(one["meterValue"][0]["timestamp"]) for one in bench.calls("MeterValues") if one["connectorId"]]
    assert len(seconds) == 3 * 96
    assert all(second % 900 == pytest.approx(0, abs=0.0011) for second in seconds)
    assert seconds == sorted(set(seconds))
