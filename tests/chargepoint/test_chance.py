"""Random bytes and message ids: nobody gets another's."""

from __future__ import annotations

import os
import uuid

import pytest

from chargepoint.chance import PAGE, message_id, random_bytes


@pytest.mark.parametrize("count", [1, 4, 16, PAGE])
def test_there_are_as_many_as_are_asked_for_and_none_twice(count: int) -> None:
    got = [random_bytes(count) for _ in range(1000 if count > 1 else 1)]
    assert {len(one) for one in got} == {count}
    assert count < 16 or len(set(got)) == len(got)


def test_a_message_id_is_a_uuid_of_version_4_that_fits_into_a_frame() -> None:
    ids = [message_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    for text in ids:
        parsed = uuid.UUID(text)
        assert (str(parsed), parsed.version, parsed.variant) == (text, 4, uuid.RFC_4122)
    assert {len(text) for text in ids} == {36}


def test_a_process_that_is_forked_has_bytes_of_its_own() -> None:
    random_bytes(1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)
    of_child = os.read(reading, 16)
    os.close(reading)
    os.close(writing)
    assert len(of_child) == 16
    assert of_child != random_bytes(16)
