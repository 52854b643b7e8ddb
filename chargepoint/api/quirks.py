"""The quirks that a simulated charge point can have: what real ones do against the standard, by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError


class QuirkName(StrEnum):
    """What a start entry and the order ``quirks`` call them."""

    NO_SUBPROTOCOL = "no_subprotocol"
    TS_NO_ZONE = "ts_no_zone"
    TS_SHORT_OFFSET = "ts_short_offset"
    TS_1970 = "ts_1970"
    EMPTY_SAMPLED = "empty_sampled"
    NUMBER_VALUES = "number_values"
    CELCIUS = "celcius"
    WRONG_ERROR_CODE = "wrong_error_code"
    TRANSACTION_MINUS_ONE = "transaction_minus_one"
    EMPTY_VALUE = "empty_value"
    TRAILING_COMMA = "trailing_comma"
    BYTE_ORDER_MARK = "byte_order_mark"
    SHORT_CALLERROR = "short_callerror"
    ID_REUSE = "id_reuse"
    NUMBER_IDS = "number_ids"
    WRONG_IDS = "wrong_ids"
    IGNORED_CALLS = "ignored_calls"
    LATE_ANSWERS = "late_answers"
    DOUBLE_ANSWERS = "double_answers"
    DOUBLE_START = "double_start"


@dataclass(frozen=True, slots=True)
class Quirk:
    """What a quirk does, and who fell over it: issues of public back ends and chargers, "" when none is known."""

    does: str
    seen_at: str = ""


_Q = QuirkName

QUIRKS = {
    _Q.NO_SUBPROTOCOL: Quirk(
        "connects without naming a websocket subprotocol", "steve-community/steve #135, #369, #1109"
    ),
    _Q.TS_NO_ZONE: Quirk("timestamps without a time zone", "evcc-io/evcc #10399, lbbrhzn/ocpp #512"),
    _Q.TS_SHORT_OFFSET: Quirk("timestamps with the offset +02 in place of +02:00", "Monta #5, #53"),
    _Q.TS_1970: Quirk("timestamps of a clock that was never set", "matth-x/MicroOcpp #354"),
    _Q.EMPTY_SAMPLED: Quirk("MeterValues with an empty sampledValue", "lbbrhzn/ocpp #466"),
    _Q.NUMBER_VALUES: Quirk("numbers, not texts, as the values of sampledValue"),
    _Q.CELCIUS: Quirk("the unit Celcius, as an old schema spelt it", "citrineos/citrineos-core #971"),
    _Q.WRONG_ERROR_CODE: Quirk(
        "StatusNotification with the errorCode Error in place of NoError", "lbbrhzn/ocpp #1248"
    ),
    _Q.TRANSACTION_MINUS_ONE: Quirk("-1 as the transactionId of every transaction", "EVerest/libocpp #495"),
    _Q.EMPTY_VALUE: Quirk('"transactionId":, with nothing between', "lbbrhzn/ocpp #2032"),
    _Q.TRAILING_COMMA: Quirk("a comma before the last bracket of a frame"),
    _Q.BYTE_ORDER_MARK: Quirk("a byte order mark before each frame"),
    _Q.SHORT_CALLERROR: Quirk("CALLERROR of four elements, without details", "lbbrhzn/ocpp #899"),
    _Q.ID_REUSE: Quirk("message ids that begin at 1 again with each connection", "citrineos/citrineos #212"),
    _Q.NUMBER_IDS: Quirk("message ids that are numbers, not texts"),
    _Q.WRONG_IDS: Quirk("answers with the message id of no request"),
    _Q.IGNORED_CALLS: Quirk("CALLs of the central system are acted on and never answered"),
    _Q.LATE_ANSWERS: Quirk("answers 40 s late, after the central system gave up", "SAP/e-mobility simulator #1103"),
    _Q.DOUBLE_ANSWERS: Quirk("each answer twice"),
    _Q.DOUBLE_START: Quirk("each StartTransaction twice, with two message ids", "steve-community/steve #1294"),
}


def parse_quirks(raw: Iterable[object]) -> tuple[QuirkName, ...]:
    """The quirks of these names, in the order of ``QuirkName`` and each once; raises InputError."""
    names = set()
    for name in raw:
        quirk = next((one for one in QuirkName if one == name), None)
        if quirk is None:
            raise InputError("quirks", name, "one of " + ", ".join(repr(str(one)) for one in QuirkName))
        names.add(quirk)
    return tuple(name for name in QuirkName if name in names)
