"""The state that the blocks of a station share, and the way facts leave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chargepoint.api.payloads import ConnectorState, ErrorCode
from chargepoint.model.authorization import AuthorizationCache, TokenInfo
from chargepoint.model.commands import ListSent, Outcome
from chargepoint.model.connector import Connector
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import ConnectorChanged, Fact
from chargepoint.model.local_list import LocalList
from chargepoint.model.parameters import Parameters
from chargepoint.model.reservation import Reservations
from chargepoint.model.security_log import SecurityEvent, SecurityLog
from chargepoint.model.smartcharging.profiles import Profile, Profiles
from chargepoint.model.smartcharging.validation import Rules
from chargepoint.model.statuses import is_fault
from chargepoint.model.vehicle import Vehicle

if TYPE_CHECKING:
    from chargepoint.model.damages import Damages
    from chargepoint.model.errands import Errand, Errands
    from chargepoint.model.firmware import Update
    from chargepoint.model.resetting import Resetting


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the central system about an id tag, and what hangs on it.

    ``transaction`` is the handle of the one that it is to stop; None: it is to start one.
    """

    connector: int
    id_tag: str
    transaction: int | None = None
    profile: Profile | None = None


@dataclass(slots=True)
class StationState:
    """Everything a station knows. Connector 0 is the station: ``operative``, ``error_code``, ``status``.

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
    error_code: ErrorCode = ErrorCode.NO_ERROR
    status: ConnectorState = ConnectorState.AVAILABLE
    told_error: ErrorCode = ErrorCode.NO_ERROR
    asked: dict[int, Asked] = field(default_factory=dict)
    last_request: int = 0
    last_handle: int = 0
    going_down: bool = False
    own_errands: Errands | None = None
    damages: Damages | None = None
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
        return self._with_emergency(self.error_code, 0) is not ErrorCode.NO_ERROR

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
        emergency = self.emergency_at(number)
        if number == 0:
            return ConnectorChanged(0, self.status, self.told_error, at, emergency_stop=emergency)
        connector = self.connectors[number]
        return ConnectorChanged(number, connector.status, connector.told_error, at, connector.ev_side_open, emergency)

    def free(self, connector: Connector) -> bool:
        """Whether a transaction could begin at ``connector``."""
        return (
            connector.operative
            and not self.held
            and connector.transaction is None
            and not connector.hanging
            and self.error_of(connector) is ErrorCode.NO_ERROR
            and not self.going_down
        )

    def is_asking(self, connector: Connector) -> bool:
        """Whether the central system's verdict on an id tag at ``connector`` is waited for."""
        return any(asked.connector == connector.number for asked in self.asked.values())

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
                self.told_error = self.station_error
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
            self.cache.forget(id_tag for id_tag, _ in sent.entries if self.is_listed(id_tag))
            self.changed.add("cache")
        return outcome

    @property
    def station_error(self) -> ErrorCode:
        """What is told of the station as a whole: its fault, else a reset that it has given up, else a list that its
        central system contradicts."""
        if self.faulted:
            return self._with_emergency(self.error_code, 0)
        if self.reset_failed:
            return ErrorCode.RESET_FAILURE
        conflict = self.parameters.list_enabled and self.local_list.in_conflict
        return ErrorCode.LOCAL_LIST_CONFLICT if conflict else ErrorCode.NO_ERROR

    def error_of(self, connector: Connector) -> ErrorCode:
        """The error that ``connector`` suffers: its own, else the station's."""
        own = self._with_emergency(connector.error_code, connector.number)
        return self._with_emergency(self.error_code, 0) if self.faulted and not is_fault(own) else own

    def emergency_at(self, number: int) -> bool:
        """Whether an emergency stop keeps connector ``number`` (0: the station) out of service."""
        return not self.emergency_stops.isdisjoint((0, number))

    def _with_emergency(self, error: ErrorCode, number: int) -> ErrorCode:
        """``error``, or when that is none the pressed button of ``number``, for which there is no code of its own."""
        return ErrorCode.OTHER_ERROR if number in self.emergency_stops and not is_fault(error) else error

    def running(self, central_id: int) -> Connector | None:
        """The connector whose transaction the central system knows as ``central_id``."""
        for connector in self.connectors.values():
            if connector.transaction is not None and connector.transaction.central_id == central_id:
                return connector
        return None
