"""The declaration of the steps that happen at a connector: what cars and people do there, and what breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import MAX_INPUT, CarInput, ErrorCode, FaultInput
from launcher.scenario.expectations import CONNECTOR, STATIONS
from launcher.scenario.kinds import FLAG, Kind, Member, choice, form, list_of, number, text
from launcher.scenario.steps import Car, Fault, Stations, Tap

_ON_CONNECTOR = {"station": STATIONS, "connector": CONNECTOR}
_AMOUNT = number(0, MAX_INPUT)
_OF_PHASE: Kind[float | None] = Kind(
    lambda node: None if node.value is None else _AMOUNT.read(node), {"anyOf": [_AMOUNT.schema, {"type": "null"}]}
)
_PHASES = list_of(_OF_PHASE, one=True)
_AMOUNTS = Kind(
    lambda node: _PHASES.read(node) * (1 if isinstance(node.value, list) else 3),
    _PHASES.schema,
)
_ASKS_FOR = Member(
    _AMOUNTS,
    "A on each phase, or a list of phases (null: as it was); W for DC; default: what the vehicle takes",
    name="amount",
)
_CODES = [str(code) for code in ErrorCode if code is not ErrorCode.NO_ERROR]


def _car(
    stations: Stations = (),
    connector: int = 1,
    cable: float | None = None,
    ready: bool | None = None,
    amount: tuple[float | None, ...] = (),
) -> Car:
    l1, l2, l3 = (*amount, None, None, None)[:3]
    car = CarInput(cable, ready, l1, l2, l3)
    if car == CarInput():
        raise InputError("", None, "something about the car: cable, ready or asks_for")
    return Car(car, stations, connector)


def _as(car: CarInput) -> Callable[..., Car]:
    return partial(Car, car)


def _fault(
    code: str | None = None,
    stations: Stations = (),
    connector: int = 1,
    *,
    faulted: bool = True,
    vendor_code: str = "",
    info: str = "",
) -> Fault:
    return Fault(FaultInput(faulted, ErrorCode(code) if code else None, vendor_code, info), stations, connector)


AT_CONNECTORS: Mapping[str, Kind[Any]] = {
    "plug": form(
        partial(_car, cable=32.0, ready=True),
        {
            **_ON_CONNECTOR,
            "cable": Member(_AMOUNT, "its capacity in A, W for DC; default: 32"),
            "asks_for": _ASKS_FOR,
        },
        "Plug a car in, or change what it asks for.",
        short="station",
    ),
    "unplug": form(_as(CarInput(cable=0.0)), _ON_CONNECTOR, "Unplug the car.", short="station"),
    "suspend": form(_as(CarInput(ready=False)), _ON_CONNECTOR, "The car pauses.", short="station"),
    "resume": form(_as(CarInput(ready=True)), _ON_CONNECTOR, "The car goes on.", short="station"),
    "car": form(
        _car,
        {
            **_ON_CONNECTOR,
            "cable": Member(_AMOUNT, "its capacity in A, W for DC; 0: unplugged"),
            "ready": Member(FLAG, "whether it wants to charge"),
            "asks_for": _ASKS_FOR,
        },
        "What is at the cable; what is not said stays as it is.",
    ),
    "tap": form(
        Tap,
        {
            "tag": Member(text(longest=100), "the id tag, 1 to 20 characters", required=True),
            "refused": Member(FLAG, "the station refuses it by itself, as without a line; default: false"),
            **_ON_CONNECTOR,
        },
        "Hold an id tag to the reader.",
        short="tag",
    ),
    "fault": form(
        _fault,
        {
            "code": Member(choice(_CODES), "an error code of the standard", required=True),
            "vendor_code": Member(text(longest=50), "vendorErrorCode of StatusNotification"),
            "info": Member(text(longest=50), "of StatusNotification"),
            **_ON_CONNECTOR,
        },
        "A fault appears; connector 0 is the station.",
        short="code",
    ),
    "clear_fault": form(
        partial(_fault, faulted=False),
        {"code": Member(choice(_CODES), "default: all of them"), **_ON_CONNECTOR},
        "The fault is gone.",
        short="station",
    ),
}
