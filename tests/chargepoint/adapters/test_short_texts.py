"""Texts of one frame are read and written past the library, and are what the library would have made of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.frames import BINARY, CONT, PING, TEXT, Frame, Opcode
from websockets.protocol import SERVER, Protocol

from chargepoint.adapters import short_texts
from tests.chargepoint.adapters.links import central_system, linked, stay
from tests.support.waiting import eventually_async

SIZES = (0, 1, 125, 126, 127, 1000, short_texts.LONGEST)


def frame(text: str, *, fin: bool = True, opcode: Opcode = TEXT) -> bytes:
    """A frame of a central system, as the library writes it."""
    return Frame(opcode, text.encode(), fin=fin).serialize(mask=False)


@pytest.mark.parametrize("size", SIZES)
def test_a_text_is_written_so_that_the_library_reads_it(size: int) -> None:
    server = Protocol(SERVER)
    server.receive_data(short_texts.written("x" * size) + short_texts.written("next"))
    first, second = server.events_received()
    assert isinstance(first, Frame)
    assert isinstance(second, Frame)
    assert (first.opcode, first.fin, bytes(first.data)) == (TEXT, True, b"x" * size)
    assert bytes(second.data) == b"next"


def test_no_two_texts_are_masked_alike() -> None:
    assert len({short_texts.written("[2]") for _ in range(50)}) == 50


@pytest.mark.parametrize("size", SIZES)
def test_a_text_is_read_as_the_library_writes_it(size: int) -> None:
    text, data = "x" * size, frame("x" * size)
    assert short_texts.read(b"before" + data + b"after", 6) == (text, 6 + len(data))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 1000])
def test_nothing_is_read_of_a_frame_that_is_not_whole(size: int) -> None:
    data = frame("x" * size)
    assert [short_texts.read(data[:end], 0) for end in range(len(data))] == [None] * len(data)


@pytest.mark.parametrize(
    "data",
    [
        frame("é"),
        frame("x", fin=False),
        frame("x", opcode=CONT),
        frame("x", opcode=BINARY),
        frame("x", opcode=PING),
        frame("x" * 65_536),
        b"\xc1\x01x",  # compressed, as its reserved bit says
        b"\x81\x81mask\x15",  # masked, which a server never does
        b"\x81\xfe\x00\x81mask" + b"x" * 129,
    ],
)
def test_everything_else_is_left_to_the_library(data: bytes) -> None:
    assert short_texts.read(data, 0) is None


MESSAGES = [
    (b"[short]", frame("[short]")),
    (b"", frame("")),
    (b"y" * 300, frame("y" * 300)),
    ("é".encode(), frame("é")),
    (b"in two parts", frame("in two ", fin=False) + frame("parts", opcode=CONT)),
    (b"around a ping", frame("around ", fin=False) + frame("!", opcode=PING) + frame("a ping", opcode=CONT)),
    (None, frame("!", opcode=PING)),
    (None, frame("[binary]", opcode=BINARY)),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=12), st.lists(st.integers(0, 700), max_size=12))
async def test_texts_of_every_kind_arrive_in_order_wherever_the_stream_is_torn(
    messages: list[tuple[bytes | None, bytes]], tears: list[int]
) -> None:
    stream = b"".join(data for _, data in messages) + frame("the end")
    async with central_system(stay) as url, linked(url) as link:
        await link.opened()
        connection = link.websocket._connection
        assert connection is not None
        places = [0, *sorted(tear for tear in tears if tear < len(stream)), len(stream)]
        for begin, end in pairwise(places):
            if begin < end:
                connection.data_received(stream[begin:end])
        await eventually_async(lambda: link.texts()[-1:] == ["the end"])
        assert link.texts() == [text.decode() for text, _ in messages if text is not None] + ["the end"]


async def test_a_slow_reader_takes_one_text_at_a_time_and_then_goes_on_as_before() -> None:
    async with central_system(stay) as url, linked(url) as link:
        await link.opened()
        connection = link.websocket._connection
        assert connection is not None
        link.websocket.read_slowly(0.01)
        connection.data_received(frame("a") + frame("b"))
        assert link.texts() == []
        await eventually_async(lambda: link.texts() == ["a"])
        link.websocket.read_slowly(None)
        connection.data_received(frame("c"))
        await eventually_async(lambda: link.texts() == ["a", "b", "c"])
        connection.data_received(frame("d"))
        assert link.texts() == ["a", "b", "c", "d"]
