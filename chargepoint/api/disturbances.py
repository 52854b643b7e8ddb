"""What people do to the line between a charge point and its central system: the orders ``disturb`` and ``quirks``.

Loaded with the first such order; most charge points are never disturbed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from chargepoint.api.quirks import QuirkName, parse_quirks

LONGEST_S = 86_400.0
SLOWEST_BYTES_PER_S, FASTEST_BYTES_PER_S = 1.0, 1e9
LARGEST_SEED = 2**62


class DisturbanceKind(StrEnum):
    """What can be wrong with a line."""

    LATENCY = "latency"
    BANDWIDTH = "bandwidth"
    DROP = "drop"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    CORRUPT = "corrupt"
    HALF_OPEN = "half_open"
    SLOW_READER = "slow_reader"
    REFUSE = "refuse"
    CUT = "cut"
    OUTAGE = "outage"


class Side(StrEnum):
    """Which messages are disturbed, seen from the charge point."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


_K = DisturbanceKind
OF_MESSAGES = frozenset({_K.LATENCY, _K.BANDWIDTH, _K.DROP, _K.DUPLICATE, _K.REORDER, _K.CORRUPT})
"""Kinds that change what becomes of single messages, in a direction; the others change the connection."""

OF_CHANCE = OF_MESSAGES - {_K.BANDWIDTH} | {_K.REFUSE, _K.CUT}
"""Kinds with a probability."""


AMOUNTS = {
    _K.LATENCY: ("delay_s", "jitter_s"),
    _K.BANDWIDTH: ("bytes_per_s",),
    _K.REORDER: ("delay_s",),
    _K.SLOW_READER: ("every_s",),
    _K.CUT: ("every_s",),
}
"""What else can be said of a kind."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One thing that is wrong with a line. A line has at most one of each kind.

    ``probability``: of each message, attempt to connect (refuse) or period (cut); ``seed`` makes the draws anew.
    ``for_s``: after so long it is over; 0 is until it is cleared. Latency: ``delay_s`` and at most ``jitter_s`` more.
    Reorder: a message is held back for ``delay_s``. Bandwidth: ``bytes_per_s`` in each direction. Cut: every
    ``every_s`` of a connection. Slow reader: one message every ``every_s``.
    """

    kind: DisturbanceKind
    direction: Side = Side.BOTH
    probability: float = 1.0
    seed: int = 0
    for_s: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float = 0.0
    every_s: float = 0.0

    def __str__(self) -> str:
        """In words, for people: ``drop 10 % out``."""
        words = [str(self.kind)]
        if self.delay_s or self.jitter_s:
            words.append(f"{self.delay_s:g} s")
        if self.jitter_s:
            words.append(f"+ {self.jitter_s:g} s")
        if self.bytes_per_s:
            words.append(f"{self.bytes_per_s:g} B/s")
        if self.every_s:
            words.append(f"every {self.every_s:g} s")
        if self.probability < 1:
            words.append(f"{100 * self.probability:g} %")
        if self.direction is not Side.BOTH:
            words.append(str(self.direction))
        return " ".join(words)

    def body(self) -> dict[str, object]:
        """The fields of its order, without those that do not belong to its kind."""
        body: dict[str, object] = {"kind": str(self.kind)}
        if self.kind in OF_MESSAGES:
            body["direction"] = str(self.direction)
        if self.kind in OF_CHANCE:
            body |= {"probability": self.probability, "seed": self.seed}
        if self.for_s:
            body["for_s"] = self.for_s
        return body | {name: getattr(self, name) for name in AMOUNTS.get(self.kind, ())}


@dataclass(frozen=True, slots=True)
class Clear:
    """The disturbance of this kind is over; None: all of them."""

    kind: DisturbanceKind | None = None

    def __str__(self) -> str:
        """In words, for people."""
        return f"no {self.kind}" if self.kind else "not disturbed"

    def body(self) -> dict[str, object]:
        """The fields of its order."""
        return {"clear": True} | ({"kind": str(self.kind)} if self.kind else {})


@dataclass(frozen=True, slots=True)
class Quirks:
    """The charge point has these quirks from now on, and no others."""

    names: tuple[QuirkName, ...] = ()

    def __str__(self) -> str:
        """In words, for people."""
        return ", ".join(self.names) or "no quirks"

    def body(self) -> dict[str, object]:
        """The fields of its order."""
        return {"quirks": [str(name) for name in self.names]}


Mischief = Disturbance | Clear | Quirks


def parse_mischief(fields: Fields, *, quirks: bool) -> Mischief:
    """The order ``quirks`` or ``disturb``; raises InputError."""
    if not quirks:
        return _disturb(fields)
    if not fields.has("quirks"):
        raise InputError("quirks", None, "a list of quirks; [] for a charge point without any")
    return Quirks(parse_quirks(fields.array("quirks", max_length=100)))


def _disturb(fields: Fields) -> Disturbance | Clear:
    if fields.boolean("clear", False):
        return Clear(fields.choice("kind", DisturbanceKind) if fields.has("kind") else None)
    kind = fields.choice("kind", DisturbanceKind)
    chance = kind in OF_CHANCE
    disturbance = Disturbance(
        kind,
        direction=fields.choice("direction", Side, Side.BOTH) if kind in OF_MESSAGES else Side.BOTH,
        probability=fields.number("probability", 1.0, minimum=0, maximum=1) if chance else 1.0,
        seed=fields.integer("seed", 0, minimum=0, maximum=LARGEST_SEED) if chance else 0,
        for_s=fields.number("for_s", 0.0, minimum=0, maximum=LONGEST_S),
        delay_s=_delay_s(fields, kind),
        jitter_s=fields.number("jitter_s", 0.0, minimum=0, maximum=LONGEST_S) if kind is _K.LATENCY else 0.0,
        bytes_per_s=(
            fields.number("bytes_per_s", 1_000.0, minimum=SLOWEST_BYTES_PER_S, maximum=FASTEST_BYTES_PER_S)
            if kind is _K.BANDWIDTH
            else 0.0
        ),
        every_s=_every_s(fields, kind),
    )
    if kind is _K.OUTAGE and not disturbance.for_s:
        raise InputError("for_s", None, "how long the outage lasts, in seconds")
    return disturbance


def _delay_s(fields: Fields, kind: DisturbanceKind) -> float:
    match kind:
        case _K.LATENCY:
            return fields.number("delay_s", 0.5, minimum=0, maximum=LONGEST_S)
        case _K.REORDER:
            return fields.number("delay_s", 2.0, above=0, maximum=LONGEST_S)
    return 0.0


def _every_s(fields: Fields, kind: DisturbanceKind) -> float:
    match kind:
        case _K.CUT:
            return fields.number("every_s", 30.0, minimum=0.1, maximum=LONGEST_S)
        case _K.SLOW_READER:
            return fields.number("every_s", 1.0, minimum=0.01, maximum=3600.0)
    return 0.0


def in_words(what: Iterable[object]) -> tuple[str, ...]:
    """Of each, what the status of a charge point says."""
    return tuple(map(str, what))
