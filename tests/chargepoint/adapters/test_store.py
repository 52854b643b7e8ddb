"""What a station keeps over power cuts: all or nothing, never damaged by a kill, told plainly when it cannot be."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargepoint.adapters.store import Record, Store, StoreError
from tests.chargepoint.disks import tiny_disk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "state.db"


def reopened(store: Store, file: Path) -> Store:
    """The store as the next life finds it."""
    store.close()
    return Store(file)


def test_records_and_queue_are_there_in_the_next_life(file: Path) -> None:
    store = Store(file)
    assert (store.records(), store.queue()) == ({}, [])
    store.save({"a": {"x": 1}, "b": {"y": [1.5, None, "ä\ud800"]}}, {2: {"n": 2}, 1: {"n": 1}})
    store = reopened(store, file)
    assert store.records() == {"a": {"x": 1}, "b": {"y": [1.5, None, "ä\ud800"]}}
    assert store.queue() == [{"n": 1}, {"n": 2}]


def test_a_record_is_replaced_and_a_message_deleted(file: Path) -> None:
    store = Store(file)
    store.save({"a": {"x": 1}, "b": {"x": 1}}, {1: {"n": 1}, 2: {"n": 2}, 10: {"n": 10}})
    store.save({"a": {"x": 2}}, {1: None, 7: None})
    store = reopened(store, file)
    assert store.records() == {"a": {"x": 2}, "b": {"x": 1}}
    assert store.queue() == [{"n": 2}, {"n": 10}]


records = st.dictionaries(st.sampled_from("abc"), st.fixed_dictionaries({"x": st.integers()}), max_size=3)
queues = st.dictionaries(st.integers(1, 5), st.none() | st.fixed_dictionaries({"n": st.integers()}), max_size=3)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(records, queues), max_size=6))
def test_a_store_is_a_dictionary_that_survives(
    file: Path, saves: list[tuple[dict[str, Record], dict[int, Record | None]]]
) -> None:
    file.unlink(missing_ok=True)
    store = Store(file)
    kept: dict[str, Record] = {}
    queued: dict[int, Record] = {}
    for some, messages in saves:
        store.save(some, messages)
        kept |= some
        for number, entry in messages.items():
            if entry is None:
                queued.pop(number, None)
            else:
                queued[number] = entry
        assert store.records() == kept
    store = reopened(store, file)
    assert store.records() == kept
    assert store.queue() == [entry for _, entry in sorted(queued.items())]
    store.close()


WRITER = """
import sys
from pathlib import Path
from chargepoint.adapters.store import Store
store = Store(Path(sys.argv[1]))
for number in range(1, 1_000_000):
    records = {"a": {"n": number}, "b": {"n": number, "pad": "x" * (number % 5000)}}
    store.save(records, {number: {"n": number}, number - 3: None})
    print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 7, 150])
def test_kill_in_the_middle_of_writing_loses_nothing_that_was_saved(file: Path, lines: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for _ in range(lines):
        saved = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().split("\n")
    writer.wait()
    saved = max([saved, *(int(line) for line in rest[:-1])])
    store = Store(file)
    found = store.records()
    number = found["a"]["n"]
    assert number in (saved, saved + 1), "saved + 1 was written, but not told any more"
    assert found["b"]["n"] == number, "all of a save or nothing of it"
    assert [entry["n"] for entry in store.queue()] == [one for one in (number - 2, number - 1, number) if one > 0]


def test_a_second_user_is_refused(file: Path) -> None:
    """Defect 2: two processes of one charge point would evict each other at the central system for ever."""
    store = Store(file)
    with pytest.raises(StoreError) as caught:
        Store(file)
    assert str(caught.value) == f"{file.parent}: in use by another process"
    store.save({"a": {"x": 1}}, {})
    assert reopened(store, file).records() == {"a": {"x": 1}}


# What is damaged


@pytest.mark.parametrize("content", [b"hello", b"x" * 10_000, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_by_name(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"state\.db: "):
        Store(file)


def test_a_folder_in_the_place_of_the_file_or_no_folder_at_all_is_refused_by_name(file: Path) -> None:
    file.mkdir()
    for path in (file, file / "missing" / "state.db"):
        with pytest.raises(StoreError, match=str(path.parent)):
            Store(path)


def test_a_database_with_damaged_pages_is_refused_by_name(file: Path) -> None:
    store = Store(file)
    store.save({str(number): {"pad": "x" * 3000} for number in range(50)}, {})
    store.close()
    content = bytearray(file.read_bytes())
    content[4096 : len(content)] = bytes(len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"state\.db: "):
        Store(file).records()


@pytest.mark.parametrize("value", ["", "{", "5", "[]", "null", b"\xff\xfe"])
def test_a_record_that_is_no_object_is_refused_by_the_name_of_the_file(file: Path, value: str | bytes) -> None:
    Store(file).close()
    with sqlite3.connect(file) as database:
        database.execute("INSERT INTO record VALUES ('a', ?)", (value,))
        database.execute("INSERT INTO queue VALUES (1, ?)", (value,))
    database.close()
    store = Store(file)
    for read in (store.records, store.queue):
        with pytest.raises(StoreError, match=r"state\.db: damaged"):
            read()


def test_a_database_of_somebody_else_is_refused_by_name(file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE record (something TEXT)")
    database.close()
    with pytest.raises(StoreError, match=r"state\.db: "):
        Store(file).records()


# What cannot be written


def test_on_a_full_disk_nothing_is_lost_while_the_process_lives_and_all_is_written_when_there_is_room(
    tmp_path: Path,
) -> None:
    with tiny_disk(tmp_path / "disk", size_kb=1024) as disk:
        file = disk.folder / "state.db"
        store = Store(file)
        store.save({"a": {"x": 1}}, {1: {"n": 1}})
        disk.fill()
        too_much: Record = {"x": 2, "pad": "x" * 200_000}
        with pytest.raises(StoreError, match=r"state\.db: database or disk is full"):
            store.save({"a": too_much, "b": {"x": 1}}, {1: None, 2: {"n": 2}})
        with pytest.raises(StoreError, match="full"):
            store.save({"c": {"x": 1}}, {3: {"n": 3}})
        assert set(store.records()) == {"a", "b", "c"}
        assert store.queue() == [{"n": 2}, {"n": 3}]
        disk.free()
        store.save({}, {})
        store = reopened(store, file)
        assert set(store.records()) == {"a", "b", "c"}
        assert store.records()["a"]["x"] == 2
        assert store.queue() == [{"n": 2}, {"n": 3}]
        store.close()


def test_a_kill_on_a_full_disk_leaves_the_last_state_that_fitted(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        file = disk.folder / "state.db"
        disk.fill()
        disk.free()
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        saved = [int(line) for line in writer.stdout]
        assert writer.wait() == 1, "the tiny disk is full"
        found = Store(file).records()
        assert found["a"]["n"] == found["b"]["n"] == saved[-1]


def test_a_store_that_was_full_can_be_opened_and_read_while_the_disk_is_still_full(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        file = disk.folder / "state.db"
        store = Store(file)
        store.save({"a": {"x": 1}}, {})
        store.close()
        disk.fill()
        store = Store(file)
        assert store.records() == {"a": {"x": 1}}
        with pytest.raises(StoreError, match="full"):
            store.save({"a": {"pad": "x" * 100_000}}, {})
        store.close()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace counts the waits")
def test_a_new_station_does_not_wait_for_the_disk_and_one_that_ends_does(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys; from chargepoint.adapters.store import Store; store = Store(pathlib.Path(sys.argv[1]));"
        "[store.save({'a': {'n': n}}, {n: {'n': n}}) for n in range(5)]; print('saved', flush=True); store.close()"
    )
    told = subprocess.run(
        ["strace", "-f", "-e", "trace=fsync,fdatasync,write", sys.executable, "-c", program, tmp_path / "state.db"],
        check=True,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ).stderr
    before, _, after = told.partition('"saved')
    assert "sync(" not in before
    assert "sync(" in after


def test_a_file_of_no_length_is_a_new_one(file: Path) -> None:
    file.touch()
    store = Store(file)
    store.save({"a": {"x": 1}}, {})
    assert reopened(store, file).records() == {"a": {"x": 1}}


def test_a_first_start_on_a_full_disk_is_refused_by_name(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        disk.fill()
        with pytest.raises(StoreError, match=r"state\.db: "):
            Store(disk.folder / "state.db")


def test_a_read_only_folder_is_refused_by_name(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        file = disk.folder / "state.db"
        store = Store(file)
        store.save({"a": {"x": 1}}, {})
        store.close()
        disk.make_read_only()
        with pytest.raises(StoreError, match="disk/lock: Read-only file system"):
            Store(file)


def test_what_is_stored_is_plain_json_that_people_can_read(file: Path) -> None:
    store = Store(file)
    store.save({"configuration": {"HeartbeatInterval": "300"}}, {1: {"action": "StopTransaction"}})
    store.close()
    with sqlite3.connect(file) as database:
        [(key, value)] = database.execute("SELECT key, value FROM record").fetchall()
    assert (key, json.loads(value)) == ("configuration", {"HeartbeatInterval": "300"})
    database.close()
