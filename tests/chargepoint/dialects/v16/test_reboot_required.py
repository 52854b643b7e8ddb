"""RebootRequired (OCPP 1.6 section 5.3): for the keys that are chosen for it, a new value waits for the next boot."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench

WAITING = {"ocpp_config": {"RebootRequiredKeys": "ConnectionTimeOut, blinkrepeat"}}


def value(bench: Bench, key: str) -> str:
    [entry] = bench.call("GetConfiguration", key=[key])["configurationKey"]
    return str(entry["value"])


def timeout_s(bench: Bench) -> float:
    return bench.life.station.state.parameters.connection_timeout_s


@pytest.mark.parametrize("reset", [True, False])
def test_the_value_is_shown_at_once_and_obeyed_from_the_next_boot_on(reset: bool) -> None:
    bench = Bench(WAITING).connect()
    assert bench.call("ChangeConfiguration", key="connectiontimeout", value="5") == {"status": "RebootRequired"}
    assert (value(bench, "ConnectionTimeOut"), timeout_s(bench)) == ("5", 60)
    bench.plug()
    bench.advance(10)
    assert bench.status().status == "Preparing"
    if reset:
        bench.call("Reset", type="Soft")
    bench.power_cut()
    bench.connect()
    assert (value(bench, "ConnectionTimeOut"), timeout_s(bench)) == ("5", 5)


def test_what_is_wrong_is_rejected_and_other_keys_hold_at_once() -> None:
    bench = Bench(WAITING).connect()
    assert bench.call("ChangeConfiguration", key="BlinkRepeat", value="-1") == {"status": "Rejected"}
    assert bench.call("ChangeConfiguration", key="BlinkRepeat", value="0") == {"status": "RebootRequired"}
    assert bench.call("ChangeConfiguration", key="LightIntensity", value="5") == {"status": "Accepted"}
    parameters = bench.life.station.state.parameters
    assert (parameters.blink_repeat, parameters.light_intensity_pct) == (3, 5)


def test_a_key_that_is_taken_off_the_list_holds_at_once_again() -> None:
    bench = Bench(WAITING).connect()
    bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="5")
    assert bench.call("ChangeConfiguration", key="RebootRequiredKeys", value="") == {"status": "Accepted"}
    assert bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="60") == {"status": "Accepted"}
    bench.power_cut()
    bench.connect()
    assert value(bench, "ConnectionTimeOut") == "60"
