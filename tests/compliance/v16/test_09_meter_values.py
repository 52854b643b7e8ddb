"""2.9 Meter values."""

from __future__ import annotations

from tests.compliance.v16.tool import charging, meter_values, ready, said, set_key, status, stop
from tests.support.bench import NOON

MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage"


def test_TC_070_CS_sampled_meter_values() -> None:
    bench = ready(config={"ClockAlignedDataInterval": "0"})
    set_key(bench, "MeterValueSampleInterval", "15")
    set_key(bench, "MeterValuesSampledData", MEASURANDS)
    bench.advance(4)
    transaction_id = charging(bench)
    bench.advance(45)

    def sample(at: float) -> tuple[str, object]:
        return meter_values(
            1, "Sample.Periodic", at=NOON + 4 + at, transaction_id=transaction_id, measurands=MEASURANDS
        )

    assert said(bench) == [sample(15), sample(30), sample(45)]
    bench.tap()
    at = NOON + 49
    assert said(bench) == [stop(transaction_id, "Local", at=at, idTag="TAG"), status("Finishing", at=at)]


def test_TC_071_CS_clock_aligned_meter_values() -> None:
    bench = ready(config={"MeterValueSampleInterval": "0"})
    set_key(bench, "ClockAlignedDataInterval", "60")
    set_key(bench, "MeterValuesAlignedData", MEASURANDS)
    bench.advance(10)
    transaction_id = charging(bench)
    bench.advance(110)

    def of_station(minute: int) -> tuple[str, object]:
        return meter_values(0, "Sample.Clock", at=NOON + 60 * minute, measurands=MEASURANDS)

    def of_connector(minute: int) -> tuple[str, object]:
        at = NOON + 60 * minute
        return meter_values(1, "Sample.Clock", at=at, transaction_id=transaction_id, measurands=MEASURANDS)

    told = said(bench)
    assert sorted(told[:2], key=lambda one: one[1]["connectorId"]) == [of_station(1), of_connector(1)]
    assert sorted(told[2:], key=lambda one: one[1]["connectorId"]) == [of_station(2), of_connector(2)]
    bench.tap()
    bench.forget()
    bench.advance(60)
    idle = sorted(said(bench), key=lambda one: one[1]["connectorId"])
    assert idle == [
        of_station(3),
        meter_values(1, "Sample.Clock", at=NOON + 180, measurands=MEASURANDS),
    ], "without a transaction too"
