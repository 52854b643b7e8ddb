"""The three frames of OCPP-J 1.6 (section 4.2): text to frame and back, nothing else."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chargepoint.api.errors import shown
from chargepoint.ocpp.errors import CallErrorCode

LONGEST_ID = 36
"""Characters of a message id (section 4.1.4)."""

LONGEST_ECHO = 255
"""Characters of a wrong message id that is still good for telling its sender so."""

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """``[2, id, action, payload]``: a request."""

    id: str
    action: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class CallResult:
    """``[3, id, payload]``: the answer to a request."""

    id: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class CallError:
    """``[4, id, code, description, details]``: the refusal of a request. ``code`` is as the peer spelt it."""

    id: str
    code: str
    description: str = ""
    details: Payload = field(default_factory=dict)


Frame = Call | CallResult | CallError


class FrameError(ValueError):
    """Text that is no frame.

    ``meant`` is the frame it was meant to be, without its payload, when its type and its id can be read: a wrong
    CALL is answered with ``code``, and a wrong answer is an answer still. Anything else is dropped (OCPP-J 1.6
    section 4.2.3).
    """

    def __init__(self, reason: str, meant: Frame | None = None) -> None:
        super().__init__(reason)
        self.meant = meant
        self.code = CallErrorCode.FORMATION_VIOLATION


class TooLargeError(FrameError):
    """Text that is too long to be looked into; no code of 1.6 is about size."""

    def __init__(self, text: str, most: int) -> None:
        super().__init__(f"{len(text)} characters are too many, {most} are the most", meant(text))
        self.code = CallErrorCode.GENERIC_ERROR


def decode(text: str, *, lenient: bool = False) -> Frame:
    """The frame in ``text``; raises FrameError.

    ``lenient``: message ids may be too long, and of a member that is there twice the last one counts.
    """
    if not text.isascii() and (found := _NOT_UTF8.search(text)):
        raise FrameError(f"not UTF-8 at character {found.start()}", meant(text))
    try:
        raw = (_LENIENT if lenient else _STRICT).decode(text)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"not JSON: {error}", meant(text)) from None
    if not isinstance(raw, list) or not raw:
        raise FrameError("not a JSON array with a message type")
    match raw:
        case [2, str(call_id), str(action), dict(payload)] if call_id:
            if len(call_id) > LONGEST_ID and not lenient:
                raise FrameError(
                    f"its message id has {len(call_id)} characters, {LONGEST_ID} are the most", meant(text)
                )
            return Call(call_id, action, payload)
        case [3, str(call_id), dict(payload)]:
            return CallResult(call_id, payload)
        case [4, str(call_id), str(code), str(description), dict(details)]:
            return CallError(call_id, code, description, details)
        # Peers in the field leave out the details, the description, or send null or a text for them.
        case [4, str(call_id), str(code), *rest] if len(rest) <= 2:
            description = rest[0] if rest and isinstance(rest[0], str) else ""
            return CallError(call_id, code, description)
        case [2, int(), *_]:
            raise FrameError("its message id is not a text", meant(text))
        case [2 | 3 | 4 as kind, *_]:
            raise FrameError(f"{_SHAPES[kind]}, and this is none", meant(text))
    raise FrameError(f"unknown message type {shown(raw[0])}")


_SHAPES = {
    2: "a CALL is [2, id, action, payload object]",
    3: "a CALLRESULT is [3, id, payload object]",
    4: "a CALLERROR is [4, id, code, description, details object]",
}

_NOT_UTF8 = re.compile("[\ud800-\udfff]")
"""What a text has in place of bytes that are not UTF-8."""

_BEGINNING = re.compile(r'\s*\[\s*([234])\s*,\s*(?:("(?:[^"\\]|\\.){1,1600}")|(-?\d{1,36})(?=\s*[,\]]))')
"""Type and message id, as a text or as a number; an escape spells one character with up to six."""


def meant(text: str) -> Frame | None:
    """The frame that ``text`` begins like, without a payload; None when type or id cannot be read.

    For texts that cannot be parsed, or had better not be: it looks at the beginning only.
    """
    found = _BEGINNING.match(text)
    if found is None or _NOT_UTF8.search(found[0]):
        return None
    try:
        frame_id = json.loads(found[2]) if found[2] else found[3]
    except ValueError:
        return None
    if len(frame_id) > LONGEST_ECHO:
        return None
    match found[1]:
        case "2":
            return Call(frame_id, "", {})
        case "3":
            return CallResult(frame_id, {})
        case _:
            return CallError(frame_id, CallErrorCode.GENERIC_ERROR)


def encode(frame: Frame) -> str:
    """``frame`` as compact JSON text, in ASCII: whatever a peer sent (lone surrogates too) can be echoed."""
    match frame:
        case Call(call_id, action, payload):
            return _compact([2, call_id, action, payload])
        case CallResult(call_id, payload):
            return _compact([3, call_id, payload])
        case CallError(call_id, code, description, details):
            return _compact([4, call_id, str(code), description[:255], details])


_compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError(f"{literal:.40} is not a number we can hold")
    return number


def _once(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{shown(twice)} is there twice")
    return found


_LENIENT = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
_STRICT = json.JSONDecoder(parse_float=_finite, parse_constant=_finite, object_pairs_hook=_once)
