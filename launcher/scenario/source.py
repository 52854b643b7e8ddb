"""YAML files as values that know where they stand."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from chargepoint.api.errors import InputError

LARGEST_FILE = 2**20
MOST_VALUES = 100_000
"""An alias may stand for a long list, and a list of aliases for a very long one."""
DEEPEST = 60
"""Lists and mappings inside of each other."""

Scalar = str | int | float | bool | None


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
        raise InputError(str(path), error.strerror, "a file that can be read") from None
    if len(content) > LARGEST_FILE:
        raise InputError(str(path), f"{len(content)} bytes", f"a file of at most {LARGEST_FILE} bytes")
    return parse(content, _shown(path))


def parse(content: bytes, file: str) -> Node:
    """The YAML in ``content``, of the file that errors call ``file``; raises InputError."""
    try:
        root = yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(f"{file}:{line}", error.problem, "YAML") from None
    except yaml.reader.ReaderError as error:
        line = content[: error.position].count(b"\n") + 1
        raise InputError(f"{file}:{line}", f"character {error.character:02x}", "printable text in UTF-8") from None
    except RecursionError:
        raise InputError(file, "a very deep file", f"YAML of at most {DEEPEST} levels") from None
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(file, str(error), "YAML") from None
    if root is None:
        raise InputError(file, None, "a scenario: a mapping with steps")
    return _Reading(file).node(root, "scenario", root.start_mark.line + 1)


class _Reading:
    def __init__(self, file: str) -> None:
        self._file = file
        self._count = 0
        self._inside: list[yaml.Node] = []

    def node(self, raw: yaml.Node, key: str, line: int) -> Node:
        place = Place(self._file, line)
        self._count += 1
        if self._count > MOST_VALUES:
            raise InputError(str(place), f"more than {MOST_VALUES} values", "a scenario of a reasonable size")
        if isinstance(raw, yaml.ScalarNode):
            return Node(_scalar(raw), key, place)
        if any(each is raw for each in self._inside) or len(self._inside) == DEEPEST:
            wanted = f"something of at most {DEEPEST} levels, with no alias of what it is in"
            raise InputError(f"{place}: {key}", "what is given", wanted)
        self._inside.append(raw)
        try:
            if isinstance(raw, yaml.MappingNode):
                return Node(self._members(raw, key), key, place)
            items = enumerate(raw.value)
            return Node([self.node(item, f"{key}[{n}]", item.start_mark.line + 1) for n, item in items], key, place)
        finally:
            self._inside.pop()

    def _members(self, raw: yaml.MappingNode, inside: str) -> dict[str, Node]:
        members: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key_node, value in raw.value:
            place = Place(self._file, key_node.start_mark.line + 1)
            key = key_node.value
            if not isinstance(key, str):
                raise InputError(f"{place}: {inside}", "a key that is a list or a mapping", "a text as a key")
            if key in members:
                raise InputError(f"{place}: {inside}", key, "a key that is given once")
            if key == "<<" and key_node.style is None:
                merged |= self._merged(self.node(value, key, place.line))
            else:
                members[key] = self.node(value, key, place.line)
        return merged | members

    def _merged(self, node: Node) -> dict[str, Node]:
        """The members of one mapping or several, of which the first goes first."""
        members: dict[str, Node] = {}
        for each in node.value if isinstance(node.value, list) else [node]:
            if not isinstance(each.value, dict):
                raise node.refused("a mapping to merge, or a list of them")
            members = each.value | members
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
