"""The central system as a real process on free ports."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.waiting import eventually

_PORTS = re.compile(r"(wss?)://127\.0\.0\.1:(\d+)/.*http://127\.0\.0\.1:(\d+)", re.DOTALL)


@dataclass
class Program:
    """A running ``python -m csms``; ``folder`` has its database ``csms.db`` and what it wrote, ``stderr``."""

    process: subprocess.Popen[bytes]
    folder: Path
    ws: str = ""
    http: str = ""

    def client(self) -> httpx.AsyncClient:
        """A client of its HTTP API; without TLS, whose certificates take longer to load than most tests."""
        return httpx.AsyncClient(base_url=self.http, timeout=20, trust_env=False, verify=False)

    def get(self, path: str) -> Any:
        """The JSON at ``path`` of its HTTP API."""
        return httpx.get(self.http + path, trust_env=False, verify=False).json()

    def said(self) -> str:
        """Everything on its standard error so far."""
        return (self.folder / "stderr").read_text()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(10)


@contextmanager
def running(folder: Path, *options: str, ports: tuple[int, int] = (0, 0)) -> Iterator[Program]:
    """A central system that works in ``folder``, ended afterwards; its ports are free ones unless given."""
    given = ["--port", str(ports[0]), "--http-port", str(ports[1]), "--database", str(folder / "csms.db"), *options]
    with (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen([sys.executable, "-m", "csms", *given], stderr=stderr, env=environment())
    program = Program(process, folder)
    try:
        found = eventually(lambda: _listening(program), what="csms listens")
        program.ws, program.http = f"{found[1]}://127.0.0.1:{found[2]}", f"http://127.0.0.1:{found[3]}"
        yield program
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def environment() -> dict[str, str]:
    """This process's environment, with byte code allowed."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def _listening(program: Program) -> re.Match[str] | None:
    found = _PORTS.search(program.said())
    assert found or program.process.poll() is None, program.said()
    return found
