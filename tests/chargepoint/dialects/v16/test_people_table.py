"""Whatever people and cars do in every state: the states told, the id tags asked about, how a transaction ends.

OCPP 1.6 sections 3.6, 3.10, 4.1, 4.8 to 4.10.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.chargepoint.dialects.v16.test_state_table import STATES
from tests.support.bench import Bench

EVENTS: dict[str, Callable[[Bench], None]] = {
    "plug": lambda bench: bench.plug(),
    "unplug": lambda bench: bench.unplug(),
    "same tag": lambda bench: bench.tap("TAG"),
    "other tag": lambda bench: bench.tap("OTHER"),
    "reserved tag": lambda bench: bench.tap("MINE"),
    "car pauses": lambda bench: bench.car(ready=False),
    "car goes on": lambda bench: bench.car(ready=True),
    "fault": lambda bench: bench.fault(1),
    "fault ends": lambda bench: bench.clear_fault(1),
    "a minute": lambda bench: bench.advance(60),
}
"""TAG is the id tag of the state, MINE the one that the connector is reserved for; ConnectionTimeOut is a minute."""

TABLE = """
event        | in the state                                   | told                | messages                   | reason
plug         | Available                                      | Preparing           |                            |
plug         | Tag                                            | Charging            | StartTransaction           |
plug         | SuspendedEVSE                                  | Charging            |                            |
plug         | Cable Charging SuspendedEV Finishing Reserved  |                     |                            |
plug         | Unavailable Faulted Fault+Charging             |                     |                            |
unplug       | Cable Finishing                                | Available           |                            |
unplug       | Charging SuspendedEV SuspendedEVSE             | Finishing Available | StopTransaction            | EVDisconnected
unplug       | Fault+Charging                                 |                     | StopTransaction            | EVDisconnected
unplug       | Available Tag Reserved Unavailable Faulted     |                     |                            |
same tag     | Available                                      | Preparing           | Authorize                  |
same tag     | Cable                                          | Charging            | Authorize StartTransaction |
same tag     | Tag                                            | Available           |                            |
same tag     | Charging SuspendedEV SuspendedEVSE             | Finishing           | StopTransaction            | Local
same tag     | Fault+Charging                                 |                     | StopTransaction            | Local
same tag     | Finishing                                      | Preparing Charging  | Authorize StartTransaction |
same tag     | Reserved Unavailable Faulted                   |                     |                            |
other tag    | Available                                      | Preparing           | Authorize                  |
other tag    | Cable                                          | Charging            | Authorize StartTransaction |
other tag    | Finishing                                      | Preparing Charging  | Authorize StartTransaction |
other tag    | Tag Charging SuspendedEV SuspendedEVSE         |                     | Authorize                  |
other tag    | Fault+Charging                                 |                     | Authorize                  |
other tag    | Reserved Unavailable Faulted                   |                     |                            |
reserved tag | Available Reserved                             | Preparing           | Authorize                  |
reserved tag | Cable                                          | Charging            | Authorize StartTransaction |
reserved tag | Finishing                                      | Preparing Charging  | Authorize StartTransaction |
reserved tag | Tag Charging SuspendedEV SuspendedEVSE         |                     | Authorize                  |
reserved tag | Fault+Charging                                 |                     | Authorize                  |
reserved tag | Unavailable Faulted                            |                     |                            |
car pauses   | Charging                                       | SuspendedEV         |                            |
car pauses   | Available Cable Tag SuspendedEV SuspendedEVSE  |                     |                            |
car pauses   | Finishing Reserved Unavailable Faulted         |                     |                            |
car pauses   | Fault+Charging                                 |                     |                            |
car goes on  | SuspendedEV                                    | Charging            |                            |
car goes on  | Available Cable Tag Charging SuspendedEVSE     |                     |                            |
car goes on  | Finishing Reserved Unavailable Faulted         |                     |                            |
car goes on  | Fault+Charging                                 |                     |                            |
fault        | Available Cable Tag Charging SuspendedEV       | Faulted             |                            |
fault        | SuspendedEVSE Finishing Reserved Unavailable   | Faulted             |                            |
fault        | Faulted Fault+Charging                         |                     |                            |
fault ends   | Faulted                                        | Available           |                            |
fault ends   | Fault+Charging                                 | Charging            |                            |
fault ends   | Available Cable Tag Charging SuspendedEV       |                     |                            |
fault ends   | SuspendedEVSE Finishing Reserved Unavailable   |                     |                            |
a minute     | Cable                                          | Finishing           |                            |
a minute     | Tag                                            | Available           |                            |
a minute     | Available Charging SuspendedEV SuspendedEVSE   |                     |                            |
a minute     | Finishing Reserved Unavailable Faulted         |                     |                            |
a minute     | Fault+Charging                                 |                     |                            |
"""  # noqa: E501 - a table is read in one piece


class Row(NamedTuple):
    event: str
    state: str
    told: str
    messages: str
    reason: str


def rows() -> list[Row]:
    lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]
    return [
        Row(event, state, told, messages, reason)
        for event, states, told, messages, reason in lines
        for state in states.split()
    ]


def test_the_table_is_complete() -> None:
    pairs = [(row.event, row.state) for row in rows()]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {(event, state) for event in EVENTS for state in STATES}


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.event}-{row.state}".replace(" ", "-"))
def test_whatever_happens_in_every_state(row: Row) -> None:
    bench = Bench().connect()
    STATES[row.state][1](bench)
    bench.forget()
    EVENTS[row.event](bench)
    messages = [one for one in bench.actions() if one in ("Authorize", "StartTransaction", "StopTransaction")]
    assert " ".join(bench.statuses()) == row.told
    assert " ".join(messages) == row.messages
    assert [stop["reason"] for stop in bench.calls("StopTransaction")] == ([row.reason] if row.reason else [])
