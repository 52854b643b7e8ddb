"""Setup files on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from tui import files


def test_a_setup_is_written_whole_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "setup.json"
    files.write_setup(file, '[{"id": "A", "central_system": "ws://x"}]')
    assert [entry["id"] for entry in files.read_setup(file).entries] == ["A"]
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "no" / "setup.json"):
        with pytest.raises(InputError, match="file that can be written"):
            files.write_setup(target, "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["nothing.json", "."])
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="a file that can be read"):
        files.read_setup(tmp_path / name)


def test_a_path_to_save_to_is_looked_at_before(tmp_path: Path) -> None:
    assert files.check_writable(tmp_path / "new.json") is False
    (tmp_path / "old.json").touch()
    assert files.check_writable(tmp_path / "old.json") is True
    for wrong in (tmp_path, tmp_path / "no" / "setup.json"):
        with pytest.raises(InputError):
            files.check_writable(wrong)


def test_paths_are_completed_to_folders_and_json_files(tmp_path: Path) -> None:
    (tmp_path / "depot").mkdir()
    for name in ("depot.txt", "setup_1.json", ".hidden.json"):
        (tmp_path / name).touch()
    assert files.complete(f"{tmp_path}/de") == f"{tmp_path}/depot/"
    assert files.complete(f"{tmp_path}/se") == f"{tmp_path}/setup_1.json"
    assert files.complete(f"{tmp_path}/.h") == f"{tmp_path}/.hidden.json"
    assert files.complete(f"{tmp_path}/zz") is None
    assert files.complete(f"{tmp_path}/no/zz") is None


def test_home_is_a_path_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.path_of("~/setup.json") == tmp_path / "setup.json"
    with pytest.raises(InputError, match="path"):
        files.path_of("~nobody_of_that_name/x")
