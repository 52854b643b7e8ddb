"""Commands become work in the right order, and each entry gets its one verdict."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from launcher.api.commands import Kill, Remove, Restart, Start
from launcher.fleet.fleet import DEATH_TIMEOUT_S, END_TIMEOUT_S, RISE_TIMEOUT_S, WILL_TIMEOUT_S
from launcher.fleet.placement import Placement, PoolMode
from tests.launcher.fleet.machine import Machine, entries

MANY = tuple(f"CP{number}" for number in range(200))


def started(*ids: str, parallel_starts: int = 2) -> Machine:
    machine = Machine(parallel_starts)
    machine.tell(Start(entries(*ids), "before"))
    machine.settle()
    return machine


def test_a_start_is_answered_when_every_charge_point_has_been_heard_of() -> None:
    machine = Machine()
    machine.tell(Start(entries("A", "B"), "r"))
    while machine.step():
        pass
    assert machine.running.keys() == {"A", "B"}
    assert not machine.answers
    machine.speak()
    machine.step()
    assert machine.verdicts("r") == ["started", "started"]
    assert machine.answers[0].type == "start"


def test_a_command_without_entries_is_answered_at_once() -> None:
    machine = Machine()
    machine.tell(Kill((), "r"))
    machine.step()
    assert machine.verdicts("r") == []


def test_charge_points_are_prepared_together_and_come_up_a_few_at_a_time() -> None:
    machine = Machine(parallel_starts=4)
    machine.tell(Start(entries(*MANY), "r"))
    machine.settle()
    assert [len(batch.prepare) for batch in machine.batches if batch.prepare] == [200]
    assert max(len(batch.spawn) for batch in machine.batches) == 4
    assert machine.verdicts("r") == ["started"] * 200
    assert sorted(machine.spawned) == sorted(MANY)


def test_one_that_is_never_heard_of_makes_room_for_the_others_and_counts_as_started() -> None:
    machine = Machine(parallel_starts=1, silent={"A"})
    begin = machine.now
    machine.tell(Start(entries("A", "B"), "r"))
    machine.settle()
    assert machine.verdicts("r") == ["started", "started"]
    assert machine.now - begin >= RISE_TIMEOUT_S


def test_one_that_ends_at_once_has_failed_and_says_why() -> None:
    machine = Machine(broken={"A"})
    machine.tell(Start(entries("A", "B"), "r"))
    machine.settle()
    assert machine.verdicts("r") == ["failed", "started"]
    assert machine.reasons("r")[0] == "it ended with exit code 2"


def test_what_cannot_be_stored_fails_alone() -> None:
    machine = Machine(failures={"A": "spec.json: No space left on device"})
    machine.tell(Start(entries("A", "B"), "r"))
    machine.settle()
    assert machine.verdicts("r") == ["failed", "started"]
    assert "No space left" in machine.reasons("r")[0]


def test_a_start_of_one_that_runs_is_refused_and_changes_nothing() -> None:
    machine = started("A")
    before = dict(machine.running)
    machine.tell(Start(entries("A"), "r"))
    machine.settle()
    assert machine.verdicts("r") == ["refused"]
    assert "running already" in machine.reasons("r")[0]
    assert machine.running == before


def test_two_quick_starts_of_one_id_make_one_process() -> None:
    """Defect 2, in the core."""
    machine = Machine()
    machine.tell(Start(entries("A", "A"), "first"))
    machine.tell(Start(entries("A"), "second"))
    machine.settle()
    assert machine.verdicts("first") == ["started", "refused"]
    assert machine.verdicts("second") == ["refused"]
    assert machine.spawned == ["A"]


def test_a_kill_overtakes_a_start_and_none_survives() -> None:
    """Defect 4, in the core: whatever the start has come to when the kill arrives."""
    for turns in range(12):
        machine = Machine(parallel_starts=4)
        machine.tell(Start(entries(*MANY), "start"))
        for _ in range(turns):
            machine.step()
            machine.speak()
        machine.tell(Kill.of(MANY, "kill"))
        machine.settle()
        assert machine.running == {}
        assert machine.verdicts("kill") == ["killed"] * 200
        assert set(machine.verdicts("start")) <= {"started", "failed"}
        assert len(set(machine.spawned)) == len(machine.spawned)
        assert machine.stored == set(MANY), "they are there, and dead, as if they had been up"
        assert set(machine.unborn) == set(MANY) - set(machine.spawned), "nobody else tells them dead"


def test_charge_points_killed_before_they_were_up_are_told_dead() -> None:
    machine = Machine()
    machine.tell(Start(entries("A"), "start"))
    machine.tell(Kill.of(["A"], "kill"))
    machine.settle()
    assert machine.unborn == ["A"]
    assert machine.reasons("start") == ["killed before it was up"]


def test_a_kill_of_one_that_is_dead_is_done() -> None:
    machine = started("A")
    for request_id in ("first", "second"):
        machine.tell(Kill.of(["A"], request_id))
        machine.settle()
        assert machine.verdicts(request_id) == ["killed"]


def test_a_process_that_does_not_die_is_a_failure() -> None:
    machine = started("A")
    machine.stubborn.add("A")
    begin = machine.now
    machine.tell(Kill.of(["A"], "r"))
    machine.settle()
    assert machine.verdicts("r") == ["failed"]
    assert machine.now - begin >= DEATH_TIMEOUT_S


def test_a_restart_ends_what_runs_and_there_is_one_process_afterwards() -> None:
    machine = started("A")
    pid = machine.running["A"]
    machine.tell(Restart.of(["A"], "r"))
    machine.settle()
    assert machine.verdicts("r") == ["restarted"]
    assert machine.running["A"] != pid
    assert [spec.id for batch in machine.batches for spec, fresh, _ in batch.prepare if not fresh] == ["A"]


def test_a_restart_cuts_the_power_of_one_that_does_not_end() -> None:
    machine = started("A")
    machine.stubborn.add("A")
    begin = machine.now
    machine.tell(Restart.of(["A"], "r"))
    while machine.now - begin < END_TIMEOUT_S:
        machine.step()
        machine.now += 0.5
    machine.stubborn.clear()
    machine.settle()
    assert any("A" in batch.cut for batch in machine.batches)
    assert machine.verdicts("r") == ["restarted"]


def test_a_removal_kills_waits_for_the_will_erases_and_clears() -> None:
    machine = started("A")
    machine.tell(Remove.of(["A"], "r"))
    while machine.step():
        pass
    assert machine.running == {}
    assert machine.stored == {"A"}, "nothing is erased before the broker has published the will"
    machine.settle()
    assert machine.verdicts("r") == ["removed"]
    assert machine.stored == set()
    assert machine.cleared == ["A"]


def test_a_removal_does_not_wait_for_ever_for_a_will() -> None:
    machine = started("A")
    machine.tell(Remove.of(["A"], "r"))
    while machine.step():
        pass
    machine.now += WILL_TIMEOUT_S
    while machine.step():
        pass
    assert machine.verdicts("r") == ["removed"]


def test_a_start_behind_a_removal_begins_anew() -> None:
    machine = started("A")
    machine.tell(Remove.of(["A"], "remove"))
    machine.tell(Start(entries("A"), "start"))
    machine.settle()
    assert machine.verdicts("remove") == ["removed"]
    assert machine.verdicts("start") == ["started"]
    assert machine.cleared == ["A"]
    assert "A" in machine.running


def test_a_restart_behind_a_removal_has_nothing_to_start() -> None:
    machine = started("A")
    machine.tell(Remove.of(["A"], "remove"))
    machine.tell(Restart.of(["A"], "restart"))
    machine.settle()
    assert machine.verdicts("restart") == ["refused"]


def test_start_kill_start_ends_with_one_process() -> None:
    machine = Machine()
    machine.tell(Start(entries("A"), "first"))
    machine.tell(Kill.of(["A"], "kill"))
    machine.tell(Start(entries("A"), "second"))
    machine.settle()
    assert machine.verdicts("kill") == ["killed"]
    assert machine.verdicts("second") == ["started"]
    assert "A" in machine.running
    assert machine.spawned == ["A"]


def test_a_launcher_that_is_closed_answers_what_it_leaves_undone() -> None:
    machine = Machine(silent={"A"})
    machine.tell(Start(entries("A", "B", "C"), "r"))
    machine.step()
    machine.fleet.abandon("the launcher was closed")
    machine.step()
    assert machine.verdicts("r") == ["failed"] * 3
    assert machine.fleet.next_deadline() is None


POOLED = Placement(PoolMode.ALWAYS, cores=2)


def test_those_that_are_to_live_in_pools_wait_for_no_room() -> None:
    machine = Machine(parallel_starts=2, placement=POOLED)
    machine.tell(Start(entries(*MANY), "r"))
    machine.settle()
    assert [len(batch.spawn) for batch in machine.batches if batch.spawn] == [200]
    assert machine.verdicts("r") == ["started"] * 200


def test_those_in_pools_take_no_room_from_the_others() -> None:
    machine = Machine(parallel_starts=1, placement=POOLED, silent=set(MANY))
    machine.tell(Start(entries(*MANY), "crowd"))
    for _ in range(5):
        machine.step()
    machine.placement = Placement(PoolMode.NEVER)
    machine.tell(Start(entries("A"), "r"))
    for _ in range(5):
        machine.step()
    assert "A" in machine.running


def test_what_a_pool_said_of_the_last_life_does_not_count_for_the_next_one() -> None:
    """The process number is that of the pool, and stays."""
    machine = Machine(placement=POOLED)
    machine.tell(Start(entries("A"), "start"))
    machine.settle()
    machine.same_pid = True
    machine.tell(Restart.of(["A"], "r"))
    while machine.step():
        pass
    assert not [answer for answer in machine.answers if answer.request_id == "r"]
    machine.settle()
    assert machine.verdicts("r") == ["restarted"]


def test_whoever_is_heard_of_makes_no_work_for_all_the_others() -> None:
    """Thousands come up at once: looking at each of them whenever one speaks would take minutes."""
    machine = Machine(placement=POOLED)
    machine.tell(Start(entries(*MANY), "r"))
    while machine.step():
        pass
    machine.fleet.hear("CP0", machine.running["CP0"], True)
    assert machine.fleet.next_deadline() is not None
    assert machine.fleet.next_deadline() > machine.now  # type: ignore[operator]
    assert not machine.fleet.batch(machine.now)


def test_what_one_said_in_its_last_home_says_nothing_of_the_next() -> None:
    """It was killed in its pool before it could speak: what is retained tells of the process that it had before."""
    fleet = Machine().fleet
    homes = {"A": "east", "B": "east", "C": "east"}
    fleet.hear("A", 100, False)
    fleet.hear("B", 200, True, "east")
    assert fleet.silent(homes, homes) == ["A", "C"]
    fleet.hear("A", 200, False, "east")
    assert fleet.silent(homes, homes) == ["C"]


class AnyOrder(RuleBasedStateMachine):
    """Commands in any order, at any moment of the work."""

    ids = st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=4)

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine(parallel_starts=2)
        self.asked: list[tuple[str, int]] = []

    def _request(self, ids: list[str]) -> str:
        self.asked.append((f"r{len(self.asked)}", len(ids)))
        return self.asked[-1][0]

    @rule(ids=ids)
    def start(self, ids: list[str]) -> None:
        self.machine.tell(Start(entries(*ids), self._request(ids)))

    @rule(ids=ids, kind=st.sampled_from([Kill, Remove, Restart]))
    def order(self, ids: list[str], kind: type[Kill] | type[Remove] | type[Restart]) -> None:
        self.machine.tell(kind.of(ids, self._request(ids)))

    @rule(mode=st.sampled_from(PoolMode))
    def place(self, mode: PoolMode) -> None:
        self.machine.placement = Placement(mode, cores=2)

    @rule()
    def work(self) -> None:
        self.machine.step()

    @rule()
    def speak(self) -> None:
        self.machine.speak()

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.machine.now += seconds

    @rule(station_id=st.sampled_from(["A", "B", "C"]))
    def die(self, station_id: str) -> None:
        self.machine.running.pop(station_id, None)

    @rule(station_id=st.sampled_from(["A", "B", "C"]), kind=st.sampled_from(["broken", "silent", "stubborn"]))
    def spoil(self, station_id: str, kind: str) -> None:
        getattr(self.machine, kind).symmetric_difference_update({station_id})

    @invariant()
    def no_answer_comes_twice(self) -> None:
        answered = [answer.request_id for answer in self.machine.answers]
        assert len(answered) == len(set(answered))

    def teardown(self) -> None:
        self.machine.settle()
        assert {(answer.request_id, len(answer.results)) for answer in self.machine.answers} == set(self.asked)
        assert set(self.machine.running) <= self.machine.stored
        assert not self.machine.fleet.busy()


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAnyOrder = AnyOrder.TestCase


@given(turns=st.integers(0, 40), parallel=st.integers(1, 5))
def test_whoever_is_killed_last_is_dead_at_any_moment_of_a_start(turns: int, parallel: int) -> None:
    machine = Machine(parallel_starts=parallel)
    machine.tell(Start(entries(*MANY[:20]), "start"))
    for turn in range(turns):
        machine.step()
        if turn % 2:
            machine.speak()
    machine.tell(Kill.of(MANY[:20], "kill"))
    machine.settle()
    assert not machine.running
