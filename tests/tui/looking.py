"""Somebody looking at a yard: the program, headless, on a pretended yard and a real broker."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from rich.console import Console
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Input

from chargepoint.api.payloads import ConnectorStatus, Registration
from chargepoint.api.spec import parse_spec
from chargepoint.api.topics import Topics
from chargepoint.bus import Broker
from tests.chargepoint.brokers import RealBroker
from tests.support.synthetic_fleet import SyntheticYard
from tests.support.waiting import eventually_async
from tui.app import YardApp
from tui.preferences import Preferences
from tui.state.fleet import LauncherState
from tui.user_keys import Keys

_ROOTS = itertools.count(1)
_NAMES = {"/": "slash", "\r": "enter", " ": "space", "\x1b": "escape"}
PATIENCE_S = 10.0
"""How long anything may take on a machine that does much else."""


@dataclass
class Looking:
    """The screen, the fingers, and the yard on the other side."""

    app: YardApp
    pilot: Pilot[None]
    yard: SyntheticYard

    @property
    def screen(self) -> str:
        """What can be read now, line by line, forms and notices included."""
        width, height = self.app.size
        console = Console(width=width, height=height, file=io.StringIO(), record=True, legacy_windows=False)
        console.print(self.app.screen._compositor.render_update(full=True))
        return console.export_text()

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def burst(self, text: str) -> None:
        """All keys of ``text`` in one piece, as a line over SSH brings them."""
        for sign in text:
            self.app.post_message(Key(_NAMES.get(sign, sign), sign))
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Replace what stands in the focused input, as a terminal pastes."""
        try:
            await eventually_async(lambda: isinstance(self.app.focused, Input), PATIENCE_S)
        except AssertionError:
            raise AssertionError(f"no line to type in, but {self.app.focused} in\n{self.screen}") from None
        await self.pilot.press("home", "shift+end", "delete")
        assert self.app.focused is not None
        self.app.focused.post_message(Paste(text))
        await self.pilot.pause()

    async def sees(self, *texts: str) -> str:
        """Wait until all of ``texts`` can be read; the screen then."""
        try:
            await eventually_async(lambda: all(text in self.screen for text in texts), PATIENCE_S)
        except AssertionError:
            missing = [text for text in texts if text not in self.screen]
            raise AssertionError(f"{missing} not on the screen:\n{self.screen}") from None
        return self.screen

    async def no_longer_sees(self, text: str) -> None:
        """Wait until ``text`` cannot be read."""
        await eventually_async(lambda: text not in self.screen, PATIENCE_S, what=f"{text!r} gone from\n{self.screen}")

    async def hears(self, leaf: str, body: Mapping[str, object]) -> None:
        """Wait until the yard has heard ``body`` on the topic that ends in ``leaf``; a request id is no matter."""

        def heard() -> bool:
            for message in self.yard.heard:
                told = json.loads(message.payload)
                told.pop("request_id", None)
                if message.topic == f"{self.yard.topics.root}/{leaf}" and told == body:
                    return True
            return False

        try:
            await eventually_async(heard, PATIENCE_S)
        except AssertionError:
            raise AssertionError(f"{leaf} {body} not heard, but {self.yard.heard}") from None

    async def connector(
        self, station_id: str, number: int, right: Callable[[ConnectorStatus], bool]
    ) -> ConnectorStatus:
        """Wait until a connector of the yard is as it should be."""
        await eventually_async(lambda: right(self.yard.stations[station_id].connectors[number]), PATIENCE_S)
        return self.yard.stations[station_id].connectors[number]

    def comes(self, station_id: str, registration: Registration = Registration.ACCEPTED, **entry: object) -> None:
        """A charge point comes into the yard; the screen hears of it when it does."""
        spec = parse_spec({"id": station_id, "central_system": "ws://localhost:9000", **entry})
        self.yard.add(spec, registration)

    async def add(self, station_id: str, registration: Registration = Registration.ACCEPTED, **entry: object) -> None:
        """A charge point comes into the yard, and the screen knows it: keys reach it."""
        self.comes(station_id, registration, **entry)
        await self.knows_all()

    async def knows_all(self) -> None:
        """Wait until the screen has been told of every charge point with all its connectors."""

        def known(station_id: str) -> bool:
            shown = self.app.fleet.get(station_id)
            wanted = self.yard.stations[station_id].connectors
            return shown is not None and shown.status is not None and shown.connectors.keys() >= wanted.keys()

        patience_s = PATIENCE_S + len(self.yard.stations) / 20
        what = "every charge point of the yard is known to the screen"
        await eventually_async(lambda: all(map(known, list(self.yard.stations))), patience_s, what)


@contextlib.asynccontextmanager
async def looking(
    broker: RealBroker,
    *station_ids: str,
    size: tuple[int, int] = (80, 24),
    populate: int = 0,
    keys: Keys | None = None,
    preferences: Preferences | None = None,
    read_only: bool = False,
) -> AsyncIterator[Looking]:
    """The screen on a yard with these charge points, connected and told everything."""
    url, topics = Broker.parse(broker.url), Topics(f"yard_{next(_ROOTS)}")
    yard = SyntheticYard(url, topics)
    async with yard.running():
        app = YardApp(url, topics, "ws://localhost:9000", keys=keys, preferences=preferences, read_only=read_only)
        async with app.run_test(size=size, notifications=True) as pilot:
            seen = Looking(app, pilot, yard)
            for station_id in station_ids:
                seen.comes(station_id)
            yard.populate(populate)
            # Both: to a screen that connects before the first of them comes, nothing is everything.
            await seen.knows_all()
            await eventually_async(
                lambda: app.settled and app.fleet.launcher is LauncherState.ALIVE,
                PATIENCE_S,
                what="the yard has told everything",
            )
            yield seen
