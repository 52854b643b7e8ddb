"""What the launcher is told on ``launcher/cmd``, and what it answers on ``launcher/result``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self, TypeVar

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json

MAX_REQUEST_ID = 200

_Kind = TypeVar("_Kind", bound="_OfChargePoints | Close")


class CommandType(StrEnum):
    """The ``type`` of a command."""

    START = "start"
    KILL = "kill"
    RESTART = "restart"
    REMOVE = "remove"
    CLOSE = "close"


class Verdict(StrEnum):
    """What became of one entry of a command, or of a command as a whole."""

    STARTED = "started"
    RESTARTED = "restarted"
    KILLED = "killed"
    REMOVED = "removed"
    CLOSED = "closed"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def good(self) -> bool:
        """Whether it came as it was asked for."""
        return self not in (Verdict.REFUSED, Verdict.FAILED)


@dataclass(frozen=True, slots=True)
class _OfChargePoints:
    """A command with entries. They are kept as they came: a wrong one is refused alone, with a verdict of its own.

    ``request_id`` is echoed in the answer; "" is none.
    """

    type: ClassVar[CommandType]
    charge_points: tuple[object, ...]
    request_id: str = ""

    @classmethod
    def of(cls, ids: Iterable[str], request_id: str = "") -> Self:
        """The command for charge points named by their ids alone."""
        return cls(tuple({"id": station_id} for station_id in ids), request_id)

    def to_json(self) -> bytes:
        """The payload."""
        body: dict[str, object] = {"type": str(self.type), "charge_points": list(self.charge_points)}
        return json.dumps(_identified(body, self.request_id)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> Self:
        """The command in ``payload``; raises InputError, also for a command of another type."""
        return _of_type(cls, parse_command(payload))


class Start(_OfChargePoints):
    """Start charge points with fresh data; each entry is one that ``chargepoint.api.spec.parse_spec`` reads."""

    __slots__ = ()
    type = CommandType.START


class Restart(_OfChargePoints):
    """Start charge points again, their data kept; an entry with an id alone keeps the stored settings too."""

    __slots__ = ()
    type = CommandType.RESTART


class Kill(_OfChargePoints):
    """Cut the power of charge points: their processes end at once and say nothing."""

    __slots__ = ()
    type = CommandType.KILL


class Remove(_OfChargePoints):
    """Kill charge points and forget them: program, data, log, and every retained message."""

    __slots__ = ()
    type = CommandType.REMOVE


@dataclass(frozen=True, slots=True)
class Close:
    """End the launcher; charge points go on."""

    type: ClassVar[CommandType] = CommandType.CLOSE
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return json.dumps(_identified({"type": str(self.type)}, self.request_id)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> Close:
        """The command in ``payload``; raises InputError, also for a command of another type."""
        return _of_type(cls, parse_command(payload))


Command = Start | Restart | Kill | Remove | Close

_WITH_ENTRIES: Mapping[CommandType, type[Start | Restart | Kill | Remove]] = {
    kind.type: kind for kind in (Start, Restart, Kill, Remove)
}


def parse_command(payload: bytes) -> Command:
    """The command in ``payload``; raises InputError when it cannot be read as a whole. Its entries are unchecked."""
    fields = Fields(parse_json(payload, "cmd"), "cmd")
    kind = fields.choice("type", CommandType)
    request_id = fields.text("request_id", "", max_length=MAX_REQUEST_ID)
    if kind is CommandType.CLOSE:
        fields.finish()
        return Close(request_id)
    entries = tuple(fields.array("charge_points"))
    fields.finish()
    return _WITH_ENTRIES[kind](entries, request_id)


@dataclass(frozen=True, slots=True)
class EntryResult:
    """What became of one entry. ``field``, ``value`` and ``reason`` say what was wrong with a refused one;
    ``id`` is "" when the entry had none that can be named."""

    id: str
    result: Verdict
    reason: str = ""
    field: str = ""
    value: object = None

    @classmethod
    def refused(cls, station_id: str, error: InputError) -> EntryResult:
        """The entry is wrong as ``error`` says."""
        return cls(station_id, Verdict.REFUSED, str(error), error.field, error.value)

    def to_entry(self) -> dict[str, object]:
        """It as JSON values; what says nothing is left out."""
        entry: dict[str, object] = {"id": self.id, "result": str(self.result)}
        if self.field:
            entry |= {"field": self.field, "value": self.value}
        if self.reason:
            entry["reason"] = self.reason
        return entry


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The one answer to a command, when each of its entries has its verdict.

    ``type`` is None when the command had none that can be read. ``result`` and ``reason`` speak of the command as a
    whole: it was refused unread, or the launcher closes; None leaves it to ``results``.
    """

    type: str | None
    results: tuple[EntryResult, ...] = ()
    request_id: str = ""
    result: Verdict | None = None
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether everything came as it was asked for."""
        return (self.result is None or self.result.good) and all(entry.result.good for entry in self.results)

    @classmethod
    def unreadable(cls, payload: bytes, error: InputError) -> CommandResult:
        """The answer to ``payload``, which ``parse_command`` refused with ``error``."""
        try:
            raw = parse_json(payload, "cmd")
        except InputError:
            raw = None
        kind, request_id = (raw.get("type"), raw.get("request_id")) if isinstance(raw, Mapping) else (None, None)
        return cls(
            type=kind if isinstance(kind, str) else None,
            request_id=request_id[:MAX_REQUEST_ID] if isinstance(request_id, str) else "",
            result=Verdict.REFUSED,
            reason=str(error),
        )

    def to_json(self) -> bytes:
        """The payload."""
        body: dict[str, object] = {"type": self.type, "results": [entry.to_entry() for entry in self.results]}
        if self.result is not None:
            body["result"] = str(self.result)
        if self.reason:
            body["reason"] = self.reason
        return json.dumps(_identified(body, self.request_id)).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> CommandResult:
        """The answer in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "result"), "result")
        return cls(
            type=fields.text("type") if fields.has("type") else None,
            results=tuple(_entry_result(entry) for entry in fields.array("results")),
            request_id=fields.text("request_id", ""),
            result=fields.choice("result", Verdict) if fields.has("result") else None,
            reason=fields.text("reason", "", max_length=5000),
        )


def _entry_result(raw: object) -> EntryResult:
    fields = Fields(raw, "results")
    return EntryResult(
        id=fields.text("id", ""),
        result=fields.choice("result", Verdict),
        reason=fields.text("reason", "", max_length=5000),
        field=fields.text("field", "", max_length=5000),
        value=raw.get("value") if isinstance(raw, Mapping) else None,
    )


def _identified(body: dict[str, object], request_id: str) -> dict[str, object]:
    return {"request_id": request_id} | body if request_id else body


def _of_type(wanted: type[_Kind], command: Command) -> _Kind:
    if not isinstance(command, wanted):
        raise InputError("type", str(command.type), f"{str(wanted.type)!r}")
    return command
