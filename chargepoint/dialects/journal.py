"""What happens in a station, as lines of its log, and the newest of these lines."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator

from chargepoint.model.facts import (
    Fact,
    FirmwareChanged,
    ReservationEnded,
    ResetFailed,
    TokenDenied,
    TransactionStarted,
    TransactionStopped,
)
from chargepoint.model.security_log import SecurityEvent

CAPACITY = 500
"""How much of its log a station has at hand for whoever asks for diagnostics."""


class Journal:
    """The newest lines of a station's log, the oldest first, each with its moment."""

    __slots__ = ("_lines", "_moments")

    def __init__(self) -> None:
        self._moments = array("d")
        self._lines: list[str] = []

    def __iter__(self) -> Iterator[tuple[float, str]]:
        return zip(self._moments, self._lines, strict=True)

    def record(self, at: float, lines: Iterable[str]) -> None:
        """Append ``lines``."""
        for line in lines:
            self._moments.append(at)
            # Interned: most lines are said again and again, by each station of a pool.
            self._lines.append(sys.intern(str(line)))
        if len(self._lines) > CAPACITY:
            del self._moments[:-CAPACITY], self._lines[:-CAPACITY]


def line_of(fact: Fact) -> str | None:
    """The line about ``fact``; None for what need not be told."""
    match fact:
        case TokenDenied(connector, id_tag, reason):
            return f"connector {connector}: id tag {id_tag} denied: {reason}"
        case TransactionStarted(transaction):
            return f"connector {transaction.connector}: transaction of {transaction.id_tag} starts"
        case TransactionStopped(transaction, reason):
            return f"connector {transaction.connector}: transaction stops: {reason}"
        case ReservationEnded(reservation, why):
            return f"connector {reservation.connector}: reservation {reservation.id} ends: {why}"
        case FirmwareChanged(_, request, status, reason):
            # Loaded with the first firmware: most stations never see one.
            from chargepoint.model.errands import shown

            return f"firmware {shown(request.location)}: {status} {reason}".rstrip()
        case ResetFailed(reason, retries, wait_s):
            return f"{reason} has failed; " + (f"retries: {retries}, next in {wait_s:g} s" if retries else "given up")
        case SecurityEvent(type, _, tech_info):
            return f"security event {type}" + (f": {tech_info}" if tech_info else "")
    return None
