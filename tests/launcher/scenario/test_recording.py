"""A live session as a scenario."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chargepoint.api.orders import Close as CloseOrder
from chargepoint.api.orders import Configure, Reboot, Send, StationResult, Verdict, parse_order
from chargepoint.api.payloads import CarInput, ConnectorState, ErrorCode, FaultInput, Registration, TokenInput
from chargepoint.api.topics import ConnectorTopic, LauncherTopic, StationTopic
from chargepoint.api.traffic import Direction, TracedFrame
from chargepoint.clock import iso
from launcher.api.commands import Close, CommandResult, EntryResult, Kill, Restart, Start
from launcher.api.commands import Verdict as LauncherVerdict
from launcher.scenario.format import every, load
from launcher.scenario.recording import Recording
from launcher.scenario.steps import Deviate, SendText
from tests.support.yard import Yard


class Session:
    """What is told of a station, a second apart unless said otherwise."""

    def __init__(self) -> None:
        self.recording = Recording("CP", {"id": "CP", "central_system": "ws://host", "vehicle": "van"}, 1.0)
        self.at_s = 0.0

    def frame(self, direction: Direction, *parts: object, at: str = "2026-01-01T00:00:00Z") -> None:
        payload = TracedFrame(at, direction, json.dumps(parts)).to_json()
        self.recording.take(StationTopic("CP", "frames"), payload, self.at_s)

    def input(self, leaf: str, payload: bytes, connector: int = 1, after_s: float = 0.0) -> None:
        self.at_s += after_s
        self.recording.take(ConnectorTopic("CP", connector, leaf), payload, self.at_s)

    def steps(self) -> list[str]:
        """Those after the beginning, whether or not they belong together."""
        lines = [line.strip().removeprefix("- ") for line in self.recording.scenario("s").splitlines()]
        return [line for line in lines[lines.index("steps:") + 3 :] if line != "together:"]


OUT, IN = Direction.OUT, Direction.IN


def test_what_people_and_cars_do_become_steps() -> None:
    session = Session()
    session.input("car", CarInput(32.0, True, 16.0, 16.0, 16.0).to_json())
    session.input("car", CarInput(ready=False).to_json(), 2)
    session.input("car", CarInput(ready=True).to_json(), after_s=3.4)
    session.input("id_tag", TokenInput("no").to_json())
    session.input("faulted", FaultInput(True, ErrorCode.WEAK_SIGNAL).to_json(), 0)
    session.input("faulted", FaultInput(False).to_json(), 0)
    session.input("car", CarInput(cable=0.0).to_json())
    session.input("car", b"nonsense")
    session.recording.take(StationTopic("CP", "cmd"), Configure("HeartbeatInterval", "5").to_json(), session.at_s)
    session.recording.take(StationTopic("CP", "cmd"), Reboot().to_json(), session.at_s)
    assert session.steps() == [
        "plug: {cable: 32.0, asks_for: 16.0}",
        "suspend: {connector: 2}",
        "wait: 3s",
        "resume",
        "tap: 'no'",
        "fault: {code: WeakSignal, connector: 0}",
        "clear_fault: {connector: 0}",
        "unplug",
        "configure: {key: HeartbeatInterval, value: '5'}",
        "power_cycle",
    ]


def test_a_car_of_which_not_all_is_said_is_changed_in_that_alone() -> None:
    session = Session()
    for car in (
        CarInput(cable=20.0),
        CarInput(consumption_l1=6.0),
        CarInput(20.0, True, 16.0),
        CarInput(consumption_l2=6.0),
        CarInput(20.0, False, 16.0, 16.0, 16.0),
        CarInput(0.0, True),
        CarInput(ready=False),
        CarInput(cable=20.0),
    ):
        session.input("car", car.to_json())
    assert session.steps() == [
        "plug: {cable: 20.0}",
        "car: {asks_for: [6.0]}",
        "plug: {cable: 20.0, asks_for: [16.0]}",
        "car: {asks_for: [null, 6.0]}",
        "car: {cable: 20.0, ready: false, asks_for: 16.0}",
        "car: {cable: 0.0, ready: true}",
        "suspend",
        "car: {cable: 20.0}",
    ]


def test_a_fault_has_all_its_words_and_one_of_several_is_cleared() -> None:
    session = Session()
    session.input("faulted", FaultInput(True, ErrorCode.OTHER_ERROR, "V7", "door: open").to_json())
    session.input("faulted", FaultInput(False, ErrorCode.OTHER_ERROR).to_json())
    assert session.steps() == [
        "fault: {code: OtherError, vendor_code: V7, info: 'door: open'}",
        "clear_fault: {code: OtherError}",
    ]


def test_moments_in_commands_are_as_far_away_as_they_were() -> None:
    session = Session()
    profile = {"validTo": "2026-01-01T01:00:00Z", "note": "2026-01-01"}
    session.frame(IN, 2, "1", "SetChargingProfile", {"csChargingProfiles": profile})
    [step] = session.steps()
    assert step.endswith("{csChargingProfiles: {validTo: '${now+3600s}', note: '2026-01-01'}}}")


def test_what_was_refused_has_had_no_effect_but_a_tag_may_be_meant_to_be() -> None:
    session = Session()
    session.input("id_tag", TokenInput("TAG1").to_json())
    session.input("id_tag", TokenInput("TAG2").to_json())
    session.input("car", CarInput(cable=0.0).to_json())
    refused = StationResult("cp_simu/cps/CP/connectors/1/car", "it is locked")
    session.recording.take(StationTopic("CP", "result"), refused.to_json(), 0.0)
    refused = StationResult("cp_simu/cps/CP/connectors/1/id_tag", "there is somebody already")
    session.recording.take(StationTopic("CP", "result"), refused.to_json(), 0.0)
    for number, verdict in enumerate((Verdict.DONE, Verdict.REFUSED)):
        order = Configure("HeartbeatInterval", str(number), f"r{number}")
        session.recording.take(StationTopic("CP", "cmd"), order.to_json(), 0.0)
        told = StationResult("cp_simu/cps/CP/cmd", "", verdict, "configure", f"r{number}")
        session.recording.take(StationTopic("CP", "result"), told.to_json(), 0.0)
    assert session.steps() == [
        "tap: TAG1",
        "tap: {tag: TAG2, refused: true}",
        "configure: {key: HeartbeatInterval, value: '0'}",
    ]


def test_what_the_launcher_refused_has_had_no_effect_nor_has_what_comes_while_it_is_off() -> None:
    session = Session()
    session.recording.take(LauncherTopic("cmd"), Start.of(["CP"], "r1").to_json(), 0.0)
    told = CommandResult("start", (EntryResult("CP", LauncherVerdict.REFUSED, "it is there"),), "r1")
    session.recording.take(LauncherTopic("result"), told.to_json(), 0.0)
    session.input("id_tag", TokenInput("TAG1").to_json())
    session.recording.take(LauncherTopic("cmd"), Kill.of(["CP"]).to_json(), 0.0)
    session.input("id_tag", TokenInput("TAG2").to_json())
    session.recording.take(LauncherTopic("cmd"), Restart.of(["CP"]).to_json(), 0.0)
    session.recording.take(StationTopic("CP", "cmd"), CloseOrder().to_json(), 0.0)
    session.input("id_tag", TokenInput("TAG3").to_json())
    assert session.steps() == ["tap: TAG1", "kill", "restart", "end"]


def test_who_is_started_as_another_is_so_in_the_scenario() -> None:
    session = Session()
    entry = {"id": "CP", "central_system": "ws://other", "vehicle": "compact", "nb_phases": 1}
    session.recording.take(LauncherTopic("cmd"), Restart((entry,)).to_json(), 0.0)
    session.recording.take(LauncherTopic("cmd"), Restart(({**entry, "vehicle": "van"},)).to_json(), 0.0)
    session.recording.take(LauncherTopic("cmd"), Start(({"id": "CP", "vehicle": "van"},)).to_json(), 0.0)
    assert session.steps() == [
        "restart: {change: {nb_phases: 1, vehicle: compact}}",
        "restart: {change: {nb_phases: 1}}",
        "start",
    ]


def test_deeds_in_quick_succession_belong_together() -> None:
    session = Session()
    session.input("car", CarInput(ready=False).to_json())
    session.input("car", CarInput(ready=True).to_json(), after_s=0.2)
    session.input("id_tag", TokenInput("A").to_json(), after_s=2.0)
    session.frame(OUT, 2, "1", "Authorize", {"idTag": "A"})
    session.input("id_tag", TokenInput("B").to_json())
    assert session.recording.scenario("s").partition("Accepted}\n")[2] == (
        "  - together:\n      - suspend\n      - resume\n  - wait: 2s\n  - tap: A\n"
        "  - expect: {sent: Authorize, with: {idTag: A}}\n  - tap: B\n"
    )


def test_deviations_that_are_ordered_become_steps_of_the_same_orders(tmp_path: Path) -> None:
    orders = [
        json.dumps(order)
        for order in (
            {"type": "disturb", "kind": "latency", "delay_s": 0.5, "for_s": 60, "direction": "in"},
            {"type": "disturb", "kind": "latency", "clear": True},
            {"type": "quirks", "quirks": ["celcius"]},
            {"type": "damage", "kind": "meter_jump", "energy_wh": 500},
            {"type": "damage", "clear": True},
        )
    ]
    session = Session()
    for order in orders:
        session.recording.take(StationTopic("CP", "cmd"), order.encode(), session.at_s)
    session.recording.take(
        StationTopic("CP", "cmd"), b'{"type": "send_text", "text": "[2,", "times": 3}', session.at_s
    )
    (tmp_path / "again.yaml").write_text(session.recording.scenario("again"))
    deeds = [step.deed for step in every(load(tmp_path / "again.yaml").steps)]
    assert [deed.order for deed in deeds if isinstance(deed, Deviate)] == [parse_order(order) for order in orders]
    assert deeds[-1] == SendText("[2,", 3)


def test_what_is_said_becomes_expectations_without_what_is_of_the_moment() -> None:
    session = Session()
    session.frame(OUT, 2, "0", "BootNotification", {}, at="1970-01-01T00:00:00Z")
    session.frame(OUT, 2, "1", "StartTransaction", {"connectorId": 1, "meterStart": 5, "timestamp": "t"})
    session.frame(IN, 3, "1", {"transactionId": 77, "idTagInfo": {"status": "Accepted", "expiryDate": "x"}})
    session.frame(OUT, 2, "2", "Heartbeat", {})
    session.frame(IN, 3, "2", {"currentTime": "x"})
    session.frame(IN, 2, "3", "RemoteStopTransaction", {"transactionId": 77})
    session.frame(OUT, 3, "3", {"status": "Accepted"})
    session.frame(OUT, 2, "4", "StopTransaction", {"transactionId": 77, "reason": "Remote", "meterStop": 9})
    session.frame(IN, 4, "4", "InternalError", "", {})
    assert session.steps() == [
        "expect: {sent: StartTransaction, with: {connectorId: 1}, save: {TX1: answer.transactionId}, "
        "answer: {idTagInfo: {status: Accepted}}}",
        "command: {action: RemoteStopTransaction, payload: {transactionId: '${TX1}'}, answer: {status: Accepted}}",
        "expect: {sent: StopTransaction, with: {transactionId: '${TX1}', reason: Remote}, error: InternalError}",
    ]


def test_what_is_sent_by_hand_is_one_step_with_its_answer() -> None:
    session = Session()
    for action in ("DataTransfer", "Heartbeat"):
        order = Send(action, {"vendorId": "us"} if action == "DataTransfer" else {})
        session.recording.take(StationTopic("CP", "cmd"), order.to_json(), session.at_s)
    session.frame(OUT, 2, "1", "DataTransfer", {"vendorId": "us"})
    session.frame(IN, 3, "1", {"status": "UnknownVendorId"})
    session.frame(OUT, 2, "2", "Heartbeat", {})
    session.frame(IN, 4, "2", "InternalError", "", {})
    session.frame(OUT, 2, "3", "DataTransfer", {"vendorId": "us"})
    assert session.steps() == [
        "send: {action: DataTransfer, payload: {vendorId: us}, answer: {status: UnknownVendorId}}",
        "send: {action: Heartbeat, payload: {}, error: InternalError}",
        "expect: {sent: DataTransfer, with: {vendorId: us}}",
    ]


def test_what_the_launcher_is_told_of_it_is_a_step() -> None:
    session = Session()
    for command in (Kill.of(["CP", "OTHER"]), Kill.of(["OTHER"]), Restart.of(["CP"]), Close()):
        session.recording.take(LauncherTopic("cmd"), command.to_json(), session.at_s)
    assert session.steps() == ["kill", "restart"]


def test_the_file_is_a_scenario_of_the_same_station(tmp_path: Path) -> None:
    session = Session()
    session.input("id_tag", TokenInput("TAG1").to_json())
    file = tmp_path / "s.yaml"
    file.write_text(session.recording.scenario("s"))
    scenario = load(file)
    assert dict(scenario.stations) == {"CP": {"vehicle": "van"}}
    assert len(scenario.steps) == 3


@pytest.mark.end_to_end
def test_what_was_recorded_in_a_yard_is_played_again(shared_yard: Yard, tmp_path: Path) -> None:
    shared_yard.start({"id": "live", "nb_connectors": 1})
    shared_yard.wait_for_status("live", Registration.ACCEPTED)
    file = tmp_path / "recorded.yaml"
    recorder = subprocess.Popen(shared_yard.command("record", "live", "-o", file), stderr=subprocess.PIPE, text=True)
    assert recorder.stderr is not None
    assert "is recorded until Ctrl+C" in recorder.stderr.readline()
    for words in (("plug", "live", 1, "--l1", 16), ("tap", "live", 1, "TAG1")):
        assert shared_yard.cp_simu(*words).returncode == 0
    shared_yard.wait_for_state("live", 1, ConnectorState.CHARGING)
    assert shared_yard.cp_simu("send", "live", "DataTransfer", '{"vendorId": "us"}').returncode == 0
    assert shared_yard.cp_simu("kill", "live").returncode == 0
    shared_yard.wait_for_status("live", Registration.DEAD)
    assert shared_yard.cp_simu("restart", "live").returncode == 0
    shared_yard.wait_for_status("live", Registration.ACCEPTED)
    assert shared_yard.cp_simu("unplug", "live", 1).returncode == 0
    shared_yard.wait_for_state("live", 1, ConnectorState.AVAILABLE)
    recorder.send_signal(signal.SIGINT)
    assert recorder.wait(20) == 0
    steps = [step.text.split()[0] for step in every(load(file).steps)]
    assert [steps.count(name) for name in ("plug", "tap", "send", "kill", "restart", "unplug")] == [1] * 6
    assert "reason: PowerLoss" in file.read_text()
    assert "asks_for: [16.0]" in file.read_text()
    again = subprocess.run(
        [sys.executable, "-m", "launcher", "run", file], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stdout + again.stderr + file.read_text()


@pytest.mark.end_to_end
def test_a_session_with_every_kind_of_command_is_played_again_as_it_was(shared_yard: Yard, tmp_path: Path) -> None:
    station = "all_kinds"
    shared_yard.start({"id": station, "nb_connectors": 2})
    shared_yard.wait_for_status(station, Registration.ACCEPTED)
    file = tmp_path / "recorded.yaml"
    recorder = subprocess.Popen(shared_yard.command("record", station, "-o", file), stderr=subprocess.PIPE, text=True)
    assert recorder.stderr is not None
    assert "is recorded until Ctrl+C" in recorder.stderr.readline()
    count = 0

    def did(type: str, /, **what: object) -> None:
        nonlocal count
        count += 1
        order = {"type": type, "request_id": f"o{count}", **what}
        shared_yard.publish(f"cps/{station}/cmd", order)

    def at(connector: int, leaf: str, **what: object) -> None:
        shared_yard.publish(f"cps/{station}/connectors/{connector}/{leaf}", what)

    def commanded(action: str, **payload: object) -> None:
        path = f"/charge-points/{station}/commands/{action}"
        shared_yard.http.post(path, json=payload).raise_for_status()

    def told(count: int) -> None:
        """Wait for so many StatusNotifications since it was started."""
        wanted = f"action=StatusNotification&answered=true&count={count}&timeout=20"
        found = shared_yard.http.get(f"/charge-points/{station}/messages?{wanted}", timeout=30).json()
        assert len(found["messages"]) == count, found

    told(3)
    at(2, "faulted", faulted=True, error_code="OtherError", vendor_code="V7", info="door: ${open}")
    told(4)
    at(2, "faulted", faulted=True, error_code="GroundFailure")
    at(2, "faulted", faulted=False, error_code="OtherError")
    told(5)
    at(2, "faulted", faulted=False)
    told(6)
    at(1, "car", cable=32, ready=False, consumption_l2=10)
    at(1, "car", ready=True)
    at(1, "id_tag", id="TAG1")
    told(8)
    at(2, "id_tag", id="")
    at(1, "car", consumption_l1=10, consumption_l3=10)
    period = {"startPeriod": 0, "limit": 6}
    ends_at = iso(time.time() + 3600)
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
    profile = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile"}
    profile |= {"chargingProfileKind": "Relative", "validTo": ends_at, "chargingSchedule": schedule}
    commanded("SetChargingProfile", connectorId=1, csChargingProfiles=profile)
    shared_yard.wait_for_connector(station, 1, lambda now: now.ocpp_setpoint == 6)
    did("configure", key="HeartbeatInterval", value="250")
    did("disturb", kind="latency", delay_s=0.05, direction="out")
    did("disturb", clear=True)
    did("quirks", quirks=["celcius"])
    did("damage", kind="meter_jump", energy_wh=500)
    did("send_text", text="[2,")
    did("send", action="DataTransfer", payload={"vendorId": "a | b"})
    commanded("ClearChargingProfile", id=1)
    did("power_loss")
    told(12)
    did("reboot")
    told(15)
    did("close")
    shared_yard.wait_for_status(station, Registration.DEAD)
    shared_yard.ask({"type": "restart", "charge_points": [{"id": station, "nb_phases": 1, "nb_connectors": 2}]})
    told(18)
    recorder.send_signal(signal.SIGINT)
    assert recorder.wait(20) == 0
    text = file.read_text()
    assert "fault: {code: OtherError, vendor_code: V7, info: 'door: $${open}', connector: 2}" in text
    assert "change: {nb_phases: 1}" in text
    assert "id: ''" not in text
    again = subprocess.run(
        [sys.executable, "-m", "launcher", "run", file], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stdout + again.stderr + text
