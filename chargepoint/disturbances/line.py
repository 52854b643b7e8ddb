"""The line between a charge point and its central system, as bad as it was ordered to be.

Its caller is what stands between the station and its websocket: it puts every message in, takes out what has arrived
by now, and asks what is to become of the connection. Over all connections, and over all lives of a station.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count

from chargepoint.api.disturbances import Clear, Disturbance, DisturbanceKind, Mischief, Quirks, in_words
from chargepoint.api.quirks import QuirkName
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.messages import ORDER, Stage, stage
from chargepoint.disturbances.parcel import Chance, Parcel
from chargepoint.disturbances.quirks import Habits

LINK_DOWN = "outage: the link is down"

_K = DisturbanceKind


class Line:
    """A line with its disturbances, and the quirks of the station at its end. Moments are POSIX seconds."""

    def __init__(self, quirks: Iterable[QuirkName] = ()) -> None:
        self._on: dict[DisturbanceKind, Disturbance] = {}
        self._until: dict[DisturbanceKind, float] = {}
        self._stages: dict[Direction, list[Stage]] = {Direction.IN: [], Direction.OUT: []}
        self._habits = Habits(quirks)
        self._chances: dict[DisturbanceKind, Chance] = {}
        self._under_way: dict[Direction, list[tuple[float, int, Parcel]]] = {Direction.IN: [], Direction.OUT: []}
        self._numbers = count()
        self._cut_at: float | None = None
        self._broken_off = ""
        self._notes: list[str] = []
        if self._habits.names:
            self._note(f"quirks: {', '.join(self._habits.names)}")

    # Orders

    def take(self, order: Mischief, now: float) -> None:
        """Follow ``order``."""
        match order:
            case Quirks(names):
                self._habits = self._habits.replaced(names)
                self._note(f"quirks: {', '.join(names) or 'none'}")
            case Clear(None):
                for kind in list(self._on):
                    self._end(kind, "cleared", now)
            case Clear(kind):
                self._end(kind, "cleared", now)
            case Disturbance():
                self._begin(order, now)

    def _begin(self, disturbance: Disturbance, now: float) -> None:
        kind = disturbance.kind
        self._on[kind] = disturbance
        self._chances[kind] = Chance(disturbance.seed)
        self._until.pop(kind, None)
        if disturbance.for_s:
            self._until[kind] = now + disturbance.for_s
        self._note(f"{disturbance}" + (f" for {disturbance.for_s:g} s" if disturbance.for_s else ""))
        self._rebuild()
        if kind is _K.OUTAGE:
            self._broken_off = LINK_DOWN
        if kind is _K.CUT:
            self._cut_at = now + disturbance.every_s

    def _end(self, kind: DisturbanceKind, why: str, now: float) -> None:
        if self._on.pop(kind, None) is None:
            return
        self._until.pop(kind, None)
        if kind is _K.CUT:
            self._cut_at = None
        self._note(f"{kind} {why}")
        self._rebuild()

    def _rebuild(self) -> None:
        """The stages of the disturbances that are on; those that stay keep what they remember."""
        for direction, stages in self._stages.items():
            old = {one.disturbance.kind: one for one in stages}
            new = []
            for kind in ORDER:
                if (disturbance := self._on.get(kind)) is None:
                    continue
                was = old.get(kind)
                one = was if was and was.disturbance is disturbance else stage(disturbance, direction)
                if one is not None:
                    new.append(one)
            self._stages[direction] = new

    # Messages

    def carry(self, direction: Direction, text: str, now: float) -> None:
        """Put a message in; whatever becomes of it comes out of ``arrived``."""
        parcels = [Parcel(text, now)]
        if direction is Direction.OUT:
            parcels = [each for one in parcels for each in self._habits.outgoing(one)]
        if _K.HALF_OPEN in self._on:
            parcels = [one.with_problem("half_open: nothing gets through", lost=True) for one in parcels]
        for one_stage in self._stages[direction]:
            parcels = [each for one in parcels for each in ([one] if one.lost else one_stage.take(one))]
        for one in parcels:
            heapq.heappush(self._under_way[direction], (now if one.lost else one.at, next(self._numbers), one))

    def arrived(self, direction: Direction, now: float) -> list[Parcel]:
        """What comes out by ``now``, in that order; lost messages are among it, to be told of."""
        waiting, arrived = self._under_way[direction], []
        while waiting and waiting[0][0] <= now:
            parcel = heapq.heappop(waiting)[2]
            if direction is Direction.IN and not parcel.lost:
                parcel = self._habits.incoming(parcel)
            arrived.append(parcel)
        for parcel in arrived:
            if parcel.problem and not parcel.quiet:
                self._note(f"{direction}: {parcel.problem}")
        return arrived

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way out."""
        return not self._under_way[Direction.OUT]

    # The connection

    def opened(self, now: float) -> None:
        """There is a new connection."""
        self._habits.opened()
        if _K.OUTAGE in self._on:
            self._broken_off = LINK_DOWN
        if (cut := self._on.get(_K.CUT)) is not None:
            self._cut_at = now + cut.every_s

    def closed(self, now: float) -> None:
        """The connection is gone, and with it what was on its way."""
        for waiting in self._under_way.values():
            waiting.clear()
        self._cut_at = None
        self._broken_off = ""
        self._end(_K.HALF_OPEN, "is over: its connection is gone", now)
        self._rebuild_afresh()

    def _rebuild_afresh(self) -> None:
        """A new connection knows nothing of what was late on the last one."""
        draws: dict[DisturbanceKind, Disturbance] = {
            kind: self._on[kind] for kind in (_K.LATENCY, _K.BANDWIDTH) if kind in self._on
        }
        for direction, stages in self._stages.items():
            fresh = {kind: stage(disturbance, direction) for kind, disturbance in draws.items()}
            self._stages[direction] = [fresh.get(one.disturbance.kind) or one for one in stages]

    def refused(self) -> str:
        """Why an attempt to connect comes to nothing; "" when it may go on."""
        if _K.OUTAGE in self._on:
            return LINK_DOWN
        refuse = self._on.get(_K.REFUSE)
        if refuse is not None and self._chances[_K.REFUSE].happens(refuse.probability):
            return "refuse: no connection is made"
        return ""

    def broken_off(self) -> str:
        """Why the connection is to break off at once; "" when it is not. Asked once."""
        why, self._broken_off = self._broken_off, ""
        return why

    @property
    def silent(self) -> bool:
        """Whether the connection is to stay as it is, without a byte in either direction."""
        return _K.HALF_OPEN in self._on

    @property
    def read_pause_s(self) -> float:
        """How long to wait after each message that is read."""
        slow = self._on.get(_K.SLOW_READER)
        return slow.every_s if slow else 0.0

    @property
    def names_no_subprotocol(self) -> bool:
        """Whether connections are made without a subprotocol."""
        return QuirkName.NO_SUBPROTOCOL in self._habits.names

    # Time

    def advance(self, now: float) -> None:
        """Let time pass."""
        for kind, until in list(self._until.items()):
            if until <= now:
                self._end(kind, "is over", now)
        if self._cut_at is not None and self._cut_at <= now:
            cut = self._on[_K.CUT]
            self._cut_at = now + cut.every_s
            if self._chances[_K.CUT].happens(cut.probability):
                self._broken_off = f"cut: the connection breaks off every {cut.every_s:g} s"
                self._note(self._broken_off)

    def next_deadline(self) -> float | None:
        """When ``advance`` or ``arrived`` want to be asked next."""
        moments = [waiting[0][0] for waiting in self._under_way.values() if waiting]
        moments += self._until.values()
        if self._cut_at is not None:
            moments.append(self._cut_at)
        return min(moments, default=None)

    # For people

    @property
    def deviations(self) -> tuple[str, ...]:
        """What is on, in words."""
        return in_words(self._on.values()) + tuple(f"quirk {name}" for name in self._habits.names)

    def notes(self) -> list[str]:
        """Lines for the log."""
        notes, self._notes = self._notes, []
        return notes

    def _note(self, text: str) -> None:
        self._notes.append(f"disturbance: {text}")
