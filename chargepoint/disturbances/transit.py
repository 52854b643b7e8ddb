"""Messages on their way over a line: what its disturbances do to each, and when each arrives."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from itertools import count

from chargepoint.api.disturbances import Disturbance, DisturbanceKind, Shape
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.messages import ORDER, Stage, stage
from chargepoint.disturbances.parcel import Parcel

WEAK_SIGNAL = Disturbance(DisturbanceKind.LATENCY, delay_s=1.0, jitter_s=2.0, shape=Shape.PARETO)
"""What a weak signal does to messages."""

HOLD_BACK = frozenset({DisturbanceKind.LATENCY, DisturbanceKind.BANDWIDTH, DisturbanceKind.REORDER})
"""What makes messages late: when it is gone, those that it holds arrive."""


class Transit:
    """Both directions of a line. Moments are POSIX seconds."""

    def __init__(self) -> None:
        self._stages: dict[Direction, list[Stage]] = {Direction.IN: [], Direction.OUT: []}
        self._weak_signal: dict[Direction, Stage] = {}
        self._weak = False
        self._under_way: dict[Direction, list[tuple[float, int, Parcel]]] = {Direction.IN: [], Direction.OUT: []}
        self._numbers = count()

    def disturb(self, on: Mapping[DisturbanceKind, Disturbance]) -> None:
        """Have these disturbances act, and no others; those that stay keep what they remember."""
        for direction, stages in self._stages.items():
            old = {one.disturbance.kind: one for one in stages}
            new = []
            for kind in ORDER:
                if (disturbance := on.get(kind)) is None:
                    continue
                was = old.get(kind)
                one = was if was and was.disturbance is disturbance else stage(disturbance, direction)
                if one is not None:
                    new.append(one)
            self._stages[direction] = new

    @property
    def weak(self) -> bool:
        """Whether the signal is weak."""
        return self._weak

    def weaken(self, weak: bool) -> None:
        """The signal is weak, or no longer."""
        self._weak = weak
        if weak and not self._weak_signal:
            # Kept for the next time: its draws go on, or the same messages of every life would be as late.
            made = {one: stage(WEAK_SIGNAL, one) for one in Direction}
            self._weak_signal = {one: each for one, each in made.items() if each is not None}

    def carry(self, direction: Direction, parcels: Iterable[Parcel], now: float) -> None:
        """Send ``parcels`` on their way, through all that disturbs them."""
        through = [*self._stages[direction], *([self._weak_signal[direction]] if self._weak else [])]
        for one in parcels:
            on_the_way = [one.ready()]
            for each_stage in through:
                on_the_way = [each for one in on_the_way for each in ([one] if one.lost else each_stage.take(one))]
            for each in on_the_way:
                self.put(direction, each, now)

    def put(self, direction: Direction, parcel: Parcel, now: float) -> None:
        """Let ``parcel`` arrive when it is due, and one that is lost be told of now."""
        at = now if parcel.lost else parcel.at
        heapq.heappush(self._under_way[direction], (at, next(self._numbers), parcel))

    def take(self, direction: Direction, now: float) -> Parcel | None:
        """The next one that has arrived by ``now``."""
        waiting = self._under_way[direction]
        return heapq.heappop(waiting)[2] if waiting and waiting[0][0] <= now else None

    def let_go(self, why: str, now: float) -> None:
        """Nothing is held back any more: what waits arrives in the order in which it was sent, for ``why``."""
        for direction, waiting in self._under_way.items():
            self._under_way[direction] = [_let_go(each, why, now) for each in waiting]
            heapq.heapify(self._under_way[direction])
        self._forget()

    def lose(self) -> None:
        """The connection is gone, and with it what was on its way; the next one knows nothing of what was late."""
        for waiting in self._under_way.values():
            waiting.clear()
        self._forget()

    def _forget(self) -> None:
        for stages in (*self._stages.values(), self._weak_signal.values()):
            for one in stages:
                one.forget()

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way out."""
        return not self._under_way[Direction.OUT]

    def next_deadline(self) -> float | None:
        """When the next one arrives."""
        return min((waiting[0][0] for waiting in self._under_way.values() if waiting), default=None)


def _let_go(waiting: tuple[float, int, Parcel], why: str, now: float) -> tuple[float, int, Parcel]:
    at, number, parcel = waiting
    sooner = max(now, parcel.ready_at)
    if at <= sooner:
        return waiting
    return sooner, number, parcel.with_problem(f"{why}: it arrives now", at=sooner, quiet=True)
