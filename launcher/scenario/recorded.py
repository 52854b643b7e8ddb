"""What was ordered over MQTT, as the step that orders the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.api.damage import Damage
from chargepoint.api.disturbances import Clear, Mischief, Quirks
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Close, Configure, Misbehave, Order, PowerLoss, Reboot, SendText
from chargepoint.api.payloads import CarInput, FaultInput, TokenInput
from chargepoint.api.pool import PoolVerb
from chargepoint.api.spec import parse_spec
from launcher.scenario.deviations import word

Words = tuple[str, dict[str, object]]
"""The name of a step, and its arguments."""
OF_THE_YARD = frozenset({"id", "central_system", "pool"})
"""Keys of a start entry that a scenario has otherwise, or not at all."""
CENTRAL_SYSTEM = {"central_system": "ws://localhost"}


def of_input(connector: int, leaf: str, payload: bytes, *, ready: bool) -> Words | None:
    """The step of an input to a connector, whose car is ``ready`` already or not; None for what changes nothing.
    Raises InputError."""
    words: Words | None = None
    match leaf:
        case "car":
            words = _car(CarInput.from_json(payload), ready=ready)
        case "id_tag":
            words = "tap", {"tag": TokenInput.from_json(payload).id}
        case "faulted":
            words = _fault(FaultInput.from_json(payload))
    if words is None or connector == 1:
        return words
    name, arguments = words
    return name, {**arguments, "connector": connector}


def of_order(order: Order) -> Words | None:
    """The step of an order to the station, other than to send a CALL; None for what changes nothing."""
    match order:
        case Reboot():
            return "power_cycle", {}
        case PowerLoss():
            return "power_loss", {}
        case Close():
            return str(PoolVerb.END), {}
        case Configure(key, value):
            return "configure", {"key": key, "value": value}
        case SendText(text, times):
            return "send_text", {"text": text} | ({"times": times} if times > 1 else {})
        case Misbehave(_, what):
            return _deviation(what)
    return None


def changed(entry: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    """What of a start entry is different ``now``; nothing when that is but an id, or cannot be read."""
    if now.keys() <= {"id"}:
        return {}
    try:
        # The yard's own central system, which is not the scenario's, is left out of entries.
        before, after = (parse_spec({**CENTRAL_SYSTEM, **each, "id": "CP"}).to_entry() for each in (entry, now))
    except InputError:
        return {}
    names = (before.keys() | after.keys()) - OF_THE_YARD
    # As long as nobody says so, the serial number is that of the id.
    names -= {"serial"} if "serial" not in now else set()
    return {name: after.get(name) for name in sorted(names) if before.get(name) != after.get(name)}


def _car(car: CarInput, *, ready: bool) -> Words | None:
    if car == CarInput():
        return None
    if car == CarInput(cable=0.0):
        return "unplug", {}
    if car in (CarInput(ready=True), CarInput(ready=False)):
        return ("resume" if car.ready else "suspend"), {}
    arguments: dict[str, object] = {} if car.cable is None else {"cable": car.cable}
    # The step makes the car ready.
    plugged = bool(car.cable) and (ready if car.ready is None else car.ready)
    if car.ready is not None and not plugged:
        arguments["ready"] = car.ready
    phases = [car.consumption_l1, car.consumption_l2, car.consumption_l3]
    while phases and phases[-1] is None:
        phases.pop()
    if phases:
        arguments["asks_for"] = phases[0] if phases == [phases[0]] * 3 else phases
    return ("plug" if plugged else "car"), arguments


def _fault(fault: FaultInput) -> Words:
    arguments: dict[str, object] = {} if fault.error_code is None else {"code": str(fault.error_code)}
    if not fault.faulted:
        return "clear_fault", arguments
    told = {"vendor_code": fault.vendor_code, "info": fault.info}
    return "fault", arguments | {name: text for name, text in told.items() if text}


def _deviation(what: Mischief | Damage) -> Words:
    arguments = {word(name): value for name, value in what.body().items()}
    match what:
        case Quirks():
            return "quirks", {"names": arguments.pop("quirks"), **arguments}
        case Clear() | Damage(clear=True):
            del arguments["clear"]
            return ("clear_disturbance" if isinstance(what, Clear) else "clear_damage"), arguments
    return ("damage" if isinstance(what, Damage) else "disturb"), arguments
