"""The measurands of OCPP 1.6 (section 7.31): what each is of a meter reading, in which unit, on which phases, where.

All of them are there. What a station does not have is 0 (it never takes energy out of a car); RPM needs a fan, which
direct current stations have. A measurand that is measured on every line is told for every line; one with a total is
told as that total, and for a single line when the configuration asks for it, as in Power.Active.Import.L2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from chargepoint.model.metering import Reading, whole_wh
from chargepoint.ocpp.v16 import Location, Measurand, Phase, UnitOfMeasure

M = Measurand
U = UnitOfMeasure

SampledValue = dict[str, object]
Values = tuple[float, float, float]

LINES = tuple(map(str, (Phase.l1, Phase.l2, Phase.l3)))
LINES_TO_NEUTRAL = tuple(map(str, (Phase.l1_n, Phase.l2_n, Phase.l3_n)))
LINES_TO_LINE = tuple(map(str, (Phase.l1_l2, Phase.l2_l3, Phase.l3_l1)))

NOMINAL_FREQUENCY_HZ = 50.0

HERTZ = "Hertz"
"""A unit of MeterValues only: the schema of StopTransaction does not know it, nor does the ocpp package's list."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """How a measurand is told. ``total`` may have no value; ``lines`` are the values of L1 to L3."""

    total: Callable[[Reading], float | None] | None
    unit: str | None = None
    decimals: int = 1
    location: Location = Location.outlet
    lines: Callable[[Reading], Values] | None = None


def _nothing(reading: Reading) -> float:
    return 0.0


def _voltages(reading: Reading) -> Values:
    if not reading.lost_phase:
        return (reading.voltage_v,) * 3
    l1, l2, l3 = (0.0 if line == reading.lost_phase else reading.voltage_v for line in (1, 2, 3))
    return l1, l2, l3


def _nothing_by_line(reading: Reading) -> Values:
    return 0.0, 0.0, 0.0


def _powers(factor: Callable[[Reading], float]) -> Callable[[Reading], Values]:
    def lines(reading: Reading) -> Values:
        l1, l2, l3 = (reading.voltage_v * current_a * factor(reading) for current_a in reading.current_a.values)
        return l1, l2, l3

    return lines


_ACTIVE = _powers(lambda reading: reading.power_factor)
_REACTIVE = _powers(lambda reading: math.sqrt(1.0 - reading.power_factor**2))

QUANTITIES = {
    M.energy_active_import_register: Quantity(lambda reading: whole_wh(reading.energy_wh), U.wh, 0),
    M.energy_active_export_register: Quantity(_nothing, U.wh, 0),
    M.energy_reactive_import_register: Quantity(lambda reading: whole_wh(reading.reactive_varh), U.varh, 0),
    M.energy_reactive_export_register: Quantity(_nothing, U.varh, 0),
    M.energy_active_import_interval: Quantity(lambda reading: reading.energy_wh, U.wh),
    M.energy_active_export_interval: Quantity(_nothing, U.wh),
    M.energy_reactive_import_interval: Quantity(lambda reading: reading.reactive_varh, U.varh),
    M.energy_reactive_export_interval: Quantity(_nothing, U.varh),
    M.power_active_import: Quantity(lambda reading: reading.power_w, U.w, lines=_ACTIVE),
    M.power_active_export: Quantity(_nothing, U.w, lines=_nothing_by_line),
    M.power_offered: Quantity(lambda reading: reading.offered_w, U.w),
    M.power_reactive_import: Quantity(lambda reading: reading.reactive_var, U.var, lines=_REACTIVE),
    M.power_reactive_export: Quantity(_nothing, U.var, lines=_nothing_by_line),
    M.power_factor: Quantity(
        lambda reading: reading.power_factor, None, 3, lines=lambda reading: (reading.power_factor,) * 3
    ),
    M.current_import: Quantity(None, U.a, 2, lines=lambda reading: reading.current_a.values),
    M.current_export: Quantity(None, U.a, 2, lines=_nothing_by_line),
    M.current_offered: Quantity(
        lambda reading: reading.offered_a, U.a, lines=lambda reading: (reading.offered_a,) * 3
    ),
    M.voltage: Quantity(None, U.v, lines=_voltages),
    M.frequency: Quantity(lambda reading: NOMINAL_FREQUENCY_HZ, HERTZ, 2, Location.inlet),
    M.temperature: Quantity(lambda reading: reading.temperature_c, U.celsius, 1, Location.body),
    M.soc: Quantity(lambda reading: reading.soc_pct, U.percent, 0, Location.ev),
    M.rpm: Quantity(lambda reading: reading.fan_rpm, None, 0, Location.body),
}

OF_THE_MOMENT = frozenset(
    {M.power_active_import, M.power_reactive_import, M.power_factor, M.current_import, M.voltage, M.frequency}
)
"""What a meter measures at the moment, and does not tell when it shows its register alone."""

INTERVALS = frozenset(measurand for measurand in M if measurand.endswith(".Interval"))
"""Measurands whose quantity is a register, of which the growth since the sample before is told."""


def known_measurands(direct: bool, phases: int) -> frozenset[str]:
    """All that a station of ``phases`` phases, or of direct current, can be configured to tell."""
    known = {str(measurand) for measurand in M if direct or measurand is not M.rpm}
    if direct:
        return frozenset(known)
    for measurand, quantity in QUANTITIES.items():
        if quantity.lines is not None:
            known |= {f"{measurand}.{line}" for line in LINES[:phases]}
    known |= {f"{M.voltage}.{line}" for line in (*LINES_TO_NEUTRAL[:phases], *_line_pairs(phases))}
    return frozenset(known)


@lru_cache
def measurand_of(wanted: str) -> tuple[Measurand, str]:
    """The measurand of an item of a configured list, and the phase it names, if any."""
    measurand = next((one for one in M if one == wanted), None)
    if measurand is not None:
        return measurand, ""
    name, _, phase = wanted.rpartition(".")
    return M(name), phase


def sampled_values(measurand: Measurand, phase: str, reading: Reading) -> Iterator[SampledValue]:
    """``measurand`` of ``reading``, on ``phase`` alone if one is given."""
    quantity = QUANTITIES[measurand]
    if reading.register_only and measurand in OF_THE_MOMENT:
        return
    if quantity.lines is None or (quantity.total is not None and not phase):
        value = quantity.total(reading) if quantity.total is not None else None
        if value is not None:
            yield _sample(measurand, quantity, value)
        return
    values = quantity.lines(reading)
    if not phase:
        for line, value in zip(_lines(measurand)[: reading.phases], values, strict=False):
            sample = _sample(measurand, quantity, value)
            if reading.phases > 1:
                sample["phase"] = line
            yield sample
        return
    for line, value in _by_line(measurand, values, reading.phases):
        # Voltage.L1 is what many call the voltage from that line to neutral.
        if phase in (line, line.removesuffix("-N")):
            sample = _sample(measurand, quantity, value)
            sample["phase"] = line
            yield sample


def _lines(measurand: Measurand) -> tuple[str, ...]:
    return LINES_TO_NEUTRAL if measurand is M.voltage else LINES


def _by_line(measurand: Measurand, values: Values, phases: int) -> Iterator[tuple[str, float]]:
    yield from zip(_lines(measurand)[:phases], values, strict=False)
    if measurand is M.voltage:
        for pair, (first, second) in zip(_line_pairs(phases), ((0, 1), (1, 2), (2, 0)), strict=False):
            # Both 120 degrees apart: the cosine rule.
            yield pair, math.sqrt(values[first] ** 2 + values[first] * values[second] + values[second] ** 2)


def _line_pairs(phases: int) -> tuple[str, ...]:
    return LINES_TO_LINE[: {1: 0, 2: 1, 3: 3}[phases]]


def _sample(measurand: Measurand, quantity: Quantity, value: float) -> SampledValue:
    sample = _told_alike(measurand).copy()
    sample["value"] = _FORMATS[quantity.decimals] % value
    return sample


_FORMATS = ("%.0f", "%.1f", "%.2f", "%.3f")
"""By the number of decimals."""


@cache
def _told_alike(measurand: Measurand) -> SampledValue:
    """What all values of ``measurand`` have in common."""
    quantity = QUANTITIES[measurand]
    unit = {} if quantity.unit is None else {"unit": str(quantity.unit)}
    return {"value": "", "measurand": str(measurand), **unit, "location": str(quantity.location)}
