"""Which charge points are in trouble."""

from __future__ import annotations

from typing import Final

from chargepoint.api.payloads import ConnectorState
from tui.state.fleet import Fleet
from tui.state.station import Standing, Station, Totals

_TROUBLE: Final = frozenset({Standing.REJECTED, Standing.DISCONNECTED, Standing.DEAD, Standing.UNREADABLE})


def in_trouble(station: Station) -> bool:
    """Whether somebody should look at it: not connected, dead, rejected, unreadable, or with a faulted connector."""
    return station.standing in _TROUBLE or any(
        connector.status is None or connector.state is ConnectorState.FAULTED
        for connector in station.connectors.values()
    )


def alarm_count(totals: Totals) -> int:
    """How many alarms there are: charge points in trouble, and faulted connectors."""
    return sum(totals.standings[standing] for standing in _TROUBLE) + totals.connectors[ConnectorState.FAULTED]


def next_alarm(fleet: Fleet, after: str) -> Station | None:
    """The next charge point in trouble behind the one of id ``after``, from the beginning again at the end."""
    first: Station | None = None
    behind = not after
    for station in fleet:
        if in_trouble(station):
            if behind:
                return station
            first = first or station
        behind = behind or station.id == after
    return first
