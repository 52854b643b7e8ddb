"""What the steps of one branch of a scenario know: variables, and which frames are of the past. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from launcher.scenario.later import LaterFlag, LaterFloat, LaterInt
from launcher.scenario.variables import as_text, filled

T = TypeVar("T")


@dataclass(slots=True)
class Kept:
    """The variables of a scenario. What was kept for one station goes before what was kept last for any."""

    values: dict[str, object]
    of_station: dict[str, dict[str, object]] = field(default_factory=dict)

    def keep(self, name: str, value: object, station: str = "") -> None:
        """From now on ``name`` has this value."""
        self.values[name] = value
        if station:
            self.of_station.setdefault(station, {})[name] = value

    def seen_from(self, station: str, now: str) -> dict[str, object]:
        """All variables as a step for ``station`` sees them."""
        return {**self.values, **self.of_station.get(station, {}), "station": station, "now": now}


@dataclass(slots=True)
class Scope:
    """Of each station: from which frame on expectations look (``marks``), and which served for one already."""

    kept: Kept
    marks: dict[str, int] = field(default_factory=dict)
    served: dict[str, frozenset[int]] = field(default_factory=dict)

    def branch(self) -> Scope:
        """A scope for a branch: the same variables, a past of its own."""
        return Scope(self.kept, dict(self.marks), dict(self.served))


def resolved(deed: T, variables: Mapping[str, object]) -> T:
    """``deed``, or any record below it, with ``variables`` in all its texts, and in place of its later numbers.
    Raises InputError for one that is not what it should be."""
    changes = {}
    for each in dataclasses.fields(deed):  # type: ignore[arg-type]
        value = _resolved(getattr(deed, each.name), variables)
        # A number that was kept is a text where one belongs.
        changes[each.name] = as_text(value) if each.type == "str" and not isinstance(value, str) else value
    return dataclasses.replace(deed, **changes)  # type: ignore[type-var]


def _resolved(value: object, variables: Mapping[str, object]) -> object:
    match value:
        case Enum():
            return value
        case LaterInt() | LaterFloat() | LaterFlag():
            return value.now(variables)
        case tuple(items):
            return tuple(_resolved(item, variables) for item in items)
        case dict(members):
            return {
                str(filled(key, variables, at_last=True)): _resolved(each, variables) for key, each in members.items()
            }
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return resolved(value, variables)
        case _:
            return filled(value, variables, at_last=True)


def at(path: str, found: object) -> object:
    """The value at ``path`` (``answer.idTagInfo.status``, ``body.0.id``); raises KeyError with what is missing."""
    for name in path.split("."):
        match found:
            case Mapping() if name in found:
                found = found[name]
            case list(items) if name.isdecimal() and int(name) < len(items):
                found = items[int(name)]
            case _:
                raise KeyError(name)
    return found
