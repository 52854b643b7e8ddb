"""A charge point as the yard has told it, and how much of everything there is in a fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.spec import CurrentType


class Standing(StrEnum):
    """What the list says of a charge point: its registration, or that there is none to be read."""

    ACCEPTED = Registration.ACCEPTED.value
    PENDING = Registration.PENDING.value
    REJECTED = Registration.REJECTED.value
    DISCONNECTED = Registration.DISCONNECTED.value
    DEAD = Registration.DEAD.value
    UNREADABLE = "Unreadable"
    UNKNOWN = "Unknown"


LIVING: Final = frozenset(
    {Standing.ACCEPTED, Standing.PENDING, Standing.REJECTED, Standing.DISCONNECTED},
)


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector; ``problem`` says why its retained status cannot be read."""

    number: int
    status: ConnectorStatus | None = None
    problem: str = ""

    @property
    def state(self) -> ConnectorState | None:
        """Its OCPP status, or None when its retained status cannot be read."""
        return self.status.status if self.status else None


def _no_connectors() -> Mapping[int, Connector]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Station:
    """One charge point; ``problem`` says why its retained status cannot be read. Connectors are in their order."""

    id: str
    status: ChargePointStatus | None = None
    problem: str = ""
    connectors: Mapping[int, Connector] = field(default_factory=_no_connectors)

    @property
    def standing(self) -> Standing:
        """What the list says of it."""
        if self.status:
            return Standing(self.status.status.value)
        return Standing.UNREADABLE if self.problem else Standing.UNKNOWN

    @property
    def alive(self) -> bool:
        """Whether its process runs, as far as it has told."""
        return self.standing in LIVING

    @property
    def deviates(self) -> bool:
        """Whether it is made to do wrong: a disturbance, quirk, damage or fault is on."""
        return self.status is not None and bool(self.status.deviations) and self.alive

    @property
    def direct(self) -> bool:
        """Whether it delivers direct current, so that its limits are W."""
        return self.status is not None and self.status.type == CurrentType.DC

    @property
    def phases(self) -> int:
        """How many phases a connector has; one for direct current."""
        if self.direct:
            return 1
        return max(1, self.status.nb_phases) if self.status else 3

    @property
    def watts_per_setpoint(self) -> float:
        """How many W one of a setpoint is: 1 for direct current, all phases of 1 A otherwise."""
        if self.status is None or self.direct:
            return 1.0
        return self.status.voltage * self.phases

    @property
    def power_w(self) -> float:
        """What its connectors deliver."""
        return sum(connector.status.power_w for connector in self.connectors.values() if connector.status)

    @property
    def transactions(self) -> tuple[int, ...]:
        """The ids of its transactions; -1 for one the central system has not numbered yet."""
        return tuple(
            connector.status.transaction_id
            for connector in self.connectors.values()
            if connector.status and connector.status.transaction_id is not None
        )

    @property
    def soc_pct(self) -> float | None:
        """The state of charge of the first car that tells it."""
        for connector in self.connectors.values():
            if connector.status and connector.status.soc_pct is not None:
                return connector.status.soc_pct
        return None


@dataclass(slots=True)
class Totals:
    """Counts over a fleet, kept up to date station by station. Power in whole W, so that sums stay exact."""

    standings: Counter[Standing] = field(default_factory=Counter)
    connectors: Counter[ConnectorState] = field(default_factory=Counter)
    power_w: int = 0
    deviating: int = 0

    @property
    def living(self) -> int:
        """How many charge points are alive."""
        return sum(self.standings[standing] for standing in LIVING)

    def add(self, station: Station) -> None:
        """Count ``station`` in."""
        self._count(station, 1)

    def subtract(self, station: Station) -> None:
        """Count ``station`` out, exactly as it was counted in."""
        self._count(station, -1)

    def _count(self, station: Station, sign: int) -> None:
        self.standings[station.standing] += sign
        self.deviating += sign * station.deviates
        for connector in station.connectors.values():
            if connector.status:
                self.connectors[connector.status.status] += sign
                self.power_w += sign * round(connector.status.power_w)
