"""The zygote's socket: what comes in, what is born, and that nothing strange ends it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from chargepoint.zygote.line import Birth, NoBirthError, ask, is_ready
from tests.support.waiting import eventually

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the zygote is for Linux")


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a zygote that is ready."""
    path = tmp_path_factory.mktemp("zygote") / "zygote.sock"
    process = subprocess.Popen([sys.executable, "-m", "chargepoint.zygote", "--socket", path, "--room", " " * 500])
    eventually(lambda: is_ready(path), 20.0)
    yield path
    process.terminate()
    assert process.wait(10) == 0
    assert not path.exists()


def words_of(zygote: Path, birth: Birth) -> str:
    """Everything that the process that is born writes."""
    reader, writer = os.pipe()
    with Path(os.devnull).open("rb") as nothing, os.fdopen(reader, encoding="utf-8") as told:
        pid = ask(zygote, birth, [nothing.fileno(), writer, writer])
        os.close(writer)
        text = told.read()
    eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    return text


def test_a_birth_is_a_run_of_the_program_with_streams_of_its_own(zygote: Path, tmp_path: Path) -> None:
    assert words_of(zygote, Birth(["--dir", "absent"], folder=str(tmp_path))).startswith(
        "chargepoint: absent/spec.json"
    )


def test_wrong_usage_is_told_as_ever(zygote: Path) -> None:
    assert "--help shows all options" in words_of(zygote, Birth(["--no-such-option"]))


def test_the_environment_is_that_of_the_birth_and_no_other(zygote: Path) -> None:
    birth = Birth(["--id", "X", "--central-system", "ws://localhost"], {"CP_SIMU_BROKER": "nonsense://"})
    assert "broker" in words_of(zygote, birth)


def test_a_folder_that_is_not_there_is_told(zygote: Path) -> None:
    assert "/absent" in words_of(zygote, Birth([], folder="/absent"))


@pytest.mark.parametrize("request_", [b"", b"{", b"[]", b'{"arguments": 5}', b'{"arguments": [], "folder": 7}'])
def test_what_is_no_birth_is_not_born_and_the_next_one_is(zygote: Path, request_: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.connect(str(zygote))
        if request_:
            line.send(request_)
            assert line.recv(64) == b""
    assert is_ready(zygote)


def test_a_birth_without_streams_is_none(zygote: Path) -> None:
    with pytest.raises(NoBirthError, match="cannot fork"):
        ask(zygote, Birth([]), [])


def test_without_a_zygote_there_is_no_birth(tmp_path: Path) -> None:
    with pytest.raises(NoBirthError, match="no zygote at"):
        ask(tmp_path / "zygote.sock", Birth([]), [])
    assert not is_ready(tmp_path / "zygote.sock")


def test_the_socket_is_its_owners_alone(zygote: Path) -> None:
    assert zygote.stat().st_mode & 0o777 == 0o600
