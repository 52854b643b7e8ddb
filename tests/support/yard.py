"""A yard for tests: brought up by ``cp-simu up`` in a folder and on ports of its own, spoken to as a user would.

Fixtures: ``yard`` is up, ``empty_yard`` is not yet, ``shared_yard`` is up once for all tests of a module. Whatever a
test does to its yard, it is taken down in the end, and nothing of it may be left then.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import httpx
import psutil
import pytest

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.topics import DEFAULT_ROOT, Topics
from chargepoint.bus import Broker
from launcher.api.commands import CommandResult
from launcher.folder import Folder
from launcher.folder import Yard as YardFile
from launcher.retained import retained
from launcher.supervisord.client import Supervisord
from launcher.yard import processes
from tests.support.ear import Ear
from tests.support.ports import free_port
from tests.support.waiting import eventually

COMMAND_TIMEOUT_S = 100.0
WAIT_S = 20.0


def order(kind: str, *ids: str) -> dict[str, object]:
    """A command to the launcher about charge points that it knows."""
    return {"type": kind, "charge_points": [{"id": each} for each in ids]}


class Yard:
    """One state folder with free ports; nothing runs before ``up``."""

    def __init__(self, path: Path, root: str = DEFAULT_ROOT) -> None:
        self.folder = Folder(path.resolve())
        self.topics = Topics(root)
        self.broker_port, self.csms_port, self.http_port = free_port(), free_port(), free_port()
        self.broker = f"mqtt://localhost:{self.broker_port}"
        self.central_system = f"ws://localhost:{self.csms_port}"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("CP_SIMU_")}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._request_numbers = itertools.count(1)

    # Commands

    def cp_simu(self, *words: object, timeout_s: float = COMMAND_TIMEOUT_S) -> subprocess.CompletedProcess[str]:
        """``cp-simu WORDS`` for this yard, to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def command(self, *words: object) -> list[str]:
        """The command line of ``cp-simu WORDS`` for this yard."""
        return [sys.executable, "-m", "launcher", *map(str, words), "--state-dir", str(self.folder.path)]

    def up_words(self, *words: object) -> Sequence[object]:
        """The words of ``up`` for this yard."""
        ports = () if "--central-system" in words else ("--csms-port", self.csms_port, "--http-port", self.http_port)
        return ("up", "--broker", self.broker, "--root", self.topics.root, *ports, *words)

    def up(self, *words: object) -> subprocess.CompletedProcess[str]:
        """``cp-simu up --headless WORDS``, which has to succeed."""
        done = self.cp_simu(*self.up_words("--headless", *words))
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    def supervisorctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``supervisorctl -c <state>/supervisord.conf WORDS``."""
        return subprocess.run(
            [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(self.folder.supervisord_conf), *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def end(self) -> None:
        """Take the yard down, whatever state it is in, and see that nothing of it is left."""
        if "ear" in self.__dict__:
            self.ear.close()
        done = self.cp_simu("down")
        left = self.processes()
        processes.end(left, 0.5)
        assert not left, f"after `cp-simu down` ({done.stderr.strip()}) there still was {left}"

    # MQTT

    @cached_property
    def ear(self) -> Ear:
        """Who listens to everything, from the first use on."""
        return Ear(self.broker_port, self.topics)

    def publish(self, topic: str, payload: bytes | Mapping[str, object], *, retain: bool = False) -> None:
        """Publish below the root; a mapping as JSON."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.ear.publish(f"{self.topics.root}/{topic}", content, retain=retain)

    def publish_command(self, command: Mapping[str, object]) -> str:
        """Send a command to the launcher; returns its request id, one of our own when it has none."""
        request_id = str(command.get("request_id", f"request-{next(self._request_numbers)}"))
        self.publish("launcher/cmd", {**command, "request_id": request_id})
        return request_id

    def results(self, request_id: str | None = None) -> list[CommandResult]:
        """The launcher's answers so far, or those to one request."""
        topic = self.topics.launcher("result")
        told = [CommandResult.from_json(payload) for said, payload in list(self.ear.said) if said == topic]
        return [result for result in told if request_id is None or result.request_id == request_id]

    def wait_for_result(self, request_id: str, timeout_s: float = WAIT_S) -> CommandResult:
        """The answer to a request."""
        return eventually(lambda: self.results(request_id), timeout_s, f"an answer to {request_id}")[0]

    def ask(self, command: Mapping[str, object], timeout_s: float = 60.0) -> CommandResult:
        """Send a command to the launcher and wait for its answer."""
        return self.wait_for_result(self.publish_command(command), timeout_s)

    def verdicts(self, command: Mapping[str, object], timeout_s: float = 60.0) -> list[str]:
        """Send a command and wait for the result of each of its entries."""
        return [str(entry.result) for entry in self.ask(command, timeout_s).results]

    def start(self, *entries: Mapping[str, object]) -> None:
        """Start charge points, which has to succeed."""
        result = self.ask({"type": "start", "charge_points": list(entries)})
        assert result.good, result

    def retained(self, topic_filter: str) -> dict[str, bytes]:
        """What the broker retains below the root now, asked anew."""
        wanted = [f"{self.topics.root}/{topic_filter}"]
        return asyncio.run(retained(Broker.parse(self.broker), self.topics, wanted))

    def forget(self) -> None:
        """Forget what was heard, so that what is seen next was said later."""
        self.ear.heard.clear()

    @property
    def launcher_status(self) -> str:
        """Alive, Dead, or "" while it was not heard."""
        return self.ear.heard.get(self.topics.launcher("status"), b"").decode()

    def status(self, station_id: str) -> ChargePointStatus:
        """The status of a charge point that was heard."""
        return ChargePointStatus.from_json(self.ear.heard[self.topics.station(station_id, "status")])

    def connector(self, station_id: str, number: int) -> ConnectorStatus:
        """The status of a connector that was heard."""
        return ConnectorStatus.from_json(self.ear.heard[self.topics.connector(station_id, number, "status")])

    def wait_for_status(self, station_id: str, wanted: Registration, timeout_s: float = WAIT_S) -> ChargePointStatus:
        """Wait until a charge point tells ``wanted``."""
        topic = self.topics.station(station_id, "status")
        eventually(
            lambda: topic in self.ear.heard and self.status(station_id).status is wanted,
            timeout_s,
            f"{station_id} {wanted}; it says {self.ear.heard.get(topic)!r}",
        )
        return self.status(station_id)

    def wait_for_state(
        self, station_id: str, number: int, wanted: ConnectorState, timeout_s: float = WAIT_S
    ) -> ConnectorStatus:
        """Wait until a connector tells ``wanted``."""
        return self.wait_for_connector(station_id, number, lambda told: told.status is wanted, timeout_s)

    def wait_for_connector(
        self, station_id: str, number: int, wanted: Callable[[ConnectorStatus], bool], timeout_s: float = WAIT_S
    ) -> ConnectorStatus:
        """Wait until a connector tells what is ``wanted``."""
        topic = self.topics.connector(station_id, number, "status")
        eventually(
            lambda: topic in self.ear.heard and wanted(self.connector(station_id, number)),
            timeout_s,
            f"the connector as wanted; it says {self.ear.heard.get(topic)!r}",
        )
        return self.connector(station_id, number)

    # HTTP, processes, logs

    @cached_property
    def http(self) -> httpx.Client:
        """The HTTP API of the bundled central system."""
        return httpx.Client(base_url=f"http://localhost:{self.http_port}", trust_env=False)

    @property
    def supervisord(self) -> Supervisord:
        """The yard's supervisord, which is up."""
        file = YardFile.read(self.folder)
        assert file is not None
        return Supervisord(Path(file.socket))

    @property
    def supervisord_pid(self) -> int:
        """The process of supervisord."""
        return int(self.folder.supervisord_pid.read_text())

    def pid_of_program(self, name: str) -> int:
        """The process of a program, 0 when it has none."""
        info = self.supervisord.infos([name]).get(name)
        return info.pid if info else 0

    def processes(self) -> list[psutil.Process]:
        """Everything of this yard that lives."""
        return processes.of_yard(self.folder)

    def charge_point_processes(self, station_id: str | None = None) -> list[psutil.Process]:
        """The living processes of charge points, or of one of them."""
        found = {process: processes.charge_point_of(process) for process in self.processes()}
        return [process for process, each in found.items() if each and station_id in (None, each)]

    def log(self, name: str) -> str:
        """The log of a program."""
        file = self.folder.log(name)
        return file.read_text(errors="replace") if file.exists() else ""


@pytest.fixture
def empty_yard(tmp_path: Path) -> Iterator[Yard]:
    """A yard that is not up yet."""
    yard = Yard(tmp_path / "state")
    yield yard
    yard.end()


@pytest.fixture
def yard(empty_yard: Yard) -> Yard:
    """A yard that is up, without charge points."""
    empty_yard.up()
    return empty_yard


@pytest.fixture(scope="module")
def shared_yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A yard that is up, for all tests of a module."""
    yard = Yard(tmp_path_factory.mktemp("yard") / "state")
    try:
        yard.up()
        yield yard
    finally:
        yard.end()
