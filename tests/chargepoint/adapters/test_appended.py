"""The store of a station in a pool: every change a line, the last word counts, a kill loses nothing that was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargepoint.adapters.appended import REWRITE_BYTES, AppendedStore
from chargepoint.adapters.store import OWN, Record, StoreError
from tests.chargepoint.disks import tiny_disk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "state.jsonl"


def reopened(store: AppendedStore) -> AppendedStore:
    """The store as the next life finds it."""
    store.close()
    return AppendedStore(store.file)


def test_records_and_queue_are_there_in_the_next_life(file: Path) -> None:
    store = AppendedStore(file)
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
    store, told, queued = AppendedStore(file), dict[str, Record](), dict[int, Record | None]()
    for changed, messages in saves:
        store.save(changed, messages)
        told |= changed
        queued |= messages
    store.close()
    with file.open("ab") as half_a_line:
        half_a_line.write(b'[{"a": {"x": "half a line of a process that was killed'[:torn])
    store = AppendedStore(file)
    store.save({}, {9: {"n": 9}})
    store = reopened(store)
    assert store.records() == told
    assert store.queue() == [*(queued[key] for key in sorted(queued) if queued[key] is not None), {"n": 9}]
    store.close()


def test_nobody_else_reads_it_and_no_second_process_has_it(file: Path) -> None:
    store = AppendedStore(file)
    assert file.stat().st_mode & 0o777 == OWN
    with pytest.raises(StoreError, match="in use by another process"):
        AppendedStore(file)
    store.close()
    AppendedStore(file).close()


def test_it_does_not_grow_for_ever(file: Path) -> None:
    store = AppendedStore(file)
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
        AppendedStore(file).records()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        AppendedStore(tmp_path / "nowhere" / "state.jsonl")


def test_a_full_disk_is_told_and_what_did_not_fit_is_written_later(tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk") as disk:
        store = AppendedStore(disk.folder / "state.jsonl")
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
        store = AppendedStore(disk.folder / "state.jsonl")
        for number in range(3):
            store.save({"a": {"x": number}, "b": {"padding": "x" * 30_000}}, {})
        assert list(disk.folder.iterdir()) == [store.file]
        store = reopened(store)
        assert store.records()["a"]["x"] == 2
        store.close()
