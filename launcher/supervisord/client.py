"""supervisord's XML-RPC over its unix socket, in batches. Every call blocks: call it in a thread."""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from xml.parsers import expat

TIMEOUT_S = 60.0
"""A reload with thousands of programs takes seconds; nothing takes this long but a stopped supervisord."""


class ProcessState(IntEnum):
    """The states of a program (supervisor.states.ProcessStates)."""

    STOPPED = 0
    STARTING = 10
    RUNNING = 20
    BACKOFF = 30
    STOPPING = 40
    EXITED = 100
    FATAL = 200
    UNKNOWN = 1000


class FaultCode(IntEnum):
    """The faults that mean something to us (supervisor.xmlrpc.Faults)."""

    BAD_NAME = 10
    SPAWN_ERROR = 50
    ALREADY_STARTED = 60
    NOT_RUNNING = 70
    ALREADY_ADDED = 90
    STILL_RUNNING = 91


class SupervisordGone(Exception):
    """Nobody answers at supervisord's socket."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One call of a batch failed; ``code`` is one of supervisor.xmlrpc.Faults."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class ProcessInfo:
    """What supervisord knows of one program. ``pid`` is 0 unless it runs; ``exit_status`` is -1 after a signal;
    ``started_at`` and ``ended_at`` are POSIX seconds, 0 for never."""

    name: str
    state: ProcessState
    pid: int = 0
    exit_status: int = 0
    spawn_error: str = ""
    started_at: int = 0
    ended_at: int = 0

    @property
    def alive(self) -> bool:
        """Whether a process of it exists."""
        return self.pid > 0


@dataclass(frozen=True, slots=True)
class Difference:
    """What a reload of the configuration found: names of groups, which are our programs."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


Call = tuple[str, tuple[object, ...]]


class Supervisord:
    """The supervisord at ``socket``. Every method raises SupervisordGone when nobody answers there."""

    def __init__(self, socket: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._socket = socket
        self._timeout_s = timeout_s

    @property
    def socket(self) -> Path:
        """Where it listens; other sockets of the yard are beside it."""
        return self._socket

    def batch(self, calls: Sequence[Call]) -> list[object]:
        """The results of ``calls`` in one ``system.multicall``, in order; a Fault where one failed."""
        if not calls:
            return []
        structs = [{"methodName": f"supervisor.{name}", "params": list(params)} for name, params in calls]
        results = self._call("system.multicall", structs)
        if not isinstance(results, list):
            raise SupervisordGone(f"{self._socket}: not an answer to system.multicall: {results!r:.100}")
        return [_fault_or(result) for result in results]

    def one(self, name: str, *params: object) -> object:
        """The result of one call, or its Fault."""
        return self.batch([(name, params)])[0]

    def infos(self, names: Iterable[str]) -> dict[str, ProcessInfo]:
        """Those of ``names`` that supervisord knows."""
        results = self.batch([info_call(name) for name in names])
        return {info.name: info for info in map(as_info, results) if info}

    def all_infos(self) -> dict[str, ProcessInfo]:
        """Every program. With a thousand of them this keeps supervisord busy for a second: not to be polled."""
        results = self.one("getAllProcessInfo")
        infos = map(as_info, results if isinstance(results, list) else ())
        return {info.name: info for info in infos if info}

    def reload(self) -> Difference | Fault:
        """Read the configuration anew, which by itself changes nothing that runs."""
        result = self.one("reloadConfig")
        if isinstance(result, Fault):
            return result
        match result:
            case [[[*added], [*changed], [*removed]]]:
                return Difference(tuple(map(str, added)), tuple(map(str, changed)), tuple(map(str, removed)))
        raise SupervisordGone(f"{self._socket}: not an answer to reloadConfig: {result!r:.100}")

    def answers(self) -> bool:
        """Whether somebody answers, and is not going down."""
        try:
            state = self.one("getState")
        except SupervisordGone:
            return False
        return isinstance(state, Mapping) and state.get("statename") == "RUNNING"

    def _call(self, method: str, *params: object) -> object:
        body = xmlrpc.client.dumps(params, method)  # type: ignore[arg-type]
        connection = _UnixConnection(self._socket, self._timeout_s)
        try:
            connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise SupervisordGone(f"no supervisord at {self._socket}: {error or type(error).__name__}") from None
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise SupervisordGone(f"supervisord at {self._socket} answers {response.status} {response.reason}")
        try:
            (result,), _ = xmlrpc.client.loads(content)
        except xmlrpc.client.Fault as fault:
            return Fault(fault.faultCode, fault.faultString)
        except (expat.ExpatError, xmlrpc.client.Error, ValueError) as error:
            raise SupervisordGone(f"{self._socket}: not an answer of supervisord: {error}") from None
        return result


def info_call(name: str) -> Call:
    """What asks for one program."""
    return "getProcessInfo", (name,)


def as_info(result: object) -> ProcessInfo | None:
    """The answer to ``info_call``; None for a program that is not known."""
    if not isinstance(result, Mapping):
        return None
    return ProcessInfo(
        name=str(result["name"]),
        state=ProcessState(result["state"]),
        pid=int(result["pid"]),
        exit_status=int(result["exitstatus"]),
        spawn_error=str(result["spawnerr"]),
        started_at=int(result["start"]),
        ended_at=int(result["stop"]),
    )


def _fault_or(result: object) -> object:
    if isinstance(result, Mapping) and "faultCode" in result:
        return Fault(int(result["faultCode"]), str(result.get("faultString", "")))
    return result


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
