"""What is said at the door of a pool, and its roster."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.hosting import PoolAnswer, PoolOrder, parse_roster, roster_json

ids = st.lists(st.text(max_size=5), max_size=3).map(tuple)


@settings(max_examples=50)
@given(st.builds(PoolOrder, *[ids] * 6))
def test_an_order_is_a_line(order: PoolOrder) -> None:
    line = order.to_line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert PoolOrder.from_line(line) == order


@settings(max_examples=50)
@given(
    st.builds(
        PoolAnswer, st.frozensets(st.text(max_size=5)), st.dictionaries(st.text(), st.text(max_size=5)), st.text()
    )
)
def test_an_answer_is_a_line(answer: PoolAnswer) -> None:
    assert PoolAnswer.from_line(answer.to_line()) == answer


@pytest.mark.parametrize("line", [b"", b"5\n", b"{", b'{"cut": 5}', b'{"cut": [5]}', b'{"kill": []}'])
def test_what_is_no_order_is_refused(line: bytes) -> None:
    with pytest.raises(InputError):
        PoolOrder.from_line(line)


@given(st.dictionaries(st.text(max_size=5), st.booleans(), max_size=5))
def test_a_roster_is_read_as_it_was_written(roster: dict[str, bool]) -> None:
    assert parse_roster(roster_json(roster).encode(), "roster") == roster


@pytest.mark.parametrize("content", [b"", b"[]", b'{"charge_points": 5}', b'{"charge_points": {"A": 1}}'])
def test_a_damaged_roster_is_told_by_its_name(content: bytes) -> None:
    with pytest.raises(InputError):
        parse_roster(content, "pools/1.json")
