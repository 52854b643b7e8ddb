"""Whole screens at 80x24 and 160x50, with the clock stopped: what they looked like when they were last looked at.

The list alone, and what lies over it: how a charge point looks is told by the tests of its cards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tests.chargepoint.brokers import RealBroker
from tests.tui.looking import Looking, looking
from tests.tui.snapshots import check
from tui.state.moment import Moment

SIZES = {"80x24": (80, 24), "160x50": (160, 50)}
NOW = 1_795_264_800.0
"""Three hours after the pretended charge points started."""

SCREENS: dict[str, Sequence[str]] = {
    "list": (),
    "marked_and_filtered": ("space", "space", "slash", *"status:char", "enter", "down", "space"),
    "filter_wrong": ("slash", *"statsu:dead"),
    "groups": ("ctrl+g", "down", "down"),
    "by_status_folded": ("ctrl+g", "ctrl+g", "ctrl+g", "underscore", "home", "space"),
    "sorted_by_power": ("greater_than_sign", "greater_than_sign", "greater_than_sign"),
    "columns": ("comma", "j", "s"),
    "add": ("a",),
    "plug_many": ("ctrl+a", "p"),
    "remove_many": ("ctrl+a", "d"),
    "help": ("question_mark",),
}


def stopped(screen: str, seen: Looking) -> str:
    """The screen without what differs from run to run: the broker's port, messages a second, the yard's curve."""
    screen = screen.replace(seen.app.link.address, "127.0.0.1:1883".ljust(len(seen.app.link.address)))
    screen = re.sub(r"[\u2800-\u28ff]", " ", screen)
    return re.sub(r" *(! \d+ alarms) *\d+ msg/s", r"   \1   0 msg/s", screen)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SCREENS)
async def test_it_looks_as_it_was_accepted(
    broker: RealBroker, name: str, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.time.time", lambda: NOW)
    monkeypatch.setattr(Moment, "age_s", lambda moment, station: 5.0)
    monkeypatch.setattr("tui.processes.Processes.look", lambda self, pids: {})
    async with looking(broker, populate=30, size=SIZES[size]) as seen:
        await seen.sees("launcher Alive")
        await seen.press("z", *SCREENS[name])
        seen.app.clear_notifications()
        await seen.pilot.pause(0.3)
        check(f"{name}_{size}", stopped(seen.screen, seen))
