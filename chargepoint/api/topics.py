"""The MQTT topics of a yard: every topic is made here and taken apart here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chargepoint.api.errors import InputError

DEFAULT_ROOT = "cp_simu"

LONGEST_ROOT = 200

RESERVED_IDS = frozenset({"all", "broker", "csms", "launcher", "supervisord", "tui", "undertaker", "zygote"})
"""Names of the yard's own programs and logs, and supervisorctl's word for every program: no charge point's."""

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:=@-]{0,47}")
_POOL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,11}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
_ROOT = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")


def check_id(value: object, field: str = "id") -> str:
    """A charge point's id, checked: it becomes a topic level, a folder, a program name and a URL segment."""
    wanted = (
        "an id of 1 to 48 letters, digits and '- _ . : = @', beginning with a letter, a digit or '_' "
        f"(and none of {', '.join(sorted(RESERVED_IDS))})"
    )
    if not isinstance(value, str) or not _ID.fullmatch(value) or value in RESERVED_IDS:
        raise InputError(field, value, wanted)
    return value


def check_pool(value: object, field: str = "pool") -> bool | str:
    """Where a charge point is to live, checked: true, false, or a pool's name, which becomes a topic level, a program
    name and part of a socket's path."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _POOL.fullmatch(value):
        raise InputError(field, value, "true, false or a pool's name of 1 to 12 letters, digits, '-' and '_'")
    return value


@dataclass(frozen=True, slots=True)
class LauncherTopic:
    """``<root>/launcher/<leaf>`` with leaf status, cmd or result."""

    leaf: str


@dataclass(frozen=True, slots=True)
class StationTopic:
    """``<root>/cps/<id>/<leaf>`` with leaf status, cmd, result, frames, description or ocpp_config."""

    id: str
    leaf: str


@dataclass(frozen=True, slots=True)
class ConnectorTopic:
    """``<root>/cps/<id>/connectors/<n>/<leaf>`` with leaf status, car, id_tag or faulted."""

    id: str
    connector: int
    leaf: str


@dataclass(frozen=True, slots=True)
class PoolTopic:
    """``<root>/pools/<name>/<leaf>`` with leaf status, cmd, result, figures or account."""

    name: str
    leaf: str


@dataclass(frozen=True, slots=True)
class Topics:
    """The topic tree below one root, so that two yards can share a broker."""

    root: str = DEFAULT_ROOT

    def __post_init__(self) -> None:
        if not _ROOT.fullmatch(self.root) or len(self.root) > LONGEST_ROOT:
            wanted = f"a topic of at most {LONGEST_ROOT} characters without wildcards, blanks or empty levels"
            raise InputError("root", self.root, f"{wanted}, like {DEFAULT_ROOT!r}")

    def launcher(self, leaf: str) -> str:
        """``leaf``: status, cmd or result."""
        return f"{self.root}/launcher/{leaf}"

    def pool(self, name: str, leaf: str) -> str:
        """``leaf`` as in PoolTopic."""
        return f"{self.root}/pools/{name}/{leaf}"

    def station(self, station_id: str, leaf: str) -> str:
        """``leaf`` as in StationTopic; ``station_id`` may be the wildcard ``+``."""
        return f"{self.root}/cps/{station_id}/{leaf}"

    def connector(self, station_id: str, connector: int | str, leaf: str) -> str:
        """``leaf``: status, car, id_tag or faulted; id and connector may be the wildcard ``+``."""
        return f"{self.root}/cps/{station_id}/connectors/{connector}/{leaf}"

    def parse(self, topic: str) -> LauncherTopic | PoolTopic | StationTopic | ConnectorTopic | None:
        """What ``topic`` addresses, or None when it is no topic of this tree."""
        if not topic.startswith(self.root + "/"):
            return None
        match topic[len(self.root) + 1 :].split("/"):
            case ["launcher", leaf]:
                return LauncherTopic(leaf)
            case ["pools", name, leaf] if _ID.fullmatch(name):
                return PoolTopic(name, leaf)
            case ["cps", station_id, leaf] if _ID.fullmatch(station_id):
                return StationTopic(station_id, leaf)
            case ["cps", station_id, "connectors", number, leaf] if _ID.fullmatch(station_id):
                if _NUMBER.fullmatch(number):
                    return ConnectorTopic(station_id, int(number), leaf)
        return None
