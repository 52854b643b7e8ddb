"""The fleet: commands become errands, errands become batches of work, and what came of it becomes answers.

One errand at a time for each charge point, in the order of the commands. A kill or a removal overtakes a start that
is not done. Whoever drives it repeats: ``tell`` commands and ``hear`` statuses, take a ``batch``, do it, ``report``
what came of it, take ``answers``. Nothing here waits: time is an argument, POSIX seconds.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, assert_never

from chargepoint.api.spec import ChargePointSpec
from launcher.api.commands import CommandResult, EntryResult, Verdict
from launcher.fleet.errands import FIRST, UNSTORED, Answer, Batch, Errand, Preparation, Process, Report, Step
from launcher.fleet.orders import Verb, Wish
from launcher.fleet.placement import OWN_PROCESS

LOOK_AGAIN_S = 0.1
"""How long to wait before looking again whether a process is gone."""

RISE_LOOK_S = 0.5
"""The same for one that is to come up: its status tells sooner."""

RISE_TIMEOUT_S = 30.0
"""A process that lives this long without having been heard of counts as started."""

END_TIMEOUT_S = 15.0
"""An orderly end that takes longer becomes a kill; supervisord's own patience (stopwaitsecs) is shorter."""

DEATH_TIMEOUT_S = 10.0
"""A killed process that is still there after this long cannot be killed."""

WILL_TIMEOUT_S = 3.0
"""How long a removal waits for the broker to publish the will, which would otherwise come after the clearing."""


GATHER_S = 0.0005
"""How long a removal waits for each of the others that are under way."""


class Heard(NamedTuple):
    """What a charge point's status told last: its process, whether it lives, and where."""

    pid: int
    alive: bool
    home: str


class Fleet:
    """All errands. ``parallel_starts`` processes come up at the same time at most: each takes a core while it does,
    and all at once they starve each other. It may be changed at any time."""

    def __init__(self, parallel_starts: int) -> None:
        self.parallel_starts = parallel_starts
        self._errands: dict[str, deque[Errand]] = {}
        self._heard: dict[str, Heard] = {}
        self._open: list[Answer] = []
        self._to_bury: list[str] = []
        self._quiet_until = -math.inf

    def busy(self) -> dict[str, ChargePointSpec | None]:
        """The charge points with errands, each with the spec of a start or restart to come."""
        return {
            station_id: next((errand.wish.spec for errand in queue if errand.wish.spec), None)
            for station_id, queue in self._errands.items()
        }

    def homes(self) -> dict[str, str]:
        """Where charge points are to live that are not prepared yet."""
        wishes = (errand.wish for queue in self._errands.values() for errand in queue)
        return {wish.id: wish.home for wish in wishes if wish.spec}

    def removing(self, station_id: str) -> bool:
        """Whether a removal is the last that was asked for this charge point."""
        queue = self._errands.get(station_id)
        return queue is not None and queue[-1].wish.verb is Verb.REMOVE

    @property
    def heard(self) -> Mapping[str, bool]:
        """The charge points whose status is retained, and whether it says that they live."""
        return {station_id: told.alive for station_id, told in self._heard.items()}

    def silent(self, ids: Iterable[str], homes: Mapping[str, str]) -> list[str]:
        """Those of ``ids`` that have said nothing since they live where ``homes`` says."""
        return [each for each in ids if each not in self._heard or self._heard[each].home != homes[each]]

    def tell(self, kind: str, request_id: str, entries: Sequence[Wish | EntryResult], now: float) -> None:
        """Take a command; it is answered when each of its entries has its verdict."""
        answer = Answer(kind, request_id, [None] * len(entries), len(entries))
        self._open.append(answer)
        for place, entry in enumerate(entries):
            if isinstance(entry, EntryResult):
                answer.results[place] = entry
                answer.open -= 1
            else:
                self._take(entry, answer, place, now)

    def wish(self, wish: Wish, now: float) -> None:
        """Take a wish that nobody waits for an answer to."""
        self._take(wish, None, 0, now)

    def hear(self, station_id: str, pid: int, alive: bool, home: str = OWN_PROCESS) -> None:
        """A charge point's status was heard."""
        self._heard[station_id] = Heard(pid, alive, home)
        errand = self._head(station_id)
        if errand is None:
            return
        if errand.step is Step.RISING and alive and pid == errand.pid:
            self._finish(errand)
        elif errand.step is Step.MOURNING and not alive:
            errand.step = Step.ERASE
            self._stir()

    def forget(self, station_id: str) -> None:
        """A charge point's status is no longer retained."""
        self._heard.pop(station_id, None)

    def batch(self, now: float) -> Batch:
        """What is to be done now."""
        if now < self._quiet_until:
            return Batch()
        due: dict[Step, list[Errand]] = {}
        for errand in list(self._heads()):
            self._lose_patience(errand, now)
            if errand.not_before <= now:
                due.setdefault(errand.step, []).append(errand)
        free = self._room()
        spawn = [errand for errand in due.get(Step.QUEUED, ()) if not errand.needs_room]
        spawn += [errand for errand in due.get(Step.QUEUED, ()) if errand.needs_room][:free]
        self._quiet_until = self._next_at()

        def ids(*steps: Step) -> tuple[str, ...]:
            return tuple(errand.wish.id for step in steps for errand in due.get(step, ()))

        return Batch(
            look=ids(Step.LOOK, Step.ENDING, Step.DYING, Step.RISING),
            end=ids(Step.END),
            cut=ids(Step.CUT),
            prepare=tuple(
                Preparation(errand.wish.spec, errand.wish.verb is Verb.START, errand.wish.home)
                for errand in due.get(Step.PREPARE, ())
                if errand.wish.spec is not None
            ),
            spawn=tuple(errand.wish.id for errand in spawn),
            erase=ids(Step.ERASE),
            clear=ids(Step.CLEAR),
        )

    def report(self, batch: Batch, report: Report, now: float) -> None:
        """Take what came of ``batch``."""
        self._stir()
        prepared = tuple(each.spec.id for each in batch.prepare)
        for ids in (batch.look, batch.end, batch.cut, prepared, batch.spawn, batch.erase, batch.clear):
            for station_id in ids:
                errand = self._head(station_id)
                if errand is None:
                    continue
                if reason := report.failures.get(station_id):
                    self._finish(errand, reason)
                else:
                    self._advance(errand, report.processes.get(station_id, Process()), now)

    def answers(self) -> list[CommandResult]:
        """The answers that are complete, each once."""
        done = [answer for answer in self._open if not answer.open]
        if done:
            self._open = [answer for answer in self._open if answer.open]
        return [CommandResult(answer.type, tuple(filter(None, answer.results)), answer.request_id) for answer in done]

    def abandon(self, reason: str) -> None:
        """Nothing more will be done: whatever waits fails for ``reason``."""
        for queue in list(self._errands.values()):
            for errand in list(queue):
                self._finish(errand, reason)

    def unborn(self) -> list[str]:
        """Charge points that were stored and will not be started after all, since the last call: their Dead is yet
        to be told."""
        unborn, self._to_bury = self._to_bury, []
        return unborn

    def next_deadline(self) -> float | None:
        """When ``batch`` should be asked next though nothing was told or heard; None for not at all."""
        if not self._errands:
            return None
        return self._quiet_until if self._quiet_until > -math.inf else self._next_at()

    def _next_at(self) -> float:
        room = self._room() > 0
        return min((errand.next_at(room) for errand in self._heads()), default=math.inf)

    def _room(self) -> int:
        """How many more processes may come up."""
        rising = sum(errand.step is Step.RISING and errand.needs_room for errand in self._heads())
        return max(0, self.parallel_starts - rising)

    def _stir(self) -> None:
        """Something may be due before the moment that was known."""
        self._quiet_until = -math.inf

    def _take(self, wish: Wish, answer: Answer | None, place: int, now: float) -> None:
        self._stir()
        queue = self._errands.setdefault(wish.id, deque())
        errand = Errand(wish, answer, place, FIRST[wish.verb])
        if wish.spec is None:
            for earlier in [earlier for earlier in queue if earlier.wish.spec is not None]:
                self._overtake(earlier, wish.verb)
        elif queue and queue[-1].wish.spec is not None:
            self._decide(errand, EntryResult(wish.id, Verdict.REFUSED, "it is being started already"))
            return
        self._errands.setdefault(wish.id, queue).append(errand)

    def _overtake(self, errand: Errand, verb: Verb) -> None:
        reason = f"{verb.value} before it was up"
        first = errand is self._head(errand.wish.id)
        # As if it had been started and then killed: it is there, and dead.
        if verb is Verb.KILL and errand.wish.verb is Verb.START and (not first or errand.step in UNSTORED):
            errand.cancelled = reason
            return
        if verb is Verb.KILL and errand.step is Step.QUEUED:
            self._to_bury.append(errand.wish.id)
        self._finish(errand, reason)

    def _advance(self, errand: Errand, process: Process, now: float) -> None:
        """Move an errand whose step was done, or looked at, without failure."""
        match errand.step:
            case Step.LOOK if process.pid:
                refusal = "it is running already: restart it, or kill it first"
                self._decide(errand, EntryResult(errand.wish.id, Verdict.REFUSED, refusal))
            case Step.LOOK:
                errand.step = Step.PREPARE
            case Step.END | Step.ENDING:
                self._wait_for_end(errand, process, Step.ENDING, END_TIMEOUT_S, now)
            case Step.CUT | Step.DYING:
                self._wait_for_end(errand, process, Step.DYING, DEATH_TIMEOUT_S, now)
            case Step.PREPARE if errand.cancelled:
                self._to_bury.append(errand.wish.id)
                self._finish(errand, errand.cancelled)
            case Step.PREPARE:
                errand.step = Step.QUEUED
            case Step.QUEUED:
                errand.step, errand.pid, errand.give_up_at = Step.RISING, process.pid, now + RISE_TIMEOUT_S
                self._rise(errand, process, now)
            case Step.RISING:
                self._rise(errand, process, now)
            case Step.ERASE:
                errand.step = Step.CLEAR
            case Step.CLEAR:
                self._heard.pop(errand.wish.id, None)
                self._finish(errand)
            case Step.MOURNING:
                pass
            case _:
                assert_never(errand.step)

    def _wait_for_end(self, errand: Errand, process: Process, waiting: Step, timeout_s: float, now: float) -> None:
        if process.pid:
            if errand.step is not waiting:
                errand.step, errand.pid, errand.give_up_at = waiting, process.pid, now + timeout_s
            errand.not_before = now + LOOK_AGAIN_S
            return
        errand.give_up_at, errand.not_before = math.inf, 0.0
        match errand.wish.verb:
            case Verb.RESTART:
                errand.step = Step.PREPARE
                # In a pool the next life has the same process number: what was heard is of the last one.
                if told := self._heard.get(errand.wish.id):
                    self._heard[errand.wish.id] = told._replace(pid=0, alive=False)
            case Verb.REMOVE if (told := self._heard.get(errand.wish.id)) and told.alive:
                errand.step, errand.give_up_at = Step.MOURNING, now + WILL_TIMEOUT_S
                # Those that go together are erased together: each erasure asks the broker what it retains of them.
                errand.not_before = now + GATHER_S * len(self._errands)
            case Verb.REMOVE:
                errand.step = Step.ERASE
            case _:
                self._finish(errand)

    def _rise(self, errand: Errand, process: Process, now: float) -> None:
        if not process.pid:
            self._finish(errand, process.ended or "it ended at once")
        elif (told := self._heard.get(errand.wish.id)) and told.alive and told.pid == process.pid:
            self._finish(errand)
        else:
            errand.not_before = now + RISE_LOOK_S

    def _lose_patience(self, errand: Errand, now: float) -> None:
        if now < errand.give_up_at:
            return
        errand.give_up_at = math.inf
        match errand.step:
            case Step.ENDING:
                errand.step, errand.not_before = Step.CUT, 0.0
            case Step.DYING:
                self._finish(errand, f"its process {errand.pid} does not end")
            case Step.RISING:
                self._finish(errand)
            case Step.MOURNING:
                errand.step = Step.ERASE
            case _:
                pass

    def _finish(self, errand: Errand, failure: str = "") -> None:
        verdict = Verdict.FAILED if failure else Verdict(errand.wish.verb.value)
        self._decide(errand, EntryResult(errand.wish.id, verdict, failure))

    def _decide(self, errand: Errand, result: EntryResult) -> None:
        if errand.answer is not None and errand.answer.results[errand.place] is None:
            errand.answer.results[errand.place] = result
            errand.answer.open -= 1
        queue = self._errands.get(errand.wish.id)
        if queue is not None and errand in queue:
            queue.remove(errand)
            if not queue:
                del self._errands[errand.wish.id]
            if queue or errand.needs_room:
                self._stir()

    def _head(self, station_id: str) -> Errand | None:
        queue = self._errands.get(station_id)
        return queue[0] if queue else None

    def _heads(self) -> Iterator[Errand]:
        return (queue[0] for queue in self._errands.values())
