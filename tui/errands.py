"""What takes longer than a moment: commands the launcher works on, and inputs spread over time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from textual.message import Message

from chargepoint.api.payloads import CarInput, FaultInput, TokenInput
from launcher.api.commands import Command
from tui.messages import CarChanged, FaultSet, TokenPresented
from tui.state.batches import Batch, Step
from tui.state.fleet import Fleet
from tui.state.progress import Errand, Progress

_WORTH_A_BAR: Final = 2
"""So many charge points, or steps, are shown with how far they are."""


class Errands:
    """Everything that is under way, each until it is answered, done or stopped. ``post`` gets the inputs in time."""

    def __init__(self, fleet: Fleet, post: Callable[[Message], object]) -> None:
        self._fleet = fleet
        self._post = post
        self._orders: dict[str, Errand] = {}
        self._batches: dict[int, Progress] = {}

    @property
    def progress(self) -> tuple[Progress, ...]:
        """How far everything is, what was begun first in front."""
        orders = (errand.progress(self._fleet) for errand in self._orders.values())
        return (*self._batches.values(), *orders)

    @property
    def stoppable(self) -> int:
        """How many of them can be stopped."""
        return len(self._batches)

    def begin(self, command: Command) -> None:
        """The launcher was given ``command``."""
        errand = Errand.of(command, self._fleet)
        if errand and len(errand.lives) >= _WORTH_A_BAR:
            self._orders[command.request_id] = errand

    def answered(self, request_id: str) -> None:
        """The launcher has a verdict for each entry of that command."""
        self._orders.pop(request_id, None)

    def abandon(self) -> None:
        """The broker is lost: answers will not come."""
        self._orders.clear()

    async def spread(self, batch: Batch) -> None:
        """Post the steps of ``batch``, each at its time; ends early when cancelled."""
        clock = asyncio.get_running_loop().time
        began = clock()
        key, total = id(batch), len(batch.steps)
        try:
            for done, step in enumerate(batch.steps):
                self._batches[key] = Progress(batch.title, done, total)
                await asyncio.sleep(max(0.0, began + step.after_s - clock()))
                self._post(_message_of(step))
        finally:
            self._batches.pop(key, None)


def _message_of(step: Step) -> Message:
    place = step.place
    match step.input:
        case CarInput() as car:
            return CarChanged(place.station_id, place.connector, car)
        case TokenInput() as token:
            return TokenPresented(place.station_id, place.connector, token)
        case FaultInput() as fault:
            return FaultSet(place.station_id, place.connector, fault)
