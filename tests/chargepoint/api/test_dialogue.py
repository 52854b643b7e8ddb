"""Frames as a dialogue: answers find their CALLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.dialogue import ASKED_KEPT, Dialogue, Kind, Spoken
from chargepoint.api.errors import InputError
from chargepoint.api.traffic import Direction, TracedFrame
from tests.chargepoint.api import strategies

IN, OUT = Direction.IN, Direction.OUT


def said(direction: Direction, text: str, second: float = 0.0) -> TracedFrame:
    return TracedFrame(f"2026-06-15T12:00:{second:06.3f}Z", direction, text)


def dialogue(*frames: TracedFrame) -> list[Spoken]:
    one = Dialogue()
    return [one.take(frame) for frame in frames]


def test_an_answer_knows_its_call_and_how_long_it_took() -> None:
    call, answer = dialogue(said(OUT, '[2,"1","Heartbeat",{}]'), said(IN, '[3,"1",{"currentTime":"now"}]', 0.25))
    assert (call.kind, call.action, call.body, call.answers) == (Kind.CALL, "Heartbeat", {}, None)
    assert (answer.kind, answer.action, answer.answers, answer.latency_s) == (Kind.RESULT, "Heartbeat", 0, 0.25)


def test_a_refusal_is_an_answer_too() -> None:
    _, error = dialogue(said(IN, '[2,"1","Reset",{}]'), said(OUT, '[4,"1","NotSupported","no",{}]', 1))
    assert (error.kind, error.action, error.code, error.description) == (Kind.ERROR, "Reset", "NotSupported", "no")
    assert error.latency_s == 1


def test_both_sides_may_use_the_same_id() -> None:
    frames = (
        said(OUT, '[2,"1","Heartbeat",{}]'),
        said(IN, '[2,"1","Reset",{}]'),
        said(IN, '[3,"1",{}]'),
        said(OUT, '[3,"1",{}]'),
    )
    assert [one.action for one in dialogue(*frames)] == ["Heartbeat", "Reset", "Heartbeat", "Reset"]


def test_an_answer_to_nothing_has_no_action() -> None:
    stray, again = dialogue(said(IN, '[3,"1",{}]'), said(IN, '[4,"1","GenericError"]'))
    assert (stray.action, stray.answers, again.action) == ("", None, "")


@pytest.mark.parametrize("text", ["", "rubbish", "[]", "{}", '[2,1,"Heartbeat",{}]', "[9]", "[" * 5000])
def test_what_is_no_frame_is_told_as_it_is(text: str) -> None:
    [spoken] = dialogue(said(IN, text))
    assert (spoken.kind, spoken.body) == (Kind.NONE, text)


def test_calls_that_are_never_answered_are_forgotten() -> None:
    one = Dialogue()
    for number in range(ASKED_KEPT + 1):
        one.take(said(OUT, f'[2,"{number}","Heartbeat",{{}}]'))
    assert one.take(said(IN, '[3,"0",{}]')).answers is None
    assert one.take(said(IN, '[3,"1",{}]')).answers == 1


@given(strategies.texts, st.sampled_from(Direction), strategies.texts, st.none() | strategies.texts)
def test_a_frame_is_read_as_it_was_written(at: str, direction: Direction, text: str, problem: str | None) -> None:
    frame = TracedFrame(at, direction, text, problem)
    assert TracedFrame.from_json(frame.to_json()) == frame
    Dialogue().take(frame)


@given(strategies.payloads("at", "direction", "text", "problem"))
def test_no_payload_raises_anything_but_an_input_error(payload: bytes) -> None:
    read = strategies.outcome(TracedFrame.from_json, payload)
    assert isinstance(read, InputError | TracedFrame)


def test_a_call_that_comes_twice_is_answered_once() -> None:
    call = said(OUT, '[2,"1","Heartbeat",{}]')
    first, again, answer = dialogue(call, call, said(IN, '[3,"1",{}]'))
    assert (again.kind, answer.answers) == (Kind.CALL, first.number)


def test_a_text_that_begins_like_a_call_has_an_answer() -> None:
    text, answer = dialogue(said(OUT, '[2,"1","Heartbeat",{]'), said(IN, '[4,"1","FormationViolation","",{}]'))
    assert (text.kind, text.id, answer.answers) == (Kind.NONE, "1", text.number)
