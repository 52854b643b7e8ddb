"""A broker that is there already, and wants a password: the yard uses it, and shows the password to nobody."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.ports import free_port
from tests.support.waiting import eventually
from tests.support.yard import Yard

pytestmark = pytest.mark.end_to_end

PASSWORD = "s3cret-of-the-yard"


@pytest.fixture
def broker_url(tmp_path: Path) -> Iterator[str]:
    """A mosquitto that lets in ``yard`` with PASSWORD alone."""
    port = free_port()
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "yard", PASSWORD], check=True)
    passwords.chmod(0o644)
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\nuser root\n")
    broker = subprocess.Popen(["mosquitto", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"mqtt://yard:{PASSWORD}@127.0.0.1:{port}"
    eventually(lambda: psutil.Process(broker.pid).net_connections(), what="mosquitto listens")
    yield url
    broker.terminate()
    broker.wait()


def test_a_yard_uses_a_broker_with_a_password_and_never_shows_it(empty_yard: Yard, broker_url: str) -> None:
    yard = empty_yard
    yard.broker = broker_url
    up = yard.up("--count", 2)
    status = yard.cp_simu("status")
    assert status.stdout.count("Accepted") == 2
    assert "broker RUNNING" not in status.stdout, "no broker of ours"
    assert PASSWORD not in up.stdout + up.stderr + status.stdout + status.stderr
    for process in yard.processes():
        assert PASSWORD not in " ".join(process.cmdline())
    for log in yard.folder.logs.iterdir():
        assert PASSWORD not in log.read_text(errors="replace"), log
    for file in yard.folder.path.rglob("*"):
        if file.is_file() and PASSWORD.encode() in file.read_bytes():
            assert file.stat().st_mode & 0o077 == 0, f"{file} can be read by others"
