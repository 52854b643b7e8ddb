"""Traces as they are read: the CALLs of each charge point with their answers, whoever has written them down. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from launcher.scenario.patterns import brief

FROM_STATION, TO_STATION = "cp-to-csms", "csms-to-cp"
_KINDS = {2: "CALL", 3: "CALLRESULT", 4: "CALLERROR"}
_BODY = {"CALL": 3, "CALLRESULT": 2, "CALLERROR": 4}
UNTOLD = object()
"""The payload of a record that has none: whatever it was."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A CALLRESULT, or a CALLERROR with its ``code``."""

    payload: object = None
    code: str = ""

    def __str__(self) -> str:
        return f"the error {self.code}" if self.code else brief(self.payload)


@dataclass(frozen=True, slots=True)
class Told:
    """One CALL of the trace with its answer; None when there was none. ``line`` is where it stands; ``at``: POSIX
    seconds; ``connection``: the how manieth of the charge point it went over."""

    line: int
    from_station: bool
    action: str
    payload: object
    answer: Answer | None
    at: float = 0.0
    connection: int = 1


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    at: float
    station: str
    direction: str
    kind: str
    id: str
    action: str
    body: object
    code: str
    connection: object

    @property
    def asked(self) -> tuple[str, str, str]:
        """Which CALL it is, or answers: ids of the two sides have nothing to do with each other."""
        other = TO_STATION if self.direction == FROM_STATION else FROM_STATION
        return self.station, self.direction if self.kind == "CALL" else other, self.id


def parse_trace(text: str, file: str) -> dict[str, list[Told]]:
    """The CALLs of each charge point in a trace (Open OCPP Trace Format 1, JSONL): in the order of its lines, or,
    when an answer stands before its CALL, of their timestamps. Raises InputError."""
    records = list(_records(text, file))
    if not records:
        raise InputError(file, None, "a trace: a JSON object on each line, with direction and messageType")
    if _shuffled(records):
        records.sort(key=lambda record: (record.at, record.kind != "CALL"))
    told: dict[str, list[Told]] = {}
    open_calls: dict[tuple[str, str, str], int] = {}
    for record in records:
        calls = told.setdefault(record.station, [])
        if record.kind == "CALL":
            open_calls[record.asked] = len(calls)
            from_station = record.direction == FROM_STATION
            calls.append(Told(record.line, from_station, record.action, record.body, None, record.at))
        elif (asked := open_calls.pop(record.asked, None)) is not None:
            calls[asked] = replace(calls[asked], answer=Answer(record.body, record.code))
    named = {record.line: record.connection for record in records}
    return {station: list(_connected(calls, named)) for station, calls in told.items()}


def _connected(calls: Iterable[Told], named: Mapping[int, object]) -> Iterator[Told]:
    """``calls`` with the connection that each went over: what the trace calls it is ``named`` by line. A trace that
    names none is one of as many as there were boots: who was Accepted boots again after a loss of power, unless it
    was asked to."""
    calls = list(calls)
    told = any(named[call.line] is not None for call in calls)
    number, name, accepted = 1, None, False
    for call in calls:
        now = named[call.line]
        boots = call.from_station and call.action == "BootNotification"
        if told and now is not None:
            number, name = number + (name is not None and now != name), now
        elif not told and boots and accepted:
            number += 1
        if boots:
            accepted = call.answer is not None and _status(call.answer.payload) == "Accepted"
        elif not call.from_station and _asks_to_boot(call):
            accepted = False
        yield replace(call, connection=number)


def _status(payload: object) -> object:
    return payload.get("status") if isinstance(payload, Mapping) else None


def _asks_to_boot(call: Told) -> bool:
    wanted = call.payload.get("requestedMessage") if isinstance(call.payload, Mapping) else None
    return call.action == "TriggerMessage" and wanted == "BootNotification"


def _shuffled(records: list[_Record]) -> bool:
    answered: set[tuple[str, str, str]] = set()
    called: set[tuple[str, str, str]] = set()
    for record in records:
        if record.kind == "CALL":
            if record.asked in answered:
                return True
            called.add(record.asked)
        elif record.asked not in called:
            answered.add(record.asked)
    return False


def _records(text: str, file: str) -> Iterator[_Record]:
    # Not splitlines(): texts of JSON may have line separators of Unicode in them.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield _record(Fields(parse_json(line, "record"), "record"), line, number)
        except InputError as error:
            raise InputError(f"{file}:{number}: {error.field}", error.value, error.expected) from None


def _record(fields: Fields, line: str, number: int) -> _Record:
    direction, kind = fields.text("direction"), fields.text("messageType")
    if direction not in (FROM_STATION, TO_STATION):
        raise InputError("direction", direction, f"{FROM_STATION} or {TO_STATION}")
    if kind not in _BODY:
        raise InputError("messageType", kind, "CALL, CALLRESULT or CALLERROR")
    version, transport = fields.text("ocppVersion", "1.6"), fields.text("transport", "json")
    if not version.upper().removeprefix("OCPP").startswith("1.6") or transport != "json":
        raise InputError("ocppVersion", f"{version} {transport}", "1.6 over JSON")
    members: Mapping[str, object] = json.loads(line)
    action = fields.text("action") if kind == "CALL" else ""
    body = members["payload"] if "payload" in members else _of_raw(members.get("raw"), kind)
    code = str(fields.object("error").get("code", "")) if kind == "CALLERROR" else ""
    station = fields.text("chargePointId", "charge_point", min_length=1)
    at = _moment(fields.text("timestamp", ""))
    meta = members.get("meta")
    connection = meta.get("connection") if isinstance(meta, Mapping) else None
    id = fields.text("messageId", "")
    return _Record(number, at, station, direction, kind, id, action, body, code, connection)


def _of_raw(raw: object, kind: str) -> object:
    """The payload in the frame as it was; a CALL without any has the empty one."""
    try:
        frame = json.loads(raw) if isinstance(raw, str) else []
        if isinstance(frame, list) and frame and _KINDS.get(frame[0]) == kind:
            return frame[_BODY[kind]]
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    return UNTOLD if kind == "CALLRESULT" else {}


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0
