"""The state that the blocks of a station share, and the way facts leave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chargepoint.api.payloads import ConnectorState, ErrorCode
from chargepoint.model.authorization import AuthorizationCache, TokenInfo
from chargepoint.model.commands import ListSent, Outcome
from chargepoint.model.connector import Connector, Heat
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import ConnectorChanged, Fact
from chargepoint.model.faults import EMERGENCY_STOP, NO_FAULT, Fault, blocks, has, told, without, worst
from chargepoint.model.local_list import LocalList
from chargepoint.model.parameters import Parameters
from chargepoint.model.reservation import Reservations
from chargepoint.model.security_log import SecurityEvent, SecurityLog
from chargepoint.model.smartcharging.profiles import Profile, Profiles
from chargepoint.model.smartcharging.validation import Rules
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import Vehicle

if TYPE_CHECKING:
    from chargepoint.model.damages import Damages
    from chargepoint.model.errands import Errand, Errands
    from chargepoint.model.firmware import Update


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the central system about an id tag, and what hangs on it.

    ``transaction`` is the handle of the one that it is to stop; None: it is to start one.
    """

    connector: int
    id_tag: str
    transaction: int | None = None
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Resetting:
    """A reset for ``reason`` that has failed, and is tried again at ``again_at`` and ``retries`` - 1 times more."""

    reason: StopReason
    retries: int
    again_at: float


@dataclass(slots=True)
class StationState:
    """Everything a station knows. Connector 0 is the station: ``operative``, ``faults``, ``status``.

    ``hot``: somewhere it is hotter than the current alone makes it.

    ``installed_version`` is that of the last firmware update; "" is the firmware it came with.

    ``emergency_stops``: whose buttons are pressed, 0 being the station's.

    ``resetting``: a reset that has failed is being tried again; ``reset_failed``: the last one was given up.

    Time has passed until ``at``; what was due by then has been done. ``accepted_once``: the central system has
    accepted the station, in this life or an earlier one.
    """

    supply: Supply
    vehicle: Vehicle
    fixed_cable: bool
    connectors: dict[int, Connector]
    at: float
    parameters: Parameters = field(default_factory=Parameters)
    profiles: Profiles = field(default_factory=Profiles)
    profile_rules: Rules = field(default_factory=Rules)
    reservations: Reservations = field(default_factory=Reservations)
    cache: AuthorizationCache = field(default_factory=AuthorizationCache)
    local_list: LocalList = field(default_factory=LocalList)
    online: bool = False
    accepted_once: bool = False
    clock_offset_s: float = 0.0
    operative: bool = True
    faults: tuple[Fault, ...] = ()
    status: ConnectorState = ConnectorState.AVAILABLE
    told: Fault = NO_FAULT
    asked: dict[int, Asked] = field(default_factory=dict)
    last_request: int = 0
    last_handle: int = 0
    going_down: bool = False
    own_errands: Errands | None = None
    damages: Damages | None = None
    hot: bool = False
    update: Update | None = None
    emergency_stops: frozenset[int] = frozenset()
    resetting: Resetting | None = None
    reset_failed: bool = False
    installed_version: str = ""
    security_log: SecurityLog = field(default_factory=SecurityLog)
    facts: list[Fact] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)

    def emit(self, fact: Fact) -> None:
        """Something has happened."""
        self.facts.append(fact)

    def touch(self, connector: Connector) -> None:
        """``connector`` has to be stored."""
        self.changed.add(f"connector/{connector.number}")

    def record_security(self, type: str, now: float, tech_info: str = "") -> None:
        """A security event, by its standard name: for the security log, and for whoever has to be told."""
        event = SecurityEvent(type, self.station_time(now), tech_info[:255])
        self.security_log.add(event)
        self.emit(event)

    def station_time(self, now: float) -> float:
        """What the station's clock shows at ``now``."""
        return now + self.clock_offset_s

    @property
    def faulted(self) -> bool:
        """Whether the station as a whole is out of service by a fault."""
        return blocks(self.station_faults)

    @property
    def errands(self) -> Errands:
        """What the world is to do for the station; loaded with the first errand, for most stations have none."""
        if self.own_errands is None:
            from chargepoint.model.errands import Errands

            self.own_errands = Errands()
        return self.own_errands

    def new_errands(self) -> list[Errand]:
        """What is wanted of the world since the last time."""
        return self.own_errands.new() if self.own_errands is not None else []

    @property
    def held(self) -> bool:
        """Whether connectors without a transaction are out of service for a firmware update."""
        return self.update is not None and self.update.holding

    def shown(self, number: int, at: float) -> ConnectorChanged:
        """The present state of connector ``number`` (0: the station), as a change at ``at``."""
        if number == 0:
            return ConnectorChanged.of(0, self.status, self.told, at)
        connector = self.connectors[number]
        return ConnectorChanged.of(number, connector.status, connector.told, at, connector.ev_side_open)

    def free(self, connector: Connector) -> bool:
        """Whether a transaction could begin at ``connector``."""
        return (
            connector.operative
            and not self.held
            and connector.transaction is None
            and not connector.hanging
            and not self.stopped(connector)
            and not self.going_down
        )

    def is_asking(self, connector: Connector) -> bool:
        """Whether the central system's verdict on an id tag at ``connector`` is waited for."""
        return any(asked.connector == connector.number for asked in self.asked.values())

    @property
    def storage_full(self) -> bool:
        """Whether nothing can be stored, for that is damaged."""
        return self.damages is not None and self.damages.storage_full

    def known(self, id_tag: str) -> TokenInfo | None:
        """What the station itself knows of ``id_tag``: by the local list, else by the cache (section 3.5)."""
        if self.is_listed(id_tag):
            return self.local_list.find(id_tag)
        return self.cache.find(id_tag) if self.parameters.cache_enabled else None

    def group_of(self, id_tag: str) -> str:
        """The parent of ``id_tag``, as far as the station knows; "" when it has none or it is not known."""
        known = self.known(id_tag)
        return known.parent_id_tag if known is not None else ""

    def learn(self, id_tag: str, info: TokenInfo) -> None:
        """Note the central system's verdict: against the local list, or in the cache (sections 3.5.1 and 3.5.2)."""
        if self.is_listed(id_tag):
            if self.local_list.compare(id_tag, info, self.station_time(self.at)) and not self.faulted:
                # Told each time it happens, not only when it begins.
                self.told = self.station_fault
                self.emit(self.shown(0, self.at))
        elif self.parameters.cache_enabled:
            self.cache.learn(id_tag, info)
            self.changed.add("cache")

    def is_listed(self, id_tag: str) -> bool:
        """Whether the local list decides over ``id_tag``."""
        return self.parameters.list_enabled and id_tag in self.local_list

    def take_list(self, sent: ListSent) -> Outcome:
        """Update the local list; what it decides over is not cached (section 3.5.2)."""
        outcome = self.local_list.take(sent, self.parameters.list_max_length, self.parameters.list_max_sent)
        if outcome.accepted:
            self.changed.add("local_list")
            self.faults = without(self.faults, ErrorCode.LOCAL_LIST_CONFLICT)
            self.cache.forget(id_tag for id_tag, _ in sent.entries if self.is_listed(id_tag))
            self.changed.add("cache")
        return outcome

    @property
    def station_fault(self) -> Fault:
        """What is told of the station as a whole: its faults, and a list that its central system contradicts."""
        conflict = self.parameters.list_enabled and self.local_list.in_conflict
        faults = self.station_faults
        return worst((*faults, Fault.of(ErrorCode.LOCAL_LIST_CONFLICT)) if conflict else faults)

    @property
    def station_faults(self) -> tuple[Fault, ...]:
        """Everything that is wrong with the station as a whole, but for its local list."""
        faults = self.faults
        if 0 in self.emergency_stops:
            faults += (EMERGENCY_STOP,)
        if self.reset_failed:
            faults += (Fault.of(ErrorCode.RESET_FAILURE),)
        return faults

    def faults_of(self, connector: Connector) -> tuple[Fault, ...]:
        """Everything that is wrong at ``connector``: its own, and the station's faults when it has none itself."""
        faults = connector.faults
        if connector.number in self.emergency_stops:
            faults += (EMERGENCY_STOP,)
        if self.damages is not None:
            faults += self.damages.faults(connector)
        if connector.heat is not Heat.COOL:
            from chargepoint.model.thermostat import fault_of

            faults += (fault_of(connector),)
        if (of_station := self.station_faults) and not blocks(faults):
            faults += tuple(one for one in of_station if one.blocking)
        return faults

    @property
    def faults_in_words(self) -> tuple[str, ...]:
        """The faults that were given, for people: ``fault GroundFailure connector 1``."""
        given = [str(one) for one in self.faults]
        for connector in self.connectors.values():
            given += [f"{one} connector {connector.number}" for one in connector.faults]
        return tuple(given)

    def told_of(self, connector: Connector, status: ConnectorState) -> Fault:
        """What is told of the faults of ``connector`` with ``status``."""
        return told(self.faults_of(connector), status)

    def stopped(self, connector: Connector) -> bool:
        """Whether no energy can flow at ``connector``: it is out of service, or its car is not understood."""
        faults = self.faults_of(connector)
        return bool(faults) and (blocks(faults) or has(faults, ErrorCode.EV_COMMUNICATION_ERROR))

    def suffers(self, connector: Connector, code: ErrorCode) -> bool:
        """Whether ``connector``, or the station, was given the fault ``code``."""
        return has(connector.faults, code) or has(self.faults, code)

    def running(self, central_id: int) -> Connector | None:
        """The connector whose transaction the central system knows as ``central_id``."""
        for connector in self.connectors.values():
            if connector.transaction is not None and connector.transaction.central_id == central_id:
                return connector
        return None
