"""The quirks one by one: what a charge point says with each, in place of what the standard has it say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.quirks import QUIRKS, QuirkName
from chargepoint.disturbances.parcel import Parcel
from chargepoint.disturbances.quirks import LATE_S, Habits

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
    return [one.text for one in Habits([name]).outgoing(Parcel(text, 0.0)) if not one.lost]


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
        (Q.DOUBLE_START, START, [START, START.replace('"a"', '"again-1"')]),
        (Q.DOUBLE_START, STOP, [STOP]),
        (Q.NO_SUBPROTOCOL, START, [START]),
    ],
)
def test_what_is_said_with_a_quirk(name: QuirkName, text: str, expected: list[str]) -> None:
    assert said(name, text) == expected


def test_late_is_later_than_central_systems_wait() -> None:
    (late,) = Habits([Q.LATE_ANSWERS]).outgoing(Parcel(RESULT, 100.0))
    assert (late.at, late.problem) == (100.0 + LATE_S, "quirk late_answers")


@pytest.mark.parametrize("name", [name for name in Q if name is not Q.NO_SUBPROTOCOL])
def test_every_deviation_is_named_and_nothing_else_is_touched(name: QuirkName) -> None:
    named = 0
    for text in ALL:
        for parcel in Habits([name]).outgoing(Parcel(text, 0.0)):
            untouched = (parcel.text, parcel.at, parcel.lost) == (text, 0.0, False)
            assert untouched or parcel.problem == f"quirk {name}"
            named += parcel.problem is not None
    assert named, "no message shows it"


@given(st.sets(st.sampled_from(list(Q))), st.text())
def test_no_text_breaks_a_charge_point_with_quirks(names: set[QuirkName], text: str) -> None:
    habits = Habits(names)
    for one in (text, *ALL):
        habits.outgoing(Parcel(one, 0.0))
        habits.incoming(Parcel(one, 0.0))


def test_an_answer_finds_the_request_whose_id_was_changed() -> None:
    for name in (Q.ID_REUSE, Q.NUMBER_IDS):
        habits = Habits([name])
        (call,) = habits.outgoing(Parcel(STATUS, 0.0))
        given_id = "1" if name is Q.NUMBER_IDS else '"1"'
        assert given_id in call.text
        assert habits.incoming(Parcel(f"[3,{given_id},{{}}]", 0.0)).text == '[3,"d",{}]'


def test_every_quirk_says_what_it_does() -> None:
    assert list(QUIRKS) == list(Q)
