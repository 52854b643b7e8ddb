"""Scenario files: read and checked as a whole before anything happens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from chargepoint.clock import iso
from launcher.scenario.credentials import checkable
from launcher.scenario.forms import DEFINITIONS, STEPS
from launcher.scenario.ids import expanded, selected
from launcher.scenario.kinds import (
    DURATION,
    JSON,
    LONGEST_S,
    MOMENT,
    OBJECT,
    Kind,
    Member,
    Schema,
    choice,
    form,
    list_of,
    mapping_of,
    text,
)
from launcher.scenario.source import Node, Place, Scalar, filled, filled_node, read_file
from launcher.scenario.steps import Include, Parallel, Repeat, Step

TIMEOUT_S = 120.0
BEGINS_AT = 1_767_571_200.0
"""Monday, 5 January 2026, 00:00 UTC."""
DEEPEST_INCLUDE = 8
API = "${api}"
AT_RUN_TIME = ("station", "now", "seed", "api")
"""Variables that every scenario has: the station of the step, the moment, the seed of the run, and the HTTP API of
the bundled central system."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, ready to be played. ``stations``: ids to start entries, without the central system where the file
    names none. ``violations_allowed``: what the central system does against the standard does not fail it.
    ``virtual``: it is played in virtual time, which begins at ``begins_at``."""

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
        choice(["real", "virtual"]), "virtual: with the bundled central system, a day in a second; default: real"
    ),
    "begins": Member(MOMENT, f"when virtual time begins; default: {iso(BEGINS_AT)}", name="begins_at"),
    "variables": Member(mapping_of(JSON), "names and values; -p NAME=VALUE and $SCENARIO_NAME go first"),
    "stations": Member(
        Kind(
            lambda node: node,
            {
                "anyOf": [
                    {"type": "string"},
                    {"type": "array", "items": {"type": "string"}},
                    {"type": "object", "additionalProperties": {"anyOf": [{"type": "object"}, {"type": "null"}]}},
                ]
            },
        ),
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
        "definitions": DEFINITIONS,
        **FILE.schema,
    }


def load(path: Path, parameters: Mapping[str, str] | None = None) -> Scenario:
    """The scenario in a file, with ``parameters`` in place of its variables of these names; raises InputError."""
    root = read_file(path)
    if not isinstance(root.value, dict):
        raise root.refused("a scenario: a mapping with stations and steps")
    variables = _variables(root, parameters or {})
    root = _included(root, path.parent, 0)
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
        if name in parameters:
            variables[name] = _typed(parameters[name], node.value)
        else:
            variables[name] = filled(filled_node(node, variables, AT_RUN_TIME).plain(), variables)
    return variables


def _typed(given: str, default: Scalar | list[Node] | dict[str, Node]) -> object:
    """A parameter as the type of what it stands for."""
    try:
        match default:
            case bool():
                return {"true": True, "false": False}[given]
            case int():
                return int(given)
            case float():
                return float(given)
    except (ValueError, KeyError):
        wanted = "true or false" if isinstance(default, bool) else "a number"
        raise InputError("-p", given, f"{wanted}, as its default {default!r} is") from None
    return given


def _included(node: Node, folder: Path, depth: int) -> Node:
    """``node`` with the steps of other files in place of their includes."""
    match node.value:
        case dict(members):
            inside = {key: _included(each, folder, depth) for key, each in members.items()}
            return replace(node, value=inside)
        case list(items):
            return replace(node, value=[each for item in items for each in _steps_of(item, folder, depth)])
    return node


def _steps_of(item: Node, folder: Path, depth: int) -> Iterator[Node]:
    if not isinstance(item.value, dict) or item.value.keys() != {"include"}:
        yield _included(item, folder, depth)
        return
    include = item.value["include"]
    if isinstance(include.value, dict) and include.value.keys() == {"file"}:
        include = include.value["file"]
    if not isinstance(include.value, str) or depth == DEEPEST_INCLUDE:
        raise include.refused(f"the path of a file with steps, at most {DEEPEST_INCLUDE} deep")
    path = folder / include.value
    try:
        root = read_file(path)
    except InputError as error:
        if error.field != "scenario":
            raise
        raise include.refused(error.expected) from None
    steps = root.value.get("steps") if isinstance(root.value, dict) else root
    if steps is None or not isinstance(steps.value, list):
        raise root.refused("a list of steps, or a mapping that has one")
    yield from _included(steps, path.parent, depth + 1).value  # type: ignore[misc]


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


def every(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step, those inside of others too."""
    for step in steps:
        yield step
        match step.deed:
            case Repeat(_, inner):
                yield from every(inner)
            case Parallel(branches):
                for branch in branches:
                    yield from every(branch)
            case Include():
                raise InputError(f"{step.place}: include", step.deed.file, "a step of a list of steps")
