"""The quirks that a simulated charge point can have: what real ones do against the standard, by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError


class QuirkName(StrEnum):
    """What a start entry and the order ``quirks`` call them."""

    NO_SUBPROTOCOL = "no_subprotocol"
    WRONG_SUBPROTOCOL = "wrong_subprotocol"
    CLAIMS_OCPP201 = "claims_ocpp201"
    TS_NO_ZONE = "ts_no_zone"
    TS_SHORT_OFFSET = "ts_short_offset"
    TS_WITH_OFFSET = "ts_with_offset"
    TS_LOCAL_AS_UTC = "ts_local_as_utc"
    TS_EPOCH = "ts_epoch"
    TS_1970 = "ts_1970"
    EMPTY_SAMPLED = "empty_sampled"
    NUMBER_VALUES = "number_values"
    CELCIUS = "celcius"
    UNIT_MIX = "unit_mix"
    MISSING_VALUES = "missing_values"
    SAME_TIMESTAMPS = "same_timestamps"
    DELAYED_READINGS = "delayed_readings"
    INTERVAL_REGISTER = "interval_register"
    BEGIN_DRIFT = "begin_drift"
    PHASES_SWAPPED = "phases_swapped"
    SOC_ABOVE_100 = "soc_above_100"
    SOC_ABSENT = "soc_absent"
    WRONG_ERROR_CODE = "wrong_error_code"
    NO_FAULT = "no_fault"
    TRANSACTION_MINUS_ONE = "transaction_minus_one"
    TRANSACTION_ZERO = "transaction_zero"
    TRANSACTION_NULL = "transaction_null"
    CONNECTOR_MINUS_ONE = "connector_minus_one"
    MISSING_REQUIRED = "missing_required"
    NULL_OPTIONAL = "null_optional"
    NUMBERS_AS_TEXTS = "numbers_as_texts"
    LONG_TEXTS = "long_texts"
    LOWER_CASE_WORDS = "lower_case_words"
    UNKNOWN_FIELD = "unknown_field"
    CAPITAL_KEYS = "capital_keys"
    TRUNCATED = "truncated"
    EMPTY_VALUE = "empty_value"
    NAN_VALUE = "nan_value"
    TRAILING_COMMA = "trailing_comma"
    SINGLE_QUOTES = "single_quotes"
    BYTE_ORDER_MARK = "byte_order_mark"
    INVALID_UTF8 = "invalid_utf8"
    HUGE_FRAME = "huge_frame"
    DEEP_FRAME = "deep_frame"
    SHORT_CALLERROR = "short_callerror"
    CALL_WITHOUT_PAYLOAD = "call_without_payload"
    OBJECT_FRAMES = "object_frames"
    TYPE_9 = "type_9"
    TYPE_AS_TEXT = "type_as_text"
    UNASKED_ANSWERS = "unasked_answers"
    ID_REUSE = "id_reuse"
    ONE_ID = "one_id"
    SAME_ID_ON_RETRY = "same_id_on_retry"
    NUMBER_IDS = "number_ids"
    LONG_IDS = "long_ids"
    EMPTY_IDS = "empty_ids"
    WRONG_IDS = "wrong_ids"
    TWO_CALLS = "two_calls"
    CALL_BEFORE_BOOT = "call_before_boot"
    IGNORED_CALLS = "ignored_calls"
    LATE_ANSWERS = "late_answers"
    DOUBLE_ANSWERS = "double_answers"
    INTERNAL_ERRORS = "internal_errors"
    NOT_SUPPORTED = "not_supported"
    GENERIC_ERRORS = "generic_errors"
    ACCEPTS_AND_DOES_NOTHING = "accepts_and_does_nothing"
    REJECTS_WHAT_IT_DOES = "rejects_what_it_does"
    CHARGING_BEFORE_START = "charging_before_start"
    DOUBLE_START = "double_start"
    DOUBLE_STOP = "double_stop"
    NO_STOP = "no_stop"
    STOP_OF_UNKNOWN = "stop_of_unknown"
    METER_WITHOUT_TRANSACTION = "meter_without_transaction"
    METER_AFTER_STOP = "meter_after_stop"
    NO_HEARTBEATS = "no_heartbeats"
    STATUS_FLOOD = "status_flood"
    BOOTS_EVERY_MINUTE = "boots_every_minute"
    BOOT_WHILE_CHARGING = "boot_while_charging"
    STRANGE_DATA_TRANSFER = "strange_data_transfer"
    READONLY_AS_WRITABLE = "readonly_as_writable"
    CHANGE_WITHOUT_EFFECT = "change_without_effect"
    REBOOT_NEVER_APPLIES = "reboot_never_applies"
    KEYS_IN_LOWER_CASE = "keys_in_lower_case"
    MISSING_KEYS = "missing_keys"
    UNKNOWN_PROFILE = "unknown_profile"


class QuirkGroup(StrEnum):
    """What quirks are about."""

    HOW_IT_CONNECTS = "How it connects"
    TIMESTAMPS = "Timestamps"
    METER_VALUES = "Meter values"
    PAYLOADS_AGAINST_THEIR_SCHEMA = "Payloads against their schema"
    MALFORMED_JSON = "Malformed JSON"
    FRAMES_OF_A_WRONG_SHAPE = "Frames of a wrong shape"
    MESSAGE_IDS = "Message ids"
    ANSWERS = "Answers"
    BEHAVIOUR = "Behaviour"
    CONFIGURATION = "Configuration"


@dataclass(frozen=True, slots=True)
class Quirk:
    """What a quirk does, and who fell over it: issues of public back ends and chargers, "" when none is known."""

    group: QuirkGroup
    does: str
    seen_at: str = ""


_Q = QuirkName
_G = QuirkGroup

QUIRKS = {
    _Q.NO_SUBPROTOCOL: Quirk(
        _G.HOW_IT_CONNECTS,
        "connects without naming a websocket subprotocol",
        "steve-community/steve #135, #369, #1109",
    ),
    _Q.WRONG_SUBPROTOCOL: Quirk(_G.HOW_IT_CONNECTS, "names a websocket subprotocol that nobody speaks, ocpp9.9"),
    _Q.CLAIMS_OCPP201: Quirk(_G.HOW_IT_CONNECTS, "names the subprotocol ocpp2.0.1 and speaks OCPP 1.6"),
    _Q.TS_NO_ZONE: Quirk(_G.TIMESTAMPS, "timestamps without a time zone", "evcc-io/evcc #10399, lbbrhzn/ocpp #512"),
    _Q.TS_SHORT_OFFSET: Quirk(_G.TIMESTAMPS, "timestamps with the offset +02 in place of +02:00", "Monta #5, #53"),
    _Q.TS_WITH_OFFSET: Quirk(
        _G.TIMESTAMPS, "timestamps with the offset +02:00, which is right, and not everybody reads"
    ),
    _Q.TS_LOCAL_AS_UTC: Quirk(
        _G.TIMESTAMPS,
        "timestamps of local time, two hours ahead, that call themselves UTC",
        "steve-community/steve #136",
    ),
    _Q.TS_EPOCH: Quirk(_G.TIMESTAMPS, "timestamps as seconds since 1970"),
    _Q.TS_1970: Quirk(_G.TIMESTAMPS, "timestamps of a clock that was never set", "matth-x/MicroOcpp #354"),
    _Q.EMPTY_SAMPLED: Quirk(_G.METER_VALUES, "MeterValues with an empty sampledValue", "lbbrhzn/ocpp #466"),
    _Q.NUMBER_VALUES: Quirk(_G.METER_VALUES, "numbers, not texts, as the values of sampledValue"),
    _Q.CELCIUS: Quirk(
        _G.METER_VALUES, "the unit Celcius, as an old schema spelt it", "citrineos/citrineos-core #971"
    ),
    _Q.UNIT_MIX: Quirk(_G.METER_VALUES, "energy in kWh that calls itself Wh"),
    _Q.MISSING_VALUES: Quirk(_G.METER_VALUES, "every second sampled value is missing"),
    _Q.SAME_TIMESTAMPS: Quirk(_G.METER_VALUES, "all MeterValues with the timestamp of the first"),
    _Q.DELAYED_READINGS: Quirk(_G.METER_VALUES, "MeterValues with what was read one interval ago"),
    _Q.INTERVAL_REGISTER: Quirk(_G.METER_VALUES, "Energy.Active.Import.Register counts from the last MeterValues"),
    _Q.BEGIN_DRIFT: Quirk(_G.METER_VALUES, "Transaction.Begin in the transaction data is 50 Wh above meterStart"),
    _Q.PHASES_SWAPPED: Quirk(_G.METER_VALUES, "L1 and L2 are swapped"),
    _Q.SOC_ABOVE_100: Quirk(_G.METER_VALUES, "SoC of 130 %"),
    _Q.SOC_ABSENT: Quirk(_G.METER_VALUES, "SoC is never told"),
    _Q.WRONG_ERROR_CODE: Quirk(
        _G.PAYLOADS_AGAINST_THEIR_SCHEMA,
        "StatusNotification with the errorCode Error in place of NoError",
        "lbbrhzn/ocpp #1248",
    ),
    _Q.NO_FAULT: Quirk(
        _G.PAYLOADS_AGAINST_THEIR_SCHEMA, "StatusNotification with the errorCode NoFault in place of NoError"
    ),
    _Q.TRANSACTION_MINUS_ONE: Quirk(
        _G.PAYLOADS_AGAINST_THEIR_SCHEMA, "-1 as the transactionId of every transaction", "EVerest/libocpp #495"
    ),
    _Q.TRANSACTION_ZERO: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "0 as the transactionId of every transaction"),
    _Q.TRANSACTION_NULL: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "null as the transactionId of every transaction"),
    _Q.CONNECTOR_MINUS_ONE: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "-1 as every connectorId"),
    _Q.MISSING_REQUIRED: Quirk(
        _G.PAYLOADS_AGAINST_THEIR_SCHEMA, "CALLs without a field that is required, such as meterStart"
    ),
    _Q.NULL_OPTIONAL: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "null for an optional field that is not there"),
    _Q.NUMBERS_AS_TEXTS: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "whole numbers as texts"),
    _Q.LONG_TEXTS: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "id tags, vendor, model and info of 300 characters"),
    _Q.LOWER_CASE_WORDS: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "status, errorCode and reason in lower case"),
    _Q.UNKNOWN_FIELD: Quirk(_G.PAYLOADS_AGAINST_THEIR_SCHEMA, "a field that no schema knows"),
    _Q.CAPITAL_KEYS: Quirk(
        _G.PAYLOADS_AGAINST_THEIR_SCHEMA, "fields that begin with a capital letter", "mobilityhouse/ocpp #431, #591"
    ),
    _Q.TRUNCATED: Quirk(_G.MALFORMED_JSON, "the first half of each frame"),
    _Q.EMPTY_VALUE: Quirk(_G.MALFORMED_JSON, '"transactionId":, with nothing between', "lbbrhzn/ocpp #2032"),
    _Q.NAN_VALUE: Quirk(_G.MALFORMED_JSON, "NaN in place of the first number"),
    _Q.TRAILING_COMMA: Quirk(_G.MALFORMED_JSON, "a comma before the last bracket of a frame"),
    _Q.SINGLE_QUOTES: Quirk(_G.MALFORMED_JSON, "single quotes"),
    _Q.BYTE_ORDER_MARK: Quirk(_G.MALFORMED_JSON, "a byte order mark before each frame"),
    _Q.INVALID_UTF8: Quirk(_G.MALFORMED_JSON, "a byte that is not UTF-8"),
    _Q.HUGE_FRAME: Quirk(_G.MALFORMED_JSON, "a DataTransfer of 5 MB, once on each connection"),
    _Q.DEEP_FRAME: Quirk(_G.MALFORMED_JSON, "a DataTransfer of arrays 10,000 deep, once on each connection"),
    _Q.SHORT_CALLERROR: Quirk(
        _G.FRAMES_OF_A_WRONG_SHAPE, "CALLERROR of four elements, without details", "lbbrhzn/ocpp #899"
    ),
    _Q.CALL_WITHOUT_PAYLOAD: Quirk(_G.FRAMES_OF_A_WRONG_SHAPE, "CALL of three elements, without payload"),
    _Q.OBJECT_FRAMES: Quirk(_G.FRAMES_OF_A_WRONG_SHAPE, "an object in place of the array"),
    _Q.TYPE_9: Quirk(_G.FRAMES_OF_A_WRONG_SHAPE, "CALLs of the message type 9"),
    _Q.TYPE_AS_TEXT: Quirk(_G.FRAMES_OF_A_WRONG_SHAPE, "the message type as a text"),
    _Q.UNASKED_ANSWERS: Quirk(_G.FRAMES_OF_A_WRONG_SHAPE, "a CALLRESULT that nobody asked for behind each CALL"),
    _Q.ID_REUSE: Quirk(
        _G.MESSAGE_IDS, "message ids that begin at 1 again with each connection", "citrineos/citrineos #212"
    ),
    _Q.ONE_ID: Quirk(_G.MESSAGE_IDS, "every CALL has the same message id"),
    _Q.SAME_ID_ON_RETRY: Quirk(
        _G.MESSAGE_IDS,
        "a transaction's message that is repeated has the message id of the first time, on a later connection too",
        "mobilityhouse/ocpp #376",
    ),
    _Q.NUMBER_IDS: Quirk(_G.MESSAGE_IDS, "message ids that are numbers, not texts"),
    _Q.LONG_IDS: Quirk(_G.MESSAGE_IDS, "message ids of 64 characters, where 36 are allowed"),
    _Q.EMPTY_IDS: Quirk(_G.MESSAGE_IDS, "empty message ids"),
    _Q.WRONG_IDS: Quirk(_G.MESSAGE_IDS, "answers with the message id of no request"),
    _Q.TWO_CALLS: Quirk(_G.MESSAGE_IDS, "a second CALL before the first is answered"),
    _Q.CALL_BEFORE_BOOT: Quirk(_G.MESSAGE_IDS, "StatusNotification before BootNotification", "EVerest/libocpp #504"),
    _Q.IGNORED_CALLS: Quirk(_G.ANSWERS, "CALLs of the central system are acted on and never answered"),
    _Q.LATE_ANSWERS: Quirk(
        _G.ANSWERS, "answers 40 s late, after the central system gave up", "SAP/e-mobility simulator #1103"
    ),
    _Q.DOUBLE_ANSWERS: Quirk(_G.ANSWERS, "each answer twice"),
    _Q.INTERNAL_ERRORS: Quirk(_G.ANSWERS, "each CALL is acted on and answered with InternalError"),
    _Q.NOT_SUPPORTED: Quirk(_G.ANSWERS, "each CALL is acted on and answered with NotSupported"),
    _Q.GENERIC_ERRORS: Quirk(_G.ANSWERS, "each CALL is acted on and answered with GenericError"),
    _Q.ACCEPTS_AND_DOES_NOTHING: Quirk(
        _G.ANSWERS, "what is to be done is accepted and not done", "steve-community/steve #651, #796"
    ),
    _Q.REJECTS_WHAT_IT_DOES: Quirk(_G.ANSWERS, "what is to be done is done and answered with Rejected"),
    _Q.CHARGING_BEFORE_START: Quirk(_G.BEHAVIOUR, "a StatusNotification of Charging right ahead of StartTransaction"),
    _Q.DOUBLE_START: Quirk(
        _G.BEHAVIOUR,
        "each StartTransaction twice, one right behind the other, with two message ids",
        "steve-community/steve #1294",
    ),
    _Q.DOUBLE_STOP: Quirk(
        _G.BEHAVIOUR, "each StopTransaction twice, one right behind the other, with two message ids"
    ),
    _Q.NO_STOP: Quirk(_G.BEHAVIOUR, "StopTransaction is never sent"),
    _Q.STOP_OF_UNKNOWN: Quirk(
        _G.BEHAVIOUR, "a StopTransaction of a transaction that nobody began, right ahead of each StartTransaction"
    ),
    _Q.METER_WITHOUT_TRANSACTION: Quirk(_G.BEHAVIOUR, "MeterValues without their transactionId"),
    _Q.METER_AFTER_STOP: Quirk(_G.BEHAVIOUR, "MeterValues of a transaction right behind its StopTransaction"),
    _Q.NO_HEARTBEATS: Quirk(_G.BEHAVIOUR, "Heartbeat is never sent"),
    _Q.STATUS_FLOOD: Quirk(_G.BEHAVIOUR, "the last StatusNotification again, five times a second"),
    _Q.BOOTS_EVERY_MINUTE: Quirk(
        _G.BEHAVIOUR, "a BootNotification every minute, whatever runs or waits for its answer"
    ),
    _Q.BOOT_WHILE_CHARGING: Quirk(_G.BEHAVIOUR, "a BootNotification right behind each StartTransaction"),
    _Q.STRANGE_DATA_TRANSFER: Quirk(
        _G.BEHAVIOUR,
        "a DataTransfer of a vendor that nobody knows, once on each connection, right behind the first CALL",
    ),
    _Q.READONLY_AS_WRITABLE: Quirk(_G.CONFIGURATION, "GetConfiguration calls read-only keys writable"),
    _Q.CHANGE_WITHOUT_EFFECT: Quirk(_G.CONFIGURATION, "ChangeConfiguration is accepted and changes nothing"),
    _Q.REBOOT_NEVER_APPLIES: Quirk(
        _G.CONFIGURATION, "ChangeConfiguration is answered with RebootRequired and never comes into force"
    ),
    _Q.KEYS_IN_LOWER_CASE: Quirk(_G.CONFIGURATION, "GetConfiguration tells names of keys in lower case"),
    _Q.MISSING_KEYS: Quirk(_G.CONFIGURATION, "GetConfiguration leaves out every second key"),
    _Q.UNKNOWN_PROFILE: Quirk(_G.CONFIGURATION, "SupportedFeatureProfiles names one that does not exist"),
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
