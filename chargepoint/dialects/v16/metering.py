"""MeterValues (section 4.7): from a meter reading to the sampled values that the configuration asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chargepoint.dialects.v16.keys import STOP_TRANSACTION_MAX_METER_VALUES
from chargepoint.dialects.v16.session import Session
from chargepoint.model.electrical import Phases
from chargepoint.model.facts import MeterSampled
from chargepoint.model.metering import Reading, SampleContext
from chargepoint.model.transaction import Transaction
from chargepoint.ocpp.v16 import ConfigurationKey, Location, Measurand, Phase, UnitOfMeasure

K = ConfigurationKey
M = Measurand

MeterValue = dict[str, object]
SampledValue = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sample:
    """A meter reading that is to be told by the measurands that ``key`` lists."""

    connector: int
    context: SampleContext
    reading: Reading
    key: ConfigurationKey


LINES = (Phase.l1, Phase.l2, Phase.l3)
LINES_TO_NEUTRAL = (Phase.l1_n, Phase.l2_n, Phase.l3_n)
NOMINAL_FREQUENCY_HZ = 50.0


class Metering:
    """Readings in the words of OCPP 1.6; collects what goes into StopTransaction.transactionData."""

    def __init__(self, session: Session, collected: Mapping[str, object]) -> None:
        """``collected``: what ``to_record`` gave in an earlier life, for transactions still running then."""
        self._session = session
        self._collected: dict[int, list[MeterValue]] = {
            int(handle): list(values) for handle, values in collected.items() if isinstance(values, list)
        }
        self._interval_start_wh: dict[tuple[int, ConfigurationKey], float] = {}
        self.changed = False

    def to_record(self) -> dict[str, object]:
        """What is collected of running transactions, for the store."""
        self.changed = False
        return {str(handle): values for handle, values in self._collected.items()}

    def payload(self, fact: MeterSampled) -> dict[str, object] | None:
        """MeterValues.req without its transaction id; None when no configured measurand has a value."""
        clock = fact.context is SampleContext.CLOCK
        key = K.meter_values_aligned_data if clock else K.meter_values_sampled_data
        value = self._meter_value(Sample(fact.connector, fact.context, fact.reading, key))
        if fact.transaction is not None and fact.context is not SampleContext.TRIGGER:
            key = K.stop_txn_aligned_data if clock else K.stop_txn_sampled_data
            collected = self._meter_value(Sample(fact.connector, fact.context, fact.reading, key))
            if collected is not None:
                self._append(fact.transaction.handle, collected)
        return {"connectorId": fact.connector, "meterValue": [value]} if value else None

    def begin(self, transaction: Transaction) -> None:
        """A transaction starts: its first value is collected, if any are."""
        configuration = self._session.configuration
        for key in (K.meter_values_sampled_data, K.stop_txn_sampled_data, K.stop_txn_aligned_data):
            self._interval_start_wh[transaction.connector, key] = float(transaction.meter_start_wh)
        if configuration.listed(K.stop_txn_sampled_data) or configuration.listed(K.stop_txn_aligned_data):
            reading = Reading(transaction.started_at, 0, float(transaction.meter_start_wh))
            self._append(transaction.handle, self._register(SampleContext.BEGIN, reading))

    def end(self, transaction: Transaction, reading: Reading) -> list[MeterValue]:
        """A transaction ends: all that was collected of it, with its last value; empty when nothing was wanted."""
        values = self._collected.pop(transaction.handle, [])
        if not values:
            return []
        self.changed = True
        last = self._meter_value(Sample(transaction.connector, SampleContext.END, reading, K.stop_txn_sampled_data))
        return [*values, last or self._register(SampleContext.END, reading)]

    def _register(self, context: SampleContext, reading: Reading) -> MeterValue:
        sample = _sample(str(int(reading.energy_wh + 1e-6)), M.energy_active_import_register, UnitOfMeasure.wh)
        return {
            "timestamp": self._session.timestamp(reading.at),
            "sampledValue": [{**sample, "context": str(context)}],
        }

    def _append(self, handle: int, value: MeterValue) -> None:
        values = self._collected.setdefault(handle, [])
        values.append(value)
        # Begin and End have to fit too: when it is full, every second of the values between them goes.
        if len(values) >= self._session.configuration.integer(STOP_TRANSACTION_MAX_METER_VALUES):
            del values[1::2]
        self.changed = True

    def _meter_value(self, sample: Sample) -> MeterValue | None:
        values = [
            {**value, "context": str(sample.context)}
            for wanted in self._session.configuration.listed(sample.key)
            for value in self._wanted(wanted, sample)
        ]
        if not values:
            return None
        return {"timestamp": self._session.timestamp(sample.reading.at), "sampledValue": values}

    def _wanted(self, wanted: str, sample: Sample) -> Iterator[SampledValue]:
        measurand = next((one for one in M if one == wanted), None)
        if measurand is None:
            name, _, phase = wanted.rpartition(".")
            # Voltage.L1 is what many call the voltage from that line to neutral.
            asked = (phase, phase + "-N")
            yield from (value for value in self._values(M(name), sample) if value.get("phase") in asked)
        elif sample.reading.phases == 1:
            for value in self._values(measurand, sample):
                value.pop("phase", None)
                yield value
        else:
            yield from self._values(measurand, sample)

    def _interval_wh(self, sample: Sample) -> float:
        key, energy_wh = (sample.connector, sample.key), sample.reading.energy_wh
        start_wh = self._interval_start_wh.get(key, energy_wh)
        if sample.context is not SampleContext.TRIGGER:
            self._interval_start_wh[key] = energy_wh
        return energy_wh - start_wh

    def _values(self, measurand: Measurand, sample: Sample) -> Iterator[SampledValue]:
        reading = sample.reading
        match measurand:
            case M.energy_active_import_register:
                yield _sample(str(int(reading.energy_wh + 1e-6)), measurand, UnitOfMeasure.wh)
            case M.energy_active_import_interval:
                yield _sample(f"{self._interval_wh(sample):.1f}", measurand, UnitOfMeasure.wh)
            case M.power_active_import:
                yield _sample(f"{reading.power_w:.1f}", measurand, UnitOfMeasure.w)
            case M.power_offered:
                yield _sample(f"{reading.offered_w:.1f}", measurand, UnitOfMeasure.w)
            case M.current_import:
                yield from _per_line(reading, measurand, reading.current_a)
            case M.current_offered:
                yield _sample(f"{reading.offered_a:.1f}", measurand, UnitOfMeasure.a)
            case M.voltage:
                yield from _voltages(reading)
            case M.frequency:
                # Hertz is a unit of MeterValues only, not of StopTransaction (schemas of 1.6): left out.
                yield {"value": f"{NOMINAL_FREQUENCY_HZ:.2f}", "measurand": str(measurand)}
            case M.soc:
                if reading.soc_pct is not None:
                    value = _sample(f"{reading.soc_pct:.0f}", measurand, UnitOfMeasure.percent)
                    yield {**value, "location": str(Location.ev)}


def _per_line(reading: Reading, measurand: Measurand, current_a: Phases) -> Iterator[SampledValue]:
    currents_a = (current_a.l1, current_a.l2, current_a.l3)
    for line, line_a in list(zip(LINES, currents_a, strict=True))[: reading.phases]:
        yield {**_sample(f"{line_a:.2f}", measurand, UnitOfMeasure.a), "phase": str(line)}


def _voltages(reading: Reading) -> Iterator[SampledValue]:
    for line in LINES_TO_NEUTRAL[: reading.phases]:
        yield {**_sample(f"{reading.voltage_v:.1f}", M.voltage, UnitOfMeasure.v), "phase": str(line)}


def _sample(value: str, measurand: Measurand, unit: UnitOfMeasure) -> SampledValue:
    return {"value": value, "measurand": str(measurand), "unit": str(unit), "location": str(Location.outlet)}
