"""YAML files as values that know where they stand, and the variables in their texts."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from chargepoint.api.errors import InputError
from chargepoint.clock import iso

LARGEST_FILE = 2**20
MOST_VALUES = 100_000
"""An alias may stand for a long list, and a list of aliases for a very long one."""

Scalar = str | int | float | bool | None

_VARIABLE = re.compile(r"\$\{(([A-Za-z_][A-Za-z0-9_]*)(?:([+-]\d+(?:\.\d+)?)(s|m|h|d))?)\}")
"""A name, or a moment so long after or before another: ``${now+30s}``."""
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Node:
    """A value, the ``key`` it stands under, and where that is. A member stands where its key does."""

    value: Scalar | list[Node] | dict[str, Node]
    key: str
    place: Place

    def refused(self, wanted: str) -> InputError:
        """The error that it is not what is ``wanted`` here."""
        return InputError(f"{self.place}: {self.key}", self.plain(), wanted)

    def plain(self) -> object:
        """The value as JSON has it."""
        match self.value:
            case list(items):
                return [item.plain() for item in items]
            case dict(members):
                return {key: member.plain() for key, member in members.items()}
            case scalar:
                return scalar

    def scalars(self) -> Iterator[Node]:
        """Every scalar in it."""
        match self.value:
            case list(items):
                for item in items:
                    yield from item.scalars()
            case dict(members):
                for member in members.values():
                    yield from member.scalars()
            case _:
                yield self


class _Loader(yaml.SafeLoader):
    """YAML with the plain scalars of JSON: ``no`` is a text, and so is a timestamp."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as PyYAML has it


for _tag, _pattern, _first in (
    ("null", r"null|~|", [*"n~", ""]),
    ("bool", r"true|false", [*"tf"]),
    ("int", r"-?(?:0|[1-9][0-9]*)", [*"-0123456789"]),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", [*"-0123456789"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def read_file(path: Path) -> Node:
    """The content of a YAML file; raises InputError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError("scenario", str(path), f"a file that can be read ({error.strerror})") from None
    if len(content) > LARGEST_FILE:
        raise InputError("scenario", str(path), f"a file of at most {LARGEST_FILE} bytes")
    return parse(content, _shown(path))


def parse(content: bytes, file: str) -> Node:
    """The YAML in ``content``, of the file that errors call ``file``; raises InputError."""
    try:
        root = yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"{file}:{line}", error.problem, "YAML") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(file, str(error), "YAML") from None
    if root is None:
        raise InputError(file, None, "a scenario: a mapping with steps")
    return _Reading(file).node(root, "scenario", root.start_mark.line + 1)


class _Reading:
    def __init__(self, file: str) -> None:
        self._file = file
        self._count = 0

    def node(self, raw: yaml.Node, key: str, line: int) -> Node:
        place = Place(self._file, line)
        self._count += 1
        if self._count > MOST_VALUES:
            raise InputError(str(place), f"more than {MOST_VALUES} values", "a scenario of a reasonable size")
        match raw:
            case yaml.MappingNode():
                return Node(self._members(raw, key), key, place)
            case yaml.SequenceNode():
                items = enumerate(raw.value)
                return Node(
                    [self.node(item, f"{key}[{n}]", item.start_mark.line + 1) for n, item in items], key, place
                )
        return Node(_scalar(raw), key, place)

    def _members(self, raw: yaml.MappingNode, inside: str) -> dict[str, Node]:
        members: dict[str, Node] = {}
        for key_node, value in raw.value:
            place = Place(self._file, key_node.start_mark.line + 1)
            key = key_node.value
            if not isinstance(key, str):
                raise InputError(f"{place}: {inside}", "a key that is a list or a mapping", "a text as a key")
            if key in members:
                raise InputError(f"{place}: {inside}", key, "a key that is given once")
            members[key] = self.node(value, key, place.line)
        return members


def _scalar(raw: yaml.Node) -> Scalar:
    text = str(raw.value)
    match raw.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
        case _:
            return text


def _shown(path: Path) -> str:
    """``path`` as people write it: relative to where they are when it is below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return os.fspath(path)


# Variables


def names_in(text: str) -> list[str]:
    """The variables in ``text``."""
    return [found[2] for found in _VARIABLE.finditer(text)]


def filled(value: object, variables: Mapping[str, object]) -> object:
    """``value`` (as JSON has it) with variables in its texts, keys included. A text that is nothing but a variable
    becomes its value; a variable that is not known stays."""
    match value:
        case str(text):
            whole = _VARIABLE.fullmatch(text)
            if whole:
                return _value(whole, variables)
            return _VARIABLE.sub(lambda found: as_text(_value(found, variables)), text)
        case list(items):
            return [filled(item, variables) for item in items]
        case dict(members):
            return {str(filled(key, variables)): filled(each, variables) for key, each in members.items()}
    return value


def _value(found: re.Match[str], variables: Mapping[str, object]) -> object:
    """What stands for the variable; itself when it is not known, or no moment that could be moved."""
    value = variables.get(found[2], found[0])
    if found[3] is None or found[2] not in variables:
        return value
    try:
        at = datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return found[0]
    return iso(at + float(found[3]) * _UNITS_S[found[4]])


def filled_node(node: Node, variables: Mapping[str, object], later: Collection[str] = ()) -> Node:
    """``node`` with ``variables`` in all its texts; those of ``later`` get their value when the scenario runs.

    Raises InputError for others.
    """

    def check(text: str) -> None:
        for name in names_in(text):
            if name not in variables and name not in later:
                known = ", ".join(sorted({*variables, *later})) or "none"
                raise InputError(
                    f"{node.place}: {node.key}", f"${{{name}}}", f"a variable of this scenario; there are: {known}"
                )

    match node.value:
        case list(items):
            return Node([filled_node(item, variables, later) for item in items], node.key, node.place)
        case dict(members):
            for key in members:
                check(key)
            return Node(
                {str(filled(key, variables)): filled_node(each, variables, later) for key, each in members.items()},
                node.key,
                node.place,
            )
        case str(text):
            check(text)
            return node_of(filled(text, variables), node.key, node.place)
    return node


def node_of(value: object, key: str, place: Place) -> Node:
    """``value``, as JSON has it, as if it stood at ``place``."""
    match value:
        case list(items):
            return Node([node_of(item, f"{key}[{n}]", place) for n, item in enumerate(items)], key, place)
        case dict(members):
            return Node({str(name): node_of(each, str(name), place) for name, each in members.items()}, key, place)
        case None | str() | bool() | int() | float():
            return Node(value, key, place)
    return Node(str(value), key, place)


def as_text(value: object) -> str:
    """``value`` inside of a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
