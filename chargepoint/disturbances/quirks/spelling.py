"""Malformed JSON: what a charger writes that no parser should take."""

from __future__ import annotations

import re

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import CALL, Frame, Said, Saying, Spelling, Talk, compact

HUGE = 5_000_000
DEEP = 10_000

NO_UTF8 = "\udcff"
"""The byte FF, as it is written by the error handler surrogateescape."""

_Q = QuirkName
_FIRST_NUMBER = re.compile(r'(":)-?\d+(\.\d+)?')


def _huge(talk: Talk, frame: Frame) -> list[Said] | None:
    if frame[0] != CALL or not talk.first(_Q.HUGE_FRAME):
        return None
    return [Said(frame), talk.call(_Q.HUGE_FRAME, "DataTransfer", {"vendorId": "cp-simu", "data": "x" * HUGE})]


def _deep(talk: Talk, frame: Frame) -> list[Said] | None:
    if frame[0] != CALL or not talk.first(_Q.DEEP_FRAME):
        return None
    deep = talk.call(_Q.DEEP_FRAME, "DataTransfer", {"vendorId": "cp-simu", "data": 0})
    # No encoder goes that deep.
    deep.text = compact(deep.frame).replace(":0}", ":" + "[" * DEEP + "]" * DEEP + "}")
    return [Said(frame), deep]


SPELLINGS: dict[QuirkName, Spelling] = {
    _Q.TRUNCATED: lambda text: text[: len(text) // 2],
    _Q.EMPTY_VALUE: lambda text: re.sub(r'("transactionId":)-?\d+', r"\1", text),
    _Q.NAN_VALUE: lambda text: _FIRST_NUMBER.sub(r"\1NaN", text, count=1),
    _Q.TRAILING_COMMA: lambda text: text[:-1] + ",]",
    _Q.SINGLE_QUOTES: lambda text: text.replace('"', "'"),
    _Q.BYTE_ORDER_MARK: lambda text: "\ufeff" + text,
    _Q.INVALID_UTF8: lambda text: text[:-1] + NO_UTF8 + text[-1:],
}

SAYINGS: dict[QuirkName, Saying] = {_Q.HUGE_FRAME: _huge, _Q.DEEP_FRAME: _deep}
