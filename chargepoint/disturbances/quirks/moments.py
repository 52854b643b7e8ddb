"""Timestamps as chargers write them that never read RFC 3339, or whose clock was never set."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import Change

_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
_Q = QuirkName
_TWO_HOURS = timedelta(hours=2)


def _each(change: Callable[[str], object]) -> Change:
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


def _local(moment: str) -> str:
    """``moment`` two hours east of Greenwich."""
    there = datetime.fromisoformat(moment).replace(tzinfo=None) + _TWO_HOURS
    return there.isoformat(timespec="milliseconds")


CHANGES: dict[QuirkName, Change] = {
    _Q.TS_NO_ZONE: _each(lambda moment: moment.removesuffix("Z")),
    _Q.TS_SHORT_OFFSET: _each(lambda moment: moment.removesuffix("Z") + "+02"),
    _Q.TS_LOCAL_AS_UTC: _each(lambda moment: _local(moment) + "Z"),
    _Q.TS_WITH_OFFSET: _each(lambda moment: _local(moment) + "+02:00"),
    _Q.TS_EPOCH: _each(lambda moment: int(datetime.fromisoformat(moment).timestamp())),
    _Q.TS_1970: _each(lambda moment: "1970-01-01T" + moment.partition("T")[2]),
}
