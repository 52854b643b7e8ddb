"""What the central system does against the standard: counted for each connection, and put into words."""

from __future__ import annotations

from chargepoint.api.errors import shown
from chargepoint.ocpp.events import Answered, CallReceived, Dropped, Event
from chargepoint.ocpp.secrets import without_secrets

LONGEST_QUOTATION = 200


class Judgement:
    """Of one station over its central system. ``error`` is what it last did wrong on this connection, ``count`` how
    often it did."""

    def __init__(self) -> None:
        self.error = ""
        self.count = 0

    def opened(self) -> None:
        """A new connection: what was is forgiven."""
        self.error, self.count = "", 0

    def closed(self) -> str:
        """The line for the log that sums the connection up; "" when all was right."""
        count, self.count = self.count, 0
        return f"{count} messages of the central system were against the standard" if count else ""

    def judge(self, event: Event) -> tuple[str, str] | None:
        """What is wrong with ``event``, and the line for the log that says so; None when it is right."""
        match event:
            case Dropped(text, reason, code):
                if code is not None:
                    self._note(f"{code}: {reason}")
                quoted = shown(without_secrets(text)[:LONGEST_QUOTATION], LONGEST_QUOTATION)
                return reason, f"dropped {quoted}: {reason}"
            case CallReceived(_, action, _, violation) if violation is not None:
                self._note(f"{action}: {violation.code}: {violation.reason}")
                return violation.reason, f"{action} is wrong, taken for what it must mean: {violation.reason}"
            case Answered(request, _, violation) if violation is not None:
                self._note(f"answer to {request.action}: {violation.code}: {violation.reason}")
                return violation.reason, f"the answer to {request.action} is wrong: {violation.reason}"
        return None

    def _note(self, what: str) -> None:
        self.count += 1
        self.error = f"the central system sent something wrong: {what}"
