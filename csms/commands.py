"""Commands to charge points: how they are given, and each way they can fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chargepoint.ocpp.frames import CallError, Payload
from chargepoint.ocpp.schema import Violation

DEFAULT_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A charge point's answer to a command; ``violation`` tells what it does against the schema, if anything."""

    payload: Payload
    violation: str | None = None

    @property
    def status(self) -> str:
        """Its ``status``; empty for an answer that has none."""
        return str(self.payload.get("status", ""))


class Commands(Protocol):
    """Who can reach the charge points."""

    def connected(self) -> Sequence[str]:
        """The ids of the charge points that are connected, in order of their ids."""

    def check_connected(self, charge_point: str) -> None:
        """Raises NotConnected when it is not."""

    async def call(
        self, charge_point: str, action: str, payload: Payload, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Answer:
        """What ``charge_point`` answers to ``action``; raises a CommandError otherwise."""


class CommandError(Exception):
    """A command that a charge point has not carried out; ``str()`` of it is one line that says why."""


class NotConnected(CommandError):
    """There is no connection to the charge point."""

    def __init__(self, charge_point: str, known: bool) -> None:
        why = "is not connected" if known else "is unknown here: no charge point with this id has ever connected"
        super().__init__(f"charge point {charge_point!r} {why}")


class UnknownCommand(CommandError):
    """The action is none that a central system sends."""


class InvalidCommand(CommandError):
    """The payload is against the schema of its action; it was not sent."""

    def __init__(self, action: str, violation: Violation) -> None:
        super().__init__(f"{action}: {violation.reason}")
        self.violation = violation


class Refused(CommandError):
    """The charge point has answered with a CALLERROR."""

    def __init__(self, charge_point: str, action: str, error: CallError) -> None:
        description = f": {error.description}" if error.description else ""
        super().__init__(f"{charge_point} refused {action} with {error.code}{description}")
        self.error = error


class NoAnswer(CommandError):
    """The charge point has not answered; ``sent`` tells whether the command left us at all."""

    def __init__(self, charge_point: str, action: str, why: str, *, sent: bool) -> None:
        super().__init__(f"{charge_point} has not answered {action}: {why}")
        self.sent = sent
