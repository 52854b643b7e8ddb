"""Starting many charge points without starving any: a few at a time, the next when one has appeared on the broker."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from launcher.fleet.programs import program_name
from launcher.supervisord.client import Supervisord, SupervisordError

AT_ONCE = 3 * (os.cpu_count() or 1)
APPEARS_WITHIN_S = 20.0
"""A charge point that has not appeared by then no longer holds up the others."""


@dataclass(slots=True)
class Ticket:
    """A charge point on its way up; ``verdict`` becomes why it did not start, or "" when it did."""

    id: str
    verdict: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, reason: str) -> None:
        """The way is over."""
        if not self.verdict.done():
            self.verdict.set_result(reason)


class Ramp:
    """The queue of charge points to be started."""

    def __init__(self, supervisord: Supervisord) -> None:
        self._supervisord = supervisord
        self._waiting: OrderedDict[str, Ticket] = OrderedDict()
        self._rising: dict[str, Ticket] = {}
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()

    def __contains__(self, station_id: str) -> bool:
        return station_id in self._waiting or station_id in self._rising

    def add(self, station_id: str) -> Ticket:
        """Have ``station_id`` started in its turn; its program must be known to supervisord."""
        ticket = self._waiting[station_id] = Ticket(station_id)
        self._wake.set()
        return ticket

    async def cancel(self, ids: Iterable[str], reason: str) -> None:
        """Take charge points off the ramp; whoever calls this then kills what is already running."""
        async with self._lock:
            for station_id in ids:
                for tickets in (self._waiting, self._rising):
                    if ticket := tickets.pop(station_id, None):
                        ticket.settle(reason)
            self._wake.set()

    def appeared(self, station_id: str) -> None:
        """The charge point told its status on the broker."""
        if ticket := self._rising.pop(station_id, None):
            ticket.settle("")
            self._wake.set()

    async def run(self) -> None:
        """Start what waits, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            async with self._lock:
                batch = [self._waiting.popitem(last=False)[1] for _ in range(self._free())]
                self._rising |= {ticket.id: ticket for ticket in batch}
                await self._spawn(batch)

    def _free(self) -> int:
        return min(len(self._waiting), AT_ONCE - len(self._rising))

    async def _spawn(self, batch: list[Ticket]) -> None:
        names = {program_name(ticket.id): ticket for ticket in batch}
        try:
            failures = await asyncio.to_thread(self._supervisord.start, list(names))
        except SupervisordError as error:
            failures = dict.fromkeys(names, str(error))
        for name, ticket in names.items():
            if name in failures:
                self._rising.pop(ticket.id, None)
                ticket.settle(failures[name])
                self._wake.set()
            else:
                asyncio.get_running_loop().call_later(APPEARS_WITHIN_S, self._give_up_waiting, ticket)

    def ended(self, station_id: str, reason: str) -> None:
        """The process of a rising charge point is gone."""
        if ticket := self._rising.pop(station_id, None):
            ticket.settle(reason)
            self._wake.set()

    def _give_up_waiting(self, ticket: Ticket) -> None:
        if self._rising.get(ticket.id) is ticket:
            self.ended(ticket.id, f"it has not appeared on the broker within {APPEARS_WITHIN_S:.0f} s; see its log")
