"""Text to frame and back (OCPP-J 1.6 section 4.2); what is no frame is a FrameError and nothing else."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given

from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Call, CallError, CallResult, Frame, FrameError, decode, encode
from tests.chargepoint.ocpp import strategies


def frame_or_error(text: str) -> Frame | FrameError:
    """What ``decode`` makes of ``text``; anything else it raises is a defect."""
    try:
        return decode(text)
    except FrameError as error:
        return error


@given(strategies.frames)
def test_a_frame_survives_its_way_over_the_wire(frame: Frame) -> None:
    assert decode(encode(frame)) == frame


@given(strategies.frames)
def test_what_is_encoded_is_ascii_on_one_line_whatever_is_in_it(frame: Frame) -> None:
    text = encode(frame)
    assert text.isascii()
    assert text.isprintable()


@given(strategies.not_quite_frames)
def test_no_text_raises_anything_but_a_frame_error(text: str) -> None:
    frame = frame_or_error(text)
    if isinstance(frame, FrameError):
        assert str(frame)
        assert frame.meant is None or frame.meant.id in text or "\\" in text
    else:
        assert decode(encode(frame)) == frame


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('[2,"1","Heartbeat",{}]', Call("1", "Heartbeat", {})),
        (' [ 2 , "1" , "Heartbeat" , { } ]\n', Call("1", "Heartbeat", {})),
        ('[3,"1",{"status":"Accepted"}]', CallResult("1", {"status": "Accepted"})),
        ('[4,"1","NotSupported","no",{"a":1}]', CallError("1", "NotSupported", "no", {"a": 1})),
        ('[4,"1","OccurrenceConstraintViolation","",{}]', CallError("1", "OccurrenceConstraintViolation")),
    ],
)
def test_the_three_frames_of_the_standard(text: str, frame: Frame) -> None:
    assert decode(text) == frame


@pytest.mark.parametrize(
    "text",
    [
        '[4,"1","GenericError"]',
        '[4,"1","GenericError",""]',
        '[4,"1","GenericError",null,{}]',
        '[4,"1","GenericError","",null]',
        '[4,"1","GenericError","","details"]',
    ],
)
def test_an_error_of_a_careless_peer_still_ends_its_request(text: str) -> None:
    """Seen in the field: four elements (lbbrhzn/ocpp #899), details that are no object (SteVe #45)."""
    assert decode(text) == CallError("1", "GenericError")


@pytest.mark.parametrize(
    "text",
    [
        '[2,"1","Heartbeat"]',
        '[2,"1","Heartbeat",{},{}]',
        '[2,"1","Heartbeat",[]]',
        '[2,"1","Heartbeat",null]',
        '[2,"1","Heartbeat","{}"]',
        '[2,"1",5,{}]',
        '[2,"1"]',
        '[2,"1","Heartbeat",{}',
        '[2,"1","Heartbeat",{}]]',
        '[2,"1","Heartbeat",{"a":}]',
        '[2,"1","Reset",{"type":"Soft",}]',
        "[2,\"1\",'Heartbeat',{}]",
        '[2,"1","Reset",{"type":"Soft","type":"Hard"}]',
        '[2,"\\u0031","Heartbeat"]',
        '[2,"1",' + "[" * 100_000,
        '[2,1,"Heartbeat",{}]',
    ],
)
def test_a_wrong_call_whose_id_can_be_read_is_to_be_answered_with_formation_violation(text: str) -> None:
    with pytest.raises(FrameError) as caught:
        decode(text)
    assert caught.value.meant == Call("1", "", {})
    assert caught.value.code is CallErrorCode.FORMATION_VIOLATION


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{}",
        "5",
        "null",
        "[]",
        '"[2,"',
        '\ufeff[2,"1","Heartbeat",{}]',
        '[2,"","Heartbeat",{}]',
        '[2,null,"Heartbeat",{}]',
        '[2,true,"Heartbeat",{}]',
        '[2,1.5,"Heartbeat",{}]',
        '[2,["1"],"Heartbeat",{}]',
        '[2,"\\x","Heartbeat",{}]',
        '[2,"' + "1" * 256 + '","Heartbeat",{}]',
        '[2,"' + "1" * 1_000_000,
        '[9,"1","Heartbeat",{}]',
        "[2]",
        '["2","1","Heartbeat",{}]',
        '[true,"1","Heartbeat",{}]',
        '[0,"1","Heartbeat",{}]',
        '[5,"1","GenericError","",{}]',
        '[6,"1","NotifyPeriodicEventStream",{}]',
        '[{"a":1},"1"]',
        "[[[]]]",
    ],
)
def test_any_other_text_is_dropped_without_an_answer(text: str) -> None:
    """Section 4.2.3 of 1.6 has no answer for what cannot be attributed to a CALL; unknown types are ignored."""
    with pytest.raises(FrameError) as caught:
        decode(text)
    assert caught.value.meant is None


@pytest.mark.parametrize(
    "text", ['[3,"1"]', '[3,"1",[]]', '[3,"1",null]', '[3,"1",{},{}]', '[3,"1",{"a":1', "[3,1,{}]"]
)
def test_an_answer_that_cannot_be_read_is_known_for_an_answer(text: str) -> None:
    with pytest.raises(FrameError) as caught:
        decode(text)
    assert caught.value.meant == CallResult("1", {})


@pytest.mark.parametrize("text", ['[4,"1"]', '[4,"1",5]', '[4,"1","GenericError","",{},{}]', '[4,"1","GenericErr'])
def test_an_error_that_cannot_be_read_is_known_for_an_error(text: str) -> None:
    with pytest.raises(FrameError) as caught:
        decode(text)
    assert caught.value.meant == CallError("1", "GenericError")


def test_a_message_id_has_at_most_36_characters() -> None:
    """Section 4.1.4; a lenient reader takes what it can echo."""
    longest, longer = "x" * 36, "x" * 37
    assert decode(f'[2,"{longest}","Heartbeat",{{}}]') == Call(longest, "Heartbeat", {})
    text = f'[2,"{longer}","Heartbeat",{{}}]'
    with pytest.raises(FrameError, match="37 characters") as caught:
        decode(text)
    assert caught.value.meant == Call(longer, "", {})
    assert decode(text, lenient=True) == Call(longer, "Heartbeat", {})


def test_of_a_member_that_is_there_twice_a_lenient_reader_takes_the_last() -> None:
    text = '[2,"1","Reset",{"type":"Soft","type":"Hard"}]'
    with pytest.raises(FrameError, match="'type' is there twice"):
        decode(text)
    assert decode(text, lenient=True) == Call("1", "Reset", {"type": "Hard"})


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_numbers_that_no_number_is_are_not_json(literal: str) -> None:
    with pytest.raises(FrameError, match="not JSON"):
        decode(f'[2,"1","DataTransfer",{{"vendorId":{literal}}}]')


def test_an_integer_of_any_length_is_taken_or_refused_but_never_raises() -> None:
    assert decode(f'[3,"1",{{"a":{10**300}}}]') == CallResult("1", {"a": 10**300})
    with pytest.raises(FrameError):
        decode(f'[3,"1",{{"a":{"9" * 5000}}}]')


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_of_any_depth_never_raises_anything_else(opening: str, closing: str) -> None:
    """Around the depth where the reader gives up, what it still takes must be fit for everything that follows."""
    limit = sys.getrecursionlimit()
    for depth in [10, 100_000, *range(limit - 250, limit + 5)]:
        nested = opening * depth + "1" + closing * depth
        for text in (nested, f"[{nested}]", f'[2,"1",{nested},{{}}]', f'[3,"1",{{"a":{nested}}}]'):
            frame_or_error(text)


def test_a_frame_error_quotes_only_the_beginning_of_what_came() -> None:
    with pytest.raises(FrameError) as caught:
        decode(json.dumps(["x" * 1_000_000]))
    assert len(str(caught.value)) < 200


def test_a_description_is_cut_to_the_255_characters_of_the_standard() -> None:
    assert len(json.loads(encode(CallError("1", "GenericError", "x" * 1000)))[3]) == 255
