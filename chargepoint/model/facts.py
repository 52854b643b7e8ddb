"""What has happened in a station; facts are its log and all that leaves it. Moments are POSIX seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chargepoint.api.payloads import ConnectorState, ErrorCode
from chargepoint.model.faults import Fault
from chargepoint.model.metering import Reading, SampleContext
from chargepoint.model.reservation import Reservation, ReservationEnd
from chargepoint.model.security_log import SecurityEvent
from chargepoint.model.transaction import StopReason, Transaction

if TYPE_CHECKING:
    from chargepoint.model.firmware import FirmwareStatus, UpdateRequest


@dataclass(frozen=True, slots=True)
class ConnectorChanged:
    """State or error of ``connector`` (0: the station) changed.

    ``ev_side_open``: the cable is still locked in the station, but no longer in a car. ``vendor_code`` and
    ``info``: what the vendor says of the error.
    """

    connector: int
    status: ConnectorState
    error_code: ErrorCode
    at: float
    ev_side_open: bool = False
    vendor_code: str = ""
    info: str = ""

    @classmethod
    def of(
        cls, connector: int, status: ConnectorState, told: Fault, at: float, ev_side_open: bool = False
    ) -> ConnectorChanged:
        """That ``told`` is what is wrong."""
        return cls(connector, status, told.code, at, ev_side_open, told.vendor_code, told.info)


@dataclass(frozen=True, slots=True)
class AuthorizeWanted:
    """The central system is to be asked about ``id_tag``; the answer is ``AuthorizeAnswered(request, ...)``."""

    request: int
    id_tag: str


@dataclass(frozen=True, slots=True)
class TokenDenied:
    """An id tag was presented and opens nothing."""

    connector: int
    id_tag: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class TransactionStarted:
    """Energy may flow from now on, at ``transaction.meter_start_wh``."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class TransactionStopped:
    """``transaction`` ended; ``id_tag`` when a tag ended it."""

    transaction: Transaction
    reason: StopReason
    id_tag: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class MeterSampled:
    """The meter of ``connector`` (0: the station's) was read, in ``transaction`` if one runs there."""

    connector: int
    transaction: Transaction | None
    context: SampleContext
    reading: Reading


@dataclass(frozen=True, slots=True)
class ReservationEnded:
    """``reservation`` is over."""

    reservation: Reservation
    why: ReservationEnd
    at: float


@dataclass(frozen=True, slots=True)
class FirmwareChanged:
    """Update ``number`` made progress; ``reason`` says why it failed, if it did."""

    number: int
    request: UpdateRequest
    status: FirmwareStatus
    reason: str


@dataclass(frozen=True, slots=True)
class Rebooting:
    """The station goes down now and boots again; ``cause``: what made it, if nobody wanted it."""

    reason: StopReason
    cause: str = ""


@dataclass(frozen=True, slots=True)
class ResetFailed:
    """A reset for ``reason`` did not succeed; it is tried ``retries`` times more, in ``wait_s`` next."""

    reason: StopReason
    retries: int
    wait_s: float


Fact = (
    ConnectorChanged
    | AuthorizeWanted
    | TokenDenied
    | TransactionStarted
    | TransactionStopped
    | MeterSampled
    | ReservationEnded
    | FirmwareChanged
    | SecurityEvent
    | Rebooting
    | ResetFailed
)
