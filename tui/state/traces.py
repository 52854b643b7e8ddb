"""The last minutes of power, sampled: what the little curves are drawn from."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from tui.state.station import Station

LENGTH = 120
"""Samples kept of each connector; at one a second, two minutes."""


class Traces:
    """Rings of power samples in W, one for each connector and one for the yard."""

    def __init__(self) -> None:
        self._rings: dict[tuple[str, int], array[float]] = {}
        self.yard: array[float] = array("f")

    def sample(self, stations: Iterable[Station]) -> None:
        """Take one sample of every connector; those no longer there are forgotten."""
        rings: dict[tuple[str, int], array[float]] = {}
        total_w = 0.0
        for station in stations:
            for number, connector in station.connectors.items():
                power_w = connector.status.power_w if connector.status else 0.0
                ring = self._rings.get((station.id, number))
                if ring is None:
                    ring = array("f")
                _push(ring, power_w)
                rings[station.id, number] = ring
                total_w += power_w
        self._rings = rings
        _push(self.yard, total_w)

    def of(self, station_id: str, connector: int) -> Sequence[float]:
        """The samples of one connector, the oldest first."""
        return self._rings.get((station_id, connector), ())


def _push(ring: array[float], sample: float) -> None:
    ring.append(sample)
    if len(ring) > LENGTH:
        del ring[0]
