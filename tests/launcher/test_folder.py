"""``yard.json``."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from launcher.folder import Folder, Yard, replace_file

YARD = Yard("mqtt://u:p@h", "cp_simu", "ws://localhost:9000", "http://localhost:8080", "/s.sock", True, "info")


def test_a_yard_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert Yard.read(Folder(tmp_path)) is None
    YARD.write(Folder(tmp_path))
    assert Yard.read(Folder(tmp_path)) == YARD


def test_a_folder_that_is_none_has_no_yard(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert Yard.read(Folder(tmp_path / "file")) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"broker": 5}', b"\xff"])
def test_a_broken_one_says_which_file_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "yard.json").write_bytes(content)
    with pytest.raises(InputError, match=r"yard\.json"):
        Yard.read(Folder(tmp_path))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("before")
    (tmp_path / "f.new").mkdir()
    with pytest.raises(OSError, match="f'"):
        replace_file(file, "after")
    assert file.read_text() == "before"
