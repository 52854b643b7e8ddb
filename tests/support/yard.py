"""A yard for tests: brought up by ``cp-simu up`` in a folder and on ports of its own, spoken to like a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import psutil
import pytest

from chargepoint.api.topics import Topics
from launcher.folder import Folder, Yard
from launcher.supervisord.client import ProcessInfo, Supervisord
from launcher.yard import processes
from tests.support.ports import free_port
from tests.support.waiting import eventually

COMMAND_TIMEOUT_S = 100.0


class Ear:
    """An MQTT client that remembers everything below the root: what is retained, and what was said, in order."""

    def __init__(self, port: int, topics: Topics) -> None:
        self.topics = topics
        self.retained: dict[str, bytes] = {}
        self.said: list[tuple[str, bytes]] = []
        self._subscribed = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{topics.root}/#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._heard
        self._client.reconnect_delay_set(0.05, 0.2)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(10)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Publish and wait until the broker has it."""
        self._client.publish(topic, payload, 1, retain).wait_for_publish(10)

    def order(self, command: Mapping[str, object] | str | bytes) -> None:
        """Send a command to the launcher."""
        payload = command if isinstance(command, str | bytes) else json.dumps(command)
        self.publish(self.topics.launcher("cmd"), payload)

    def answers(self, request_id: str | None = None) -> list[dict[str, Any]]:
        """The launcher's answers so far, or those to one request."""
        told = [json.loads(payload) for topic, payload in list(self.said) if topic == self.topics.launcher("result")]
        return [answer for answer in told if request_id is None or answer.get("request_id") == request_id]

    def answer(self, command: Mapping[str, object], timeout_s: float = 30.0) -> dict[str, Any]:
        """Send ``command`` and return its answer."""
        request_id = f"request-{len(self.said)}-{id(command)}"
        self.order({**command, "request_id": request_id})
        return eventually(lambda: self.answers(request_id), timeout_s, f"an answer to {command}")[0]

    def verdicts(self, command: Mapping[str, object], timeout_s: float = 30.0) -> dict[str, str]:
        """Send ``command`` and return the result of each of its entries by id."""
        return {entry["id"]: entry["result"] for entry in self.answer(command, timeout_s)["results"]}

    def json(self, topic: str) -> dict[str, Any]:
        """The retained JSON object of ``topic``, {} for none."""
        payload = self.retained.get(topic)
        return json.loads(payload) if payload else {}

    def status(self, station_id: str) -> dict[str, Any]:
        """The retained status of a charge point, {} for none."""
        return self.json(self.topics.station(station_id, "status"))

    def connector(self, station_id: str, number: int = 1) -> dict[str, Any]:
        """The retained status of a connector, {} for none."""
        return self.json(self.topics.connector(station_id, number, "status"))

    def await_status(self, station_id: str, *wanted: str, timeout_s: float = 20.0) -> dict[str, Any]:
        """Wait until the charge point's status is one of ``wanted``."""
        what = f"{station_id} {' or '.join(wanted)}"
        eventually(lambda: self.status(station_id).get("status") in wanted, timeout_s, what)
        return self.status(station_id)

    def _heard(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
        if message.payload:
            self.retained[message.topic] = message.payload
        else:
            self.retained.pop(message.topic, None)
        self.said.append((message.topic, message.payload))


class YardUnderTest:
    """One state folder with free ports; nothing runs before ``up``."""

    def __init__(self, path: Path) -> None:
        self.folder = Folder(path.resolve() / "state")
        self.broker_port, self.csms_port, self.http_port = free_port(), free_port(), free_port()
        self.broker = f"mqtt://localhost:{self.broker_port}"
        self.central_system = f"ws://localhost:{self.csms_port}"
        self.http = f"http://localhost:{self.http_port}"
        self.topics = Topics()
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("CP_SIMU_") and key != "PYTHONDONTWRITEBYTECODE"
        }

    def run(self, *words: object, timeout_s: float = COMMAND_TIMEOUT_S) -> subprocess.CompletedProcess[str]:
        """``cp-simu WORDS --state-dir ...`` to its end."""
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

    def up_words(self, *words: object, central_system: str | None = None) -> Sequence[object]:
        """The words of ``up`` for this yard. ``central_system`` stands in for the bundled one."""
        ports = ("--csms-port", self.csms_port, "--http-port", self.http_port)
        where = ("--central-system", central_system) if central_system else ports
        return ("up", "--broker", self.broker, *where, *words)

    def up(self, *words: object, central_system: str | None = None) -> subprocess.CompletedProcess[str]:
        """``cp-simu up --headless``, which has to succeed."""
        done = self.run(*self.up_words("--headless", *words, central_system=central_system))
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    def down(self) -> subprocess.CompletedProcess[str]:
        """``cp-simu down``, which has to succeed."""
        done = self.run("down")
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    @contextmanager
    def ear(self) -> Iterator[Ear]:
        """An MQTT client."""
        ear = Ear(self.broker_port, self.topics)
        try:
            yield ear
        finally:
            ear.close()

    def entry(self, station_id: str, **fields: object) -> dict[str, object]:
        """A start entry for a charge point of this yard, in the documented spelling."""
        return {
            "id": station_id,
            "vendor": "Open OCPP",
            "model": "Simulated CP",
            "serial": "S/NABCD1234",
            "central_system": self.central_system,
            "nb_connectors": 1,
            "nb_phases": 3,
            "max_current": 32,
            "max_current_per_connector": 16,
        } | fields

    def setup_file(self, *entries: Mapping[str, object]) -> Path:
        """A setup file with ``entries``."""
        file = self.folder.path.parent / "setup.json"
        file.write_text(json.dumps({"charge_points": list(entries)}))
        return file

    @property
    def supervisord(self) -> Supervisord:
        """The yard's supervisord."""
        yard = Yard.read(self.folder)
        assert yard is not None
        return Supervisord(Path(yard.socket))

    def program(self, name: str) -> ProcessInfo | None:
        """What supervisord knows of a program."""
        return self.supervisord.infos([name]).get(name)

    def pid(self, name: str) -> int:
        """The process of a program, 0 when it has none."""
        info = self.program(name)
        return info.pid if info else 0

    def supervisorctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``supervisorctl -c <state>/supervisord.conf WORDS``."""
        return subprocess.run(
            [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(self.folder.supervisord_conf), *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def processes(self) -> list[psutil.Process]:
        """Everything of this yard that lives."""
        return processes.of_yard(self.folder)

    def processes_of(self, station_id: str) -> list[psutil.Process]:
        """The living processes of one charge point."""
        return [process for process in self.processes() if processes.charge_point_of(process) == station_id]

    def log(self, name: str) -> str:
        """The log of a program."""
        file = self.folder.log(name)
        return file.read_text(errors="replace") if file.exists() else ""

    def end(self) -> None:
        """Take the yard down, whatever state it is in, and see that nothing of it is left."""
        self.run("down")
        left = self.processes()
        processes.end(left, 0.5)
        assert not left, f"after `cp-simu down` there still was {left}"


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[YardUnderTest]:
    """A yard of the test's own."""
    yard = YardUnderTest(tmp_path)
    yield yard
    yard.end()


@pytest.fixture(scope="module")
def shared_yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[YardUnderTest]:
    """A yard that is up, with the bundled central system and no charge point, for all tests of a module."""
    yard = YardUnderTest(tmp_path_factory.mktemp("yard"))
    try:
        yard.up()
        yield yard
    finally:
        yard.end()
