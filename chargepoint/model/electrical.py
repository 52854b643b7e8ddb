"""Currents and powers: what a connector offers its car, what the car takes, how connectors share a station.

Quantities are per phase in A for AC and in W for DC (one phase), as the station's limits are.
Formulas: P = n x U x I x cos phi for AC; DC limits are powers already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chargepoint.api.spec import CurrentType

MINIMUM_AC_CURRENT_A = 6.0
"""The control pilot cannot signal less (IEC 61851-1): an offer below it is a pause."""


@dataclass(frozen=True, slots=True)
class Phases:
    """One quantity on each of three phases; DC uses ``l1``."""

    l1: float = 0.0
    l2: float = 0.0
    l3: float = 0.0

    @classmethod
    def first(cls, count: int, value: float) -> Phases:
        """``value`` on the first ``count`` phases."""
        return cls(*(value if number < count else 0.0 for number in range(3)))

    def limited(self, limit: float, count: int) -> Phases:
        """Each phase at most ``limit``, nothing beyond the first ``count`` phases."""
        return Phases(*(min(value, limit) if number < count else 0.0 for number, value in enumerate(self.values)))

    def capped_by(self, other: Phases) -> Phases:
        """Each phase at most that of ``other``."""
        return Phases(*map(min, self.values, other.values))

    @property
    def values(self) -> tuple[float, float, float]:
        """The phases in order."""
        return self.l1, self.l2, self.l3

    @property
    def total(self) -> float:
        """The sum."""
        return self.l1 + self.l2 + self.l3

    @property
    def largest(self) -> float:
        """The phase with most."""
        return max(self.values)


NOTHING = Phases()


@dataclass(frozen=True, slots=True)
class Supply:
    """How a station is wired. ``voltage_v`` is line to neutral for AC, at the outlet for DC."""

    type: CurrentType
    phases: int
    voltage_v: float
    station_limit: float
    connector_limit: float

    @property
    def direct(self) -> bool:
        """Whether it is direct current."""
        return self.type is CurrentType.DC

    @property
    def minimum(self) -> float:
        """The smallest offer that is not a pause."""
        return MINIMUM_AC_CURRENT_A if self.type is CurrentType.AC else 1.0

    def watts(self, power_factor: float) -> float:
        """The power of one unit of consumption: of 1 A at ``power_factor`` for AC, of 1 W for DC."""
        return 1.0 if self.direct else self.voltage_v * power_factor

    def current_a(self, consumption: Phases) -> Phases:
        """The currents of ``consumption``."""
        if self.type is CurrentType.AC:
            return consumption
        return Phases(consumption.l1 / self.voltage_v)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a connector may give by itself, before the station's limit is shared. ``order``: who began first."""

    connector: int
    limit: float
    order: int


ROUNDING = 1e-9
"""How far a share may miss the minimum because of the arithmetic alone."""


def shared(offers: Sequence[Offer], station_limit: float, minimum: float) -> dict[int, float]:
    """The setpoint of every offering connector under the station's limit.

    Offers are scaled in proportion when their sum exceeds ``station_limit`` (two 20 A offers under 32 A are
    16 A each). Where a share falls below ``minimum``, the connector that began last is paused (0) and the others
    share again.
    """
    setpoints = {offer.connector: 0.0 for offer in offers}
    taking = sorted((offer for offer in offers if offer.limit >= minimum), key=lambda offer: offer.order)
    while taking:
        total = max(station_limit, sum(offer.limit for offer in taking))
        shares = {offer.connector: offer.limit * station_limit / total for offer in taking}
        if min(shares.values()) >= minimum - ROUNDING:
            return setpoints | {connector: max(share, minimum) for connector, share in shares.items()}
        taking.pop()
    return setpoints


def held_back(
    shares: dict[int, float], before: dict[int, float], flowing: dict[int, float], station_limit: float
) -> dict[int, float]:
    """``shares`` as they can be given now, while cars that have to take less still come down.

    ``before`` is what each connector could take until now, ``flowing`` what it takes. Nobody gets more while the
    station would be overloaded by it: first one comes down, then the other goes up.
    """
    if sum(max(share, flowing[number]) for number, share in shares.items() if share) <= station_limit + ROUNDING:
        return shares
    return {number: min(share, before[number]) for number, share in shares.items()}
