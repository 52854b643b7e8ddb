"""The DataTransfer messages of MOEV: its GUI drives chargers with them, its chargers authorize card payments."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import ChargingRateUnitType
from csms.commands import CommandError
from csms.dialect import Caller
from csms.v16.operations import DEFAULT_LIMIT_A, Operator, RemoteStart
from csms.v16.smart_charging import Limit

GUI_VENDOR = "MOEV_GUI"
AUTHORIZED_PAYMENT = "AuthorizedPayment.req"

GUI_TIMEOUT_S = 20.0
"""For each command to a charger: the GUI itself waits 30 s for our answer."""

log = logging.getLogger(__name__)


async def gui(caller: Caller, message_id: str, data: str) -> Payload:
    """Carry out a command of the GUI; ``data`` of the answer is JSON that tells what became of it."""
    command = _COMMANDS.get(message_id)
    if command is None:
        return {"status": "UnknownMessageId"}
    try:
        outcome = await command(caller, Fields(parse_json(data or "{}", "data"), "data"))
    except (CommandError, InputError) as error:
        log.info("%s: %s: %s", caller.id, message_id, error)
        return _answer("Rejected", {"error": str(error)})
    log.info("%s: %s: %s", caller.id, message_id, outcome)
    return _answer("Accepted", outcome)


def authorized_payment(caller: Caller, data: str) -> Payload:
    """A card payment at a charger: its session is accepted when the message is complete.

    The card's data are neither kept nor logged.
    """
    try:
        fields = Fields(parse_json(data, "data"), "data")
        connector_id = fields.integer("connectorId", minimum=0, maximum=2**31 - 1)
        session = fields.text("paySessionId", min_length=1)
        fields.text("timestamp", min_length=1)
        if not fields.has("authData"):
            raise InputError("authData", None, "the authorization data of a payment")
    except InputError as error:
        # The value of a wrong field may be the card's.
        return _answer("Rejected", {"status": "Rejected", "error": f"{error.field} is not {error.expected}"})
    log.info("%s: payment session %s on connector %d", caller.id, session, connector_id)
    return _answer("Accepted", {"status": "Accepted", "paySessionId": session, "connectorId": connector_id})


async def _show(caller: Caller, fields: Fields) -> Mapping[str, object]:
    return {"evses": list(caller.commands.connected())}


async def _start(caller: Caller, fields: Fields) -> Mapping[str, object]:
    charger = _charger(fields)
    profile = await _operator(caller).start(charger, RemoteStart(limit=_limit(fields) or Limit(DEFAULT_LIMIT_A)))
    return {"cp_id": charger, "status": "Accepted", "charging_profile": profile}


async def _stop(caller: Caller, fields: Fields) -> Mapping[str, object]:
    charger = _charger(fields)
    transaction_id = await _operator(caller).stop(charger)
    return {"cp_id": charger, "status": "Accepted", "transaction_id": transaction_id}


async def _clear(caller: Caller, fields: Fields) -> Mapping[str, object]:
    charger = _charger(fields)
    return {"cp_id": charger, "status": await _operator(caller).clear_limits(charger)}


async def _change(caller: Caller, fields: Fields) -> Mapping[str, object]:
    charger = _charger(fields)
    limit = _limit(fields)
    if limit is None:
        raise InputError("max_watts", None, "a number of watts from 0 on (or max_current, of amperes)")
    await _operator(caller).limit(charger, limit, 0, caller.now)
    return {"cp_id": charger, "status": "Accepted", "limit": limit.rate, "unit": str(limit.unit)}


_COMMANDS: Mapping[str, Callable[[Caller, Fields], Awaitable[Mapping[str, object]]]] = {
    "show current evses": _show,
    "start remote transaction": _start,
    "stop remote transaction": _stop,
    "clear charging profile": _clear,
    "change max_watts": _change,
}


def _charger(fields: Fields) -> str:
    return fields.text("cp_id", min_length=1).strip()


def _limit(fields: Fields) -> Limit | None:
    # The GUI sends null or -1 for what its user has not set.
    for name, unit in (("max_watts", ChargingRateUnitType.watts), ("max_current", ChargingRateUnitType.amps)):
        if fields.has(name) and (rate := fields.number(name, maximum=1e7)) >= 0:
            return Limit(round(rate, 1), unit)
    return None


def _operator(caller: Caller) -> Operator:
    return Operator(caller.system, caller.commands, GUI_TIMEOUT_S)


def _answer(status: str, data: Mapping[str, object]) -> Payload:
    return {"status": status, "data": json.dumps(data)}
