"""The last minutes of power and of its limit, sampled: what the curves are drawn from."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final

from tui.state.station import Station

LENGTH: Final = 120
"""Samples kept of each connector; at one a second, two minutes."""

_NOTHING: Final[array[float]] = array("f")


class Traces:
    """Rings of samples in W: power and limit of each connector, and the power of the yard."""

    def __init__(self) -> None:
        self._powers: dict[tuple[str, int], array[float]] = {}
        self._limits: dict[tuple[str, int], array[float]] = {}
        self.yard: array[float] = array("f")

    def sample(self, stations: Iterable[Station]) -> None:
        """Take one sample of every connector; those no longer there are forgotten."""
        powers: dict[tuple[str, int], array[float]] = {}
        limits: dict[tuple[str, int], array[float]] = {}
        total_w = 0.0
        for station in stations:
            watts = station.watts_per_setpoint
            for number, connector in station.connectors.items():
                key = (station.id, number)
                status = connector.status
                power_w = status.power_w if status else 0.0
                powers[key] = _push(self._powers.get(key), power_w)
                limits[key] = _push(self._limits.get(key), status.setpoint * watts if status else 0.0)
                total_w += power_w
        self._powers, self._limits = powers, limits
        _push(self.yard, total_w)

    def of(self, station_id: str, connector: int) -> Sequence[float]:
        """The power of one connector in W, the oldest first."""
        return self._powers.get((station_id, connector), _NOTHING)

    def limits_of(self, station_id: str, connector: int) -> Sequence[float]:
        """What was offered to its car, in W."""
        return self._limits.get((station_id, connector), _NOTHING)


def _push(ring: array[float] | None, sample: float) -> array[float]:
    ring = array("f") if ring is None else ring
    ring.append(sample)
    if len(ring) > LENGTH:
        del ring[0]
    return ring
