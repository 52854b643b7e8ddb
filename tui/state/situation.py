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
    """The moment a key is pressed, or the footer drawn.

    ``targets`` is what an action is done to: the marked ones, the selected group, or the selected ``station`` alone.
    ``recorded`` are the charge points that are recorded as scenarios.
    ``removed`` counts the removals that can be undone, ``running`` what takes a while and can be stopped.
    """

    link: LinkStatus
    launcher: LauncherState
    settled: bool = False
    stations: int = 0
    living: int = 0
    station: Station | None = None
    targets: tuple[Station, ...] = ()
    removed: int = 0
    running: int = 0
    read_only: bool = False
    connector: Connector | None = None
    recorded: frozenset[str] = frozenset()

    @property
    def chosen(self) -> tuple[Station, ...]:
        """What an action is done to, also where only one was named."""
        return self.targets or ((self.station,) if self.station else ())

    @property
    def many(self) -> bool:
        """Whether an action is done to several, or to something else than what the details show."""
        return len(self.targets) > 1 or (bool(self.targets) and self.targets[0] != self.station)

    @property
    def launcher_now(self) -> LauncherState:
        """The launcher's state, unknown while there is no connection to tell it."""
        return self.launcher if self.link.up else LauncherState.UNKNOWN
