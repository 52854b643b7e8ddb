"""What is asked of one end of an OCPP-J session, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import CallError, Payload
from chargepoint.ocpp.schema import Violation


class Lane(IntEnum):
    """How urgent a request of ours is; lower goes first."""

    BOOT = 0
    AUTHORIZE = 1
    TRANSACTION = 2
    STATUS = 3
    OTHER = 4


@dataclass(frozen=True, slots=True)
class Request:
    """A CALL to be sent. ``about`` comes back with its outcome; the endpoint does not look at it.

    ``optional``: of a kind that the peer need not know. Once it says so, on this connection no more of it are sent.
    ``unchecked``: it may violate its schema, since somebody wants to see what comes of that.
    """

    action: str
    payload: Payload
    lane: Lane = Lane.OTHER
    about: object = None
    optional: bool = False
    unchecked: bool = False


class Silence(StrEnum):
    """Why a request got no answer."""

    TIMEOUT = "timeout"
    CLOSED = "connection closed"


@dataclass(frozen=True, slots=True)
class CallReceived:
    """The peer asks; the caller owes ``reply`` or ``refuse`` with this id.

    ``violation`` tells what it does, or did before it was mended, against the schema, if anything.
    """

    id: str
    action: str
    payload: Payload
    violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """CALLRESULT to ``request``, ``took_s`` after it was sent. ``violation`` tells what it does against the standard,
    if anything; the payload of one that could not be read is empty."""

    request: Request
    payload: Payload
    violation: Violation | None = None
    took_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """CALLERROR to ``request``, or to an earlier one of its kind, which the peer does not know."""

    request: Request
    error: CallError
    took_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """``request`` will get no answer any more; whether the peer received it is unknown, unless it never left."""

    request: Request
    why: Silence
    sent: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something came in that is not acted on: no frame, an answer to nothing, a call that was refused.

    ``code`` is there when it is against the standard, and not merely late or said twice.
    """

    text: str
    reason: str
    code: CallErrorCode | None = None


Event = CallReceived | Answered | Refused | Unanswered | Dropped
