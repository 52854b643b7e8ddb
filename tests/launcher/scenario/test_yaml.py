"""Scenario files as YAML: what of it there is, and what is said of a file that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from launcher.scenario.format import check_expects, load
from launcher.scenario.ids import expanded
from launcher.scenario.peer import Peer
from launcher.scenario.play import not_applicable
from launcher.scenario.scope import resolved
from launcher.scenario.source import DEEPEST, parse
from launcher.scenario.steps import CentralSystem

HEAD = "stations: A\nsteps:\n"


def refusal(content: bytes | str, folder: Path, **parameters: str) -> str:
    file = folder / "s.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as refused:
        load(file, parameters)
    return str(refused.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (HEAD + "  - &a [*a]\n", "s.yaml:3: steps[0][0]: 'what is given' is not something of at most"),
        ("stations: A\nsteps: &a [start, {repeat: {times: 1, steps: *a}}]\n", "with no alias of what it is in"),
        ("[" * 5000, "a very deep file"),
        ("name: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f"at most {DEEPEST} levels"),
        ("name: Zürich\nstations: A\n".encode("latin-1"), "s.yaml:1: 'character fc' is not printable text in UTF-8"),
        ("name: a\nproves: \x07\n", "s.yaml:2: 'character 07' is not printable text in UTF-8"),
        (HEAD + "  -\n", "s.yaml:3: steps[0]: nothing is not one step: its name, or a mapping"),
        (HEAD + "  - 5\n", "s.yaml:3: steps[0]: 5 is not one step: its name, or a mapping"),
        ("stations: {A: {<<: 5}}\nsteps: [start]\n", "s.yaml:1: <<: 5 is not a mapping to merge, or a list of them"),
        (HEAD + "  - tap: ${a-b}\n", "s.yaml:3: tap: '${a}' is not a variable of this scenario"),
        (HEAD + "  - tap: ${T\n", "s.yaml:3: tap: '${T' is not a variable like ${TAG}, a moment like"),
        ("variables: {a-b: 1}\n" + HEAD, "s.yaml:1: variables: 'a-b' is not the name of a variable"),
        ("variables: {now: 1}\n" + HEAD, "'now' is not the name of a variable: letters, digits and _, and none of"),
        (HEAD + "  - expect: {sent: Authorize, save: {now: payload.idTag}}\n", "save: 'now' is not the name"),
        (
            HEAD + "  - expect: {sent: BootNotification, answer: {interval: '>5'}}\n",
            "interval: '>5' is not a space after >: '> 5' (or '= >5')",
        ),
        ("stations: 'CP_{1..999}_{1..999}'\nsteps: [start]\n", "or several, of at most 10000 ids"),
    ],
)
def test_a_wrong_file_is_refused_in_words(content: bytes | str, why: str, tmp_path: Path) -> None:
    assert why in refusal(content, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_none_of_its_words(encoding: str) -> None:
    root = parse("name: Zürich\n".encode(encoding), "s.yaml")
    assert root.plain() == {"name": "Zürich"}


def test_mappings_are_merged_and_what_is_said_goes_before_what_is_merged() -> None:
    text = "variables: {A: &a {x: 1, y: 1}, B: &b {y: 2, z: 2}}\nstations: {S: {<<: [*a, *b], z: 3}, T: {<<: *b}}\n"
    root = parse(text.encode(), "s.yaml").plain()
    assert isinstance(root, dict)
    assert root["stations"] == {"S": {"x": 1, "y": 1, "z": 3}, "T": {"y": 2, "z": 2}}
    assert parse(b"'<<': 5", "s.yaml").plain() == {"<<": 5}


def test_a_dollar_more_makes_text_of_a_variable(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    text = """ - central_system: {behave: {action: Heartbeat, text: '[3, "$${id}", {}] ${TAG}'}}\n"""
    file.write_text("variables: {TAG: T}\n" + HEAD + text)
    deed = load(file).steps[0].deed
    assert isinstance(deed, CentralSystem)
    assert resolved(deed, {}).behave[0]["text"] == '[3, "${id}", {}] T'


def test_a_parameter_has_the_type_of_its_default(tmp_path: Path) -> None:
    text = "variables: {N: 1, F: 1.5, B: true, L: [1], M: {a: 1}, T: x}\nstations: A\nsteps: [start]\n"
    (tmp_path / "s.yaml").write_text(text)
    given = {"N": "2", "F": "2", "B": "false", "L": '["x"]', "M": "{}", "T": "3"}
    assert load(tmp_path / "s.yaml", given).variables == {"N": 2, "F": 2.0, "B": False, "L": ["x"], "M": {}, "T": "3"}
    assert refusal(text, tmp_path, N="2.5") == "variable N: '2.5' is not a whole number, as its default 1 is"
    assert refusal(text, tmp_path, B="yes") == "variable B: 'yes' is not true or false, as its default true is"
    assert refusal(text, tmp_path, L="{}") == "variable L: '{}' is not JSON: a list, as its default is"


def test_several_ranges_are_as_many_as_their_product() -> None:
    assert len(expanded("CP_{1..100}_{1..100}")) == 10_000
    with pytest.raises(InputError):
        expanded("CP_{1..101}_{1..100}")


@pytest.mark.parametrize("steps", ["[start]", "[start, wait: 1s]", "[start, send_text: x]", "[]"])
def test_a_scenario_that_expects_nothing_is_none(steps: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(f"stations: A\nsteps: {steps}\n")
    with pytest.raises(InputError, match="is not steps that expect something of the central system"):
        check_expects(load(tmp_path / "s.yaml"))


@pytest.mark.parametrize("step", ["expect: {registration: Accepted}", "send: Heartbeat", "check: {value: 1, is: 1}"])
def test_one_step_that_expects_something_is_enough(step: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(f"stations: A\nsteps: [start, repeat: {{times: 2, steps: [{step}]}}]\n")
    check_expects(load(tmp_path / "s.yaml"))


def test_a_scenario_of_one_clock_is_not_for_accelerated_stations(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("clock: real\nstations: A\nsteps: [start]\n")
    scenario = load(tmp_path / "s.yaml")
    assert not_applicable(scenario, Peer("ws://host")) == ""
    assert "both ends have to agree on the time" in not_applicable(scenario, Peer("ws://host"), speed=60.0)
    assert not_applicable(scenario, Peer("ws://host", one_clock=True), speed=60.0) == ""


def test_a_scenario_says_how_fast_it_can_be_played(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("fastest: 20\nstations: A\nsteps: [start]\n")
    scenario = load(tmp_path / "s.yaml")
    assert not_applicable(scenario, Peer("ws://host"), speed=20.0) == ""
    assert "--speed 21 is too fast" in not_applicable(scenario, Peer("ws://host"), speed=21.0)
    (tmp_path / "s.yaml").write_text("fastest: 0\nstations: A\nsteps: [start]\n")
    with pytest.raises(InputError, match="a number from 1 to 1000"):
        load(tmp_path / "s.yaml")
