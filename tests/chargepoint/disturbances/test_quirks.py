"""The quirks one by one: what a charge point says with each, in place of what the standard has it say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.disturbances import Quirks
from chargepoint.api.quirks import QUIRKS, QuirkName
from chargepoint.disturbances.parcel import Parcel
from chargepoint.disturbances.quirks.habits import Habits
from chargepoint.disturbances.quirks.identity import LATE_S

Q = QuirkName
START = (
    '[2,"a","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2030-01-01T12:00:00.000Z"}]'
)
STOP = '[2,"b","StopTransaction",{"transactionId":7,"meterStop":5,"timestamp":"2030-01-01T12:00:00.000Z"}]'
METER = (
    '[2,"c","MeterValues",{"connectorId":1,"transactionId":7,"meterValue":[{"timestamp":"2030-01-01T12:00:00.000Z",'
    '"sampledValue":[{"value":"21.5","measurand":"Temperature","unit":"Celsius"}]}]}]'
)
STATUS = '[2,"d","StatusNotification",{"connectorId":1,"status":"Available","errorCode":"NoError"}]'
RESULT = '[3,"e",{"status":"Accepted"}]'
ERROR = '[4,"f","NotSupported","no",{}]'
ALL = (START, STOP, METER, STATUS, RESULT, ERROR)


def said(name: QuirkName, text: str) -> list[str]:
    return [one.text for one in Habits(Quirks((name,))).outgoing(Parcel(text, 0.0)) if not one.lost]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (Q.TS_NO_ZONE, STOP, [STOP.replace("00.000Z", "00.000")]),
        (Q.TS_NO_ZONE, METER, [METER.replace("00.000Z", "00.000")]),
        (Q.TS_SHORT_OFFSET, STOP, [STOP.replace("00.000Z", "00.000+02")]),
        (Q.TS_1970, STOP, [STOP.replace("2030-", "1970-")]),
        (Q.EMPTY_SAMPLED, METER, [METER.partition('"sampledValue":[')[0] + '"sampledValue":[]}]}]']),
        (Q.NUMBER_VALUES, METER, [METER.replace('"21.5"', "21.5")]),
        (Q.CELCIUS, METER, [METER.replace("Celsius", "Celcius")]),
        (Q.WRONG_ERROR_CODE, STATUS, [STATUS.replace("NoError", "Error")]),
        (Q.TRANSACTION_MINUS_ONE, STOP, [STOP.replace(":7", ":-1")]),
        (Q.EMPTY_VALUE, STOP, [STOP.replace(":7", ":")]),
        (Q.TRAILING_COMMA, RESULT, ['[3,"e",{"status":"Accepted"},]']),
        (Q.BYTE_ORDER_MARK, RESULT, ["\ufeff" + RESULT]),
        (Q.SHORT_CALLERROR, ERROR, ['[4,"f","NotSupported","no"]']),
        (Q.ID_REUSE, STATUS, [STATUS.replace('"d"', '"1"')]),
        (Q.NUMBER_IDS, STATUS, [STATUS.replace('"d"', "1")]),
        (Q.WRONG_IDS, RESULT, [RESULT.replace('"e"', '"wrong-1"')]),
        (Q.IGNORED_CALLS, RESULT, []),
        (Q.IGNORED_CALLS, STATUS, [STATUS]),
        (Q.DOUBLE_ANSWERS, ERROR, [ERROR, ERROR]),
        (Q.DOUBLE_START, START, [START, START.replace('"a"', '"double_start-1"')]),
        (Q.DOUBLE_START, STOP, [STOP]),
        (Q.TS_WITH_OFFSET, STOP, [STOP.replace("12:00:00.000Z", "14:00:00.000+02:00")]),
        (Q.TS_LOCAL_AS_UTC, STOP, [STOP.replace("12:00:00", "14:00:00")]),
        (Q.TS_EPOCH, STOP, [STOP.replace('"2030-01-01T12:00:00.000Z"', "1893499200")]),
        (Q.TRUNCATED, RESULT, [RESULT[: len(RESULT) // 2]]),
        (Q.NAN_VALUE, STOP, [STOP.replace(":7", ":NaN")]),
        (Q.SINGLE_QUOTES, RESULT, ["[3,'e',{'status':'Accepted'}]"]),
        (Q.INVALID_UTF8, RESULT, ['[3,"e",{"status":"Accepted"}\udcff]']),
        (Q.CALL_WITHOUT_PAYLOAD, STATUS, ['[2,"d","StatusNotification"]']),
        (Q.OBJECT_FRAMES, RESULT, ['{"messageTypeId":3,"uniqueId":"e","payload":{"status":"Accepted"}}']),
        (Q.TYPE_9, STATUS, [STATUS.replace("[2", "[9")]),
        (Q.TYPE_9, RESULT, [RESULT]),
        (Q.TYPE_AS_TEXT, RESULT, [RESULT.replace("3", '"3"')]),
        (Q.UNASKED_ANSWERS, STATUS, [STATUS, '[3,"unasked-1",{}]']),
        (Q.ONE_ID, STATUS, [STATUS.replace('"d"', '"1"')]),
        (Q.LONG_IDS, STATUS, [STATUS.replace('"d"', f'"{1:064d}"')]),
        (Q.EMPTY_IDS, STATUS, [STATUS.replace('"d"', '""')]),
        (Q.TWO_CALLS, STATUS, [STATUS, '[2,"two_calls-1","Heartbeat",{}]']),
        (Q.MISSING_REQUIRED, STOP, [STOP.replace(',"meterStop":5', "")]),
        (Q.NULL_OPTIONAL, STATUS, [STATUS.replace("}", ',"info":null}')]),
        (Q.NUMBERS_AS_TEXTS, STOP, [STOP.replace(":7", ':"7"').replace(":5", ':"5"')]),
        (Q.LONG_TEXTS, START, [START.replace('"T"', '"T' + 299 * "x" + '"')]),
        (Q.LOWER_CASE_WORDS, STATUS, [STATUS.replace("Available", "available").replace("NoError", "noerror")]),
        (Q.UNKNOWN_FIELD, STATUS, [STATUS.replace("}", ',"firmwareMood":"good"}')]),
        (Q.NO_FAULT, STATUS, [STATUS.replace("NoError", "NoFault")]),
        (Q.TRANSACTION_ZERO, STOP, [STOP.replace(":7", ":0")]),
        (Q.TRANSACTION_NULL, STOP, [STOP.replace(":7", ":null")]),
        (Q.CONNECTOR_MINUS_ONE, STATUS, [STATUS.replace(":1", ":-1")]),
        (Q.INTERNAL_ERRORS, RESULT, ['[4,"e","InternalError","",{}]']),
        (Q.NOT_SUPPORTED, RESULT, ['[4,"e","NotSupported","",{}]']),
        (Q.GENERIC_ERRORS, ERROR, [ERROR]),
        (Q.METER_WITHOUT_TRANSACTION, METER, [METER.replace('"transactionId":7,', "")]),
        (Q.DOUBLE_STOP, STOP, [STOP, STOP.replace('"b"', '"double_stop-1"')]),
        (Q.NO_STOP, STOP, []),
        (Q.NO_HEARTBEATS, '[2,"h","Heartbeat",{}]', []),
        (Q.NO_SUBPROTOCOL, START, [START]),
    ],
)
def test_what_is_said_with_a_quirk(name: QuirkName, text: str, expected: list[str]) -> None:
    assert said(name, text) == expected


def test_late_is_later_than_central_systems_wait() -> None:
    (late,) = Habits(Quirks((Q.LATE_ANSWERS,))).outgoing(Parcel(RESULT, 100.0))
    assert (late.at, late.problem) == (100.0 + LATE_S, "quirk late_answers")


@given(st.sets(st.sampled_from(list(Q))), st.text())
@settings(max_examples=50, deadline=None)
def test_no_text_breaks_a_charge_point_with_quirks(names: set[QuirkName], text: str) -> None:
    habits = Habits(Quirks(tuple(names)))
    for one in (text, *ALL):
        habits.outgoing(Parcel(one, 0.0))
        habits.incoming(Parcel(one, 0.0))


def test_an_answer_finds_the_request_whose_id_was_changed() -> None:
    for name in (Q.ID_REUSE, Q.NUMBER_IDS):
        habits = Habits(Quirks((name,)))
        (call,) = habits.outgoing(Parcel(STATUS, 0.0))
        given_id = "1" if name is Q.NUMBER_IDS else '"1"'
        assert given_id in call.text
        heard, answer = habits.incoming(Parcel(f"[3,{given_id},{{}}]", 0.0))
        assert (heard.text, answer) == ('[3,"d",{}]', None)


def test_every_quirk_says_what_it_does() -> None:
    assert list(QUIRKS) == list(Q)


def test_some_messages_show_a_quirk_and_the_same_ones_again() -> None:
    def shown() -> list[bool]:
        habits = Habits(Quirks((Q.TRUNCATED,), probability=0.3, seed=5))
        return [habits.outgoing(Parcel(STATUS, 0.0))[0].problem is not None for _ in range(200)]

    assert 30 < sum(shown()) < 90
    assert shown() == shown()
