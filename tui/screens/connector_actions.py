"""What can be done to the chosen connector: each ends in a message with the contract's payload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from textual.app import App
from textual.message import Message

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import CarInput, ConnectorState, ConnectorStatus, ErrorCode, FaultInput, TokenInput
from tui.messages import CarChanged, FaultSet, TokenPresented
from tui.screens.connector_forms import CableForm, DemandForm, FaultChoice, TokenForm
from tui.screens.station_forms import VehicleChoice
from tui.state.situation import Situation
from tui.state.station import Station
from tui.vehicles import VehicleOffer, offers

_DEFAULT_CABLE_A = 32.0
_TAGS_KEPT = 8


class Stage(Protocol):
    """The screen that actions are done on."""

    @property
    def situation(self) -> Situation:
        """What is selected now."""

    @property
    def app(self) -> App[object]:
        """Lays forms over the screen."""

    def post_message(self, message: Message) -> bool:
        """Tell the app what somebody wants."""


@dataclass(frozen=True, slots=True)
class _Target:
    """The connector an action was begun on; it stays the same whatever is selected meanwhile."""

    station: Station
    number: int
    status: ConnectorStatus

    @property
    def place(self) -> str:
        return f"{self.station.id} connector {self.number}"

    @property
    def unit(self) -> str:
        return "W" if self.station.direct else "A"


@dataclass(slots=True)
class Memory:
    """What was done last, so that it need not be typed again: id tags, the latest first, and cables by unit."""

    tags: list[str] = field(default_factory=lambda: ["TAG1"])
    cables: dict[str, float] = field(default_factory=dict)

    def tapped(self, id_tag: str) -> None:
        """``id_tag`` was presented."""
        self.tags = [id_tag, *(one for one in self.tags if one != id_tag)][:_TAGS_KEPT]


class ConnectorActions:
    """Cable, readiness, demand, vehicle, id tag and fault of one connector."""

    def __init__(self, stage: Stage, memory: Memory) -> None:
        self._stage = stage
        self._memory = memory

    @property
    def performers(self) -> dict[str, Callable[[], object]]:
        """The actions by name."""
        return {
            "plug": self.plug,
            "cable": self.cable,
            "ready": self.ready,
            "demand": self.demand,
            "tap": self.tap,
            "fault": self.fault,
            "vehicle": self.vehicle,
        }

    def plug(self) -> None:
        """Plug the car in with the last cable, or unplug it."""
        if target := self._target():
            plugged = target.status.car_cable_capacity > 0
            self._change_car(target, CarInput(cable=0.0 if plugged else self._usual_cable(target)))

    def cable(self) -> None:
        """Ask for the cable's capacity."""
        if target := self._target():
            capacity = target.status.car_cable_capacity or self._usual_cable(target)
            form = CableForm(target.place, capacity, target.unit)
            self._stage.app.push_screen(form, lambda car: self._change_car(target, car))

    def ready(self) -> None:
        """Let the car suspend, or resume."""
        if target := self._target():
            self._change_car(target, CarInput(ready=not target.status.car_ready))

    def demand(self) -> None:
        """Ask what the car wants to draw."""
        if target := self._target():
            form = DemandForm(target.place, target.status, target.station.phases, target.unit)
            self._stage.app.push_screen(form, lambda car: self._change_car(target, car))

    def tap(self) -> None:
        """Ask for an id tag and present it."""
        if target := self._target():
            form = TokenForm(target.place, self._memory.tags)
            self._stage.app.push_screen(form, lambda token: self._present(target, token))

    def fault(self) -> None:
        """Ask for an error code and inject it; clear the fault that is there."""
        if target := self._target():
            if target.status.status is ConnectorState.FAULTED or target.status.error_code != ErrorCode.NO_ERROR:
                self._stage.post_message(FaultSet(target.station.id, target.number, FaultInput(False)))
            else:
                self._stage.app.push_screen(FaultChoice(target.place), lambda code: self._inject(target, code))

    def vehicle(self) -> None:
        """Ask which car of the catalogue is at the plug, and let it ask for what it takes."""
        if target := self._target():
            try:
                known = offers()
            except InputError as error:
                self._stage.app.notify(str(error), severity="error", markup=False)
                return
            choice = VehicleChoice(target.place, known, direct=target.station.direct)
            self._stage.app.push_screen(choice, lambda offer: self._drive_up(target, offer))

    def _drive_up(self, target: _Target, offer: VehicleOffer | None) -> None:
        if offer is not None:
            self._change_car(target, offer.car(direct=target.station.direct))

    def _target(self) -> _Target | None:
        situation = self._stage.situation
        connector = situation.connector
        if situation.station is None or connector is None or connector.status is None:
            return None
        return _Target(situation.station, connector.number, connector.status)

    def _usual_cable(self, target: _Target) -> float:
        usual = target.status.max_setpoint if target.station.direct else _DEFAULT_CABLE_A
        return self._memory.cables.get(target.unit) or usual or _DEFAULT_CABLE_A

    def _change_car(self, target: _Target, car: CarInput | None) -> None:
        if car is None:
            return
        if car.cable:
            self._memory.cables[target.unit] = car.cable
        self._stage.post_message(CarChanged(target.station.id, target.number, car))

    def _present(self, target: _Target, token: TokenInput | None) -> None:
        if token is not None:
            self._memory.tapped(token.id)
            self._stage.post_message(TokenPresented(target.station.id, target.number, token))

    def _inject(self, target: _Target, code: ErrorCode | None) -> None:
        if code is not None:
            self._stage.post_message(FaultSet(target.station.id, target.number, FaultInput(True, code)))
