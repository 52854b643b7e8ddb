"""What a station can be told: by people, by cars, by its link, by the central system."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.authorization import TokenInfo
from chargepoint.model.reservation import Reservation
from chargepoint.model.smartcharging.profiles import Profile, Purpose
from chargepoint.model.transaction import StopReason

if TYPE_CHECKING:
    from chargepoint.api.damage import Damage
    from chargepoint.model.errands import Result
    from chargepoint.model.firmware import UpdateRequest


class Verdict(StrEnum):
    """How a station takes a command."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    SCHEDULED = "Scheduled"
    OUTDATED = "Outdated"
    UNKNOWN_CONNECTOR = "UnknownConnector"
    OCCUPIED = "Occupied"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a command; ``reason`` says why not, in words."""

    verdict: Verdict
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it is or will be done."""
        return self.verdict in (Verdict.ACCEPTED, Verdict.SCHEDULED)


ACCEPTED = Outcome(Verdict.ACCEPTED)


@dataclass(frozen=True, slots=True)
class CarChanged:
    """The car at ``connector`` does something; None is unchanged. Cable (its capacity) 0 is pulled.

    Capacity and consumption per phase: A for AC, W for DC.
    """

    connector: int
    cable: float | None = None
    ready: bool | None = None
    l1: float | None = None
    l2: float | None = None
    l3: float | None = None


@dataclass(frozen=True, slots=True)
class TokenPresented:
    """Someone holds an id tag to the reader of ``connector``."""

    connector: int
    id_tag: str


@dataclass(frozen=True, slots=True)
class FaultChanged:
    """A fault of ``connector`` (0: the station) appears, or is no longer ``there``; NoError: none is.

    ``vendor_code`` and ``info`` are told with it.
    """

    connector: int
    error_code: ErrorCode
    there: bool = True
    vendor_code: str = ""
    info: str = ""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The central system can be asked (it is connected and has accepted the station), or no longer."""

    online: bool


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The station's clock is ``offset_s`` ahead of the time arguments."""

    offset_s: float


@dataclass(frozen=True, slots=True)
class AuthorizeAnswered:
    """The central system's verdict on ``AuthorizeWanted.request``; None when there was no usable answer."""

    request: int
    info: TokenInfo | None


@dataclass(frozen=True, slots=True)
class StartAnswered:
    """The central system has taken the start of transaction ``handle`` and gave it an id."""

    handle: int
    central_id: int
    id_tag: str
    info: TokenInfo


@dataclass(frozen=True, slots=True)
class StopAnswered:
    """The central system's verdict on the id tag that ended a transaction; it only teaches the cache."""

    id_tag: str
    info: TokenInfo


@dataclass(frozen=True, slots=True)
class RemoteStart:
    """The central system asks to start; without ``connector`` the station chooses."""

    connector: int | None
    id_tag: str
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class RemoteStop:
    """The central system asks to stop the transaction it knows as ``central_id``."""

    central_id: int


@dataclass(frozen=True, slots=True)
class AvailabilityChanged:
    """``connector`` (0: the station and all its connectors) is to be operative or not."""

    connector: int
    operative: bool


@dataclass(frozen=True, slots=True)
class Unlock:
    """The cable of ``connector`` is to be released; a running transaction ends first."""

    connector: int


@dataclass(frozen=True, slots=True)
class Reset:
    """The station is to boot again: ``hard`` at once, soft after ending its transactions in good order."""

    hard: bool


@dataclass(frozen=True, slots=True)
class ShutDown:
    """The station goes down in good order: it is switched off, or its battery lasts to end what a power cut ends."""

    reason: StopReason = StopReason.REBOOT


@dataclass(frozen=True, slots=True)
class CacheCleared:
    """The authorization cache is to be emptied."""


@dataclass(frozen=True, slots=True)
class ListSent:
    """The local authorization list is to become ``version``: the ``full`` list, or the changes to the present one.

    ``entries``: an id tag and what is to be known of it; None takes it off the list.
    """

    version: int
    entries: tuple[tuple[str, TokenInfo | None], ...]
    full: bool


@dataclass(frozen=True, slots=True)
class ProfileSet:
    """A charging profile is to be installed."""

    profile: Profile


@dataclass(frozen=True, slots=True)
class ProfilesCleared:
    """Charging profiles are to go: the one with ``id``, else those that match every given field."""

    id: int | None = None
    connector: int | None = None
    purpose: Purpose | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True)
class ReservationWanted:
    """A connector is to be kept for an id tag."""

    reservation: Reservation


@dataclass(frozen=True, slots=True)
class ReservationCancelled:
    """Reservation ``id`` is to go."""

    id: int


@dataclass(frozen=True, slots=True)
class UpdateWanted:
    """Firmware is to be fetched and installed."""

    request: UpdateRequest


@dataclass(frozen=True, slots=True)
class ErrandEnded:
    """Errand ``id`` came to its end."""

    id: int
    result: Result


@dataclass(frozen=True, slots=True)
class SampleWanted:
    """The meter of ``connector`` (0: the station's) is to be read now."""

    connector: int


@dataclass(frozen=True, slots=True)
class PartBroken:
    """Something breaks inside, or is repaired."""

    damage: Damage


Command = (
    CarChanged
    | TokenPresented
    | FaultChanged
    | LinkChanged
    | ClockSet
    | AuthorizeAnswered
    | StartAnswered
    | StopAnswered
    | RemoteStart
    | RemoteStop
    | AvailabilityChanged
    | Unlock
    | Reset
    | ShutDown
    | CacheCleared
    | ListSent
    | ProfileSet
    | ProfilesCleared
    | ReservationWanted
    | ReservationCancelled
    | UpdateWanted
    | ErrandEnded
    | SampleWanted
    | PartBroken
)
