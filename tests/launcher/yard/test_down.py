"""What is left of a yard that was taken down."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from launcher.folder import Folder
from launcher.yard.checks import socket_path
from launcher.yard.down import take_down


def test_of_a_folder_for_sockets_alone_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        folder = Folder(tmp_path / ("long" * 30))
        folder.path.mkdir()
        socket = socket_path(folder)
        socket.with_name("zygote.sock").touch()
        assert take_down(folder, socket) == 0
        assert not [*Path(runtime).iterdir()]


def test_a_state_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "supervisord.sock").touch()
    take_down(Folder(tmp_path), tmp_path / "supervisord.sock")
    assert tmp_path.is_dir()
    assert not [*tmp_path.iterdir()]
