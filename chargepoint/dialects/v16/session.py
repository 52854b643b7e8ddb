"""What the functional blocks of one station share: the station, the wire, the configuration, the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chargepoint.api.spec import ChargePointSpec
from chargepoint.clock import iso
from chargepoint.dialects.journal import Journal
from chargepoint.dialects.v16.configuration import Configuration
from chargepoint.model.station import Station
from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import Answered, Lane, Refused, Request, Unanswered
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import FROM_CHARGE_POINT, Action, RegistrationStatus

Outcome = Answered | Refused | Unanswered
"""How a request of ours ended."""

Heard = Callable[[Outcome, float], None]
"""Who wants to know how a request ended, and when."""


SENDS = FROM_CHARGE_POINT - {Action.data_transfer}
"""The CALLs that a station makes; the table of supported messages is made of it."""


OPTIONAL = frozenset(
    {
        Action.data_transfer,
        Action.diagnostics_status_notification,
        Action.firmware_status_notification,
        Action.log_status_notification,
        Action.security_event_notification,
        Action.sign_certificate,
        Action.signed_firmware_status_notification,
    }
)
"""CALLs that a central system need not know. One that answers NotImplemented or NotSupported gets no more of that
kind until it is connected to anew; their outcome is then that same refusal."""


class CallRefusedError(Exception):
    """A CALL that is answered with a CALLERROR."""

    def __init__(self, code: CallErrorCode, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


Answer = Callable[[Payload, float], Payload]
"""What a block answers to a CALL: payload of the request and time to payload of the response, or CallRefusedError."""


@dataclass(slots=True)
class Session:
    """One station's conversation in OCPP 1.6, over all its connections.

    ``journal`` has the newest lines of its log. ``manufacturer_roots`` and ``central_system_roots`` give the root
    certificates that are installed, in PEM.
    """

    spec: ChargePointSpec
    station: Station
    endpoint: Endpoint
    configuration: Configuration
    registration: RegistrationStatus | None = None
    after_reply: list[Callable[[float], None]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Lines for the log."""
    journal: Journal = field(default_factory=Journal)
    manufacturer_roots: Callable[[], list[str]] = list
    central_system_roots: Callable[[], list[str]] = list

    @property
    def online(self) -> bool:
        """Whether requests of ours may go out: connected, and accepted by the central system (section 4.2)."""
        return self.endpoint.is_open and self.registration is RegistrationStatus.accepted

    @property
    def firmware_version(self) -> str:
        """The version that the station runs: of its last update, else the one it came with."""
        return self.station.state.installed_version or self.spec.firmware_version

    def record(self, notes: Sequence[str]) -> None:
        """Append ``notes`` to the journal, which forgets its oldest lines."""
        if notes:
            self.journal.record(self.station.state.at, notes)

    def timestamp(self, at: float) -> str:
        """The dateTime that the station's clock showed at ``at``."""
        return iso(self.station.state.station_time(at))

    def send(
        self, action: Action, payload: Payload, now: float, *, heard: Heard | None = None, lane: Lane = Lane.OTHER
    ) -> None:
        """Send a CALL of ``SENDS`` when its turn comes; ``heard`` learns how it ended."""
        assert action in SENDS, action
        self.endpoint.send(Request(str(action), payload, lane, heard, optional=action in OPTIONAL), now)

    def then(self, consequence: Callable[[float], None]) -> None:
        """Do ``consequence`` when the answer to the CALL being handled is on the wire."""
        self.after_reply.append(consequence)
