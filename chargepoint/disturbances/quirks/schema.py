"""Payloads that are not those of the schemas of OCPP 1.6."""

from __future__ import annotations

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import Change, Frame, is_call, replacing

TOO_LONG = 300

REQUIRED = {
    "Authorize": "idTag",
    "BootNotification": "chargePointModel",
    "MeterValues": "connectorId",
    "StartTransaction": "meterStart",
    "StatusNotification": "errorCode",
    "StopTransaction": "meterStop",
}
OPTIONAL = {
    "BootNotification": "iccid",
    "MeterValues": "transactionId",
    "StartTransaction": "reservationId",
    "StatusNotification": "info",
    "StopTransaction": "idTag",
}
TEXTS = ("idTag", "chargePointVendor", "chargePointModel", "info", "vendorErrorCode")
WORDS = ("status", "errorCode", "reason")

_Q = QuirkName


def _numbers_as_texts(frame: Frame) -> bool:
    if not is_call(frame):
        return False
    numbers = [name for name, value in frame[3].items() if isinstance(value, int) and not isinstance(value, bool)]
    for name in numbers:
        frame[3][name] = str(frame[3][name])
    return bool(numbers)


def _without_required(frame: Frame) -> bool:
    return is_call(frame, *REQUIRED) and frame[3].pop(REQUIRED[frame[2]], None) is not None


def _null(frame: Frame) -> bool:
    if not is_call(frame, *OPTIONAL) or OPTIONAL[frame[2]] in frame[3]:
        return False
    frame[3][OPTIONAL[frame[2]]] = None
    return True


def _unknown_field(frame: Frame) -> bool:
    if not is_call(frame):
        return False
    frame[3]["firmwareMood"] = "good"
    return True


def _capital_keys(frame: Frame) -> bool:
    if not is_call(frame) or not frame[3]:
        return False
    frame[3] = {name[:1].upper() + name[1:]: value for name, value in frame[3].items()}
    return True


def _lower_case_words(frame: Frame) -> bool:
    words = [name for name in WORDS if is_call(frame) and name in frame[3]]
    for name in words:
        frame[3][name] = str(frame[3][name]).lower()
    return bool(words)


def _too_long(frame: Frame) -> bool:
    texts = [name for name in TEXTS if is_call(frame) and name in frame[3]]
    for name in texts:
        frame[3][name] = str(frame[3][name]).ljust(TOO_LONG, "x")
    return bool(texts)


def _instead_of_no_error(word: str) -> Change:
    def change(frame: Frame) -> bool:
        if not is_call(frame, "StatusNotification") or frame[3].get("errorCode") != "NoError":
            return False
        frame[3]["errorCode"] = word
        return True

    return change


CHANGES: dict[QuirkName, Change] = {
    _Q.WRONG_ERROR_CODE: _instead_of_no_error("Error"),
    _Q.NO_FAULT: _instead_of_no_error("NoFault"),
    _Q.TRANSACTION_MINUS_ONE: replacing("", "transactionId", -1),
    _Q.TRANSACTION_ZERO: replacing("", "transactionId", 0),
    _Q.TRANSACTION_NULL: replacing("", "transactionId", None),
    _Q.CONNECTOR_MINUS_ONE: replacing("", "connectorId", -1),
    _Q.MISSING_REQUIRED: _without_required,
    _Q.NULL_OPTIONAL: _null,
    _Q.NUMBERS_AS_TEXTS: _numbers_as_texts,
    _Q.LONG_TEXTS: _too_long,
    _Q.LOWER_CASE_WORDS: _lower_case_words,
    _Q.UNKNOWN_FIELD: _unknown_field,
    _Q.CAPITAL_KEYS: _capital_keys,
}
"""What takes fields away or renames them comes last."""
