"""A real sshd on the loopback, of an ordinary configuration without root: own port, own host key, own client key."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.waiting import eventually

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")


@dataclass(frozen=True, slots=True)
class Ssh:
    """The way in."""

    folder: Path
    port: int

    def command(self, words: Sequence[str] = ()) -> list[str]:
        """``ssh -t`` to this machine."""
        options = ["StrictHostKeyChecking=no", f"UserKnownHostsFile={self.folder}/known_hosts", "LogLevel=ERROR"]
        chosen = [word for option in options for word in ("-o", option)]
        where = ["-F", "none", "-i", f"{self.folder}/client", "-p", str(self.port), f"{getpass.getuser()}@127.0.0.1"]
        return ["ssh", "-t", *chosen, *where, *words]


@contextlib.contextmanager
def sshd(folder: Path, *, forced_command: str = "") -> Iterator[Ssh]:
    """A running sshd; with ``forced_command`` the client's key may run that and nothing else."""
    assert SSHD is not None
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    restrict = f'restrict,pty,command="{forced_command}" ' if forced_command else ""
    (folder / "authorized_keys").write_text(restrict + (folder / "client.pub").read_text())
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile {folder}/sshd.pid\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
    )
    # As root it separates privileges in a folder that Debian makes only when it starts the service.
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    log = (folder / "sshd.log").open("wb")
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stdout=log, stderr=log)
    try:
        eventually(lambda: _listens(port) or process.poll() is not None, what="sshd listens")
        assert process.poll() is None, (folder / "sshd.log").read_text()
        yield Ssh(folder, port)
    finally:
        process.terminate()
        process.wait()
        log.close()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
