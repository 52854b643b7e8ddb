"""Behaviour against the standard in frames that are right by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import (
    CALL,
    CALLERROR,
    CALLRESULT,
    Change,
    Frame,
    Hearing,
    Payload,
    Said,
    Saying,
    Talk,
    is_call,
)

NOBODYS_TRANSACTION = 987_654_321

_Q = QuirkName

ACCEPTED_BY = {
    "CancelReservation": "Accepted",
    "ChangeAvailability": "Accepted",
    "ChangeConfiguration": "Accepted",
    "ClearCache": "Accepted",
    "ClearChargingProfile": "Accepted",
    "ExtendedTriggerMessage": "Accepted",
    "RemoteStartTransaction": "Accepted",
    "RemoteStopTransaction": "Accepted",
    "ReserveNow": "Accepted",
    "Reset": "Accepted",
    "SendLocalList": "Accepted",
    "SetChargingProfile": "Accepted",
    "TriggerMessage": "Accepted",
    "UnlockConnector": "Unlocked",
}
"""What each CALL that wants something done is answered when it is."""

REJECTED_BY = dict.fromkeys(ACCEPTED_BY, "Rejected") | {
    "ClearChargingProfile": "Unknown",
    "SendLocalList": "Failed",
    "UnlockConnector": "UnlockFailed",
}


def _accept(frame: Frame) -> Payload | None:
    status = ACCEPTED_BY.get(frame[2])
    return {"status": status} if status else None


def _reject(talk: Talk, frame: Frame) -> list[Said] | None:
    asked = talk.memory.get("answered")
    if frame[0] != CALLRESULT or asked is None or asked[2] not in REJECTED_BY:
        return None
    return [Said([CALLRESULT, frame[1], {"status": REJECTED_BY[asked[2]]}])]


def _error(code: str) -> Saying:
    def say(talk: Talk, frame: Frame) -> list[Said] | None:
        return [Said([CALLERROR, frame[1], code, "", {}])] if frame[0] == CALLRESULT else None

    return say


def _ignored(talk: Talk, frame: Frame) -> list[Said] | None:
    return None if frame[0] == CALL else []


def _start_twice(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "StartTransaction"):
        return None
    return [Said(frame), talk.call(_Q.DOUBLE_START, "StartTransaction", frame[3])]


def _stop_twice(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "StopTransaction"):
        return None
    return [Said(frame), talk.call(_Q.DOUBLE_STOP, "StopTransaction", frame[3])]


def _stop_of_nobody(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "StartTransaction"):
        return None
    stop = {"transactionId": NOBODYS_TRANSACTION, "meterStop": 0, "timestamp": frame[3].get("timestamp", "")}
    return [talk.call(_Q.STOP_OF_UNKNOWN, "StopTransaction", stop), Said(frame)]


def _charging_before_start(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "StartTransaction"):
        return None
    status = {"connectorId": frame[3].get("connectorId", 1), "errorCode": "NoError", "status": "Charging"}
    return [talk.call(_Q.CHARGING_BEFORE_START, "StatusNotification", status), Said(frame)]


def _boot_while_charging(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "StartTransaction"):
        return None
    return [Said(frame), talk.call(_Q.BOOT_WHILE_CHARGING, "BootNotification", talk.said["BootNotification"])]


def _meter_after_stop(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame, "StopTransaction"):
        return None
    value = {"timestamp": frame[3].get("timestamp", ""), "sampledValue": [{"value": str(frame[3].get("meterStop"))}]}
    values = {"connectorId": 1, "transactionId": frame[3].get("transactionId"), "meterValue": [value]}
    return [Said(frame), talk.call(_Q.METER_AFTER_STOP, "MeterValues", values)]


def _strange_data(talk: Talk, frame: Frame) -> list[Said] | None:
    if not is_call(frame) or not talk.first(_Q.STRANGE_DATA_TRANSFER):
        return None
    data = {"vendorId": "com.example.nobody", "messageId": "hello", "data": "\\u0000 {not json"}
    return [Said(frame), talk.call(_Q.STRANGE_DATA_TRANSFER, "DataTransfer", data)]


def _meter_without_transaction(frame: Frame) -> bool:
    return is_call(frame, "MeterValues") and frame[3].pop("transactionId", None) is not None


CHANGES: dict[QuirkName, Change] = {_Q.METER_WITHOUT_TRANSACTION: _meter_without_transaction}

SAYINGS: dict[QuirkName, Saying] = {
    _Q.IGNORED_CALLS: _ignored,
    _Q.INTERNAL_ERRORS: _error("InternalError"),
    _Q.NOT_SUPPORTED: _error("NotSupported"),
    _Q.GENERIC_ERRORS: _error("GenericError"),
    _Q.REJECTS_WHAT_IT_DOES: _reject,
    _Q.CHARGING_BEFORE_START: _charging_before_start,
    _Q.DOUBLE_START: _start_twice,
    _Q.DOUBLE_STOP: _stop_twice,
    _Q.STOP_OF_UNKNOWN: _stop_of_nobody,
    _Q.METER_AFTER_STOP: _meter_after_stop,
    _Q.BOOT_WHILE_CHARGING: _boot_while_charging,
    _Q.STRANGE_DATA_TRANSFER: _strange_data,
}

HEARINGS: dict[QuirkName, Hearing] = {_Q.ACCEPTS_AND_DOES_NOTHING: _accept}

SWALLOWED: dict[QuirkName, tuple[str, Callable[[str], Frame]]] = {
    _Q.NO_HEARTBEATS: ("Heartbeat", lambda id: [CALLERROR, id, "GenericError", "it was never sent", {}]),
    _Q.NO_STOP: ("StopTransaction", lambda id: [CALLRESULT, id, {}]),
}
"""CALLs that are never sent, and what the station is told instead of an answer."""


@dataclass(frozen=True, slots=True)
class Refrain:
    """A CALL that is said again and again, each time as it was said last."""

    action: str
    every_s: float


REFRAINS = {
    _Q.STATUS_FLOOD: Refrain("StatusNotification", 0.2),
    _Q.BOOTS_EVERY_MINUTE: Refrain("BootNotification", 60.0),
}
