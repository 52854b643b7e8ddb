"""``cp-simu plug``, ``unplug``, ``suspend``, ``resume``, ``tap`` and ``fault``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

from chargepoint.api.payloads import CarInput, ConnectorStatus, ErrorCode, FaultInput, TokenInput
from chargepoint.api.topics import check_id
from launcher.diagnostics import Exit, say
from launcher.verbs.reach import ask, remote_of

Effect = Callable[[ConnectorStatus, ConnectorStatus], bool]


def plug(options: argparse.Namespace) -> int:
    """Plug a car in, or change what it asks for. Without another word its cable is what the connector can give."""
    car = CarInput(
        cable=options.cable,
        ready=True,
        consumption_l1=options.l1,
        consumption_l2=options.l2,
        consumption_l3=options.l3,
    )
    car = CarInput.from_json(car.to_json())
    if car.cable is None:
        remote = remote_of(options)
        connector = ask(remote, remote.connector(check_id(options.id, "ID"), options.connector))
        car = replace(car, cable=connector.max_setpoint)
    return _car(options, car)


def unplug(options: argparse.Namespace) -> int:
    """Unplug the car."""
    return _car(options, CarInput(cable=0.0))


def suspend(options: argparse.Namespace) -> int:
    """The car pauses."""
    return _car(options, CarInput(ready=False))


def resume(options: argparse.Namespace) -> int:
    """The car goes on."""
    return _car(options, CarInput(ready=True))


def tap(options: argparse.Namespace) -> int:
    """Present an id tag to the reader."""

    def noticed(before: ConnectorStatus, now: ConnectorStatus) -> bool:
        return (before.id_tag, before.status, before.transaction_id) != (now.id_tag, now.status, now.transaction_id)

    return _act(options, "id_tag", TokenInput.from_json(TokenInput(options.tag).to_json()).to_json(), noticed)


def fault(options: argparse.Namespace) -> int:
    """A fault appears, or is gone."""
    code = ErrorCode(options.code) if options.code else None if options.clear else ErrorCode.OTHER_ERROR
    fault = FaultInput(not options.clear, code, options.vendor_code, options.info)
    payload = FaultInput.from_json(fault.to_json())

    def shown(before: ConnectorStatus, now: ConnectorStatus) -> bool:
        # Of several faults the worst is shown: one that is less bad comes or goes unseen.
        if options.clear:
            return now.error_code == ErrorCode.NO_ERROR if code is None else now.error_code != code
        return now.error_code == code or before.error_code != ErrorCode.NO_ERROR

    return _act(options, "faulted", payload.to_json(), shown)


def _car(options: argparse.Namespace, car: CarInput) -> int:
    """Publish what the car does; its effect is that the connector tells the same."""
    wanted = {
        "car_cable_capacity": car.cable,
        "car_ready": car.ready,
        "car_consumption_l1": car.consumption_l1,
        "car_consumption_l2": car.consumption_l2,
        "car_consumption_l3": car.consumption_l3,
    }

    def told(before: ConnectorStatus, now: ConnectorStatus) -> bool:
        return all(value is None or getattr(now, name) == value for name, value in wanted.items())

    return _act(options, "car", car.to_json(), told)


def _act(options: argparse.Namespace, leaf: str, payload: bytes, effect: Effect) -> int:
    station_id = check_id(options.id, "ID")
    remote = remote_of(options)
    now = ask(remote, remote.act(station_id, options.connector, leaf, payload, effect))
    say(f"{station_id}\t{options.connector}\t{now.status}")
    return Exit.DONE
