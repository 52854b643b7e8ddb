"""What is said large when broker or launcher are lost."""

from __future__ import annotations

import re

from tui.state.cells import clean
from tui.state.fleet import LauncherState
from tui.state.situation import LinkState, Situation


def banner(situation: Situation) -> tuple[str, str] | None:
    """What is lost, and what that means; None when all is well."""
    link = situation.link
    stale = f" What you see is as of {link.since}." if link.since and situation.stations else ""
    match link.state:
        case LinkState.LOST:
            return (
                f"NO BROKER at {link.address}: {_plain(link.reason)}",
                f"Trying again by itself.{stale}",
            )
        case LinkState.DISCONNECTED:
            return "DISCONNECTED from the broker", f"Press b to connect.{stale}"
        case LinkState.CONNECTING:
            return None
        case LinkState.CONNECTED:
            pass
    match situation.launcher:
        case LauncherState.ALIVE:
            return None
        case LauncherState.DEAD:
            return (
                "LAUNCHER DEAD",
                "Charge points go on; none can be added, killed, restarted or removed until it is back.",
            )
        case LauncherState.UNKNOWN:
            if not situation.settled:
                return None
            return (
                "NO LAUNCHER on this broker",
                "Start a yard with 'cp-simu up'. Nothing can be added, killed, restarted or removed without it.",
            )


def _plain(reason: str) -> str:
    """A reason without the number that an operating system puts before it."""
    return re.sub(r"^\[[^]]*\] ?", "", clean(reason)) or "the connection was lost"
