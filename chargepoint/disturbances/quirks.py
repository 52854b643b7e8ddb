"""What a charge point with quirks says in place of what the standard has it say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.parcel import Parcel

LATE_S = 40.0
"""Later than the 30 s for which central systems commonly wait."""

Message = list[Any]
Change = Callable[[Message], bool]
"""Changes a frame in place; whether there was something to change."""

_CALL, _CALLRESULT, _CALLERROR = 2, 3, 4
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
_Q = QuirkName


class Habits:
    """The quirks of one charge point."""

    def __init__(self, names: Iterable[QuirkName] = ()) -> None:
        chosen = frozenset(names)
        self.names = tuple(name for name in QuirkName if name in chosen)
        self._changes = [(name, _CHANGES[name]) for name in self.names if name in _CHANGES]
        self._spellings = [(name, _SPELLINGS[name]) for name in self.names if name in _SPELLINGS]
        self._numbers = count(1)
        self._ids: dict[object, str] = {}

    def replaced(self, names: Iterable[QuirkName]) -> Habits:
        """Other quirks on the same connection, which still knows the ids it gave."""
        other = Habits(names)
        other._numbers, other._ids = self._numbers, self._ids
        return other

    def opened(self) -> None:
        """There is a new connection."""
        self._numbers = count(1)
        self._ids.clear()

    def outgoing(self, parcel: Parcel) -> list[Parcel]:
        """What is said in place of ``parcel``."""
        frame = _frame(parcel.text) if self.names else None
        if frame is None:
            return [parcel]
        if frame[0] in (_CALLRESULT, _CALLERROR) and _Q.IGNORED_CALLS in self.names:
            return [parcel.with_problem(_quirk(_Q.IGNORED_CALLS), lost=True)]
        changed = parcel
        for name, change in self._changes:
            if change(frame):
                changed = changed.with_problem(_quirk(name))
        changed = self._identified(changed, frame)
        if changed is not parcel:
            changed = changed.with_text(_compact(frame))
        return [self._spelt(one) for one in self._repeated(changed, frame)]

    def incoming(self, parcel: Parcel) -> Parcel:
        """``parcel`` with the message id that the station knows."""
        frame = _frame(parcel.text) if self._ids else None
        if frame is None or frame[0] == _CALL or not isinstance(frame[1], str | int):
            return parcel
        if (known := self._ids.pop(frame[1], None)) is None:
            return parcel
        return parcel.with_text(_compact([frame[0], known, *frame[2:]]))

    def _identified(self, parcel: Parcel, frame: Message) -> Parcel:
        """``frame`` with the message id of a charge point with quirks, which is noted for the answer."""
        if frame[0] == _CALL:
            for name, make in _IDS.items():
                if name in self.names:
                    given = make(next(self._numbers))
                    self._ids[given] = frame[1]
                    frame[1] = given
                    return parcel.with_problem(_quirk(name))
        elif _Q.WRONG_IDS in self.names:
            frame[1] = f"wrong-{next(self._numbers)}"
            return parcel.with_problem(_quirk(_Q.WRONG_IDS))
        return parcel

    def _repeated(self, parcel: Parcel, frame: Message) -> Iterator[Parcel]:
        if frame[0] == _CALL:
            yield parcel
            if _Q.DOUBLE_START in self.names and frame[2] == "StartTransaction":
                again = [_CALL, f"again-{next(self._numbers)}", *frame[2:]]
                yield parcel.with_problem(_quirk(_Q.DOUBLE_START), text=_compact(again))
            return
        if _Q.LATE_ANSWERS in self.names:
            parcel = parcel.with_problem(_quirk(_Q.LATE_ANSWERS), at=parcel.at + LATE_S)
        yield parcel
        if _Q.DOUBLE_ANSWERS in self.names:
            yield parcel.with_problem(_quirk(_Q.DOUBLE_ANSWERS))

    def _spelt(self, parcel: Parcel) -> Parcel:
        for name, spelling in self._spellings:
            text = spelling(parcel.text)
            if text != parcel.text:
                parcel = parcel.with_problem(_quirk(name), text=text)
        return parcel


def _moments(change: Callable[[str], str]) -> Change:
    """``change`` for each timestamp of a payload."""

    def walk(node: Any) -> bool:
        found = False
        for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if isinstance(value, str) and _MOMENT.match(value):
                node[key] = change(value)
                found = True
            elif isinstance(value, dict | list):
                found = walk(value) or found
        return found

    return walk


def _samples(change: Callable[[Message], bool]) -> Change:
    """``change`` for each list of sampled values."""

    def in_frame(frame: Message) -> bool:
        payload = frame[-1]
        if not isinstance(payload, dict):
            return False
        collected = [*payload.get("meterValue", []), *payload.get("transactionData", [])]
        changed = [change(one["sampledValue"]) for one in collected]
        return any(changed)

    return in_frame


def _emptied(samples: Message) -> bool:
    samples.clear()
    return True


def _as_numbers(samples: Message) -> bool:
    for one in samples:
        one["value"] = float(one["value"])
    return bool(samples)


def _in_celcius(samples: Message) -> bool:
    in_celsius = [one for one in samples if one.get("unit") == "Celsius"]
    for one in in_celsius:
        one["unit"] = "Celcius"
    return bool(in_celsius)


def _error_for_no_error(frame: Message) -> bool:
    if frame[0] != _CALL or frame[-1].get("errorCode") != "NoError":
        return False
    frame[-1]["errorCode"] = "Error"
    return True


def _transaction_minus_one(frame: Message) -> bool:
    if frame[0] != _CALL or "transactionId" not in frame[-1]:
        return False
    frame[-1]["transactionId"] = -1
    return True


def _without_details(frame: Message) -> bool:
    if frame[0] != _CALLERROR:
        return False
    del frame[4:]
    return True


_CHANGES: dict[QuirkName, Change] = {
    _Q.TS_NO_ZONE: _moments(lambda moment: moment.removesuffix("Z")),
    _Q.TS_SHORT_OFFSET: _moments(lambda moment: moment.removesuffix("Z") + "+02"),
    _Q.TS_1970: _moments(lambda moment: "1970-01-01T" + moment.partition("T")[2]),
    _Q.EMPTY_SAMPLED: _samples(_emptied),
    _Q.NUMBER_VALUES: _samples(_as_numbers),
    _Q.CELCIUS: _samples(_in_celcius),
    _Q.WRONG_ERROR_CODE: _error_for_no_error,
    _Q.TRANSACTION_MINUS_ONE: _transaction_minus_one,
    _Q.SHORT_CALLERROR: _without_details,
}

_SPELLINGS: dict[QuirkName, Callable[[str], str]] = {
    _Q.EMPTY_VALUE: lambda text: re.sub(r'("transactionId":)-?\d+', r"\1", text),
    _Q.TRAILING_COMMA: lambda text: text[:-1] + ",]",
    _Q.BYTE_ORDER_MARK: lambda text: "\ufeff" + text,
}

_IDS: dict[QuirkName, Callable[[int], object]] = {
    _Q.NUMBER_IDS: lambda number: number,
    _Q.ID_REUSE: str,
}

_compact = json.JSONEncoder(separators=(",", ":")).encode


def _frame(text: str) -> Message | None:
    """The frame in ``text``; None when it is none that quirks can be shown with."""
    try:
        frame = json.loads(text)
    except ValueError:
        return None
    known = isinstance(frame, list) and len(frame) >= 3 and frame[0] in (_CALL, _CALLRESULT, _CALLERROR)
    return frame if known else None


def _quirk(name: QuirkName) -> str:
    return f"quirk {name}"
