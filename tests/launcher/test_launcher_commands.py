"""Commands to the launcher of a real yard, over MQTT: what becomes of them, and what is refused."""

from __future__ import annotations

import os
import signal
import subprocess

import psutil
import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from launcher.api.commands import Verdict
from tests.support.waiting import eventually
from tests.support.yard import Yard, order

pytestmark = pytest.mark.end_to_end


@pytest.fixture(params=[False, "west"], ids=["process", "pool"])
def pool(request: pytest.FixtureRequest) -> bool | str:
    """Where charge points live: in a process each, or in a pool. Nobody who commands them sees a difference."""
    home: bool | str = request.param
    return home


def documented(yard: Yard, station_id: str, **fields: object) -> dict[str, object]:
    """A start entry as the Open OCPP simulator documents it."""
    return {
        "id": station_id,
        "vendor": "Open OCPP",
        "model": "Simulated CP",
        "serial": "S/NABCD1234",
        "central_system": yard.central_system,
        "nb_connectors": 1,
        "nb_phases": 3,
        "max_current": 32,
        "max_current_per_connector": 16,
    } | fields


# Start, kill, restart, remove


def test_the_documented_start_kill_restart_and_removal(shared_yard: Yard, pool: bool | str) -> None:
    """S0-04, S0-25, S0-26, S0-27, S0-28, S0-36: by plain MQTT messages alone."""
    yard = shared_yard
    assert yard.verdicts({"type": "start", "charge_points": [documented(yard, "doc", pool=pool)]}) == ["started"]
    yard.wait_for_status("doc", Registration.ACCEPTED)
    told = yard.status("doc")
    assert (told.vendor, told.max_setpoint, told.max_setpoint_per_connector) == ("Open OCPP", 32.0, 16.0)
    assert (yard.folder.charge_point("doc") / "state.jsonl").is_file()
    assert yard.folder.log("pool+west" if pool else "doc").is_file()

    assert yard.verdicts(order("kill", "doc")) == ["killed"]
    yard.wait_for_status("doc", Registration.DEAD)
    yard.wait_for_state("doc", 1, ConnectorState.UNAVAILABLE)

    assert yard.verdicts({"type": "restart", "charge_points": [documented(yard, "doc", pool=pool)]}) == ["restarted"]
    yard.wait_for_status("doc", Registration.ACCEPTED)

    assert yard.verdicts(order("remove", "doc")) == ["removed"]
    assert yard.retained("cps/doc/#") == {}
    assert not yard.folder.charge_point("doc").exists()
    assert not yard.folder.log("doc").exists()
    assert yard.supervisord.infos(["doc"]) == {}
    assert "program:doc" not in yard.folder.programs_conf.read_text()


def test_an_empty_retained_status_removes_a_charge_point_that_runs(shared_yard: Yard, pool: bool | str) -> None:
    """S0-28: as the historical supervisor does it, which empties the connectors' topics as well."""
    yard = shared_yard
    yard.start({"id": "gone", "pool": pool})
    yard.publish("cps/gone/connectors/1/status", b"", retain=True)
    yard.publish("cps/gone/status", b"", retain=True)
    eventually(lambda: not yard.folder.charge_point("gone").exists(), what="its folder gone")
    eventually(lambda: not yard.retained("cps/gone/#"), what="its messages gone")
    assert not yard.charge_point_processes("gone")


def test_a_removed_id_can_be_started_again_at_once(shared_yard: Yard, pool: bool | str) -> None:
    """As the historical supervisor loads a setup: kill, empty, start, without a pause."""
    yard = shared_yard
    yard.start({"id": "again", "pool": pool})
    yard.publish_command(order("kill", "again"))
    yard.publish("cps/again/status", b"", retain=True)
    assert yard.verdicts({"type": "start", "charge_points": [{"id": "again", "pool": pool}]}) == ["started"]
    pid = yard.wait_for_status("again", Registration.ACCEPTED).pid
    assert yard.verdicts(order("kill", "nobody")) == ["refused"], "the queue is empty again"
    assert yard.pid_of_program("pool+west" if pool else "again") == pid
    assert yard.retained("cps/again/status")
    assert yard.verdicts(order("remove", "again")) == ["removed"]


def test_start_begins_with_fresh_data_and_restart_keeps_it(shared_yard: Yard, pool: bool | str) -> None:
    """S0-04, S0-27."""
    yard = shared_yard
    yard.start({"id": "data", "vendor": "First", "pool": pool})
    mark = yard.folder.charge_point("data") / "mark"
    mark.touch()
    yard.ask(order("kill", "data"))
    yard.ask(order("restart", "data"))
    assert mark.exists()
    assert yard.wait_for_status("data", Registration.ACCEPTED).vendor == "First"
    yard.ask({"type": "restart", "charge_points": [{"id": "data", "vendor": "Second"}]})
    eventually(lambda: yard.status("data").vendor == "Second")
    yard.ask(order("kill", "data"))
    yard.start({"id": "data", "pool": pool})
    assert not mark.exists()
    assert yard.verdicts(order("remove", "data")) == ["removed"]


def test_a_restart_of_one_that_runs_leaves_exactly_one_process(shared_yard: Yard) -> None:
    yard = shared_yard
    yard.start({"id": "one"})
    pid = yard.pid_of_program("one")
    assert yard.verdicts(order("restart", "one")) == ["restarted"]
    assert [process.pid for process in yard.charge_point_processes("one")] == [yard.pid_of_program("one")]
    assert yard.pid_of_program("one") != pid
    yard.wait_for_status("one", Registration.ACCEPTED)


def test_both_spellings_start_a_charge_point(shared_yard: Yard) -> None:
    """S0-25: what the documents say, and what the original's code wants."""
    yard = shared_yard
    direct = {
        "id": "direct", "vendor": "V", "model": "M", "serial": "S", "central_system": yard.central_system,
        "type": "DC", "nb_connectors": 2, "nb_phases": 1, "max_setpoint": 150_000, "voltage": 400,
        "max_setpoint_per_connector": 100_000,
    }  # fmt: skip
    yard.start(documented(yard, "alternating"), direct)
    assert yard.wait_for_status("direct", Registration.ACCEPTED).max_setpoint == 150_000.0
    assert yard.wait_for_status("alternating", Registration.ACCEPTED).type == "AC"


def test_one_that_begins_again_with_fewer_connectors_has_no_others(shared_yard: Yard, pool: bool | str) -> None:
    yard = shared_yard
    yard.start({"id": "fewer", "nb_connectors": 3, "pool": pool})
    yard.wait_for_state("fewer", 3, ConnectorState.AVAILABLE)
    yard.ask(order("kill", "fewer"))
    yard.wait_for_state("fewer", 3, ConnectorState.UNAVAILABLE)
    yard.start({"id": "fewer", "nb_connectors": 1, "pool": pool})
    yard.wait_for_state("fewer", 1, ConnectorState.AVAILABLE)
    assert sorted(yard.retained("cps/fewer/connectors/+/status")) == ["cp_simu/cps/fewer/connectors/1/status"]
    assert yard.verdicts(order("remove", "fewer")) == ["removed"]


def test_a_charge_point_closes_in_good_order(shared_yard: Yard, pool: bool | str) -> None:
    """S0-34: and the launcher can start it again."""
    yard = shared_yard
    yard.start({"id": "closing", "pool": pool})
    yard.wait_for_status("closing", Registration.ACCEPTED)
    yard.publish("cps/closing/cmd", {"type": "close"})
    yard.wait_for_status("closing", Registration.DEAD)
    eventually(lambda: not yard.pid_of_program("closing"))
    assert yard.verdicts(order("restart", "closing")) == ["restarted"]
    assert yard.verdicts(order("remove", "closing")) == ["removed"]


def test_the_template_gives_what_an_entry_leaves_out(shared_yard: Yard) -> None:
    """S0-03: config.ini is in the launcher's working directory, and read anew for each start."""
    yard = shared_yard
    assert psutil.Process(yard.pid_of_program("launcher")).cwd() == str(yard.folder.path)
    yard.folder.template.write_text(
        "[ChargePoint]\nChargePointVendor = Template\n[Ocpp]\nHeartbeatInterval = 77\n", encoding="utf-8"
    )
    try:
        yard.start({"id": "by_template"}, {"id": "by_entry", "vendor": "Entry"})
        assert yard.wait_for_status("by_template", Registration.ACCEPTED).vendor == "Template"
        assert yard.status("by_entry").vendor == "Entry"
        assert yard.status("by_entry").entry["ocpp_config"] == {"HeartbeatInterval": "77"}
        yard.folder.template.write_text("[ChargePoint]\nvendr = X\n", encoding="utf-8")
        [refused] = yard.ask({"type": "start", "charge_points": [{"id": "never"}]}).results
        assert refused.result is Verdict.REFUSED
        assert "[ChargePoint] vendr" in refused.reason
        assert yard.verdicts(order("kill", "by_entry")) == ["killed"], "a kill needs no template"
    finally:
        yard.folder.template.unlink()


# Bad input


def test_ids_that_could_do_harm_are_refused(shared_yard: Yard) -> None:
    """Defect 6."""
    yard = shared_yard
    ids = ["a b", "a;touch x", "../up", "a/b", "+", "#", "", "x" * 49, "launcher", None, 5]
    answer = yard.ask({"type": "start", "charge_points": [{"id": each} for each in ids]})
    assert {entry.result for entry in answer.results} == {Verdict.REFUSED}
    assert {entry.field for entry in answer.results} == {"id"}
    [url] = yard.ask(
        {"type": "start", "charge_points": [{"id": "A", "central_system": "ws://x;touch /tmp/y"}]}
    ).results
    assert url.field == "central_system"
    assert not yard.charge_point_processes("A")


def test_an_entry_with_a_missing_field_has_its_verdict_and_the_others_start(shared_yard: Yard) -> None:
    """Defect 10."""
    yard = shared_yard
    good, bad = documented(yard, "complete"), documented(yard, "incomplete", nb_connectors=None)
    bad["nb_connectors"] = "two"
    answer = yard.ask({"type": "start", "charge_points": [{"vendor": "no id"}, bad, good]})
    assert [entry.result for entry in answer.results] == [Verdict.REFUSED, Verdict.REFUSED, Verdict.STARTED]
    assert answer.results[1].reason == "nb_connectors: 'two' is not a whole number from 1 to 64"


def test_whatever_is_no_command_is_answered_and_the_launcher_lives_on(shared_yard: Yard) -> None:
    """Defect 3."""
    yard = shared_yard
    launcher = yard.pid_of_program("launcher")
    payloads = [b"5", b"[]", b'{"type":5}', b"", b"{", b"\xff\xfe", b'{"type":"start","charge_points":5}', b"null"]
    before = len(yard.results())
    for payload in payloads:
        yard.publish("launcher/cmd", payload)
    eventually(lambda: len(yard.results()) == before + len(payloads), what="an answer to each")
    refused = yard.results()[before:]
    assert {answer.result for answer in refused} == {Verdict.REFUSED}
    assert all(answer.reason and not answer.results for answer in refused)
    for payload in payloads[:4]:
        yard.publish("cps/x/status", payload)
    assert yard.ask(order("kill")).good
    assert yard.pid_of_program("launcher") == launcher


def test_a_command_that_is_retained_is_not_carried_out_again(yard: Yard) -> None:
    command = {"type": "start", "charge_points": [{"id": "CP1"}], "request_id": "r"}
    yard.publish("launcher/cmd", command, retain=True)
    yard.wait_for_result("r")
    assert yard.verdicts(order("kill", "CP1")) == ["killed"]
    os.kill(yard.pid_of_program("launcher"), signal.SIGKILL)
    eventually(lambda: "passed over" in yard.log("launcher"))
    eventually(lambda: yard.launcher_status == "Alive")
    assert yard.ask(order("kill")).good
    assert not yard.charge_point_processes()


def test_every_command_has_one_answer_with_its_request_id(shared_yard: Yard) -> None:
    yard = shared_yard
    requests = [yard.publish_command(order("kill", f"nobody{number}")) for number in range(20)]
    for request in requests:
        yard.wait_for_result(request)
    assert yard.ask(order("kill")).results == ()
    assert [len(yard.results(request)) for request in requests] == [1] * 20


def test_a_charge_point_that_cannot_start_has_failed_and_says_why(shared_yard: Yard) -> None:
    yard = shared_yard
    [entry] = yard.ask({"type": "start", "charge_points": [{"id": "broken", "vehicle": "spaceship"}]}).results
    assert entry.result is Verdict.FAILED
    assert "spaceship" in entry.reason
    assert "spaceship" in yard.wait_for_status("broken", Registration.DEAD).last_error


def test_a_state_folder_that_takes_no_data_is_told_entry_by_entry(shared_yard: Yard) -> None:
    yard = shared_yard
    (yard.folder.charge_points / "blocked").write_text("a file where a folder should be")
    answer = yard.ask({"type": "start", "charge_points": [{"id": "blocked"}, {"id": "unblocked"}]})
    assert [entry.result for entry in answer.results] == [Verdict.FAILED, Verdict.STARTED]
    assert "blocked" in answer.results[0].reason


def test_one_that_lives_elsewhere_is_not_doubled(shared_yard: Yard) -> None:
    yard = shared_yard
    words = ["-m", "chargepoint", "--id", "foreign", "--central-system", yard.central_system, "--broker", yard.broker]
    with subprocess.Popen([yard.command()[0], *words], env=yard.environment, stderr=subprocess.DEVNULL) as foreign:
        yard.wait_for_status("foreign", Registration.ACCEPTED)
        for kind in ("start", "kill", "remove"):
            assert yard.verdicts(order(kind, "foreign")) == ["refused"]
        foreign.terminate()
    yard.wait_for_status("foreign", Registration.DEAD)
    assert yard.verdicts(order("remove", "foreign")) == ["removed"]
    assert yard.retained("cps/foreign/#") == {}


# In a hurry


def test_two_quick_starts_of_one_id_make_one_process(shared_yard: Yard) -> None:
    """Defect 2."""
    yard = shared_yard
    first = yard.publish_command({"type": "start", "charge_points": [{"id": "twin"}, {"id": "twin"}]})
    second = yard.publish_command({"type": "start", "charge_points": [{"id": "twin"}]})
    assert [entry.result for entry in yard.wait_for_result(first).results] == [Verdict.STARTED, Verdict.REFUSED]
    assert [entry.result for entry in yard.wait_for_result(second).results] == [Verdict.REFUSED]
    assert len(yard.charge_point_processes("twin")) == 1


def test_many_started_in_one_command_and_killed_in_the_next_breath(yard: Yard) -> None:
    """Defect 4: none survives, none is started twice, both are answered, each charge point is there and dead."""
    ids = [f"CP{number}" for number in range(40)]
    start = yard.publish_command(order("start", *ids))
    eventually(lambda: len(yard.charge_point_processes()) >= 3, what="some up")
    kill = yard.publish_command(order("kill", *ids))
    assert {entry.result for entry in yard.wait_for_result(kill, 60).results} == {Verdict.KILLED}
    assert not yard.charge_point_processes()
    assert len(yard.wait_for_result(start).results) == 40
    spawned = [line for line in yard.log("supervisord").splitlines() if "spawned: 'CP" in line]
    assert len(spawned) == len({line.split("'")[1] for line in spawned})
    for station_id in ids:
        yard.wait_for_status(station_id, Registration.DEAD)
        yard.wait_for_state(station_id, 1, ConnectorState.UNAVAILABLE)
