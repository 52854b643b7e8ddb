"""What is looked at before a yard comes up."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.addresses import is_loopback
from launcher.diagnostics import Failure
from launcher.folder import Folder
from launcher.yard.checks import SOCKET_PATH_MAX, socket_path


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("broker.example.org", False),
        ("192.168.1.1", False),
    ],
)
def test_a_broker_is_started_on_this_machine_alone(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder with a path as short as they are."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def test_the_socket_is_in_the_state_folder_while_its_path_is_short_enough(runtime: Path) -> None:
    longest = Path("/" + "x" * (SOCKET_PATH_MAX - len("//supervisord.sock")))
    assert socket_path(Folder(longest)) == longest / "supervisord.sock"
    outside = socket_path(Folder(longest / "y"))
    assert outside.parent.parent == runtime
    assert outside.parent.stat().st_mode & 0o777 == 0o700
    assert socket_path(Folder(longest / "y")) == outside, "the same for `down` as for `up`"
    assert socket_path(Folder(longest / "z")) != outside


@pytest.mark.usefixtures("runtime")
def test_a_runtime_folder_that_is_open_to_others_is_not_used() -> None:
    deep = Folder(Path("/" + "x" * 200))
    socket_path(deep).parent.chmod(0o755)
    with pytest.raises(Failure, match="remove it"):
        socket_path(deep)


def test_a_runtime_folder_that_is_too_deep_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/" + "x" * 200)
    with pytest.raises(Failure, match="XDG_RUNTIME_DIR"):
        socket_path(Folder(Path("/" + "x" * 200)))
