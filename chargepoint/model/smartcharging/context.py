"""What the engine must be told of the station and of a connector, besides the profiles and the time."""

from __future__ import annotations

from dataclasses import dataclass

from chargepoint.api.spec import CurrentType
from chargepoint.model.smartcharging.profiles import RateUnit, TransactionHandle


@dataclass(frozen=True, slots=True)
class StationContext:
    """What the station is built for.

    Ratings are A per phase on AC, W on DC. ``voltage_v`` is the nominal one, line to neutral on AC, of the output
    on DC: limits are converted with it, never with a measured voltage.
    """

    current: CurrentType
    voltage_v: float
    phases: int
    connector_rating: float
    station_rating: float

    @property
    def unit(self) -> RateUnit:
        """The unit it works in."""
        return RateUnit.A if self.current is CurrentType.AC else RateUnit.W


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What runs on a connector (1..n): its transaction and when that began (POSIX seconds), or neither.

    Without a transaction every answer is that for a transaction starting at the moment asked about.
    """

    connector: int
    transaction: TransactionHandle | None = None
    started_at: float | None = None
