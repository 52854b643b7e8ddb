"""What an action depends on: the connection, the launcher, and what is selected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.state.fleet import LauncherState
from tui.state.station import Connector, Station


class LinkState(StrEnum):
    """How it stands between this screen and the broker."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The connection to the broker at ``address``; ``reason`` says why there is none, ``since`` when it went
    (the clock's words)."""

    state: LinkState
    address: str
    reason: str = ""
    since: str = ""

    @property
    def up(self) -> bool:
        """Whether what is shown is what is retained now."""
        return self.state is LinkState.CONNECTED


@dataclass(frozen=True, slots=True)
class Situation:
    """The moment a key is pressed, or the footer drawn."""

    link: LinkStatus
    launcher: LauncherState
    settled: bool = False
    stations: int = 0
    living: int = 0
    station: Station | None = None
    connector: Connector | None = None

    @property
    def launcher_now(self) -> LauncherState:
        """The launcher's state, unknown while there is no connection to tell it."""
        return self.launcher if self.link.up else LauncherState.UNKNOWN
