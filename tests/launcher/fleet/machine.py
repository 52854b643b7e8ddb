"""A machine without processes: what a fleet orders happens at once, in a dictionary, by hand-moved time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chargepoint.api.spec import parse_spec
from launcher.api.commands import CommandResult, Kill, Remove, Restart, Start
from launcher.fleet.errands import Batch, Process, Report
from launcher.fleet.fleet import Fleet
from launcher.fleet.orders import Known, judged
from launcher.fleet.placement import Placement, PoolMode

CENTRAL_SYSTEM = "ws://csms.test"


@dataclass
class Machine:
    """A fleet with a disk (``stored``) and processes. ``stubborn`` ones do not end, ``broken`` ones end at once,
    ``silent`` ones are never heard of."""

    parallel_starts: int = 2
    placement: Placement = field(default_factory=lambda: Placement(PoolMode.NEVER))
    now: float = 1000.0
    stored: set[str] = field(default_factory=set)
    homes: dict[str, str] = field(default_factory=dict)
    running: dict[str, int] = field(default_factory=dict)
    stubborn: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    same_pid: bool = False
    failures: dict[str, str] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    spawned: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    unborn: list[str] = field(default_factory=list)
    answers: list[CommandResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fleet = Fleet(self.parallel_starts)
        self._next_pid = 100
        self._wills: list[str] = []

    def tell(self, command: Start | Restart | Kill | Remove) -> None:
        """Give the fleet a command, judged by what is stored or on its way."""
        known_ids = {each for each in {*self.stored, *self.fleet.busy()} if not self.fleet.removing(each)}
        stored = {each: parse_spec({"id": each, "central_system": CENTRAL_SYSTEM}) for each in known_ids}
        known = Known(stored, {}, {"central_system": CENTRAL_SYSTEM}, self.homes, self.placement)
        self.fleet.tell(command.type, command.request_id, judged(command, known), self.now)

    def step(self) -> Batch:
        """One turn: a batch, what comes of it, and the answers that are complete."""
        batch = self.fleet.batch(self.now)
        if batch:
            self.batches.append(batch)
            self.fleet.report(batch, self._carry_out(batch), self.now)
        self.unborn += self.fleet.unborn()
        self.answers += self.fleet.answers()
        return batch

    def speak(self) -> None:
        """What charge points and the broker say: who lives is alive, who died is dead."""
        for station_id, pid in self.running.items():
            if station_id not in self.silent:
                self.fleet.hear(station_id, pid, True)
        for station_id in self._wills:
            self.fleet.hear(station_id, 1, False)
        self._wills.clear()

    def settle(self, turns: int = 10_000) -> None:
        """Go on until nothing is left to do, however long it takes."""
        for _ in range(turns):
            self.step()
            self.speak()
            self.answers += self.fleet.answers()
            deadline = self.fleet.next_deadline()
            if deadline is None:
                return
            self.now = max(self.now, deadline)
        raise AssertionError(f"still busy: {self.fleet.busy()}")

    def verdicts(self, request_id: str) -> list[str]:
        """The results of the one answer to a request."""
        [answer] = [answer for answer in self.answers if answer.request_id == request_id]
        return [str(entry.result) for entry in answer.results]

    def reasons(self, request_id: str) -> list[str]:
        """The reasons in the one answer to a request."""
        [answer] = [answer for answer in self.answers if answer.request_id == request_id]
        return [entry.reason for entry in answer.results]

    def _carry_out(self, batch: Batch) -> Report:
        failures = {each: self.failures[each] for each in self._named(batch) if each in self.failures}
        for spec, _, home in batch.prepare:
            if spec.id not in failures:
                self.stored.add(spec.id)
                self.homes[spec.id] = home
        for station_id in (*batch.end, *batch.cut):
            if station_id in self.running and station_id not in self.stubborn and station_id not in failures:
                del self.running[station_id]
                self._wills.append(station_id)
        for station_id in batch.spawn:
            if station_id not in failures:
                assert station_id not in self.running, f"{station_id} would have two processes"
                assert station_id in self.stored
                self._spawn(station_id)
        self.stored.difference_update(batch.erase)
        self.cleared += batch.clear
        asked = (*batch.look, *batch.end, *batch.cut, *batch.spawn)
        return Report({each: self._process(each) for each in asked}, failures)

    def _spawn(self, station_id: str) -> None:
        self.spawned.append(station_id)
        if station_id not in self.broken:
            self._next_pid += not self.same_pid
            self.running[station_id] = self._next_pid

    def _process(self, station_id: str) -> Process:
        if pid := self.running.get(station_id):
            return Process(pid)
        return Process(0, "it ended with exit code 2" if station_id in self.broken else "")

    def _named(self, batch: Batch) -> Iterable[str]:
        prepared = (spec.id for spec, *_ in batch.prepare)
        return (*batch.look, *batch.end, *batch.cut, *prepared, *batch.spawn, *batch.erase, *batch.clear)


def entries(*ids: str) -> tuple[Mapping[str, object], ...]:
    """Start entries."""
    return tuple(parse_spec({"id": each, "central_system": CENTRAL_SYSTEM}).to_entry() for each in ids)
