"""Wrong frames: JSON that is no CALL, CALLRESULT or CALLERROR (OCPP-J 1.6 section 4.2)."""

from __future__ import annotations

from collections.abc import Callable

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import (
    CALL,
    CALLERROR,
    CALLRESULT,
    Change,
    Frame,
    Said,
    Saying,
    Talk,
    compact,
)

_Q = QuirkName


def _short_callerror(frame: Frame) -> bool:
    if frame[0] != CALLERROR:
        return False
    del frame[4:]
    return True


def _call_without_payload(frame: Frame) -> bool:
    if frame[0] != CALL:
        return False
    del frame[3:]
    return True


def _put(place: int, value: object, *types: int) -> Change:
    def change(frame: Frame) -> bool:
        if frame[0] not in types:
            return False
        frame[place] = value
        return True

    return change


def _type_as_text(frame: Frame) -> bool:
    frame[0] = str(frame[0])
    return True


def _as_object(talk: Talk, frame: Frame) -> list[Said] | None:
    names = ("messageTypeId", "uniqueId", *(("action", "payload") if frame[0] == CALL else ("payload",)))
    return [Said(frame, text=compact(dict(zip(names, frame, strict=False))))]


def _unasked(talk: Talk, frame: Frame) -> list[Said] | None:
    if frame[0] != CALL:
        return None
    return [Said(frame), Said([CALLRESULT, f"unasked-{next(talk.numbers)}", {}])]


CHANGES: dict[QuirkName, Change] = {
    _Q.SHORT_CALLERROR: _short_callerror,
    _Q.CALL_WITHOUT_PAYLOAD: _call_without_payload,
}

LAST_CHANGES: dict[QuirkName, Change] = {_Q.TYPE_9: _put(0, 9, CALL), _Q.TYPE_AS_TEXT: _type_as_text}
"""Those after which nobody knows what a frame is."""

SAYINGS: dict[QuirkName, Saying] = {_Q.UNASKED_ANSWERS: _unasked}

LAST_SAYINGS: dict[QuirkName, Saying] = {_Q.OBJECT_FRAMES: _as_object}

IDS: dict[QuirkName, Callable[[int], object]] = {
    _Q.NUMBER_IDS: lambda number: number,
    _Q.LONG_IDS: lambda number: f"{number:064d}",
    _Q.EMPTY_IDS: lambda number: "",
}

SUBPROTOCOLS: dict[QuirkName, str] = {
    _Q.NO_SUBPROTOCOL: "",
    _Q.WRONG_SUBPROTOCOL: "ocpp9.9",
    _Q.CLAIMS_OCPP201: "ocpp2.0.1",
}
"""What is named as the websocket's."""
