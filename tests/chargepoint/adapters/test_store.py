"""What a station keeps over power cuts: every change a line, the last word counts, a kill loses nothing."""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargepoint.adapters.store import OWN, REWRITE_BYTES, Record, Store, StoreError
from tests.chargepoint.disks import tiny_disk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "state.jsonl"


def reopened(store: Store) -> Store:
    """The store as the next life finds it."""
    store.close()
    return Store(store.file)


def test_records_and_queue_are_there_in_the_next_life(file: Path) -> None:
    store = Store(file)
    assert (store.records(), store.queue()) == ({}, [])
    store.save({"a": {"x": 1}, "b": {"y": [1.5, None, "ä\ud800\n"]}}, {2: {"n": 2}, 1: {"n": 1}})
    store.save({"a": {"x": 2}}, {10: {"n": 10}, 1: None, 7: None})
    store = reopened(store)
    assert store.records() == {"a": {"x": 2}, "b": {"y": [1.5, None, "ä\ud800\n"]}}
    assert store.queue() == [{"n": 2}, {"n": 10}]


records = st.dictionaries(st.sampled_from("abc"), st.fixed_dictionaries({"x": st.integers()}), max_size=3)
queues = st.dictionaries(st.integers(1, 5), st.none() | st.fixed_dictionaries({"n": st.integers()}), max_size=3)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(records, queues), max_size=6), st.integers(0, 40))
def test_it_is_a_dictionary_that_survives_whatever_was_cut_short(
    file: Path, saves: list[tuple[dict[str, Record], dict[int, Record | None]]], torn: int
) -> None:
    file.unlink(missing_ok=True)
    store, told, queued = Store(file), dict[str, Record](), dict[int, Record | None]()
    for changed, messages in saves:
        store.save(changed, messages)
        told |= changed
        queued |= messages
    store.close()
    with file.open("ab") as half_a_line:
        half_a_line.write(b'[{"a": {"x": "half a line of a process that was killed'[:torn])
    store = Store(file)
    store.save({}, {9: {"n": 9}})
    store = reopened(store)
    assert store.records() == told
    assert store.queue() == [*(queued[key] for key in sorted(queued) if queued[key] is not None), {"n": 9}]
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


def test_nobody_else_reads_it_and_no_second_process_has_it(file: Path) -> None:
    store = Store(file)
    assert file.stat().st_mode & 0o777 == OWN
    with pytest.raises(StoreError, match="in use by another process"):
        Store(file)
    store.save({"a": {"x": 1}}, {})
    assert reopened(store).records() == {"a": {"x": 1}}


def test_who_was_about_to_lock_a_file_that_another_is_put_in_place_of_has_not_got_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(file)
    flock = fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        for number in range(100):
            store.save({"a": {"n": number, "padding": "x" * 1000}}, {})
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(StoreError, match="in use by another process"):
        Store(file)
    store.close()


def test_it_does_not_grow_for_ever(file: Path) -> None:
    store = Store(file)
    for number in range(400):
        store.save({"meter": {"energy_wh": number, "padding": "x" * 1000}}, {number: {"n": number}, number - 1: None})
        assert file.stat().st_size < 2 * REWRITE_BYTES
    store = reopened(store)
    assert store.records()["meter"]["energy_wh"] == 399
    assert store.queue() == [{"n": 399}]
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("content", ["5\n", "{}\n", "[1, 2]\n", "[{}, {}\n", '[{"a": 1}, {}]\n', '[{}, {"x": {}}]\n'])
def test_a_damaged_file_is_told_by_its_name(file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(StoreError, match=r"state\.jsonl: damaged"):
        Store(file).records()


def test_a_folder_in_the_place_of_the_file_or_no_folder_at_all_is_told_by_name(file: Path) -> None:
    file.mkdir()
    for path, reason in ((file, "Is a directory"), (file.parent / "nowhere" / "state.jsonl", "No such file")):
        with pytest.raises(StoreError, match=f"{path}: {reason}"):
            Store(path)


def test_a_read_only_disk_is_told_by_name(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        Store(disk.folder / "state.jsonl").close()
        disk.make_read_only()
        with pytest.raises(StoreError, match=r"disk/state\.jsonl: Read-only file system"):
            Store(disk.folder / "state.jsonl")


def test_a_full_disk_is_told_and_what_did_not_fit_is_written_later(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        store = Store(disk.folder / "state.jsonl")
        store.save({"a": {"x": 1}}, {1: {"n": 1}})
        disk.fill()
        with pytest.raises(StoreError, match="No space left on device"):
            store.save({"a": {"x": 2, "padding": "x" * 20_000}}, {1: None, 2: {"n": 2}})
        with pytest.raises(StoreError, match="No space"):
            store.save({"b": {"padding": "x" * 20_000}}, {})
        assert (store.records()["a"]["x"], store.queue()) == (2, [{"n": 2}])
        disk.free()
        store.save({}, {})
        store = reopened(store)
        assert (store.records()["a"]["x"], set(store.records()), store.queue()) == (2, {"a", "b"}, [{"n": 2}])
        store.close()


def test_a_disk_too_full_to_write_it_whole_again_loses_nothing(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", size_kb=96) as disk:
        store = Store(disk.folder / "state.jsonl")
        for number in range(3):
            store.save({"a": {"x": number}, "b": {"padding": "x" * 30_000}}, {})
        assert list(disk.folder.iterdir()) == [store.file]
        store = reopened(store)
        assert store.records()["a"]["x"] == 2
        store.close()


def test_a_kill_on_a_full_disk_leaves_the_last_state_that_fitted(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        file = disk.folder / "state.jsonl"
        hungry = WRITER.replace("number % 5000", "number * 100")
        writer = subprocess.Popen([sys.executable, "-c", hungry, str(file)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        saved = [int(line) for line in writer.stdout]
        assert writer.wait() == 1, "the tiny disk is full"
        found = Store(file).records()
        assert found["a"]["n"] == found["b"]["n"] == saved[-1]


def test_a_store_that_was_full_can_be_opened_and_read_while_the_disk_is_still_full(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        file = disk.folder / "state.jsonl"
        store = Store(file)
        store.save({"a": {"x": 1}}, {})
        store.close()
        disk.fill()
        store = Store(file)
        assert store.records() == {"a": {"x": 1}}
        with pytest.raises(StoreError, match="No space"):
            store.save({"a": {"pad": "x" * 100_000}}, {})
        store.close()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace counts the waits")
def test_it_never_waits_for_the_disk(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys; from chargepoint.adapters.store import Store; store = Store(pathlib.Path(sys.argv[1]));"
        "[store.save({'a': {'n': n}}, {n: {'n': n}}) for n in range(5)]; store.close()"
    )
    told = subprocess.run(
        ["strace", "-f", "-e", "trace=/sync", sys.executable, "-c", program, tmp_path / "state.jsonl"],
        check=True,
        stderr=subprocess.PIPE,
        text=True,
    ).stderr
    assert "sync(" not in told


def test_what_is_stored_is_plain_json_that_people_can_read(file: Path) -> None:
    store = Store(file)
    store.save({"configuration": {"HeartbeatInterval": "300"}}, {1: {"action": "StopTransaction"}})
    store.close()
    written = [{"configuration": {"HeartbeatInterval": "300"}}, {"1": {"action": "StopTransaction"}}]
    assert json.loads(file.read_text()) == written
