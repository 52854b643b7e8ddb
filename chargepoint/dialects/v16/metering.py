"""MeterValues (section 4.7): from a meter reading to the sampled values that the configuration asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chargepoint.dialects.v16.intervals import Intervals
from chargepoint.dialects.v16.keys import STOP_TRANSACTION_MAX_METER_VALUES
from chargepoint.dialects.v16.measurands import HERTZ, INTERVALS, SampledValue, measurand_of, sampled_values
from chargepoint.dialects.v16.session import Session
from chargepoint.model.facts import MeterSampled
from chargepoint.model.metering import Reading, SampleContext
from chargepoint.model.transaction import Transaction
from chargepoint.ocpp.v16 import ConfigurationKey, Measurand

K = ConfigurationKey
M = Measurand

MeterValue = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sample:
    """A meter reading that is to be told by the measurands that ``key`` lists."""

    connector: int
    context: SampleContext
    reading: Reading
    key: ConfigurationKey


IN_STOP = frozenset({K.stop_txn_sampled_data, K.stop_txn_aligned_data})
"""The lists of what goes into StopTransaction; the others are of MeterValues."""


class Metering:
    """Readings in the words of OCPP 1.6; collects what goes into StopTransaction.transactionData."""

    def __init__(self, session: Session, collected: Mapping[str, object], intervals: Intervals) -> None:
        """``collected``: what ``to_record`` gave in an earlier life, for transactions still running then."""
        self._session = session
        self._collected: dict[int, list[MeterValue]] = {
            int(handle): list(values) for handle, values in collected.items() if isinstance(values, list)
        }
        self._intervals = intervals
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
        meter = self._session.station.state.connectors[transaction.connector].meter
        start = Reading(
            transaction.started_at, 0, float(transaction.meter_start_wh), reactive_varh=meter.reactive_varh
        )
        for key in (K.meter_values_sampled_data, K.stop_txn_sampled_data, K.stop_txn_aligned_data):
            for measurand in INTERVALS.intersection(configuration.listed(key)):
                self._begin_interval(Sample(transaction.connector, SampleContext.BEGIN, start, key), measurand)
        if configuration.listed(K.stop_txn_sampled_data) or configuration.listed(K.stop_txn_aligned_data):
            self._append(transaction.handle, self._register(SampleContext.BEGIN, start))

    def end(self, transaction: Transaction, reading: Reading) -> list[MeterValue]:
        """A transaction ends: all that was collected of it, with its last value; empty when nothing was wanted."""
        values = self._collected.pop(transaction.handle, [])
        if not values:
            return []
        self.changed = True
        last = self._meter_value(Sample(transaction.connector, SampleContext.END, reading, K.stop_txn_sampled_data))
        return [*values, last or self._register(SampleContext.END, reading)]

    def _register(self, context: SampleContext, reading: Reading) -> MeterValue:
        values = sampled_values(M.energy_active_import_register, "", reading)
        return {
            "timestamp": self._session.timestamp(reading.at),
            "sampledValue": [{**value, "context": str(context)} for value in values],
        }

    def _append(self, handle: int, value: MeterValue) -> None:
        values = self._collected.setdefault(handle, [])
        values.append(value)
        # Begin and End have to fit too: when it is full, every second of the values between them goes.
        if len(values) >= self._session.configuration.integer(STOP_TRANSACTION_MAX_METER_VALUES):
            del values[1::2]
        self.changed = True

    def _meter_value(self, sample: Sample) -> MeterValue | None:
        values, context = [], str(sample.context)
        for wanted in self._session.configuration.listed(sample.key):
            for value in self._wanted(wanted, sample):
                value["context"] = context
                values.append(value)
        if not values:
            return None
        return {"timestamp": self._session.timestamp(sample.reading.at), "sampledValue": values}

    def _wanted(self, wanted: str, sample: Sample) -> Iterator[SampledValue]:
        measurand, phase = measurand_of(wanted)
        reading = self._since_mark(sample, measurand) if measurand in INTERVALS else sample.reading
        in_stop = sample.key in IN_STOP
        for value in sampled_values(measurand, phase, reading):
            if in_stop and value.get("unit") == HERTZ:
                del value["unit"]
            yield value

    def _since_mark(self, sample: Sample, measurand: Measurand) -> Reading:
        """The reading with registers that count from the sample before; a triggered one is none of the series."""
        reading = sample.reading
        place = sample.connector, str(sample.key), str(measurand)
        grown = replace(
            reading,
            energy_wh=self._intervals.growth(*place, reading.energy_wh),
            reactive_varh=self._intervals.growth(*place, reading.reactive_varh),
        )
        if sample.context is not SampleContext.TRIGGER:
            self._begin_interval(sample, measurand)
        return grown

    def _begin_interval(self, sample: Sample, measurand: Measurand) -> None:
        reactive = measurand is M.energy_reactive_import_interval
        register = sample.reading.reactive_varh if reactive else sample.reading.energy_wh
        self._intervals.mark(sample.connector, str(sample.key), str(measurand), register)
