"""What has to be right before a yard comes up, and what to change when it is not."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import socket
import stat
import tempfile
from pathlib import Path

import aiomqtt

from chargepoint.api.errors import InputError
from chargepoint.bus import Broker
from launcher.addresses import LOOPBACK, is_loopback
from launcher.diagnostics import Failure, NotThere
from launcher.folder import Folder
from launcher.retained import connected
from launcher.yard.processes import listener

SOCKET_PATH_MAX = 107 - len(".1234567")
"""Bytes of a unix socket's path, less what supervisord appends while it makes it."""

PROBE_TIMEOUT_S = 4.0

_FORBIDDEN = re.compile(r"""[\x00-\x1f\x7f"'\\*?\[\]]|\s[#;]""")
_SBIN = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


def checked_folder(path: Path) -> Folder:
    """The state folder, made when it is not there. Raises InputError when it cannot be one, OSError."""
    path = path.expanduser().resolve()
    if _FORBIDDEN.search(str(path)):
        raise InputError(
            "--state-dir", str(path), "a path that supervisord can read: without quotes, \\ * ? [ ] or ' #'"
        )
    folder = Folder(path)
    try:
        for each in (path, folder.logs, folder.charge_points, folder.csms):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(b"x" * 4096)
    except OSError as error:
        raise InputError("--state-dir", str(path), f"a folder that can be written ({error.strerror})") from None
    return folder


def socket_path(folder: Folder) -> Path:
    """Where supervisord's socket is: in the state folder, or, when that path is too long for one, in a folder of the
    user's own. Raises Failure."""
    inside = folder.path / "supervisord.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_MAX:
        return inside
    digest = hashlib.sha256(os.fsencode(folder.path)).hexdigest()[:12]
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"cp-simu-{os.getuid()}-{digest}"
    outside = runtime / "supervisord.sock"
    if len(os.fsencode(outside)) > SOCKET_PATH_MAX:
        raise Failure(f"{outside} is too long for a unix socket: set XDG_RUNTIME_DIR, or a shorter --state-dir")
    with contextlib.suppress(FileExistsError):
        runtime.mkdir(mode=0o700)
    found = runtime.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Failure(f"{runtime} belongs to somebody else, or is open to others: remove it")
    return outside


def check_port_free(port: int, option: str, address: str = LOOPBACK) -> None:
    """Raises Failure when somebody listens on ``port`` of this machine's ``address`` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Failure(f"port {port} is reserved for root: choose another with {option}") from None
            raise Failure(f"port {port} is taken{listener(port)}: end it, or choose another with {option}") from None


async def broker_listens(broker: Broker) -> bool:
    """Whether an MQTT broker is at its URL; False when nothing listens. Raises NotThere when what listens there will
    not have us."""
    try:
        socket.create_connection((broker.host, broker.port), timeout=PROBE_TIMEOUT_S).close()
    except ConnectionRefusedError:
        return False
    except OSError as error:
        raise NotThere(f"no broker at {broker.url}: {error.strerror or error}") from None
    try:
        async with connected(broker, PROBE_TIMEOUT_S):
            return True
    except (aiomqtt.MqttError, OSError) as error:
        who = listener(broker.port) if is_loopback(broker.host) else ""
        raise NotThere(
            f"what listens at {broker.host}:{broker.port}{who} is not an MQTT broker that lets us in ({error}): "
            "name another with --broker"
        ) from None


def find_mosquitto() -> str | None:
    """The mosquitto of this machine; system folders are not on everybody's PATH."""
    return shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", os.defpath), _SBIN)))
