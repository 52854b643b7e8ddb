"""What can be asked of a charge point by name, texts and numbers: to filter and to sort by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from chargepoint.api.payloads import ConnectorState
from tui.state.looks import look_of
from tui.state.moment import Moment
from tui.state.station import Standing, Station

STATES: Final = (*(standing.value for standing in Standing), *(state.value for state in ConnectorState))
"""Every word that ``status`` can be."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a charge point in one unit; ``suffixes`` are other units it may be typed in, with their factor.

    ``passes``: it changes by the clock alone, without any message.
    """

    of: Callable[[Station, Moment], float | None]
    unit: str = ""
    suffixes: Mapping[str, float] = field(default_factory=dict)
    passes: bool = False


def statuses(station: Station) -> Iterable[str]:
    """Its registration and the states of its connectors."""
    yield station.standing.value
    for connector in station.connectors.values():
        yield look_of(connector).word


def errors(station: Station) -> Iterable[str]:
    """What is wrong with it, in its own words."""
    if station.problem:
        yield station.problem
    if station.status and station.status.last_error:
        yield station.status.last_error
    for connector in station.connectors.values():
        if connector.problem:
            yield connector.problem
        elif connector.status and connector.status.error_code != "NoError":
            yield connector.status.error_code


def tags(station: Station) -> Iterable[str]:
    """The id tags at its connectors."""
    return (c.status.id_tag for c in station.connectors.values() if c.status and c.status.id_tag)


def energy_wh(station: Station) -> float:
    """What its meters read, added."""
    return sum(connector.status.energy_wh for connector in station.connectors.values() if connector.status)


def session_wh(station: Station) -> float:
    """What its present transactions have delivered."""
    return sum(
        connector.status.transaction_energy_wh for connector in station.connectors.values() if connector.status
    )


def _told(name: str) -> Callable[[Station], Iterable[str]]:
    return lambda station: (getattr(station.status, name),) if station.status else ()


def _cpu_pct(station: Station, moment: Moment) -> float | None:
    process = moment.process(station)
    return process.cpu_pct if process else None


def _memory_mb(station: Station, moment: Moment) -> float | None:
    process = moment.process(station)
    return process.memory_bytes / 1e6 if process else None


def _pid(station: Station, moment: Moment) -> float | None:
    return float(station.status.pid) if station.status and station.alive and station.status.pid else None


TEXTS: Final[Mapping[str, Callable[[Station], Iterable[str]]]] = {
    "id": lambda station: (station.id,),
    "status": statuses,
    "error": errors,
    "deviates": lambda station: station.status.deviations if station.status and station.deviates else (),
    "pool": lambda station: (station.status.pool,) if station.status and station.status.pool else (),
    "tag": tags,
    "tx": lambda station: map(str, station.transactions),
    "type": _told("type"),
    "version": _told("ocpp_version"),
    "vendor": _told("vendor"),
    "model": _told("model"),
    "serial": _told("serial"),
    "firmware": _told("firmware_version"),
    "central": _told("central_system"),
}

_SECONDS: Final = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}

NUMBERS: Final[Mapping[str, Number]] = {
    "power": Number(lambda station, _: station.power_w / 1e3, "kW", {"w": 1e-3, "kw": 1.0, "mw": 1e3}),
    "energy": Number(lambda station, _: energy_wh(station) / 1e3, "kWh", {"wh": 1e-3, "kwh": 1.0, "mwh": 1e3}),
    "session": Number(lambda station, _: session_wh(station) / 1e3, "kWh", {"wh": 1e-3, "kwh": 1.0, "mwh": 1e3}),
    "soc": Number(lambda station, _: station.soc_pct, "%", {"%": 1.0}),
    "connectors": Number(lambda station, _: float(sum(number > 0 for number in station.connectors))),
    "uptime": Number(lambda station, moment: moment.uptime_s(station), "s", _SECONDS, passes=True),
    "age": Number(lambda station, moment: moment.age_s(station), "s", _SECONDS, passes=True),
    "cpu": Number(_cpu_pct, "%", {"%": 1.0}, passes=True),
    "memory": Number(_memory_mb, "MB", {"mb": 1.0, "gb": 1e3}, passes=True),
    "pid": Number(_pid),
}
