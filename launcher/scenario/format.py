"""Scenario files: read and checked as a whole before anything happens."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from chargepoint.clock import FASTEST, iso
from launcher.scenario.credentials import checkable
from launcher.scenario.entries import ENTRY, STATIONS
from launcher.scenario.forms import DEFINITIONS, STEPS
from launcher.scenario.ids import expanded, selected
from launcher.scenario.includes import included
from launcher.scenario.kinds import (
    AT_RUN_TIME,
    DURATION,
    JSON,
    LONGEST_S,
    MOMENT,
    OBJECT,
    VARIABLE_NAME,
    Kind,
    Member,
    Schema,
    choice,
    form,
    list_of,
    mapping_of,
    number,
    text,
)
from launcher.scenario.source import Node, Place, Scalar, read_file
from launcher.scenario.steps import (
    CentralSystem,
    Check,
    Command,
    Expect,
    ExpectNo,
    Http,
    Include,
    Parallel,
    Repeat,
    Send,
    SendText,
    Step,
    Together,
)
from launcher.scenario.variables import as_text, filled, filled_node

TIMEOUT_S = 120.0
BEGINS_AT = 1_767_571_200.0
"""Monday, 5 January 2026, 00:00 UTC."""
API = "${api}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, ready to be played. ``stations``: ids to start entries, without the central system where the file
    names none. ``violations_allowed``: what the central system does against the standard does not fail it.
    ``virtual``: it is played in virtual time, which begins at ``begins_at``; ``one_clock``: not with stations whose
    clocks go faster than the central system's; ``fastest``: nor faster than so many times, for want of time."""

    name: str
    proves: str
    file: str
    place: Place
    stations: Mapping[str, Mapping[str, object]]
    steps: tuple[Step, ...]
    tags: tuple[str, ...] = ()
    timeout_s: float = TIMEOUT_S
    violations_allowed: bool = False
    virtual: bool = False
    one_clock: bool = False
    fastest: float = FASTEST
    begins_at: float = BEGINS_AT
    variables: Mapping[str, object] = field(default_factory=dict)


def _head(**given: object) -> dict[str, object]:
    return given


_NAME = Member(text(longest=100), "what it is called; default: the name of the file")
_PROVES = Member(text(longest=500), "one sentence: what it proves about a central system")
MEMBERS: Mapping[str, Member] = {
    "name": _NAME,
    "proves": _PROVES,
    "tags": Member(list_of(text(), one=True), "for --tag"),
    "timeout": Member(DURATION, f"of the whole scenario; default: {TIMEOUT_S:g}s", name="timeout_s"),
    "violations": Member(
        choice(["forbidden", "allowed"]), "whether a central system may do something against the standard"
    ),
    "clock": Member(
        choice(["real", "virtual"]),
        "virtual: with the bundled central system, a day in a second; real: not with --speed and a central system of "
        "yours, as both ends have to agree on the time",
    ),
    "fastest": Member(number(1, FASTEST), "the greatest --speed that leaves time for what happens; default: any"),
    "begins": Member(MOMENT, f"when virtual time begins; default: {iso(BEGINS_AT)}", name="begins_at"),
    "variables": Member(
        mapping_of(JSON, names=VARIABLE_NAME), "names and values; -p NAME=VALUE and $SCENARIO_NAME go first"
    ),
    "stations": Member(
        Kind(lambda node: node, STATIONS),
        "ids or ranges CP_{1..50}, and their start entries",
        required=True,
    ),
    "steps": Member(STEPS, "what happens, one after the other", required=True),
}
FILE: Kind[dict[str, object]] = form(_head, MEMBERS, "A scenario of cp-simu.")


def schema() -> Schema:
    """The JSON schema of scenario files."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cp-simu scenario",
        "definitions": {**DEFINITIONS, "entry": ENTRY},
        **FILE.schema,
    }


def load(path: Path, parameters: Mapping[str, str] | None = None) -> Scenario:
    """The scenario in a file, with ``parameters`` in place of its variables of these names; raises InputError."""
    root = read_file(path)
    if not isinstance(root.value, dict):
        raise root.refused("a scenario: a mapping with stations and steps")
    variables = _variables(root, parameters or {})
    root = included(root, path)
    later = {*AT_RUN_TIME, *_kept_names(root)}
    rest = {key: member for key, member in root.value.items() if key != "variables"}  # type: ignore[union-attr]
    head = FILE.read(filled_node(replace(root, value=rest), variables, later))
    stations = _stations(head.pop("stations"))
    steps = head.pop("steps")
    assert isinstance(steps, tuple)
    _check_stations(steps, stations)
    virtual = head.get("clock") == "virtual"
    return Scenario(
        name=str(head.get("name", path.stem)),
        proves=str(head.get("proves", "")),
        file=root.place.file,
        place=root.place,
        stations=stations,
        steps=steps,
        tags=tuple(head.get("tags", ())),  # type: ignore[arg-type]
        timeout_s=float(head.get("timeout_s", LONGEST_S if virtual else TIMEOUT_S)),  # type: ignore[arg-type]
        violations_allowed=head.get("violations") == "allowed",
        virtual=virtual,
        one_clock=head.get("clock") == "real",
        fastest=float(head.get("fastest", FASTEST)),  # type: ignore[arg-type]
        begins_at=float(head.get("begins_at", BEGINS_AT)),  # type: ignore[arg-type]
        variables=variables,
    )


def _variables(root: Node, parameters: Mapping[str, str]) -> dict[str, object]:
    assert isinstance(root.value, dict)
    declared = root.value.get("variables")
    if declared is None:
        return {}
    if not isinstance(declared.value, dict):
        raise declared.refused("a mapping of names to values")
    variables: dict[str, object] = {}
    for name, node in declared.value.items():
        VARIABLE_NAME.read(Node(name, declared.key, node.place))
        if name in parameters:
            variables[name] = _typed(name, parameters[name], node.value)
        else:
            variables[name] = filled(filled_node(node, variables, AT_RUN_TIME).plain(), variables)
    return variables


def _typed(name: str, given: str, default: Scalar | list[Node] | dict[str, Node]) -> object:
    """A parameter as the type of what it stands for."""
    wanted = ""
    try:
        match default:
            case bool():
                wanted = f"true or false, as its default {as_text(default)} is"
                return {"true": True, "false": False}[given]
            case int():
                wanted = f"a whole number, as its default {default} is"
                return int(given)
            case float():
                wanted = f"a number, as its default {default} is"
                return float(given)
            case list() | dict():
                wanted = f"JSON: a {'list' if isinstance(default, list) else 'mapping'}, as its default is"
                value = json.loads(given)
                if isinstance(value, list) is isinstance(default, list) and isinstance(value, list | dict):
                    return value
                raise ValueError
    except (ValueError, KeyError, RecursionError):
        raise InputError(f"variable {name}", given, wanted) from None
    return given


def _kept_names(node: Node) -> Iterator[str]:
    """The variables that get their values when the scenario runs."""
    match node.value:
        case dict(members):
            for key, each in members.items():
                if key == "save" and isinstance(each.value, dict):
                    yield from each.value
                if key == "as" and isinstance(each.value, str):
                    yield each.value
                yield from _kept_names(each)
        case list(items):
            for item in items:
                yield from _kept_names(item)


def _stations(node: object) -> dict[str, Mapping[str, object]]:
    assert isinstance(node, Node)
    entries: dict[str, Mapping[str, object]] = {}
    for written, entry in _written(node):
        plain = {} if entry.value is None else OBJECT.read(entry)
        try:
            for station in expanded(written):
                if station in entries:
                    raise InputError("stations", station, "given once")
                parse_spec({**checkable(plain), "id": station})
                entries[station] = plain
        except InputError as error:
            raise error.within(f"{entry.place}: {written}") from None
    if not entries:
        raise node.refused("at least one station")
    return entries


def _written(node: Node) -> Iterable[tuple[str, Node]]:
    match node.value:
        case dict(members):
            return members.items()
        case list(items) if all(isinstance(item.value, str) for item in items):
            return [(str(item.value), replace(item, value=None)) for item in items]
        case str(text):
            return [(text, replace(node, value=None))]
    raise node.refused("ids, or a mapping of ids to start entries")


def _check_stations(steps: Collection[Step], stations: Mapping[str, Mapping[str, object]]) -> None:
    for step in every(steps):
        wanted = getattr(step.deed, "stations", ())
        if any("${" in each for each in wanted):
            continue
        try:
            chosen = selected(wanted, stations)
        except InputError as error:
            raise InputError(f"{step.place}: {error.field}", error.value, error.expected) from None
        connector: int = getattr(getattr(step.deed, "what", step.deed), "connector", 0)
        for station in chosen:
            count = parse_spec({**checkable(stations[station]), "id": station}).nb_connectors
            if connector > count:
                raise InputError(f"{step.place}: connector", connector, f"one of {station}, which has {count}")


def check_expects(scenario: Scenario) -> None:
    """Raise InputError for a scenario that would be green whatever the central system does."""
    for step in every(scenario.steps):
        match step.deed:
            case Expect() | ExpectNo() | Send() | Command() | Http() | Check():
                return
            case SendText(error=str()):
                return
            case CentralSystem(transactions=wanted) if wanted is not None:
                return
    wanted = "steps that expect something of the central system, like `expect` or `send`"
    raise InputError(f"{scenario.place}: steps", [step.text for step in scenario.steps], wanted)


def every(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step, those inside of others too."""
    for step in steps:
        yield step
        match step.deed:
            case Repeat(_, inner) | Together(inner):
                yield from every(inner)
            case Parallel(branches):
                for branch in branches:
                    yield from every(branch)
            case Include():
                raise InputError(f"{step.place}: include", step.deed.file, "a step of a list of steps")
