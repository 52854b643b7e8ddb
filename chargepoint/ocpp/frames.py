"""The three frames of OCPP-J 1.6 (section 4.2): text to frame and back, nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from chargepoint.api.errors import shown
from chargepoint.ocpp.errors import CallErrorCode

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

    ``call_id`` is the id of the CALL it was meant to be, when that much can be read: such a frame is answered
    with ``code``; any other is dropped (OCPP-J 1.6 section 4.2.3).
    """

    def __init__(self, reason: str, call_id: str | None = None) -> None:
        super().__init__(reason)
        self.call_id = call_id
        self.code = CallErrorCode.FORMATION_VIOLATION


def decode(text: str) -> Frame:
    """The frame in ``text``; raises FrameError."""
    try:
        raw = _JSON.decode(text)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"not JSON: {error}") from None
    if not isinstance(raw, list) or not raw:
        raise FrameError("not a JSON array with a message type")
    match raw:
        case [2, str(call_id), str(action), dict(payload)] if call_id:
            return Call(call_id, action, payload)
        case [3, str(call_id), dict(payload)]:
            return CallResult(call_id, payload)
        case [4, str(call_id), str(code), str(description), dict(details)]:
            return CallError(call_id, code, description, details)
        # Peers in the field leave out the details, the description, or send null or a text for them.
        case [4, str(call_id), str(code), *rest] if len(rest) <= 2:
            description = rest[0] if rest and isinstance(rest[0], str) else ""
            return CallError(call_id, code, description)
        case [2, str(call_id), *_] if call_id:
            raise FrameError("a CALL is [2, id, action, payload object]", call_id)
        case [2 | 3 | 4, *_]:
            raise FrameError("its message id or its shape cannot be read")
    raise FrameError(f"unknown message type {shown(raw[0])}")


def encode(frame: Frame) -> str:
    """``frame`` as compact JSON text, in ASCII: whatever a peer sent (lone surrogates too) can be echoed."""
    match frame:
        case Call(call_id, action, payload):
            return _compact([2, call_id, action, payload])
        case CallResult(call_id, payload):
            return _compact([3, call_id, payload])
        case CallError(call_id, code, description, details):
            return _compact([4, call_id, str(code), description[:255], details])


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError(f"{literal:.40} is not a number we can hold")
    return number


_JSON = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
