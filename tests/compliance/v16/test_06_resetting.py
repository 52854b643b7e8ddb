"""2.6 Core profile - resetting, happy flow."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, boot, charging, ready, said, status, stop
from tests.support.bench import Bench


def reboots(bench: Bench) -> None:
    """The station is about to boot; it does, and connects."""
    assert bench.life.going_down is not None
    assert bench.life.silent, "all that could be said has been said"
    bench.power_on()
    bench.forget()
    bench.connect()


def resets_without_a_transaction(kind: str) -> None:
    bench = ready(nb_connectors=2)
    bench.call("Reset", type=kind)
    assert said(bench) == [answer(status="Accepted")]
    reboots(bench)
    assert said(bench) == boot(2)


def resets_with_a_transaction(kind: str, reason: str) -> None:
    bench = ready()
    transaction_id = charging(bench)
    bench.call("Reset", type=kind)
    assert said(bench) == [answer(status="Accepted"), stop(transaction_id, reason), status("Finishing")]
    reboots(bench)
    assert said(bench) == boot(states={1: "Finishing"}), "the cable is still in, and the stop is not told twice"
    bench.unplug()
    assert said(bench) == [status("Available")]


def test_TC_013_CS_hard_reset_without_transaction() -> None:
    resets_without_a_transaction("Hard")


def test_TC_014_CS_soft_reset_without_transaction() -> None:
    resets_without_a_transaction("Soft")


def test_TC_015_CS_hard_reset_with_transaction() -> None:
    resets_with_a_transaction("Hard", "HardReset")


def test_TC_016_CS_soft_reset_with_transaction() -> None:
    resets_with_a_transaction("Soft", "SoftReset")
