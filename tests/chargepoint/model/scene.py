"""A station without any dialect: a test tells it things, lets time pass, and reads the facts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chargepoint.api.payloads import ConnectorState
from chargepoint.api.spec import CurrentType
from chargepoint.model.authorization import TokenInfo, TokenStatus
from chargepoint.model.commands import (
    AuthorizeAnswered,
    CarChanged,
    Command,
    LinkChanged,
    Outcome,
    StartAnswered,
    TokenPresented,
)
from chargepoint.model.connector import Connector
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import AuthorizeWanted, ConnectorChanged, Fact, TransactionStarted
from chargepoint.model.station import Station
from chargepoint.model.vehicle import GENERIC, Vehicle

F = TypeVar("F", bound=Fact)

NOON = 1_749_988_800.0
ACCEPTED = TokenInfo(TokenStatus.ACCEPTED)
AC = Supply(CurrentType.AC, 3, 230.0, 32.0, 32.0)
DC = Supply(CurrentType.DC, 1, 400.0, 50_000.0, 50_000.0)


@dataclass
class Scene:
    """A station that is online and whose central system accepts every id tag as soon as it is asked."""

    supply: Supply = AC
    connectors: int = 1
    vehicle: Vehicle = GENERIC
    fixed_cable: bool = False
    verdict: TokenInfo | None = ACCEPTED
    now: float = NOON
    facts: list[Fact] = field(default_factory=list)
    records: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.boot()

    def boot(self) -> None:
        """Power on, from what is stored."""
        self.station = Station(
            self.supply,
            self.connectors,
            self.now,
            vehicle=self.vehicle,
            fixed_cable=self.fixed_cable,
            records=json.loads(json.dumps(self.records)),
        )
        self._collect()
        self.tell(LinkChanged(True))

    def tell(self, command: Command) -> Outcome:
        """Tell the station something, and play its central system."""
        outcome = self.station.tell(command, self.now)
        self._collect()
        return outcome

    def advance(self, seconds: float) -> None:
        """Let time pass in one stride."""
        self.now += seconds
        self.station.advance(self.now)
        self._collect()

    def configure(self, **parameters: Any) -> None:
        """Give parameters of the station new values, as a dialect does."""
        for name, value in parameters.items():
            setattr(self.station.state.parameters, name, value)
        self.station.parameters_changed(self.now)
        self._collect()

    def plug(self, connector: int = 1, cable: float = 32.0, **car: Any) -> Outcome:
        """Put the cable in, or whatever else the car does."""
        return self.tell(CarChanged(connector, cable, **car))

    def unplug(self, connector: int = 1) -> Outcome:
        """Pull the cable."""
        return self.tell(CarChanged(connector, 0.0))

    def tap(self, id_tag: str = "TAG", connector: int = 1) -> Outcome:
        """Present an id tag."""
        return self.tell(TokenPresented(connector, id_tag))

    def charge(self, connector: int = 1, **car: Any) -> None:
        """Plug and tap."""
        self.plug(connector, **car)
        self.tap(connector=connector)

    def connector(self, number: int = 1) -> Connector:
        """The connector as it is."""
        return self.station.state.connectors[number]

    def of(self, kind: type[F]) -> list[F]:
        """The facts of one kind, in order."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def states(self, connector: int = 1) -> list[ConnectorState]:
        """The states of a connector, in order."""
        return [fact.status for fact in self.of(ConnectorChanged) if fact.connector == connector]

    def _collect(self) -> None:
        while facts := self.station.facts():
            self.facts += facts
            for fact in facts:
                match fact:
                    case AuthorizeWanted(request):
                        self.station.tell(AuthorizeAnswered(request, self.verdict), self.now)
                    case TransactionStarted(transaction) if self.station.state.online:
                        handle = transaction.handle
                        answer = StartAnswered(handle, 100 + handle, transaction.id_tag, self.verdict or ACCEPTED)
                        self.station.tell(answer, self.now)
                    case _:
                        pass
        self.records |= json.loads(json.dumps(self.station.changes()))
