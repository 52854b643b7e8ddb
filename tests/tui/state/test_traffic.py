"""The OCPP traffic of a charge point, as exchanges and as lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.dialogue import Spoken
from chargepoint.api.traffic import TracedFrame
from tests.tui.state.conversations import CONVERSATION, IN, OUT, frame, heartbeat, traffic
from tui.state.cells import Tone, text_of, width_of
from tui.state.json_lines import compact, json_lines
from tui.state.traffic import MOST_EXCHANGES, Outcome, Traffic
from tui.state.traffic_lines import exchange_line, inspector
from tui.verdicts import Verdicts


def right(spoken: Spoken) -> str:
    return ""


def test_an_exchange_is_a_call_and_its_answer() -> None:
    shown = traffic(*CONVERSATION).shown()
    assert [(one.action, one.outcome) for one in shown] == [
        ("Heartbeat", Outcome.ANSWERED),
        ("Reset", Outcome.REFUSED),
        ("Authorize", Outcome.WAITING),
        ("", Outcome.STRAY),
        ("", Outcome.STRAY),
    ]


def test_what_a_new_watch_tells_again_is_noted_once() -> None:
    one = traffic(*CONVERSATION)
    before = one.shown()
    assert not any(one.take(again) for again in CONVERSATION)
    assert one.shown() == before


def test_the_oldest_are_forgotten_and_answers_still_find_their_calls() -> None:
    one = Traffic()
    late = frame(OUT, [2, "late", "Authorize", {"idTag": "A"}], 1)
    one.take(late)
    for number in range(MOST_EXCHANGES):
        one.take(frame(OUT, [2, f"n{number}", "Heartbeat", {}], 2))
    assert len(one) == MOST_EXCHANGES
    one.take(frame(IN, [3, "late", {}], 3))
    one.take(frame(IN, [3, f"n{MOST_EXCHANGES - 1}", {}], 4))
    answered, stray = one.shown()[-2:]
    assert (answered.outcome, stray.outcome) == (Outcome.ANSWERED, Outcome.STRAY)


def test_words_and_an_action_narrow_it() -> None:
    one = traffic(*CONVERSATION)
    one.words = ("alice",)
    assert [exchange.action for exchange in one.shown()] == ["Authorize"]
    one.words = ("must", "reset")
    assert [exchange.action for exchange in one.shown()] == ["Reset"]
    one.words, one.action = (), "Heartbeat"
    assert [exchange.action for exchange in one.shown()] == ["Heartbeat"]


def test_held_it_stands_still_and_counts_what_comes() -> None:
    one = traffic(*heartbeat("1", 1))
    one.hold(True)
    for late in (*heartbeat("2", 2), *heartbeat("3", 3)):
        one.take(late)
    assert (one.held, one.missed, len(one.shown())) == (True, 2, 1)
    one.hold(False)
    assert (one.held, one.missed, len(one.shown())) == (False, 0, 3)


def test_a_trace_is_what_is_shown_line_by_line_as_it_was_on_the_wire() -> None:
    one = traffic(*CONVERSATION)
    lines = one.trace().splitlines()
    assert [TracedFrame.from_json(line) for line in lines] == CONVERSATION
    one.action = "Heartbeat"
    assert [TracedFrame.from_json(line) for line in one.trace().splitlines()] == CONVERSATION[:2]


def test_a_row_says_when_who_what_how_long_and_what_is_wrong() -> None:
    rows = [text_of(exchange_line(one, 100)) for one in traffic(*CONVERSATION).shown()]
    assert rows[0].startswith(" 12:00:01.000 → Heartbeat ")
    assert "✓ 12 ms  {}" in rows[0]
    assert "← Reset" in rows[1]
    assert "✕ 1 ms" in rows[1]
    assert "type must be one of" in rows[1]
    assert "… waits" in rows[2]
    assert '{idTag: "ALICE"}' in rows[2]
    assert "! stray" in rows[3]
    assert "no frame" in rows[4]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 160])
def test_a_row_is_exactly_as_wide_as_it_may_be(width: int) -> None:
    for one in traffic(*CONVERSATION).shown():
        assert width_of(exchange_line(one, width)) == width


def test_the_inspector_shows_both_frames_with_the_schemas_verdict() -> None:
    verdicts = Verdicts()
    exchange = traffic(*CONVERSATION).shown()[1]
    lines = [text_of(line) for line in inspector(exchange, verdicts.of_frame, 60)]
    assert lines[0].startswith("← CALL Reset")
    assert "id 9" in lines
    assert any("! PropertyConstraintViolation: type must be one of" in line for line in lines)
    assert any(line.startswith("→ CALLERROR Reset") and "after 1 ms" in line for line in lines)
    assert '{type: "Warm"}' in lines
    brief = [text_of(line) for line in inspector(exchange, verdicts.of_frame, 60, brief=True)]
    assert "id 9" not in brief


def test_a_waiting_one_says_so_and_rubbish_is_shown_as_it_is() -> None:
    shown = traffic(*CONVERSATION).shown()
    assert "no answer yet" in [text_of(line) for line in inspector(shown[2], right, 60)]
    assert "rubbish" in [text_of(line) for line in inspector(shown[4], right, 60)]


def test_verdicts_know_requests_answers_and_what_cannot_be_judged() -> None:
    verdicts = Verdicts()
    shown = traffic(
        *heartbeat("1", 1),
        frame(OUT, [2, "2", "Heartbeat", {"x": 1}], 2),
        frame(IN, [3, "2", {}], 3),
        frame(IN, [2, "3", "Dance", {}], 4),
        frame(IN, [3, "4", {}], 5),
        frame(IN, "rubbish", 6),
    ).shown()
    judged = [[verdicts.of_frame(spoken) for spoken in exchange.spoken] for exchange in shown]
    assert judged[0] == ["", ""]
    assert "FormationViolation" in judged[1][0]
    assert "ProtocolError" in judged[1][1]
    assert judged[2] == ["Dance is no action of OCPP 1.6"]
    assert judged[3] == ["an answer to a CALL that was not seen"]
    assert judged[4] == [""]


def test_json_is_in_one_line_where_it_fits_and_indented_where_not() -> None:
    value = {"a": 1, "b": [True, None, "x"], "c": {"d": "long" * 10}}
    assert [text_of(line) for line in json_lines(value, 100)] == [
        '{a: 1, b: [true, null, "x"], c: {d: "' + "long" * 10 + '"}}'
    ]
    assert [text_of(line) for line in json_lines(value, 50)] == [
        "{",
        "  a: 1",
        '  b: [true, null, "x"]',
        "  c: {",
        '    d: "' + "long" * 10 + '"',
        "  }",
        "}",
    ]


def test_a_long_text_goes_on_in_the_next_line() -> None:
    lines = json_lines("x" * 50, 20)
    assert all(width_of(line) <= 20 for line in lines)
    assert "".join(text_of(line).strip() for line in lines) == '"' + "x" * 50 + '"'


def test_in_a_row_names_are_quieter_than_values() -> None:
    tones = {cell.text: cell.tone for cell in compact({"idTag": "A"})}
    assert (tones["idTag"], tones['"A"']) == (Tone.DIM, Tone.GOOD)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=10,
    ),
    st.integers(20, 100),
)
def test_no_json_moves_the_cursor(value: object, width: int) -> None:
    for line in (*json_lines(value, width), compact(value)):
        assert text_of(line).isprintable()
