"""One behaviour: for whom, at which action, and what is done there. Pure: no clock, no number drawn, no socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import CallError, CallResult, Payload, encode

EVERY = "*"
CONNECT = "connect"
"""In place of an action: the moment at which a charge point connects."""
CALL_ID = "${id}"
"""In a text that is answered: stands for the message id of the CALL."""
ABNORMAL = 1006
"""In place of a close code: the connection is cut, without a closing handshake (RFC 6455 section 7.1.5)."""


@dataclass(frozen=True, slots=True)
class Right:
    """The right answer; a delay alone makes it deviate."""


@dataclass(frozen=True, slots=True)
class Change:
    """The right answer with members replaced, added, or removed by null (JSON merge patch, RFC 7396)."""

    members: Payload


@dataclass(frozen=True, slots=True)
class Answer:
    """Another answer, which may be against its schema."""

    payload: Payload


@dataclass(frozen=True, slots=True)
class Error:
    """A CALLERROR."""

    code: CallErrorCode
    description: str = ""
    details: Payload | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Any text as the frame, JSON or not; CALL_ID in it stands for the message id."""

    text: str


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer at all; at CONNECT a handshake that never ends."""


@dataclass(frozen=True, slots=True)
class Close:
    """The connection is closed with ``code`` in place of an answer; at CONNECT as soon as it is there."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The handshake is refused with this HTTP status."""

    status: int


Deed = Right | Change | Answer | Error | Text | Silence | Close | Refuse


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is done (``deed``) when a charge point that ``charge_point`` matches (``*`` and ``?`` stand for any
    characters and for one) sends ``action``.

    ``delay_s``: before it is done; other messages are answered meanwhile. ``copies``: how often the answer is sent.
    ``times``: how often it is played, None without end. ``carried_out``: whether what was asked is done all the same
    (a transaction begins, a status is kept). ``seed`` makes the draws of its ``probability`` the same each time.
    """

    deed: Deed
    action: str = EVERY
    charge_point: str = EVERY
    delay_s: float = 0.0
    copies: int = 1
    times: int | None = None
    carried_out: bool = True
    probability: float = 1.0
    seed: int | None = None


def frame(behaviour: Behaviour, call_id: str, right: CallResult | CallError | None) -> str | None:
    """What is sent to a CALL in place of ``right``, its right answer (None when it was not carried out).

    None for nothing. A refusal is not changed: what is refused has no members.
    """
    match behaviour.deed:
        case Answer(payload):
            return encode(CallResult(call_id, payload))
        case Error(code, description, details):
            return encode(CallError(call_id, code, description, details or {}))
        case Text(text):
            return text.replace(CALL_ID, json.dumps(call_id)[1:-1])
        case Change(members) if isinstance(right, CallResult):
            return encode(CallResult(call_id, merged(right.payload, members)))
        case Right() | Change():
            return None if right is None else encode(right)
        case Silence() | Close() | Refuse():
            return None
        case never:
            assert_never(never)


def merged(payload: Payload, members: Payload) -> Payload:
    """``payload`` with ``members`` laid over it; null removes (JSON merge patch, RFC 7396)."""
    result = dict(payload)
    for name, value in members.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            below = result.get(name)
            result[name] = merged(below if isinstance(below, Mapping) else {}, value)
        else:
            result[name] = value
    return result


def told(behaviour: Behaviour) -> str:
    """The deviation in a few words, for the log."""
    words = [_told(behaviour.deed)]
    if behaviour.copies > 1:
        words.append(f"{behaviour.copies} times")
    if behaviour.delay_s:
        words.append(f"after {behaviour.delay_s:g} s")
    if not behaviour.carried_out:
        words.append("and not carried out")
    return " ".join(words)


def _told(deed: Deed) -> str:
    match deed:
        case Right():
            return "answered right"
        case Change(members):
            return f"answer changed by {_short(members)}"
        case Answer(payload):
            return f"answered {_short(payload)}"
        case Error(code):
            return f"refused with {code}"
        case Text(text):
            return f"answered the text {text!r:.80}"
        case Silence():
            return "not answered"
        case Close(code):
            return f"connection cut (code {code})" if code == ABNORMAL else f"connection closed with {code}"
        case Refuse(status):
            return f"connection refused with {status}"
        case never:
            assert_never(never)


def _short(payload: Payload) -> str:
    return f"{json.dumps(payload):.120}"
