"""The two brokers as programs of their own, each on a free port."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.waiting import eventually

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")

_MOSQUITTO_CONF = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_packet_size 1048576
set_tcp_nodelay true
"""


@dataclass(frozen=True, slots=True)
class BrokerProcess:
    """A running broker; what it says is in the file ``log``."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path


@contextmanager
def running(
    name: str, directory: Path, *options: str, port: int = 0, open_files: int | None = None
) -> Iterator[BrokerProcess]:
    """The broker ``"embedded"`` or ``"mosquitto"`` until the end of the block, on a free port unless one is given."""
    port = port or free_port()
    log = directory / f"{name}-{port}.log"
    command = _command(name, directory, port, options)
    if open_files is not None:
        command = ["sh", "-c", 'ulimit -n "$0"; exec "$@"', str(open_files), *command]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        eventually(lambda: _accepts(port) or process.poll() is not None, what=f"{name} listens on {port}")
        assert process.poll() is None, log.read_text()
        yield BrokerProcess(process, port, log)
    finally:
        process.terminate()
        process.wait(10)


def _command(name: str, directory: Path, port: int, options: tuple[str, ...]) -> list[str]:
    if name == "embedded":
        return [sys.executable, "-m", "launcher.broker", "--port", str(port), *options]
    assert MOSQUITTO is not None
    conf = directory / f"mosquitto-{port}.conf"
    conf.write_text(_MOSQUITTO_CONF.format(port=port))
    return [MOSQUITTO, "-c", str(conf), *options]


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
