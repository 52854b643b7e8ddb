"""What a bad line does to single messages: each stage takes one and says what becomes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from chargepoint.api.disturbances import Disturbance, DisturbanceKind, Shape
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.parcel import Chance, Parcel
from chargepoint.fragments import InFragments


class Stage(ABC):
    """One disturbance of messages in one direction."""

    def __init__(self, disturbance: Disturbance, direction: Direction) -> None:
        self.disturbance = disturbance
        self._chance = Chance(disturbance.seed, f"{disturbance.kind} {direction}")
        self._until = 0.0
        """When all that it has held back has arrived."""

    def take(self, parcel: Parcel) -> list[Parcel]:
        """What becomes of ``parcel``; nothing, if it is not its turn."""
        if not parcel.is_one_of(self.disturbance.frames):
            return [self._spare(parcel)]
        return self._disturb(parcel) if self._chance.happens(self.disturbance.probability) else [self._spare(parcel)]

    @abstractmethod
    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        """What becomes of a message whose turn it is."""

    def _spare(self, parcel: Parcel) -> Parcel:
        return parcel

    def forget(self) -> None:
        """Nothing is on its way any more; the draws go on."""
        self._until = 0.0


class _Latency(Stage):
    """Later, but in order: it is a TCP connection."""

    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        delay_s = self.disturbance.delay_s + self.disturbance.jitter_s * self._spread()
        at = self._until = max(self._until, parcel.at + delay_s)
        return [parcel.with_problem(f"latency: {at - parcel.at:.3g} s later", at=at, quiet=True)]

    def _spread(self) -> float:
        match self.disturbance.shape:
            case Shape.UNIFORM:
                return self._chance.draw()
            case Shape.NORMAL:
                return abs(self._chance.normal())
            case Shape.PARETO:
                return self._chance.pareto()

    def _spare(self, parcel: Parcel) -> Parcel:
        if parcel.at >= self._until:
            return parcel
        return parcel.with_problem("latency: behind a late one", at=self._until, quiet=True)


class _Bandwidth(Stage):
    """Each message begins when the one before has gone."""

    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        size = len(parcel.text.encode(errors="surrogatepass"))
        at = self._until = max(self._until, parcel.at) + size / self.disturbance.bytes_per_s
        return [parcel.with_problem(f"bandwidth: {at - parcel.at:.3g} s later", at=at, quiet=True)]

    def _spare(self, parcel: Parcel) -> Parcel:
        if parcel.at >= self._until:
            return parcel
        return parcel.with_problem("bandwidth: behind a slow one", at=self._until, quiet=True)


class _Drop(Stage):
    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        return [parcel.with_problem("drop: it does not arrive", lost=True)]


class _Duplicate(Stage):
    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        return [parcel, parcel.with_problem("duplicate: it comes a second time")]


class _Reorder(Stage):
    """One is held back at a time: were all of them, none would overtake another."""

    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        if parcel.at < self._until:
            return [parcel]
        delay_s = self.disturbance.delay_s
        self._until = parcel.at + delay_s
        problem = f"reorder: held back for {delay_s:g} s, later ones overtake it"
        return [parcel.with_problem(problem, at=self._until)]


class _Corrupt(Stage):
    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        text = parcel.text
        if not text:
            return [parcel]
        place = self._chance.below(len(text))
        match self._chance.below(3):
            case 0:
                return [parcel.with_problem(f"corrupt: cut off after {place} characters", text=text[:place])]
            case 1:
                wrong = "#" if text[place] != "#" else "?"
                text = text[:place] + wrong + text[place + 1 :]
                return [parcel.with_problem(f"corrupt: character {place} is another", text=text)]
            case _:
                text = text[:place] + text[place + 1 :]
                return [parcel.with_problem(f"corrupt: character {place} is missing", text=text)]


class _Fragments(Stage):
    def _disturb(self, parcel: Parcel) -> list[Parcel]:
        size, pause_s = int(self.disturbance.size), self.disturbance.every_s
        pauses = f", {pause_s:g} s between two" if pause_s else ""
        problem = f"fragments: in frames of {size} bytes{pauses}"
        return [parcel.with_problem(problem, text=InFragments(parcel.text, size, pause_s), quiet=True)]


def stage(disturbance: Disturbance, direction: Direction) -> Stage | None:
    """What ``disturbance`` does to messages in ``direction``; None when it leaves them alone."""
    if str(disturbance.direction) not in (str(direction), "both"):
        return None
    match disturbance.kind:
        case DisturbanceKind.CORRUPT:
            return _Corrupt(disturbance, direction)
        case DisturbanceKind.DROP:
            return _Drop(disturbance, direction)
        case DisturbanceKind.DUPLICATE:
            return _Duplicate(disturbance, direction)
        case DisturbanceKind.LATENCY:
            return _Latency(disturbance, direction)
        case DisturbanceKind.BANDWIDTH:
            return _Bandwidth(disturbance, direction)
        case DisturbanceKind.REORDER:
            return _Reorder(disturbance, direction)
        case DisturbanceKind.FRAGMENTS if direction is Direction.OUT:
            return _Fragments(disturbance, direction)
    return None


ORDER = (
    DisturbanceKind.CORRUPT,
    DisturbanceKind.DROP,
    DisturbanceKind.DUPLICATE,
    DisturbanceKind.LATENCY,
    DisturbanceKind.BANDWIDTH,
    DisturbanceKind.REORDER,
    DisturbanceKind.FRAGMENTS,
)
"""In which they act: what is cut down is smaller, what is lost needs no time, what is late may be overtaken."""
