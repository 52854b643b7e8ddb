"""2.13 Core profile - power failure, non-happy flow."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, boot, charging, power_cycle, ready, said, status, stop
from tests.support.bench import NOON


def test_TC_032_1_CS_power_failure_stops_the_transaction_before_going_down() -> None:
    bench = ready()
    transaction_id = charging(bench)
    bench.advance(30)
    bench.mqtt("cmd", b'{"type": "power_loss"}')
    at = NOON + 30
    assert said(bench) == [stop(transaction_id, "PowerLoss", at=at), status("Finishing", at=at)]
    assert bench.life.going_down == "PowerLoss"
    bench.advance(60)
    power_cycle(bench)
    assert said(bench) == boot(states={1: "Finishing"}, at=NOON + 90), "the stop is not told twice"


def test_TC_032_2_CS_power_failure_stops_the_transaction_after_the_boot() -> None:
    bench = ready()
    transaction_id = charging(bench)
    bench.advance(60)
    bench.forget()
    power_cycle(bench)
    at = NOON + 60
    assert said(bench) == [*boot(states={1: "Finishing"}, at=at), stop(transaction_id, "PowerLoss", at=at)]
    bench.unplug()
    assert said(bench) == [status("Available", at=at)]


def test_TC_034_CS_power_failure_with_unavailable_status() -> None:
    for connector, unavailable in ((1, {1: "Unavailable"}), (0, dict.fromkeys((0, 1, 2), "Unavailable"))):
        bench = ready(nb_connectors=2)
        bench.call("ChangeAvailability", connectorId=connector, type="Inoperative")
        answered, *reports = said(bench)
        assert answered == answer(status="Accepted")
        assert sorted(reports, key=lambda one: one[1]["connectorId"]) == [
            status(state, number) for number, state in unavailable.items()
        ]
        power_cycle(bench)
        assert said(bench) == boot(2, states=unavailable)
        bench.call("ChangeAvailability", connectorId=connector, type="Operative")
        answered, *reports = said(bench)
        assert answered == answer(status="Accepted")
        assert {one[1]["status"] for one in reports} == {"Available"}
        assert len(reports) == len(unavailable)
