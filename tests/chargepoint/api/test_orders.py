"""What is ordered of a charge point, and what becomes of it, as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.orders import (
    CallRefusal,
    Close,
    Configure,
    Describe,
    OcppConfig,
    Order,
    Part,
    Reboot,
    Send,
    SendText,
    StationResult,
    Verdict,
    Watch,
    asked_by,
    parse_order,
)
from tests.chargepoint.api import strategies

orders = st.one_of(
    st.sampled_from([Close(), OcppConfig("7"), Reboot("x" * 64), Watch(), Watch(0), Watch(3600), Describe()]),
    st.builds(Describe, st.frozensets(st.sampled_from(Part))),
    st.builds(Configure, strategies.printable, strategies.texts, strategies.printable),
    st.builds(Send, strategies.printable, st.just({"a": [1, None]}), st.booleans()),
    st.builds(SendText, st.sampled_from(["x", "[2,", "\udcff", "\ufeff[]"]), st.integers(1, 9)),
)
results = st.builds(
    StationResult,
    strategies.texts,
    strategies.texts,
    st.sampled_from(Verdict),
    strategies.texts,
    strategies.texts,
    st.none() | st.just({"status": "Accepted"}),
    st.none() | st.builds(CallRefusal, strategies.texts, strategies.texts),
)


@given(orders)
def test_an_order_is_read_as_it_was_written(order: Order) -> None:
    assert parse_order(order.to_json()) == order


@given(results)
def test_a_result_is_read_as_it_was_written(result: StationResult) -> None:
    assert StationResult.from_json(result.to_json()) == result


def test_who_says_less_gets_what_is_usual() -> None:
    assert parse_order(b'{"type":"watch"}') == Watch(60)
    assert parse_order(b'{"type":"describe"}') == Describe(frozenset(Part))
    assert parse_order(b'{"type":"send","action":"Heartbeat"}') == Send("Heartbeat", {})
    assert StationResult.from_json(b'{"topic":"t","reason":"no"}') == StationResult("t", "no", Verdict.REFUSED)


@pytest.mark.parametrize(
    "payload",
    [
        {}, {"type": 5}, {"type": "Close"}, {"type": "kill"}, {"type": "close", "x": 1},
        {"type": "watch", "for_s": -1}, {"type": "watch", "for_s": 3601},
        {"type": "describe", "what": ["all"]}, {"type": "describe", "what": "queue"},
        {"type": "configure", "key": "HeartbeatInterval"}, {"type": "configure", "key": "K", "value": 60},
        {"type": "send"}, {"type": "send", "action": "Heartbeat", "payload": []}, {"type": "reboot", "request_id": 7},
        {"type": "reboot", "request_id": "x" * 65},
    ],
)  # fmt: skip
def test_a_wrong_order_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(InputError):
        parse_order(json.dumps(payload).encode())


@given(strategies.payloads("type", "for_s", "what", "key", "value", "action", "payload", "request_id"))
def test_no_payload_raises_anything_but_an_input_error(payload: bytes) -> None:
    for read in (parse_order, StationResult.from_json):
        outcome: Any = strategies.outcome(read, payload)
        if isinstance(outcome, InputError):
            assert str(outcome).isprintable()
    assert len(asked_by(payload)) == 2


def test_who_asked_is_found_in_orders_that_are_wrong_too() -> None:
    assert asked_by(b'{"type":"dance","request_id":"7"}') == ("dance", "7")
    assert asked_by(b'{"type":"watch","request_id":7}') == ("watch", "")
    assert asked_by(b"rubbish") == ("", "")
