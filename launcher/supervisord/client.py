"""What the launcher asks of supervisord, in batches: one ``system.multicall`` for any number of programs.

Calls block for the way to supervisord and back; call them in a thread. Nothing waits for a process to start or stop:
supervisord serves waiting calls of a multicall one after the other (0.6 s each).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast
from xmlrpc.client import Error as XmlRpcError
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import Faults, SupervisorTransport


class SupervisordError(Exception):
    """supervisord cannot be reached, or refuses what must not be refused; str() says why."""


class ProcessState(IntEnum):
    """The state of a program (supervisor.states.ProcessStates)."""

    STOPPED = 0
    STARTING = 10
    RUNNING = 20
    BACKOFF = 30
    STOPPING = 40
    EXITED = 100
    FATAL = 200
    UNKNOWN = 1000

    @property
    def alive(self) -> bool:
        """Whether there is, or at once will be, a process."""
        return self in (ProcessState.STARTING, ProcessState.RUNNING, ProcessState.BACKOFF, ProcessState.STOPPING)


@dataclass(frozen=True, slots=True)
class Process:
    """A program as supervisord sees it; ``pid`` 0 without a process."""

    name: str
    state: ProcessState
    pid: int
    why: str = ""


Call = tuple[str, tuple[object, ...]]


class Supervisord:
    """The supervisord that listens on ``socket``."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def processes(self) -> dict[str, Process]:
        """Every program by name. Costs a second of supervisord's time per thousand programs: not for polling."""
        infos = self._one("supervisor.getAllProcessInfo")
        return {info["name"]: _process(info) for info in cast("list[dict[str, Any]]", infos)}

    def find(self, names: Iterable[str]) -> dict[str, Process]:
        """The programs of ``names`` that there are."""
        answers = self._batch([("supervisor.getProcessInfo", (name,)) for name in names])
        return {answer["name"]: _process(answer) for answer in answers if "faultCode" not in answer}

    def reread(self) -> None:
        """Read the configuration again and make the groups in force those that it names."""
        [[added, changed, removed]] = cast("Any", self._one("supervisor.reloadConfig"))
        self._batch([("supervisor.removeProcessGroup", (name,)) for name in [*removed, *changed]])
        self._batch([("supervisor.addProcessGroup", (name,)) for name in [*changed, *added]])

    def start(self, names: Sequence[str]) -> dict[str, str]:
        """Start programs; returns why not, for those that did not start."""
        answers = self._batch([("supervisor.startProcess", (name, False)) for name in names])
        return {name: _reason(answer) for name, answer in zip(names, answers, strict=True) if _is_fault(answer)}

    def kill(self, names: Sequence[str]) -> None:
        """SIGKILL; programs without a process do not mind."""
        self._batch([("supervisor.signalProcess", (name, "KILL")) for name in names])

    def stop(self, names: Sequence[str]) -> None:
        """SIGTERM, and SIGKILL after stopwaitsecs."""
        self._batch([("supervisor.stopProcess", (name, False)) for name in names])

    def shutdown(self) -> None:
        """End supervisord and what it still runs."""
        self._one("supervisor.shutdown")

    def _one(self, method: str) -> object:
        [answer] = self._batch([(method, ())])
        if _is_fault(answer):
            raise SupervisordError(f"{method}: {_reason(answer)}")
        return answer

    def _batch(self, calls: Sequence[Call]) -> list[Any]:
        if not calls:
            return []
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        proxy = ServerProxy("http://localhost", transport=transport, allow_none=True)
        try:
            packed = [{"methodName": name, "params": list(arguments)} for name, arguments in calls]
            return cast("list[Any]", proxy.system.multicall(packed))
        except (OSError, HTTPException, XmlRpcError) as error:
            raise SupervisordError(f"supervisord at {self._socket}: {error}") from None
        finally:
            transport.close()


def _process(info: dict[str, Any]) -> Process:
    return Process(info["name"], ProcessState(info["state"]), info["pid"], info.get("spawnerr") or "")


def _is_fault(answer: object) -> bool:
    # Starting what runs already is what was wanted.
    return isinstance(answer, dict) and "faultCode" in answer and answer["faultCode"] != Faults.ALREADY_STARTED


def _reason(answer: dict[str, Any]) -> str:
    return str(answer.get("faultString", answer))
