"""A pool over its standard streams, and a central system for its stations."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.waiting import eventually


class Pool:
    """``python -m chargepoint.pool``, spoken to line by line."""

    def __init__(self, *options: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chargepoint.pool", "--log-level", "error", *map(str, options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.said: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(map(json.loads, self.process.stdout))

    def say(self, topic: str, payload: object) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self.write(json.dumps({"topic": f"cp_simu/{topic}", "payload": text}))

    def write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def command(self, kind: str, *charge_points: dict[str, object], **more: object) -> dict[str, Any]:
        """A command's answer."""
        request_id = f"{kind}-{len(self.said)}"
        command = {"type": kind, "charge_points": charge_points, "request_id": request_id, **more}
        self.say("pools/pool/cmd", command)
        return eventually(
            lambda: [each for each in self.told("pools/pool/result") if each["request_id"] == request_id]
        )[0]

    def told(self, topic: str) -> list[Any]:
        """Every payload of a topic, in order."""
        heard = [each["payload"] for each in list(self.said) if each["topic"] == f"cp_simu/{topic}"]
        return [json.loads(payload) if payload else None for payload in heard]

    def status(self, station_id: str) -> str:
        """What a station told last."""
        told = self.told(f"cps/{station_id}/status")
        return str(told[-1]["status"]) if told and told[-1] else ""

    def connector(self, station_id: str, number: int = 1) -> dict[str, Any]:
        """What a connector told last."""
        told: list[dict[str, Any]] = self.told(f"cps/{station_id}/connectors/{number}/status")
        return told[-1] if told else {}

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            assert self.process.wait(20) == 0
        finally:
            self.process.kill()
            self._reader.join(5)


@pytest.fixture
def pool() -> Iterator[Pool]:
    """A pool in memory."""
    pool = Pool()
    yield pool
    pool.end()
