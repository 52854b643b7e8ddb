"""What can stand in a scenario file: each kind of value reads itself and describes itself as JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from chargepoint.api.errors import InputError
from launcher.scenario.later import later, later_flag
from launcher.scenario.patterns import wrong_pattern
from launcher.scenario.source import Node
from launcher.scenario.variables import NAME

T = TypeVar("T")

Schema = dict[str, Any]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SPAN = re.compile(r"(-?\d+(?:\.\d+)?)(ms|s|m|h|d)")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION_WANTED = "a duration like 500ms, 5s, 2m or 1h"
LONGEST_S = 31 * 86_400.0
VARIABLE_SCHEMA: Schema = {"type": "string", "pattern": r"\$\{"}


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """``read`` raises InputError for a node that is none of this kind."""

    read: Callable[[Node], T]
    schema: Schema


@dataclass(frozen=True, slots=True)
class Member:
    """One key of a form, ``note`` says what it is for; as the argument ``name`` it reaches what the form builds."""

    kind: Kind[Any]
    note: str
    required: bool = False
    name: str = ""


def form(
    build: Callable[..., T], members: Mapping[str, Member], note: str = "", *, short: str | None = None
) -> Kind[T]:
    """A mapping with these members. A value that is no mapping stands for the member ``short``."""

    def read(node: Node) -> T:
        given = node.value
        if not isinstance(given, dict):
            if short is None:
                raise node.refused(f"a mapping with {_listed(members)}")
            given = {} if given is None and not members[short].required else {short: node}
        for key, member in given.items():
            if key not in members:
                near = get_close_matches(key, members, n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                known = f"a known key of {node.key}{hint}; known are {_listed(members)}"
                raise InputError(f"{member.place}: {node.key}", key, known)
        arguments = {}
        for key, known_member in members.items():
            if key in given:
                arguments[known_member.name or key] = known_member.kind.read(given[key])
            elif known_member.required:
                raise InputError(f"{node.place}: {node.key}", ", ".join(given) or None, f"complete: it needs {key!r}")
        try:
            return build(**arguments)
        except InputError as error:
            key = {member.name or key: key for key, member in members.items()}.get(error.field, node.key)
            raise InputError(f"{given.get(key, node).place}: {key}", error.value, error.expected) from None

    schema: Schema = {
        "type": "object",
        "properties": {key: each.kind.schema | {"description": each.note} for key, each in members.items()},
        "additionalProperties": False,
    }
    if required := [key for key, each in members.items() if each.required]:
        schema["required"] = required
    if short is not None:
        alternatives = [members[short].kind.schema, schema]
        schema = {"anyOf": alternatives if members[short].required else [*alternatives, {"type": "null"}]}
    return Kind(read, {**schema, "description": note} if note else schema)


def text(wanted: str = "a text", *, longest: int = 1000, pattern: str = r".*") -> Kind[str]:
    """A text; a number is read as one."""
    fitting = re.compile(pattern, re.DOTALL)

    def read(node: Node) -> str:
        value = node.value
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, int | float):
            value = f"{value}"
        if not isinstance(value, str) or len(value) > longest or not ("${" in value or fitting.fullmatch(value)):
            raise node.refused(wanted)
        return value

    schema: Schema = {"type": ["string", "number", "boolean"]}
    return Kind(read, schema if pattern == ".*" else {**schema, "pattern": rf"^({pattern})$|\$\{{"})


AT_RUN_TIME = ("station", "now", "seed", "api")
"""Variables that every scenario has: the station of the step, the moment, the seed of the run, and the HTTP API of
the bundled central system."""


def _read_name(node: Node) -> str:
    name = node.value
    if not isinstance(name, str) or not re.fullmatch(NAME, name) or name in AT_RUN_TIME:
        taken = ", ".join(AT_RUN_TIME)
        raise node.refused(f"the name of a variable: letters, digits and _, and none of {taken}")
    return name


VARIABLE_NAME = Kind(_read_name, {"type": "string", "pattern": f"^{NAME}$", "not": {"enum": list(AT_RUN_TIME)}})


def whole(minimum: int, maximum: int) -> Kind[int]:
    """A whole number."""

    def read(node: Node) -> int:
        if (unknown := later(node, minimum, read)) is not None:
            return unknown
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise node.refused(f"a whole number from {minimum} to {maximum}")
        return value

    return Kind(read, {"anyOf": [{"type": "integer", "minimum": minimum, "maximum": maximum}, VARIABLE_SCHEMA]})


def number(minimum: float, maximum: float) -> Kind[float]:
    """A number."""

    def read(node: Node) -> float:
        if (unknown := later(node, float(minimum), read)) is not None:
            return unknown
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value <= maximum:
            raise node.refused(f"a number from {minimum:g} to {maximum:g}")
        return float(value)

    return Kind(read, {"anyOf": [{"type": "number", "minimum": minimum, "maximum": maximum}, VARIABLE_SCHEMA]})


def _read_flag(node: Node) -> bool:
    if (unknown := later_flag(node, _read_flag)) is not None:
        return unknown
    if not isinstance(node.value, bool):
        raise node.refused("true or false")
    return node.value


FLAG = Kind(_read_flag, {"anyOf": [{"type": "boolean"}, VARIABLE_SCHEMA]})


def _read_duration(node: Node) -> float:
    if (unknown := later(node, 0.0, _read_duration)) is not None:
        return unknown
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST_S:
        return float(value)
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise node.refused(_DURATION_WANTED)
    seconds = float(found[1]) * _UNITS_S[found[2]]
    if seconds > LONGEST_S:
        raise node.refused(f"{_DURATION_WANTED}, at most 31d")
    return seconds


DURATION = Kind(
    _read_duration,
    {
        "anyOf": [
            {"type": "string", "pattern": f"^{_DURATION.pattern}$"},
            {"type": "number", "minimum": 0, "maximum": LONGEST_S},
            VARIABLE_SCHEMA,
        ]
    },
)
"""In seconds."""


def _read_moment(node: Node) -> float:
    try:
        moment = datetime.fromisoformat(str(node.value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise node.refused("a moment like 2026-01-05T00:00:00Z")
    return moment.timestamp()


MOMENT = Kind(_read_moment, {"type": "string"})
"""In POSIX seconds."""


def _read_span(node: Node) -> float:
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise node.refused(f"{_DURATION_WANTED}, or a negative one like -1h")
    return float(found[1]) * _UNITS_S[found[2]]


SPAN = Kind(
    _read_span,
    {"anyOf": [{"type": "string", "pattern": f"^{_SPAN.pattern}$"}, {"type": "number"}, VARIABLE_SCHEMA]},
)
"""In seconds, forwards or backwards, however long."""


def _read_number(node: Node) -> float:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise node.refused("a number")
    return float(node.value)


ANY_NUMBER = Kind(_read_number, {"anyOf": [{"type": "number"}, VARIABLE_SCHEMA]})


def choice(values: Iterable[str], *, variables: bool = False) -> Kind[str]:
    """One of ``values``."""
    known = list(values)

    def read(node: Node) -> str:
        value = node.value
        if isinstance(value, str) and (value in known or (variables and "${" in value)):
            return value
        near = get_close_matches(str(value), known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise node.refused(f"one of {', '.join(known)}{hint}")

    return Kind(read, {"anyOf": [{"enum": known}, VARIABLE_SCHEMA]} if variables else {"enum": known})


def _read_pattern(node: Node) -> object:
    for scalar in node.scalars():
        if why := wrong_pattern(scalar.value):
            raise scalar.refused(why)
    return node.plain()


PATTERN = Kind(_read_pattern, {})
"""See ``launcher.scenario.patterns``."""

JSON: Kind[object] = Kind(Node.plain, {})


def _read_object(node: Node) -> dict[str, object]:
    plain = node.plain()
    if not isinstance(plain, dict):
        raise node.refused("a mapping")
    return plain


OBJECT = Kind(_read_object, {"type": "object"})


def _read_object_pattern(node: Node) -> dict[str, object]:
    _read_pattern(node)
    return _read_object(node)


OBJECT_PATTERN = Kind(_read_object_pattern, {"type": "object"})


def list_of(item: Kind[T], *, one: bool = False) -> Kind[tuple[T, ...]]:
    """A list; with ``one`` a single item may stand for itself."""

    def read(node: Node) -> tuple[T, ...]:
        if isinstance(node.value, list):
            return tuple(item.read(each) for each in node.value)
        if not one:
            raise node.refused("a list")
        return (item.read(node),)

    schema: Schema = {"type": "array", "items": item.schema}
    return Kind(read, {"anyOf": [item.schema, schema]} if one else schema)


def mapping_of(item: Kind[T], *, names: Kind[str] | None = None) -> Kind[dict[str, T]]:
    """A mapping of names to values of one kind; ``names``: what they have to be."""

    def read(node: Node) -> dict[str, T]:
        if not isinstance(node.value, dict):
            raise node.refused("a mapping")
        if names is not None:
            for key, each in node.value.items():
                names.read(Node(key, node.key, each.place))
        return {key: item.read(each) for key, each in node.value.items()}

    schema: Schema = {"type": "object", "additionalProperties": item.schema}
    return Kind(read, schema if names is None else {**schema, "propertyNames": names.schema})


def _listed(members: Iterable[str]) -> str:
    return ", ".join(members)
