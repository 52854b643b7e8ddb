"""The fleet as the broker retains it: messages go in, what they changed comes out."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from chargepoint.api.description import Description
from chargepoint.api.errors import InputError
from chargepoint.api.orders import StationResult, Verdict
from chargepoint.api.payloads import ChargePointStatus, ConnectorStatus
from chargepoint.api.topics import ConnectorTopic, LauncherTopic, PoolTopic, StationTopic, Topics
from chargepoint.api.traffic import TracedFrame
from launcher.api.commands import CommandResult
from tui.state.station import Connector, Station, Totals


class LauncherState(StrEnum):
    """What the launcher's retained status says; Unknown while there is none."""

    ALIVE = "Alive"
    DEAD = "Dead"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class StationChanged:
    """A charge point differs from before; ``listed`` when it came or went."""

    id: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class LauncherChanged:
    """The launcher came, went, or died."""

    state: LauncherState


@dataclass(frozen=True, slots=True)
class PoolChanged:
    """A pool came, went, or died."""

    name: str


@dataclass(frozen=True, slots=True)
class LauncherAnswered:
    """The launcher answered a command, ours or another client's."""

    result: CommandResult


@dataclass(frozen=True, slots=True)
class StationRefused:
    """A charge point refused a payload."""

    id: str
    refusal: StationResult


@dataclass(frozen=True, slots=True)
class StationObeyed:
    """A charge point did what it was ordered."""

    id: str
    result: StationResult


@dataclass(frozen=True, slots=True)
class AnswerUnreadable:
    """An answer that cannot be read, and why."""

    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """An OCPP frame of a charge point that is watched, by this screen or by somebody else."""

    id: str
    frame: TracedFrame


@dataclass(frozen=True, slots=True)
class StationDescribed:
    """A charge point told of its inside."""

    id: str
    description: Description


Change = (
    StationChanged
    | LauncherChanged
    | PoolChanged
    | LauncherAnswered
    | StationRefused
    | StationObeyed
    | AnswerUnreadable
    | FrameSeen
    | StationDescribed
)

_LONGEST_WORD: Final = 20
"""Of what a pool says of itself."""

_WHOLE: Final = -1
"""Stands for a charge point's own status among its connectors' numbers."""

_DIGITS = re.compile(r"(\d+)")


def natural_key(station_id: str) -> tuple[tuple[str | int, ...], str]:
    """Sorts ``CP_2`` before ``CP_10``."""
    parts = _DIGITS.split(station_id)
    return tuple(int(part) if odd % 2 else part.casefold() for odd, part in enumerate(parts)), station_id


class Fleet:
    """All charge points of a yard, their totals, and the launcher.

    ``apply`` takes every message; a payload that cannot be read is kept as the problem it is. After a
    reconnection ``begin`` then ``settle`` drop what is retained no longer. ``longest_id`` and ``most_connectors`` are
    those of all that it has ever known.
    """

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._stations: dict[str, Station] = {}
        self._order: list[tuple[tuple[tuple[str | int, ...], str], str]] = []
        self._told: set[tuple[str, int]] | None = None
        self._launcher_told = False
        self._pools_told: set[str] = set()
        self.totals = Totals()
        self.longest_id = 0
        self.most_connectors = 0
        self.heard_at: dict[str, float] = {}
        self.launcher = LauncherState.UNKNOWN
        self.pools: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._stations)

    def __iter__(self) -> Iterator[Station]:
        """Every charge point, in the order of the list."""
        return (self._stations[station_id] for _, station_id in self._order)

    def get(self, station_id: str) -> Station | None:
        """The charge point of that id, if there is one."""
        return self._stations.get(station_id)

    def apply(self, topic: str, payload: bytes, heard_at: float | None = None) -> Change | None:
        """Take one message; an empty ``payload`` is a status that is retained no longer.

        ``heard_at``: the moment a charge point spoke, POSIX seconds; None for what was retained from before.
        """
        match self._topics.parse(topic):
            case LauncherTopic("status"):
                return self._apply_launcher(payload)
            case LauncherTopic("result"):
                try:
                    return LauncherAnswered(CommandResult.from_json(payload))
                except InputError as error:
                    return AnswerUnreadable(topic, str(error))
            case PoolTopic(name, "status"):
                return self._apply_pool(name, payload)
            case StationTopic(station_id, "status"):
                self._note(station_id, heard_at)
                return self._apply_station(station_id, payload)
            case StationTopic(station_id, "result"):
                try:
                    result = StationResult.from_json(payload)
                except InputError as error:
                    return AnswerUnreadable(topic, str(error))
                done = result.result is Verdict.DONE
                return StationObeyed(station_id, result) if done else StationRefused(station_id, result)
            case StationTopic(station_id, "frames"):
                try:
                    return FrameSeen(station_id, TracedFrame.from_json(payload))
                except InputError as error:
                    return AnswerUnreadable(topic, str(error))
            case StationTopic(station_id, "description"):
                try:
                    return StationDescribed(station_id, Description.from_json(payload))
                except InputError as error:
                    return AnswerUnreadable(topic, str(error))
            case ConnectorTopic(station_id, number, "status"):
                self._note(station_id, heard_at)
                return self._apply_connector(station_id, number, payload)
        return None

    def begin(self) -> None:
        """A connection begins: from now on it is noted what is told again."""
        self._told = set()
        self._launcher_told = False
        self._pools_told = set()

    def settle(self) -> list[Change]:
        """The retained state has been told: what was not among it is gone."""
        if self._told is None:
            return []
        told, self._told = self._told, None
        changes: list[Change] = []
        for station in list(self._stations.values()):
            if (station.id, _WHOLE) not in told and (station.status or station.problem):
                changes.append(self._put(replace(station, status=None, problem="")))
            silent = [number for number in station.connectors if (station.id, number) not in told]
            changes += [self._apply_connector(station.id, number, b"") for number in silent]
        for name in self.pools.keys() - self._pools_told:
            changes.append(self._apply_pool(name, b""))
        if not self._launcher_told and self.launcher is not LauncherState.UNKNOWN:
            changes.append(self._apply_launcher(b""))
        return changes

    def _note(self, station_id: str, heard_at: float | None) -> None:
        if heard_at is not None:
            self.heard_at[station_id] = heard_at

    def _apply_launcher(self, payload: bytes) -> LauncherChanged:
        self._launcher_told = bool(payload)
        known = {state.value: state for state in LauncherState}
        self.launcher = known.get(payload.decode("utf-8", "replace").strip(), LauncherState.UNKNOWN)
        return LauncherChanged(self.launcher)

    def _apply_pool(self, name: str, payload: bytes) -> PoolChanged:
        self._pools_told.add(name)
        self.pools.pop(name, None)
        if payload:
            self.pools[name] = payload.decode("utf-8", "replace").strip()[:_LONGEST_WORD]
        return PoolChanged(name)

    def _apply_station(self, station_id: str, payload: bytes) -> StationChanged:
        if self._told is not None and payload:
            self._told.add((station_id, _WHOLE))
        station = self._stations.get(station_id) or Station(station_id)
        if not payload:
            return self._put(Station(station_id))
        try:
            return self._put(replace(station, status=ChargePointStatus.from_json(payload), problem=""))
        except InputError as error:
            return self._put(replace(station, status=None, problem=str(error)))

    def _apply_connector(self, station_id: str, number: int, payload: bytes) -> StationChanged:
        if self._told is not None and payload:
            self._told.add((station_id, number))
        station = self._stations.get(station_id) or Station(station_id)
        connectors = dict(station.connectors)
        appeared = number not in connectors
        if payload:
            connectors[number] = _read_connector(number, payload)
        else:
            connectors.pop(number, None)
        if appeared:
            connectors = dict(sorted(connectors.items()))
        return self._put(replace(station, connectors=_frozen(connectors)))

    def _put(self, station: Station) -> StationChanged:
        known = self._stations.get(station.id)
        if known:
            self.totals.subtract(known)
        if not (station.status or station.problem or station.connectors):
            if known:
                del self._stations[station.id]
                del self._order[self._place(station.id)]
                self.heard_at.pop(station.id, None)
            return StationChanged(station.id, listed=known is not None)
        self.totals.add(station)
        self.longest_id = max(self.longest_id, len(station.id))
        self.most_connectors = max(self.most_connectors, len(station.connectors))
        self._stations[station.id] = station
        if not known:
            insort(self._order, (natural_key(station.id), station.id))
        return StationChanged(station.id, listed=known is None)

    def _place(self, station_id: str) -> int:
        return bisect_left(self._order, (natural_key(station_id), station_id))


def _read_connector(number: int, payload: bytes) -> Connector:
    try:
        return Connector(number, ConnectorStatus.from_json(payload))
    except InputError as error:
        return Connector(number, problem=str(error))


def _frozen(connectors: dict[int, Connector]) -> Mapping[int, Connector]:
    return MappingProxyType(connectors)
