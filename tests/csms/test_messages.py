"""The last frames: paired, in order, within their budget."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from csms.messages import OVERHEAD, Direction, Messages

RECEIVED, SENT = Direction.RECEIVED, Direction.SENT


def test_call_and_answer_are_paired_in_both_directions_even_with_one_id() -> None:
    messages = Messages()
    messages.keep(1.0, "CP_1", RECEIVED, '[2, "1", "Heartbeat", {}]')
    messages.keep(2.0, "CP_1", SENT, '[2, "1", "Reset", {"type": "Soft"}]')
    messages.keep(2.5, "CP_1", RECEIVED, '[4, "1", "InternalError", "no", {}]')
    messages.keep(4.0, "CP_1", SENT, '[3, "1", {"currentTime": "now"}]', behaviour=9)
    heartbeat, reset = messages.of("CP_1")
    assert (heartbeat.action, heartbeat.answer_payload, heartbeat.latency_s) == (
        "Heartbeat",
        {"currentTime": "now"},
        3,
    )
    assert heartbeat.answer is not None
    assert heartbeat.answer.behaviour == 9
    assert (reset.payload, reset.error, reset.latency_s) == ({"type": "Soft"}, ("InternalError", "no", {}), 0.5)


def test_what_is_no_call_and_answers_none_stands_alone_as_its_text() -> None:
    messages = Messages()
    texts = ["no JSON", "[]", '[3, "5", {}]', '[9, "1"]', "[" * 5000, '[3, ["x"], {}]']
    for text in texts:
        messages.keep(1.0, "CP_1", RECEIVED, text)
    assert [(message.action, message.payload) for message in messages.of("CP_1")] == [(None, text) for text in texts]


def test_a_second_answer_is_seen_as_one_that_answers_nothing() -> None:
    messages = Messages()
    messages.keep(1.0, "CP_1", RECEIVED, '[2, "1", "Heartbeat", {}]')
    for _ in range(2):
        messages.keep(2.0, "CP_1", SENT, '[3, "1", {}]')
    assert [(message.action, message.answer is None) for message in messages.of("CP_1")] == [
        ("Heartbeat", False),
        (None, True),
    ]


def test_after_a_number_only_later_calls_are_told() -> None:
    messages = Messages()
    messages.keep(1.0, "CP_1", RECEIVED, '[2, "1", "Heartbeat", {}]')
    messages.keep(1.0, "CP_2", RECEIVED, '[2, "1", "Authorize", {}]')
    before = messages.newest
    messages.keep(2.0, "CP_1", RECEIVED, '[2, "2", "Heartbeat", {}]')
    assert [message.id for message in messages.of("CP_1", before)] == ["2"]
    assert messages.of("CP_2", before) == []


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 400)), max_size=60))
def test_the_budget_holds_and_the_newest_of_all_are_kept(sent: list[tuple[str, int]]) -> None:
    budget = 2000
    messages = Messages(budget)
    texts = [(charge_point, json.dumps([9, number, "x" * size])) for number, (charge_point, size) in enumerate(sent)]
    for charge_point, text in texts:
        messages.keep(1.0, charge_point, RECEIVED, text)
    kept, size = [], 0
    for charge_point, text in reversed(texts):
        size += len(text) + OVERHEAD
        if size > budget:
            break
        kept.append((charge_point, text))
    for charge_point in "ABC":
        told = [message.payload for message in messages.of(charge_point)]
        assert told == [text for owner, text in reversed(kept) if owner == charge_point]


def test_who_listens_is_told_of_its_charge_point_and_of_the_end() -> None:
    messages = Messages()
    heard: list[int] = []
    with messages.listening("CP_1", lambda: heard.append(messages.newest)):
        messages.keep(1.0, "CP_1", SENT, "x")
        messages.keep(1.0, "CP_2", SENT, "x")
        messages.end()
    messages.keep(1.0, "CP_1", SENT, "x")
    assert heard == [1, 2]
    assert messages.ended
