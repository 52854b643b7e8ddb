"""Limits as a station follows them, and their conversion between amperes and watts."""

from __future__ import annotations

from dataclasses import dataclass

from chargepoint.api.spec import CurrentType
from chargepoint.model.smartcharging.context import StationContext
from chargepoint.model.smartcharging.profiles import Period, RateUnit, Schedule


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``rate`` on at most ``phases`` phases, in the station's own unit: A per phase on AC, W on DC.

    ``rate`` 0 is a pause. Below ``min_rate`` pausing is asked for as well. On DC ``phases`` means nothing.
    """

    rate: float
    phases: int
    min_rate: float = 0.0

    def capped_by(self, other: Limit) -> Limit:
        """What obeys both. Each side counts: the current of a phase and the number of phases."""
        return Limit(min(self.rate, other.rate), min(self.phases, other.phases), max(self.min_rate, other.min_rate))


def limit_of(period: Period, schedule: Schedule, station: StationContext) -> Limit:
    """The limit ``period`` sets to ``station``.

    Watts become amperes over the phases the period names, by default all of the station's. Named phases that the
    station lacks are not used, and the current of the others stays as it is (OCPP 1.6 errata 3.34).
    """
    phases = period.phases or station.phases
    return Limit(
        rate=_convert(period.limit, schedule.unit, station.unit, phases, station),
        phases=min(phases, station.phases),
        min_rate=_convert(schedule.min_rate or 0.0, schedule.unit, station.unit, phases, station),
    )


def rate_in(unit: RateUnit, limit: Limit, station: StationContext) -> float:
    """The rate of ``limit`` in ``unit``: A per phase, or W over its phases."""
    return _convert(limit.rate, station.unit, unit, limit.phases, station)


def _convert(rate: float, given: RateUnit, wanted: RateUnit, phases: int, station: StationContext) -> float:
    if given is wanted:
        return rate
    watts_per_ampere = station.voltage_v * (phases if station.current is CurrentType.AC else 1)
    return rate * watts_per_ampere if wanted is RateUnit.W else rate / watts_per_ampere
