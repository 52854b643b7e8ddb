"""The declaration of ``expect`` and of all that is expected elsewhere: keys, kinds, notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from ocpp.v16.enums import Action

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ConnectorState, Registration
from chargepoint.api.traffic import Direction
from launcher.scenario.expect import Call, Connector, Expectation, Measured, Registered, Sequence
from launcher.scenario.kinds import (
    DURATION,
    FLAG,
    OBJECT_PATTERN,
    PATTERN,
    VARIABLE_NAME,
    Kind,
    Member,
    choice,
    form,
    list_of,
    mapping_of,
    text,
    whole,
)
from launcher.scenario.source import Node
from launcher.scenario.steps import WITHIN_S, Expect, ExpectNo

T = TypeVar("T")

ACTION = choice(sorted(map(str, Action)))
CONNECTOR = Member(whole(0, 9_999), "the connector; default: 1")
STATIONS = Member(list_of(text(), one=True), "ids, ranges CP_{1..5} and globs CP_*; default: all", name="stations")
WITHIN = Member(DURATION, f"how long to wait for it; default: {WITHIN_S:g}s", name="within_s")
SAVE = Member(
    mapping_of(text(), names=VARIABLE_NAME),
    "variables to keep: NAME: answer.transactionId, payload.meterStart, latency ...",
)
ANSWER = Member(PATTERN, "what the answer has to be")
ERROR = Member(PATTERN, "the error code of the CALLERROR that has to be the answer")
LATENCY = Member(DURATION, "the answer has to come within that time", name="latency_s")

_CALL: Mapping[str, Member] = {
    "sent": Member(ACTION, "a CALL of the station"),
    "received": Member(ACTION, "a CALL of the central system"),
    "with": Member(PATTERN, "what its payload has to be", name="payload"),
    "answer": ANSWER,
    "error": ERROR,
    "latency": LATENCY,
}


def _call(
    *,
    sent: str = "",
    received: str = "",
    payload: object = None,
    answer: object = None,
    error: str | None = None,
    latency_s: float | None = None,
) -> Call:
    if bool(sent) == bool(received):
        raise InputError("", f"{sent} {received}".strip() or None, "one CALL: either sent or received")
    if answer is not None and error is not None:
        raise InputError("", "answer and error", "one of the two: a CALL has one answer")
    direction = Direction.OUT if sent else Direction.IN
    return Call(direction, sent or received, payload, answer, error, latency_s)


def _read_sampled(node: Node) -> dict[str, object]:
    return {"measurand": node.value} if isinstance(node.value, str) else OBJECT_PATTERN.read(node)


_KINDS: Mapping[str, Member] = {
    **_CALL,
    "registration": Member(choice(map(str, Registration)), "what the station's registration is"),
    "status": Member(choice(map(str, ConnectorState)), "the connector's state"),
    "where": Member(OBJECT_PATTERN, "members of the connector's MQTT status, like power_w: '> 1000'"),
    "measured": Member(
        list_of(Kind(_read_sampled, {"type": ["string", "object"]}), one=True),
        "a sampled value in MeterValues of the connector: {measurand: ..., value: '> 0'}; or several of one moment",
    ),
    "order": Member(list_of(form(_call, _CALL, short="sent")), "CALLs in this order, others between them or not"),
    "connector": CONNECTOR,
}
_OF_ANSWERS = ("answer", "error", "latency")
_WHAT = ("sent", "received", "registration", "status", "where", "measured", "order")


def _expectation(given: dict[str, object]) -> Expectation:
    """Takes its own arguments out of ``given``."""
    own = {name: given.pop(name) for name in [*_KINDS, "payload", "latency_s"] if name in given}
    subjects = [name for name in _WHAT if name in own]
    if len(subjects) != 1 and subjects != ["status", "where"]:
        raise InputError("", " and ".join(subjects) or None, f"one expectation: one of {', '.join(_WHAT)}")
    if "connector" in own and not {"measured", "status", "where"} & own.keys():
        raise InputError("connector", own["connector"], "left out: `with: {connectorId: 1}` says it of a CALL")
    connector = own.pop("connector", 1)
    assert isinstance(connector, int)
    match own:
        case {"registration": str(status), **rest}:
            found: Expectation = Registered(status)
        case {"measured": tuple(sampled), **rest}:
            if not sampled:
                raise InputError("measured", [], "a sampled value, or several")
            found = Measured(connector, sampled)
        case {"order": tuple(calls), **rest}:
            found = Sequence(calls)
        case {"status": status, **rest}:
            where = rest.pop("where", {})
            found = Connector(connector, {"status": status, **(where if isinstance(where, dict) else {})})
        case {"where": dict(where), **rest}:
            found = Connector(connector, where)
        case _:
            return _call(**own)  # type: ignore[arg-type]
    if rest:
        raise InputError("", ", ".join(rest), f"keys that go together with {subjects[0]}")
    return found


def _build(build: Callable[..., T], **given: object) -> T:
    what = _expectation(given)
    save = given.get("save")
    if isinstance(what, Call) and isinstance(save, dict):
        # What is to be kept of an answer is waited for.
        what = replace(what, answered=any(path.split(".")[0] in _OF_ANSWERS for path in save.values()))
    return build(what, **given)


_SINCE = Member(
    FLAG, "true: all frames count, also those before the last deed and those that served before", name="from_start"
)


def _about_something(kind: Kind[T]) -> Kind[T]:
    """The schema says what the code does: that there is something to expect."""
    return Kind(kind.read, {**kind.schema, "anyOf": [{"required": [subject]} for subject in _WHAT]})


EXPECT: Kind[Expect] = _about_something(
    form(
        partial(_build, Expect),
        {**_KINDS, "within": WITHIN, "station": STATIONS, "save": SAVE, "from_start": _SINCE},
        "Something is so, or becomes so in time.",
    )
)
EXPECT_NO: Kind[ExpectNo] = _about_something(
    form(
        partial(_build, ExpectNo),
        {
            **_KINDS,
            "for": Member(DURATION, "how long it must not be", required=True, name="for_s"),
            "station": STATIONS,
            "from_start": _SINCE,
        },
        "Something does not happen.",
    )
)
