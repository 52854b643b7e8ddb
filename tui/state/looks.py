"""Glyph, word and tone of every state: each is told in three ways, so that colour is never needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chargepoint.api.payloads import ConnectorState
from tui.state.cells import Cell, Line, Tone
from tui.state.station import Connector, Standing


@dataclass(frozen=True, slots=True)
class Look:
    """How one state is shown."""

    glyph: str
    word: str
    tone: Tone

    @property
    def line(self) -> Line:
        """Glyph and word."""
        return (Cell(f"{self.glyph} {self.word}", self.tone),)


STANDINGS: Final = {
    Standing.ACCEPTED: Look("●", "Accepted", Tone.GOOD),
    Standing.PENDING: Look("◐", "Pending", Tone.HOLD),
    Standing.REJECTED: Look("⊘", "Rejected", Tone.BAD),
    Standing.DISCONNECTED: Look("○", "Disconnected", Tone.WARN),
    Standing.DEAD: Look("✕", "Dead", Tone.BAD),
    Standing.UNREADABLE: Look("?", "Unreadable", Tone.BAD),
    Standing.UNKNOWN: Look("·", "Unknown", Tone.DIM),
}

CONNECTORS: Final = {
    ConnectorState.AVAILABLE: Look("○", "Available", Tone.DIM),
    ConnectorState.PREPARING: Look("◔", "Preparing", Tone.HOLD),
    ConnectorState.CHARGING: Look("►", "Charging", Tone.BUSY),
    ConnectorState.SUSPENDED_EVSE: Look("‖", "SuspendedEVSE", Tone.WARN),
    ConnectorState.SUSPENDED_EV: Look("¦", "SuspendedEV", Tone.WARN),
    ConnectorState.FINISHING: Look("◕", "Finishing", Tone.HOLD),
    ConnectorState.RESERVED: Look("◇", "Reserved", Tone.HOLD),
    ConnectorState.UNAVAILABLE: Look("–", "Unavailable", Tone.DIM),
    ConnectorState.FAULTED: Look("!", "Faulted", Tone.BAD),
}

UNREADABLE_CONNECTOR: Final = Look("?", "Unreadable", Tone.BAD)


def look_of(connector: Connector) -> Look:
    """How the state of ``connector`` is shown."""
    return CONNECTORS[connector.status.status] if connector.status else UNREADABLE_CONNECTOR
