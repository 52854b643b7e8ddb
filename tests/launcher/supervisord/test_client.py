"""supervisord's XML-RPC, with nobody, somebody else and supervisord itself at the socket."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from launcher.supervisord.client import (
    Difference,
    Fault,
    FaultCode,
    ProcessInfo,
    ProcessState,
    Supervisord,
    SupervisordGone,
    as_info,
)
from tests.support.yard import Yard


def test_without_supervisord_every_call_says_so(tmp_path: Path) -> None:
    nobody = Supervisord(tmp_path / "none.sock")
    assert not nobody.answers()
    with pytest.raises(SupervisordGone, match=r"no supervisord at .*none\.sock"):
        nobody.infos(["A"])


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n<not-xml"],
)
def test_whatever_else_listens_there_is_not_taken_for_supervisord(tmp_path: Path, answer: bytes) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            caller, _ = listening.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        assert not Supervisord(path, timeout_s=5).answers()


def test_an_empty_batch_asks_nobody(tmp_path: Path) -> None:
    assert Supervisord(tmp_path / "none.sock").batch([]) == []


def test_a_program_that_is_not_known_has_no_info() -> None:
    assert as_info(Fault(FaultCode.BAD_NAME, "BAD_NAME: x")) is None


@pytest.mark.end_to_end
def test_a_real_supervisord_answers_call_by_call(shared_yard: Yard) -> None:
    supervisord = shared_yard.supervisord
    assert supervisord.answers()
    launcher = supervisord.infos(["launcher", "nobody"])
    assert list(launcher) == ["launcher"]
    assert launcher["launcher"].alive
    assert launcher["launcher"] == supervisord.all_infos()["launcher"]
    results = supervisord.batch([("stopProcess", ("nobody", False)), ("getPID", ())])
    assert results == [Fault(FaultCode.BAD_NAME, "BAD_NAME: nobody"), shared_yard.supervisord_pid]
    assert supervisord.reload() == Difference((), (), ())
    shared_yard.folder.programs_conf.write_text("[program:x]\nnonsense = 1\n")
    refused = supervisord.reload()
    assert isinstance(refused, Fault)
    assert "program:x" in refused.text


def test_a_process_is_alive_while_it_has_a_pid() -> None:
    assert ProcessInfo("A", ProcessState.RUNNING, pid=5).alive
    assert not ProcessInfo("A", ProcessState.EXITED).alive
