"""What people do to the line between a charge point and its central system: the orders ``disturb`` and ``quirks``.

Loaded with the first such order; most charge points are never disturbed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from chargepoint.api.amounts import Amount
from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from chargepoint.api.quirks import QuirkName, parse_quirks

LONGEST_S = 86_400.0
SLOWEST_BYTES_PER_S, FASTEST_BYTES_PER_S = 1.0, 1e9
SHORTEST_PACE_S = 0.1
LARGEST_SEED = 2**62
CLOSE_CODES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})
"""Those that may be in a close frame."""


class DisturbanceKind(StrEnum):
    """What can be wrong with a line."""

    LATENCY = "latency"
    BANDWIDTH = "bandwidth"
    DROP = "drop"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    CORRUPT = "corrupt"
    FRAGMENTS = "fragments"
    HALF_OPEN = "half_open"
    IDLE_KILL = "idle_kill"
    SLOW_READER = "slow_reader"
    SECOND_CONNECTION = "second_connection"
    REFUSE = "refuse"
    DNS_FAILURE = "dns_failure"
    CUT = "cut"
    CLOSE = "close"
    OUTAGE = "outage"
    BROWN_OUT = "brown_out"


class Side(StrEnum):
    """Which messages are disturbed, seen from the charge point."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


class Frames(StrEnum):
    """Which messages are disturbed, by what they are: requests (CALL), or answers (CALLRESULT and CALLERROR)."""

    ALL = "all"
    CALLS = "calls"
    ANSWERS = "answers"


class Shape(StrEnum):
    """How jitter is spread: evenly up to it, normally with it as deviation, or Pareto: seldom, but then much more."""

    UNIFORM = "uniform"
    NORMAL = "normal"
    PARETO = "pareto"


class Occasion(StrEnum):
    """What the probability of a disturbance is of: at each of these it is drawn whether it happens."""

    MESSAGE = "message"
    """That goes through the line in the direction that is disturbed."""
    ATTEMPT = "attempt to connect"
    """A connection that is there stays as it is."""
    CONNECTION = "connection"
    """The one that is there when the disturbance begins, and every other when it is tried or made."""
    TIME = "time it is due"
    """Every so often, or once: on the connection that is there, or else the next one."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What is to be known of a kind of disturbance, all of which have a probability and a seed.

    ``each``: what the probability is of. ``amounts``: what can be said of it. ``of_messages``: it is about single
    messages, of a direction and a sort. ``lasting``: it needs to be told for how long.
    """

    does: str
    each: Occasion
    amounts: tuple[Amount, ...] = ()
    of_messages: bool = False
    lasting: bool = False


_K = DisturbanceKind


def _pace(does: str, default_s: float, minimum_s: float) -> tuple[Amount, ...]:
    return (
        Amount("every_s", does, default_s, minimum_s, LONGEST_S),
        Amount("range_s", "and up to so much later", 0.0, 0, LONGEST_S),
    )


_EVERY_SO_OFTEN = _pace("so often", 30.0, SHORTEST_PACE_S)
_ONCE_OR_EVERY_SO_OFTEN = _pace("so often; 0 is once", 0.0, 0)

DISTURBANCES = {
    _K.LATENCY: Declared(
        "messages are late, but in order",
        Occasion.MESSAGE,
        (
            Amount("delay_s", "so late", 0.5, 0, LONGEST_S),
            Amount("jitter_s", "so much later still, by chance", 0.0, 0, LONGEST_S),
        ),
        of_messages=True,
    ),
    _K.BANDWIDTH: Declared(
        "a message takes its time",
        Occasion.MESSAGE,
        (Amount("bytes_per_s", "so fast", 1_000.0, SLOWEST_BYTES_PER_S, FASTEST_BYTES_PER_S),),
        of_messages=True,
    ),
    _K.DROP: Declared("messages do not arrive", Occasion.MESSAGE, of_messages=True),
    _K.DUPLICATE: Declared("messages come twice", Occasion.MESSAGE, of_messages=True),
    _K.REORDER: Declared(
        "a message is held back, later ones overtake it",
        Occasion.MESSAGE,
        (Amount("delay_s", "for so long", 2.0, 0.001, LONGEST_S),),
        of_messages=True,
    ),
    _K.CORRUPT: Declared("a character is another or missing, or the rest is", Occasion.MESSAGE, of_messages=True),
    _K.FRAGMENTS: Declared(
        "messages of the charge point come in many small websocket frames, a slow writer's with pauses between",
        Occasion.MESSAGE,
        (
            Amount("size", "bytes of a frame", 10, 1, 65_536, whole=True),
            Amount("every_s", "between two frames", 0.0, 0, 3_600),
        ),
    ),
    _K.HALF_OPEN: Declared(
        "nothing gets through, not even a pong; the socket stays, and the next connection is a good one",
        Occasion.TIME,
        _ONCE_OR_EVERY_SO_OFTEN,
    ),
    _K.IDLE_KILL: Declared(
        "a router forgets a connection on which nothing was sent for so long: then nothing gets through any more",
        Occasion.CONNECTION,
        (Amount("after_s", "so long", 60.0, 0.1, LONGEST_S),),
    ),
    _K.SLOW_READER: Declared(
        "after a message it takes so long until the next one is read; TCP's window closes",
        Occasion.MESSAGE,
        (Amount("every_s", "so long", 1.0, 0.01, 3_600),),
    ),
    _K.SECOND_CONNECTION: Declared(
        "a second connection is made and used; the first one stays open, is answered pings and nothing else",
        Occasion.TIME,
        _ONCE_OR_EVERY_SO_OFTEN,
    ),
    _K.REFUSE: Declared("no connection is made", Occasion.ATTEMPT),
    _K.DNS_FAILURE: Declared(
        "the name of the central system is not found; a connection that is there stays", Occasion.ATTEMPT
    ),
    _K.CUT: Declared("the connection breaks off (TCP reset) every so often", Occasion.TIME, _EVERY_SO_OFTEN),
    _K.CLOSE: Declared(
        "the connection is closed in good order, at once, or every so often",
        Occasion.TIME,
        (
            Amount("code", "as the websocket's close code", 1_000, 1_000, 4_999, whole=True),
            *_ONCE_OR_EVERY_SO_OFTEN,
        ),
    ),
    _K.OUTAGE: Declared(
        "the connection breaks off, and none is made until it is over; then it delivers what it has queued",
        Occasion.CONNECTION,
        lasting=True,
    ),
    _K.BROWN_OUT: Declared(
        "the power fails for a moment every so often, and the charge point boots again",
        Occasion.TIME,
        _pace("so often", 30.0, 1),
    ),
}

OF_MESSAGES = frozenset(kind for kind, declared in DISTURBANCES.items() if declared.of_messages)
"""Kinds that change what becomes of single messages, in a direction; the others change the connection."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One thing that is wrong with a line. A line has at most one of each kind.

    ``probability``: of each ``Occasion`` of its kind. ``seed``: that of its draws, which begin with the order and go
    on over reconnections and reboots; of another kind they are others. ``for_s``: after so long it is over; 0 is
    until it is cleared. ``frames``: which messages it hits. ``shape``: that of the jitter of latency. What the other
    numbers are is in ``DISTURBANCES``.
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
    range_s: float = 0.0
    after_s: float = 0.0
    size: float = 0
    code: float = 0
    frames: Frames = Frames.ALL
    shape: Shape = Shape.UNIFORM

    @property
    def draws(self) -> bool:
        """Whether chance decides anything: where it does not, one seed is as good as another."""
        return self.probability < 1 or bool(self.jitter_s or self.range_s) or self.kind is _K.CORRUPT

    def __str__(self) -> str:
        """In words, for people: ``drop 10 % out``."""
        words = [str(self.kind)]
        if self.code:
            words.append(f"{self.code:g}")
        if self.delay_s or self.jitter_s:
            words.append(f"{self.delay_s:g} s")
        if self.jitter_s:
            words.append(f"+ {self.jitter_s:g} s")
        if self.shape is not Shape.UNIFORM:
            words.append(str(self.shape))
        if self.bytes_per_s:
            words.append(f"{self.bytes_per_s:g} B/s")
        if self.size:
            words.append(f"of {self.size:g}")
        if self.after_s:
            words.append(f"after {self.after_s:g} s")
        if self.every_s:
            words.append(f"every {self.every_s:g} s")
        if self.range_s:
            words.append(f"+ {self.range_s:g} s")
        if self.probability < 1:
            words.append(f"{100 * self.probability:g} %")
        if self.frames is not Frames.ALL:
            words.append(str(self.frames))
        if self.direction is not Side.BOTH:
            words.append(str(self.direction))
        if self.seed:
            words.append(f"seed {self.seed}")
        if self.for_s:
            words.append(f"for {self.for_s:g} s")
        return " ".join(words)

    def body(self) -> dict[str, object]:
        """The fields of its order, without those that do not belong to its kind."""
        declared = DISTURBANCES[self.kind]
        body: dict[str, object] = {"kind": str(self.kind)}
        if declared.of_messages:
            body["direction"] = str(self.direction)
            if self.frames is not Frames.ALL:
                body["frames"] = str(self.frames)
        if self.probability < 1:
            body["probability"] = self.probability
        if self.draws or self.seed:
            body["seed"] = self.seed
        if self.shape is not Shape.UNIFORM:
            body["shape"] = str(self.shape)
        if self.for_s:
            body["for_s"] = self.for_s
        return body | {amount.name: getattr(self, amount.name) for amount in declared.amounts}


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
    """The charge point has these quirks from now on, and no others; ``probability``: of each message to show them."""

    names: tuple[QuirkName, ...] = ()
    probability: float = 1.0
    seed: int = 0

    @property
    def draws(self) -> bool:
        """Whether chance decides anything: where it does not, one seed is as good as another."""
        return self.probability < 1

    def __str__(self) -> str:
        """In words, for people."""
        names = ", ".join(self.names) or "no quirks"
        return names if self.probability == 1 else f"{names} {100 * self.probability:g} %"

    def body(self) -> dict[str, object]:
        """The fields of its order."""
        body: dict[str, object] = {"quirks": [str(name) for name in self.names]}
        return body if self.probability == 1 else body | {"probability": self.probability, "seed": self.seed}


Mischief = Disturbance | Clear | Quirks

_What = TypeVar("_What")


def one_of_many(what: _What, place: int) -> _What:
    """``what`` as it is ordered of the charge point at ``place`` among several: where chance decides anything, with a
    seed of its own, or the same would happen to all of them."""
    if isinstance(what, Disturbance | Quirks) and what.draws:
        return replace(what, seed=(what.seed + place) % (LARGEST_SEED + 1))
    return what


def parse_mischief(fields: Fields, *, quirks: bool) -> Mischief:
    """The order ``quirks`` or ``disturb``; raises InputError."""
    if not quirks:
        return _disturb(fields)
    if not fields.has("quirks"):
        raise InputError("quirks", None, "a list of quirks; [] for a charge point without any")
    return Quirks(
        parse_quirks(fields.array("quirks", max_length=100)),
        probability=fields.number("probability", 1.0, minimum=0, maximum=1),
        seed=fields.integer("seed", 0, minimum=0, maximum=LARGEST_SEED),
    )


def _disturb(fields: Fields) -> Disturbance | Clear:
    if fields.boolean("clear", False):
        return Clear(fields.choice("kind", DisturbanceKind) if fields.has("kind") else None)
    kind = fields.choice("kind", DisturbanceKind)
    declared = DISTURBANCES[kind]
    amounts: dict[str, Any] = {amount.name: amount.taken(fields) for amount in declared.amounts}
    disturbance = Disturbance(
        kind,
        direction=fields.choice("direction", Side, Side.BOTH) if declared.of_messages else Side.BOTH,
        frames=fields.choice("frames", Frames, Frames.ALL) if declared.of_messages else Frames.ALL,
        probability=fields.number("probability", 1.0, minimum=0, maximum=1),
        seed=fields.integer("seed", 0, minimum=0, maximum=LARGEST_SEED),
        for_s=fields.number("for_s", 0.0, minimum=0, maximum=LONGEST_S),
        shape=fields.choice("shape", Shape, Shape.UNIFORM) if kind is _K.LATENCY else Shape.UNIFORM,
        **amounts,
    )
    if declared.lasting and not disturbance.for_s:
        raise InputError("for_s", None, f"how long the {kind} lasts")
    if declared.each is Occasion.TIME and 0 < disturbance.every_s < SHORTEST_PACE_S:
        raise InputError("every_s", disturbance.every_s, f"0 for once, or {SHORTEST_PACE_S:g} or more")
    if disturbance.range_s and not disturbance.every_s:
        raise InputError("range_s", disturbance.range_s, "of use for what happens once: say how often as well")
    if disturbance.code and disturbance.code not in CLOSE_CODES:
        raise InputError("code", disturbance.code, "1000 to 1003, 1007 to 1014, or 3000 to 4999 (RFC 6455)")
    return disturbance


def in_words(what: Iterable[object]) -> tuple[str, ...]:
    """Of each, what the status of a charge point says."""
    return tuple(map(str, what))
