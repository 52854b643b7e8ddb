"""Whether what was seen of a station is what is expected: met, not yet, or failed for good. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from chargepoint.api.dialogue import Kind, Spoken
from chargepoint.api.traffic import Direction
from launcher.scenario.patterns import brief, mismatch
from launcher.scenario.record import Record


@dataclass(frozen=True, slots=True)
class Call:
    """A CALL that the station has sent (OUT) or received (IN), and what was answered.

    The first CALL whose payload fits decides, of those that are answered: what is expected of its answer has to hold
    for that one.
    """

    direction: Direction
    action: str
    payload: object = None
    answer: object = None
    error: str | None = None
    latency_s: float | None = None
    answered: bool = False
    """There has to be an answer, whatever it is."""

    @property
    def needs_answer(self) -> bool:
        """Whether its answer matters."""
        return self.answered or self.answer is not None or self.error is not None or self.latency_s is not None


@dataclass(frozen=True, slots=True)
class Registered:
    """The station is Accepted, Pending, Rejected, Disconnected or Dead."""

    status: str


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector as its MQTT status tells it."""

    connector: int
    where: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Measured:
    """Sampled values in a MeterValues CALL of the connector fit: one for each pattern, of one moment."""

    connector: int
    sampled: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """CALLs in this order, with others between them or not."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Rebuke:
    """A text that the station has sent by hand is answered with a CALLERROR, whose code fits."""

    text: str
    code: object


Expectation = Call | Registered | Connector | Measured | Sequence | Rebuke


@dataclass(frozen=True, slots=True)
class Met:
    """It is so. ``frames`` have served for it; ``found`` is what can be kept of it in variables."""

    found: Mapping[str, object] = field(default_factory=dict)
    frames: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NotYet:
    """It is not so, but may become so; ``why`` is what there is in its place."""

    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """It cannot become so any more. ``frame`` is the one that decided."""

    why: str
    frame: int | None = None


Look = Met | NotYet | Never

NO_IDS = ("-1", "")


def look(expected: Expectation, record: Record, since: int, served: frozenset[int]) -> Look:
    """How it stands with what is ``expected``, from the ``since``-th frame on, without those that have ``served``."""
    match expected:
        case Call():
            return _call(expected, record, since, served)
        case Registered(status):
            if (why := mismatch(status, str(record.registration), "registration")) is None:
                return Met({"registration": str(record.registration)})
            return NotYet(f"{why}{f' ({record.last_error})' if record.last_error else ''}")
        case Connector(number, where):
            return _connector(number, where, record)
        case Measured():
            return _measured(expected, record, since, served)
        case Sequence(calls):
            return _sequence(calls, record, since, served)
        case Rebuke():
            return _rebuke(expected, record, since)
        case _:
            assert_never(expected)


def _call(expected: Call, record: Record, since: int, served: frozenset[int]) -> Look:
    unfit = ""
    unanswered: NotYet | None = None
    for spoken in record.calls(expected.direction, expected.action, since):
        if spoken.number in served:
            continue
        if why := _misfit(expected, spoken):
            unfit = f"{spoken.action} {brief(spoken.body)} does not fit: {why}"
            continue
        judged = _judged(expected, spoken, record)
        if not isinstance(judged, NotYet):
            return judged
        # Its connection may have gone, and then it comes again.
        unanswered = unanswered or judged
    return unanswered or NotYet(unfit or f"no {expected.action} was {_way(expected.direction)}")


def _misfit(expected: Call, spoken: Spoken) -> str | None:
    return None if expected.payload is None else mismatch(expected.payload, spoken.body)


def _judged(expected: Call, spoken: Spoken, record: Record) -> Look:
    answer = record.answers.get(spoken.number)
    found: dict[str, object] = {"payload": spoken.body, "id": spoken.id, "at": spoken.frame.at}
    if answer is None:
        if expected.needs_answer:
            return NotYet(f"{spoken.action} has no answer")
        return Met(found, frozenset([spoken.number]))
    if why := _wrong_answer(expected, answer):
        return Never(f"{spoken.action} was answered {_told(answer)}: {why}", answer.number)
    latency_s = record.latency_s(answer)
    if expected.latency_s is not None and latency_s > expected.latency_s:
        why = f"{spoken.action} was answered after {latency_s:.3f} s, expected within {expected.latency_s:g} s"
        return Never(why, answer.number)
    found |= {"latency": latency_s, "answer": answer.body, "error": answer.code or None}
    return Met(found, frozenset([spoken.number]))


def _wrong_answer(expected: Call, answer: Spoken) -> str | None:
    if expected.error is not None:
        return mismatch(expected.error, answer.code or None, "the error code")
    if answer.kind is Kind.ERROR and expected.answer is not None:
        return f"expected {brief(expected.answer)}"
    return None if expected.answer is None else mismatch(expected.answer, answer.body)


def _connector(number: int, where: Mapping[str, object], record: Record) -> Look:
    status = record.connectors.get(number)
    if status is None:
        return NotYet(f"connector {number} has told nothing")
    # Only what is asked for: it is looked at with each status that is told.
    asked = {name: getattr(status, name, None) for name in where}
    if why := mismatch(dict(where), asked, f"connector {number}"):
        return NotYet(why)
    return Met({"connector": dataclasses.asdict(status) | {"status": str(status.status)}})


def _measured(expected: Measured, record: Record, since: int, served: frozenset[int]) -> Look:
    last = f"no MeterValues of connector {expected.connector} were sent"
    for spoken in record.calls(Direction.OUT, "MeterValues", since):
        if spoken.number in served or mismatch({"connectorId": expected.connector}, spoken.body):
            continue
        for values in _sampled_values(spoken.body):
            found, why = _fitting(expected.sampled, values)
            if len(found) == len(expected.sampled):
                return Met({"sampled": found[0], "payload": spoken.body}, frozenset([spoken.number]))
            last = why or last
    return NotYet(last)


def _fitting(
    patterns: tuple[Mapping[str, object], ...], values: list[dict[str, object]]
) -> tuple[list[dict[str, object]], str]:
    """The first value that fits each of ``patterns``, and why there is none for one."""
    found: list[dict[str, object]] = []
    unfit = ""
    for pattern in patterns:
        for sampled in values:
            if (why := mismatch(dict(pattern), sampled)) is None:
                found.append(sampled)
                break
            if sampled.get("measurand") == pattern.get("measurand"):
                unfit = f"{brief(sampled)} does not fit: {why}"
    return found, unfit


def _sampled_values(body: object) -> Iterator[list[dict[str, object]]]:
    """Those of a MeterValues payload, moment by moment, with what goes without saying when it is left out (section
    7.43)."""
    values = body.get("meterValue") if isinstance(body, Mapping) else None
    left_out = {"measurand": "Energy.Active.Import.Register", "context": "Sample.Periodic"}
    for value in values if isinstance(values, list) else []:
        sampled = value.get("sampledValue") if isinstance(value, Mapping) else None
        yield [left_out | dict(each) for each in sampled or () if isinstance(each, Mapping)]


def _sequence(calls: tuple[Call, ...], record: Record, since: int, served: frozenset[int]) -> Look:
    frames: set[int] = set()
    for place, call in enumerate(calls):
        found = next(
            (
                spoken
                for spoken in record.calls(call.direction, call.action, since)
                if spoken.number not in served and isinstance(_fits(call, spoken, record), Met)
            ),
            None,
        )
        if found is None:
            before = f" after {calls[place - 1].action}" if place else ""
            wanted = f" with {brief(call.payload)}" if call.payload is not None else ""
            return NotYet(f"no {call.action}{wanted} was {_way(call.direction)}{before}")
        frames.add(found.number)
        since = found.number + 1
    return Met({}, frozenset(frames))


def _rebuke(expected: Rebuke, record: Record, since: int) -> Look:
    sent = next((each.number for each in record.spoken[since:] if each.frame.text.startswith(expected.text)), None)
    if sent is None:
        return NotYet("the text was not sent")
    # A CALLERROR to what has no id that can be read may have any that is none.
    unreadable = (each for each in record.spoken[sent:] if each.kind is Kind.ERROR and each.id in NO_IDS)
    answer = record.answers.get(sent) or next(unreadable, None)
    if answer is None:
        return NotYet("the text has no answer")
    if why := mismatch(expected.code, answer.code or None, "the error code"):
        return Never(f"{brief(expected.text)} was answered {_told(answer)}: {why}", answer.number)
    return Met({"error": answer.code}, frozenset([answer.number]))


def _fits(call: Call, spoken: Spoken, record: Record) -> Look:
    why = _misfit(call, spoken)
    return NotYet(why) if why else _judged(call, spoken, record)


def _told(answer: Spoken) -> str:
    return f"with the error {answer.code} ({answer.description})" if answer.kind is Kind.ERROR else brief(answer.body)


def _way(direction: Direction) -> str:
    return "sent" if direction is Direction.OUT else "received"
