"""Charge points as real processes, each with its folder, as a yard starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from tests.chargepoint.brokers import Observer
from tests.support.waiting import eventually_async

STATUS = "cp_simu/cps/CP1/status"


class ChargePoint:
    """One charge point CP1 in ``folder``; every ``start`` is another process on the same data."""

    def __init__(self, folder: Path, central_system: str, broker: str | None, **entry: Any) -> None:
        self.folder = folder
        self.log = folder / "CP1.log"
        folder.mkdir(exist_ok=True)
        retries = {"RetryBackOffWaitMinimum": "0", "RetryBackOffRandomRange": "0"}
        self.entry = {"id": "CP1", "central_system": central_system, "ocpp_config": retries, **entry}
        (folder / "spec.json").write_text(json.dumps(self.entry))
        self._options = ["--dir", str(folder), "--log-file", str(self.log), "--log-level", "debug"]
        self._options += ["--broker", broker] if broker else []
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, wrapper: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Start it; it logs to its file and says nothing elsewhere."""
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        command = [sys.executable, *wrapper, "-m", "chargepoint", *self._options]
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        return self.process

    def output(self) -> str:
        """What it said on stdout and stderr."""
        return (self.folder / "output").read_text()

    async def ended(self) -> int:
        """Wait until the process has ended and return its exit code."""
        process = self.process
        assert process is not None
        await eventually_async(lambda: process.poll() is not None, 20, f"the end of it, by {self.log}")
        return process.returncode

    async def end(self) -> int:
        """SIGTERM, and its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    def kill(self) -> None:
        """kill -9: a power cut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


async def is_told(seen: Observer, registration: Registration, last_error: str | None = None) -> ChargePointStatus:
    """Wait until the station's status says ``registration``, with ``last_error`` in its own; "" wants none."""

    def right(payload: bytes) -> bool:
        status = ChargePointStatus.from_json(payload)
        if last_error == "":
            return status.status is registration and not status.last_error
        return status.status is registration and (last_error or "") in status.last_error

    payload = await seen.sees(STATUS, right, f"{registration} {last_error or ''}")
    return ChargePointStatus.from_json(payload)


async def connector_is(seen: Observer, state: ConnectorState, connector: int = 1, **fields: Any) -> ConnectorStatus:
    """Wait until the connector's status says ``state`` and the given fields."""
    topic = f"cp_simu/cps/CP1/connectors/{connector}/status"

    def right(payload: bytes) -> bool:
        status = ConnectorStatus.from_json(payload)
        return status.status is state and all(getattr(status, name) == value for name, value in fields.items())

    return ConnectorStatus.from_json(await seen.sees(topic, right, f"{state} {fields}"))
