"""What can be done to the chosen connector: each ends in a message with the contract's payload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from textual.app import App
from textual.message import Message

from chargepoint.api.payloads import CarInput, ConnectorState, ConnectorStatus, ErrorCode, FaultInput, TokenInput
from tui.messages import CarChanged, FaultSet, TokenPresented
from tui.screens.connector_forms import CableForm, DemandForm, FaultChoice, TokenForm
from tui.state.situation import Situation
from tui.state.station import Station

_DEFAULT_CABLE_A = 32.0


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


class ConnectorActions:
    """Cable, readiness, demand, id tag and fault of one connector; remembers the last tag and the last cable."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._last_tag = "TAG1"
        self._last_cable: dict[str, float] = {}

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
            form = TokenForm(target.place, self._last_tag)
            self._stage.app.push_screen(form, lambda token: self._present(target, token))

    def fault(self) -> None:
        """Ask for an error code and inject it; clear the fault that is there."""
        if target := self._target():
            if target.status.status is ConnectorState.FAULTED:
                self._stage.post_message(FaultSet(target.station.id, target.number, FaultInput(False)))
            else:
                self._stage.app.push_screen(FaultChoice(target.place), lambda code: self._inject(target, code))

    def _target(self) -> _Target | None:
        situation = self._stage.situation
        connector = situation.connector
        if situation.station is None or connector is None or connector.status is None:
            return None
        return _Target(situation.station, connector.number, connector.status)

    def _usual_cable(self, target: _Target) -> float:
        usual = target.status.max_setpoint if target.station.direct else _DEFAULT_CABLE_A
        return self._last_cable.get(target.unit) or usual or _DEFAULT_CABLE_A

    def _change_car(self, target: _Target, car: CarInput | None) -> None:
        if car is None:
            return
        if car.cable:
            self._last_cable[target.unit] = car.cable
        self._stage.post_message(CarChanged(target.station.id, target.number, car))

    def _present(self, target: _Target, token: TokenInput | None) -> None:
        if token is not None:
            self._last_tag = token.id
            self._stage.post_message(TokenPresented(target.station.id, target.number, token))

    def _inject(self, target: _Target, code: ErrorCode | None) -> None:
        if code is not None:
            self._stage.post_message(FaultSet(target.station.id, target.number, FaultInput(True, code)))
