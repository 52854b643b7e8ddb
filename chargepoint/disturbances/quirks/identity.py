"""Message ids that do not say which answer belongs to which request, and requests out of turn."""

from __future__ import annotations

from collections.abc import Callable

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import CALL, Frame, Said, Saying, Talk, compact, is_call

REPEATED = ("StartTransaction", "StopTransaction", "MeterValues")
"""What is said again when it was not answered (OCPP 1.6 section 3.7.1): word for word, one at a time."""

LATE_S = 40.0
"""Later than the 30 s for which central systems commonly wait."""

_Q = QuirkName


def _wrong_ids(talk: Talk, frame: Frame) -> list[Said] | None:
    return None if frame[0] == CALL else [Said([frame[0], f"wrong-{next(talk.numbers)}", *frame[2:]])]


def _late(talk: Talk, frame: Frame) -> list[Said] | None:
    return None if frame[0] == CALL else [Said(frame, delay_s=LATE_S)]


def _double(talk: Talk, frame: Frame) -> list[Said] | None:
    return None if frame[0] == CALL else [Said(frame), Said(frame)]


def _two_in_flight(talk: Talk, frame: Frame) -> list[Said] | None:
    return [Said(frame), talk.call(_Q.TWO_CALLS, "Heartbeat", {})] if is_call(frame) else None


def _before_boot(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "BootNotification"):
        return None
    status = {"connectorId": 0, "errorCode": "NoError", "status": "Available"}
    return [talk.call(_Q.CALL_BEFORE_BOOT, "StatusNotification", status), Said(frame)]


class FirstIds:
    """The message id under which each thing was said first, over all connections."""

    def __init__(self) -> None:
        self._said, self._id = "", ""

    def of(self, frame: Frame) -> str:
        """That of ``frame``, which may be its own."""
        id = str(frame[1])
        if not is_call(frame, *REPEATED):
            return id
        if (said := compact(frame[2:])) != self._said:
            self._said, self._id = said, id
        return self._id


SAYINGS: dict[QuirkName, Saying] = {
    _Q.WRONG_IDS: _wrong_ids,
    _Q.TWO_CALLS: _two_in_flight,
    _Q.CALL_BEFORE_BOOT: _before_boot,
    _Q.LATE_ANSWERS: _late,
    _Q.DOUBLE_ANSWERS: _double,
}

IDS: dict[QuirkName, Callable[[int], object]] = {_Q.ID_REUSE: str, _Q.ONE_ID: lambda number: "1"}
