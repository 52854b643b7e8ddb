"""Scenario files: what they mean, and what is said of a wrong one."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import fastjsonschema
import pytest

from chargepoint.api.damage import Damage, DamageKind
from chargepoint.api.disturbances import Disturbance, DisturbanceKind
from chargepoint.api.errors import InputError
from chargepoint.api.orders import PowerLoss
from chargepoint.api.payloads import CarInput, ErrorCode, FaultInput
from chargepoint.api.pool import PoolVerb
from chargepoint.api.quirks import QuirkName
from chargepoint.api.traffic import Direction
from launcher.scenario.deviations import word
from launcher.scenario.expect import Call, Connector, Measured, Registered, Sequence
from launcher.scenario.format import Scenario, load, schema
from launcher.scenario.forms import DEEDS
from launcher.scenario.source import read_file
from launcher.scenario.steps import (
    Car,
    Deed,
    Deviate,
    Expect,
    ExpectNo,
    Fault,
    Parallel,
    Power,
    PowerCycle,
    Repeat,
    Tap,
    Wait,
)
from launcher.verbs.scenarios import ready
from tests.support import scenario_schema


class Folder:
    """Where scenario files are written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def scenario(self, text: str, name: str = "s.yaml", **parameters: str) -> Scenario:
        (self.path / name).write_text(text)
        return load(self.path / name, parameters)

    def step(self, text: str) -> Deed:
        """The only step after ``start``."""
        return self.scenario(f"stations: {{A: , B: {{nb_connectors: 2}}}}\nsteps:\n  - {text}\n").steps[0].deed

    def refusal(self, text: str) -> str:
        with pytest.raises(InputError) as refused:
            self.scenario(text)
        return str(refused.value).removeprefix(f"{self.path}/")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


HEAD = "stations: A\nsteps:\n"
OTHER = ErrorCode.OTHER_ERROR


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("start", Power(PoolVerb.START)),
        ("kill: A", Power(PoolVerb.KILL, ("A",))),
        (
            "start: {station: [A, B], over: 2s, change: {vehicle: van}}",
            Power(PoolVerb.START, ("A", "B"), 2.0, {"vehicle": "van"}),
        ),
        (
            "plug: {station: B, connector: 2, cable: 20, asks_for: 16}",
            Car(CarInput(20.0, True, 16.0, 16.0, 16.0), ("B",), 2),
        ),
        ("plug: {asks_for: [6, 0, 0]}", Car(CarInput(32.0, True, 6.0, 0.0, 0.0))),
        ("plug: {asks_for: [16]}", Car(CarInput(32.0, True, 16.0))),
        ("unplug: B", Car(CarInput(cable=0.0), ("B",))),
        ("tap: TAG1", Tap("TAG1")),
        ("fault: {code: GroundFailure, connector: 0}", Fault(FaultInput(True, ErrorCode.GROUND_FAILURE), (), 0)),
        ("clear_fault", Fault(FaultInput(False))),
        ("fault: {code: OtherError, vendor_code: V7, info: hot}", Fault(FaultInput(True, OTHER, "V7", "hot"))),
        ("clear_fault: {code: OtherError, connector: 0}", Fault(FaultInput(False, OTHER), (), 0)),
        ("car: {ready: false, asks_for: [null, 10]}", Car(CarInput(None, False, None, 10.0))),
        ("power_loss", PowerCycle(PowerLoss())),
        ("wait: 1m", Wait(60.0, 60.0)),
        ("wait: 500ms..2s", Wait(0.5, 2.0)),
        ("expect: {registration: Accepted}", Expect(Registered("Accepted"))),
        (
            "expect: {status: Charging, where: {power_w: '> 0'}}",
            Expect(Connector(1, {"status": "Charging", "power_w": "> 0"})),
        ),
        (
            "expect: {measured: {measurand: SoC, value: '> 5'}, connector: 1}",
            Expect(Measured(1, ({"measurand": "SoC", "value": "> 5"},))),
        ),
        (
            "expect: {sent: Heartbeat, answer: {currentTime: '*'}, latency: 1s, within: 3s, station: A}",
            Expect(Call(Direction.OUT, "Heartbeat", None, {"currentTime": "*"}, None, 1.0), 3.0, ("A",)),
        ),
        ("expect_no: {received: Reset, for: 2s}", ExpectNo(Call(Direction.IN, "Reset"), 2.0)),
        (
            "expect: {order: [Authorize, {received: Reset}]}",
            Expect(Sequence((Call(Direction.OUT, "Authorize"), Call(Direction.IN, "Reset")))),
        ),
    ],
)
def test_a_step_is_read(folder: Folder, text: str, deed: Deed) -> None:
    assert folder.step(text) == deed


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("steps: [start]", "s.yaml:1: scenario: 'steps' is not complete: it needs 'stations'"),
        (HEAD + "  - strat\n", "s.yaml:3: steps[0]: 'strat' is not one of start, kill"),
        (HEAD + "  - {start: , kill: }\n", "is not one step: its name, or a mapping with a single key"),
        (HEAD + "  - start\n  - wait: 5x\n", "s.yaml:4: wait: '5x' is not a duration like 500ms, 5s, 2m or 1h"),
        (HEAD + "  - wait: 5s..1s\n", "a shorter and a longer one like 1s..3s"),
        (
            HEAD + "  - expect:\n      sent: Authorize\n      witin: 3s\n",
            "s.yaml:5: expect: 'witin' is not a known key of expect (did you mean 'within'?)",
        ),
        (HEAD + "  - expect: {sent: Authorize, received: Reset}\n", "'sent and received' is not one expectation"),
        (HEAD + "  - expect: {within: 5s}\n", "expect: nothing is not one expectation"),
        (
            HEAD + "  - expect: {sent: Authorize, answer: {}, error: InternalError}\n",
            "one of the two: a CALL has one answer",
        ),
        (
            HEAD + "  - expect: {sent: StatusNotification, connector: 2}\n",
            "connector: 2 is not left out: `with: {connectorId: 1}` says it of a CALL",
        ),
        (HEAD + "  - expect: {measured: []}\n", "measured: [] is not a sampled value, or several"),
        (HEAD + "  - expect: {registration: Accepted, sent: Authorize}\n", "is not one expectation"),
        (HEAD + "  - expect: {registration: Accepted, answer: {}}\n", "keys that go together with registration"),
        (
            HEAD + "  - expect: {sent: Authorize, answer: {a: '> x'}}\n",
            "s.yaml:3: a: '> x' is not a number or a moment after >",
        ),
        (HEAD + "  - tap: {connector: 1}\n", "s.yaml:3: tap: 'connector' is not complete: it needs 'tag'"),
        (HEAD + "  - tap: {tag: X, connector: 2}\n", "s.yaml:3: connector: 2 is not one of A, which has 1"),
        (HEAD + "  - start: B\n", "s.yaml:3: station: 'B' is not a station of this scenario; there are: A"),
        (HEAD + "  - repeat: {times: 2, steps: [{start: B}]}\n", "s.yaml:3: station: 'B' is not a station"),
        (HEAD + "  - tap: ${TAG}\n", "s.yaml:3: tap: '${TAG}' is not a variable of this scenario"),
        (HEAD + "  - fault: Ground\n", "is not one of ConnectorLockFailure"),
        ("stations: A\nclock: virtal\nsteps: []", "s.yaml:2: clock: 'virtal' is not one of real, virtual"),
        ("stations: A\nbegins: tomorrow\nsteps: []", "s.yaml:2: begins: 'tomorrow' is not a moment like"),
        (HEAD + "  - disturb: latncy\n", "s.yaml:3: disturb: 'latncy' is not one of"),
        (HEAD + "  - disturb: outage\n", "s.yaml:3: for: nothing is not how long the outage lasts"),
        (
            HEAD + "  - disturb:\n      kind: drop\n      delay: 3s\n",
            "s.yaml:5: delay: 3.0 is not part of drop: leave delay out",
        ),
        (HEAD + "  - disturb: {kind: drop, probability: 3}\n", "probability: 3.0 is not a number from 0 to 1"),
        (HEAD + "  - quirks: celsius\n", "(did you mean 'celcius'?)"),
        (HEAD + "  - damage: meter_jump\n", "s.yaml:3: energy_wh: nothing is not a number from"),
        (HEAD + "  - clear_damage: meter_jump\n", "something that lasts"),
        (HEAD + "  - damage: {kind: stuck_relay, connector: 3}\n", "connector: 3 is not one of A, which has 1"),
        (HEAD + "  - send_text: ''\n", "s.yaml:3: text: '' is not a text of 1 to"),
        (HEAD + '  - send_text: "\\ud800"\n', "are all there is of surrogates"),
        (HEAD + "  - central_system: {station: A}\n", "something to do: behave, right, tags"),
        (HEAD + "  - http: ftp://host\n", "an http:// or https:// URL"),
        (HEAD + "  - include: nothing.yaml\n", "s.yaml:3: include: 'nothing.yaml' is not a file that can be read"),
        (
            "stations: {A: {vendro: 1}}\nsteps: []",
            "s.yaml:1: A.entry: 'vendro' is not a known key (did you mean 'vendor'?)",
        ),
        ("stations: {'A_{5..1}': }\nsteps: []", "a range upwards"),
        ("stations: [A, A]\nsteps: []", "'A' is not given once"),
        ("stations: A\nstations: B\nsteps: []", "s.yaml:2: scenario: 'stations' is not a key that is given once"),
        ("stations: A\nsteps: [\n", "is not YAML"),
        ("", "is not a scenario: a mapping with steps"),
        ("- start", "a scenario: a mapping with stations and steps"),
        ("stations: A\nviolations: some\nsteps: []", "s.yaml:2: violations: 'some' is not one of forbidden, allowed"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_what_would_be_right(
    folder: Folder, text: str, refusal: str
) -> None:
    assert refusal in folder.refusal(text)


def test_variables_come_from_the_file_and_are_replaced_by_parameters(folder: Folder) -> None:
    head = "variables: {ID: X, TAG: '${ID}_tag', A: 16}\nstations: ${ID}\nsteps:\n"
    text = head + "  - plug: {asks_for: '${A}'}\n  - tap: ${TAG}\n"
    as_it_is = folder.scenario(text)
    assert list(as_it_is.stations) == ["X"]
    assert as_it_is.steps[1].deed == Tap("X_tag")
    given = folder.scenario(text, ID="Y", A="8")
    assert given.steps[0].deed == Car(CarInput(32.0, True, 8.0, 8.0, 8.0))
    assert given.steps[1].deed == Tap("Y_tag")
    with pytest.raises(InputError, match="variable A: 'many' is not a whole number, as its default 16 is"):
        folder.scenario(text, A="many")


def test_variables_that_are_kept_later_are_left_for_later(folder: Folder) -> None:
    text = HEAD + "  - expect: {sent: StartTransaction, save: {TX: answer.transactionId}}\n  - tap: '${TX}'\n"
    assert folder.scenario(text).steps[1].deed == Tap("${TX}")


def test_ranges_make_many_stations(folder: Folder) -> None:
    scenario = folder.scenario(
        "stations: {'CP_{08..11}': {nb_connectors: 2}, X: }\nsteps:\n  - start: CP_*\n  - kill: 'CP_{09..10}'\n"
    )
    assert list(scenario.stations) == ["CP_08", "CP_09", "CP_10", "CP_11", "X"]
    assert scenario.stations["CP_09"] == {"nb_connectors": 2}


def test_includes_are_part_of_the_file_and_know_its_variables(folder: Folder) -> None:
    (folder.path / "part.yaml").write_text("- tap: ${TAG}\n- include: deeper.yaml\n")
    (folder.path / "deeper.yaml").write_text("steps:\n  - kill\n  - strat\n")
    text = "variables: {TAG: T}\nstations: A\nsteps:\n  - start\n  - include: part.yaml\n"
    assert "deeper.yaml:3: steps[1]: 'strat' is not one of" in folder.refusal(text)
    (folder.path / "deeper.yaml").write_text("steps:\n  - kill\n")
    deeds = [step.deed for step in folder.scenario(text).steps]
    assert deeds == [Power(PoolVerb.START), Tap("T"), Power(PoolVerb.KILL)]


def test_a_file_that_includes_itself_is_refused(folder: Folder) -> None:
    (folder.path / "part.yaml").write_text("- include: part.yaml\n")
    refusal = folder.refusal(HEAD + "  - include: part.yaml\n")
    assert "part.yaml:1: include: 'part.yaml' is not a file that does not include itself" in refusal
    assert "(s.yaml -> part.yaml -> part.yaml)" in refusal


def test_steps_are_repeated_and_go_at_the_same_time(folder: Folder) -> None:
    scenario = folder.scenario(
        HEAD + "  - repeat: {times: 3, as: N, steps: [{tap: 'T${N}'}]}\n  - parallel: [[start], [kill]]\n"
    )
    repeat, parallel = (step.deed for step in scenario.steps)
    assert isinstance(repeat, Repeat)
    assert (repeat.times, repeat.counter, repeat.steps[0].deed) == (3, "N", Tap("T${N}"))
    assert isinstance(parallel, Parallel)
    assert [branch[0].deed for branch in parallel.branches] == [Power(PoolVerb.START), Power(PoolVerb.KILL)]


def test_deviations_are_the_orders_of_the_same_words(folder: Folder) -> None:
    steps = """
  - disturb: {kind: latency, delay: 200ms, jitter: 1s, for: 5m, direction: in, probability: 0.5, seed: 7}
  - disturb: {kind: bandwidth, bytes_per_s: 100}
  - clear_disturbance
  - clear_disturbance: {kind: drop, station: A}
  - quirks: [celcius, ts_1970]
  - quirks: []
  - damage: {kind: clock_skew, skew: -2d}
  - clear_damage: {kind: meter_freeze, connector: 1}
"""
    deeds = [step.deed for step in folder.scenario(HEAD + steps).steps]
    expected: list[dict[str, object]] = [
        {
            "kind": "latency",
            "direction": "in",
            "probability": 0.5,
            "seed": 7,
            "for_s": 300.0,
            "delay_s": 0.2,
            "jitter_s": 1.0,
        },
        {"kind": "bandwidth", "direction": "both", "bytes_per_s": 100.0},
        {"clear": True},
        {"clear": True, "kind": "drop"},
        {"quirks": ["ts_1970", "celcius"]},
        {"quirks": []},
        {"kind": "clock_skew", "skew_s": -172_800.0},
        {"kind": "meter_freeze", "clear": True, "connector": 1},
    ]
    bodies = [deed.order.what.body() for deed in deeds if isinstance(deed, Deviate)]
    assert [body.items() >= wanted.items() for body, wanted in zip(bodies, expected, strict=True)] == 8 * [True]
    assert [deed.seeded for deed in deeds if isinstance(deed, Deviate)] == [True] + 7 * [False]


def test_whatever_can_be_ordered_is_a_word_of_scenarios() -> None:
    """A kind, an amount or a quirk that is new needs no line here."""
    words = {name: json.dumps(DEEDS[name].schema) for name in ("disturb", "quirks", "damage")}
    assert [kind for kind in DisturbanceKind if f'"{kind}"' not in words["disturb"]] == []
    assert [kind for kind in DamageKind if f'"{kind}"' not in words["damage"]] == []
    assert [quirk for quirk in QuirkName if f'"{quirk}"' not in words["quirks"]] == []
    for record, step in ((Disturbance, "disturb"), (Damage, "damage")):
        amounts = [each.name for each in fields(record) if each.name != "clear"]
        assert [name for name in amounts if f'"{word(name)}"' not in words[step]] == []


def test_texts_of_yaml_1_1_are_texts(folder: Folder) -> None:
    """No, on, off and moments are what they look like."""
    scenario = folder.scenario(
        HEAD + "  - send: {action: DataTransfer, payload: {a: no, b: 2026-01-01T00:00:00Z, c: 010, d: true}}\n"
    )
    assert scenario.steps[0].deed.payload == {"a": "no", "b": "2026-01-01T00:00:00Z", "c": "010", "d": True}  # type: ignore[union-attr]


def test_the_published_schema_is_the_one_that_the_code_makes() -> None:
    """Else: python -m tests.support.scenario_schema."""
    assert scenario_schema.FILE.read_text(encoding="utf-8") == scenario_schema.text()


def test_the_ready_scenarios_are_right_by_the_schema() -> None:
    validate = fastjsonschema.compile(schema())
    for path in ready():
        validate(read_file(path).plain())


def test_the_schema_refuses_what_the_code_refuses() -> None:
    validate = fastjsonschema.compile(schema())
    for step in ({"strat": None}, {"expect": {"snt": "Authorize"}}, {"wait": True}, {"fault": "Ground"}, {"tap": {}}):
        with pytest.raises(fastjsonschema.JsonSchemaException):
            validate({"stations": "A", "steps": [step]})


def test_every_step_says_what_it_is_for() -> None:
    assert [name for name, kind in DEEDS.items() if not kind.schema.get("description")] == []
