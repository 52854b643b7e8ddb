"""What one charge point's errand goes through, and the work that errands ask for.

    START     LOOK                       PREPARE -> QUEUED -> RISING
    RESTART   END -> ENDING           -> PREPARE -> QUEUED -> RISING
    KILL      CUT -> DYING
    REMOVE    CUT -> DYING -> MOURNING -> ERASE -> CLEAR

ENDING, DYING and MOURNING are passed over when there is nothing to wait for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from chargepoint.api.spec import ChargePointSpec
from launcher.api.commands import EntryResult
from launcher.fleet.orders import Verb, Wish
from launcher.fleet.placement import OWN_PROCESS


class Step(Enum):
    """Where an errand is: what has to be done next for it, or what it waits for."""

    LOOK = auto()
    """Is there a process?"""
    END = auto()
    """It is to end in good order."""
    ENDING = auto()
    """Waits for that."""
    CUT = auto()
    """Its power is to be cut."""
    DYING = auto()
    """Waits for that."""
    PREPARE = auto()
    """Its folder and program are to be made."""
    QUEUED = auto()
    """Waits for room to come up."""
    RISING = auto()
    """Waits to be heard of."""
    MOURNING = auto()
    """Waits for its will."""
    ERASE = auto()
    """Its program and folder are to go."""
    CLEAR = auto()
    """Its retained messages are to go."""


FIRST = {Verb.START: Step.LOOK, Verb.RESTART: Step.END, Verb.KILL: Step.CUT, Verb.REMOVE: Step.CUT}
UNSTORED = frozenset({Step.LOOK, Step.PREPARE})
"""The steps of a start before the charge point is on the disk."""


@dataclass(frozen=True, slots=True)
class Process:
    """What was found of a charge point's process: ``pid`` is 0 when there is none, ``ended`` then says how the last
    one ended, "" for nothing to speak of."""

    pid: int = 0
    ended: str = ""


class Preparation(NamedTuple):
    """What a charge point is to be, whether it begins afresh, and where it is to live."""

    spec: ChargePointSpec
    fresh: bool
    home: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Work to do now, all of it at once; ids, but for ``prepare``."""

    look: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    prepare: tuple[Preparation, ...] = ()
    spawn: tuple[str, ...] = ()
    erase: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.look, self.end, self.cut, self.prepare, self.spawn, self.erase, self.clear))


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a batch: the processes of all that were looked at, ended, cut or spawned, and why what failed
    did; an id without a failure succeeded."""

    processes: Mapping[str, Process] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Errand:
    """One wish on its way. ``pid`` is the process it waits for, ``not_before`` and ``give_up_at`` are POSIX seconds,
    ``cancelled`` is why it will not be fulfilled though its charge point is still prepared."""

    wish: Wish
    answer: Answer | None
    place: int
    step: Step
    pid: int = 0
    not_before: float = 0.0
    give_up_at: float = math.inf
    cancelled: str = ""

    @property
    def needs_room(self) -> bool:
        """Whether it waits for, or is, one of the few that come up together; a pool starts its own in turn."""
        return self.step in (Step.QUEUED, Step.RISING) and self.wish.home == OWN_PROCESS

    def next_at(self, room: bool) -> float:
        """When there is something to do for it; ``room`` for one more process to come up."""
        if self.step is Step.MOURNING or (self.step is Step.QUEUED and self.needs_room and not room):
            return self.give_up_at
        return min(self.not_before, self.give_up_at)


@dataclass(slots=True, eq=False)
class Answer:
    """A command on its way to its answer: the result of each entry, None while it has none."""

    type: str
    request_id: str
    results: list[EntryResult | None]
    open: int = 0
    """How many are None."""
