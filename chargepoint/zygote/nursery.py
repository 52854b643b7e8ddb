"""Where charge points are born: a request comes in at the socket, a process with a parent of its own comes out."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
from pathlib import Path
from typing import NoReturn

from chargepoint.api.errors import InputError
from chargepoint.zygote.birth import live, make_ready
from chargepoint.zygote.holes import fill_holes
from chargepoint.zygote.line import LARGEST_REQUEST, STREAMS, Birth

REQUEST_TIMEOUT_S = 1.0


class Nursery:
    """Serves one socket, one birth at a time. Nothing here may start a thread: fork copies only the one it is in.

    A charge point is the child of a process that ends at once, so that its parent is supervisord, the subreaper:
    its pid, its exit code and its signals are supervisord's business, as if supervisord had started it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(self) -> None:
        """Serve until SIGTERM. Raises OSError when the socket cannot be made."""
        self._path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
            door.bind(str(self._path))
            self._path.chmod(0o600)
            door.listen(128)
            make_ready()
            # What is here now stays: children share its pages as long as nobody's collector touches them.
            fill_holes()
            gc.freeze()
            with _Ending() as ending:
                while not ending.waits_for(door):
                    line, _ = door.accept()
                    with line:
                        self._bear(line, door)
        self._path.unlink(missing_ok=True)

    def _bear(self, line: socket.socket, door: socket.socket) -> None:
        # Nothing else happens here: what the zygote writes to is shared with no child that was born before.
        try:
            if (midwife := os.fork()) == 0:
                if os.fork() == 0:
                    door.close()
                    _begin(line)
                os._exit(0)
            os.waitpid(midwife, 0)
        except OSError:
            pass  # The line is closed without a pid: supervisord starts it by itself.


def _begin(line: socket.socket) -> NoReturn:
    """Become what ``line`` asks for, if it does, and tell the pid."""
    try:
        line.settimeout(REQUEST_TIMEOUT_S)
        request, streams, _, _ = socket.recv_fds(line, LARGEST_REQUEST, STREAMS)
        birth = Birth.from_json(request)
        if len(streams) == STREAMS:
            line.send(str(os.getpid()).encode())
            line.close()
            live(birth, streams)
    except (InputError, OSError):
        pass  # Or supervisord has given up and starts one by itself: two of one id must not be.
    finally:
        os._exit(1)


class _Ending:
    """SIGTERM and SIGINT as something to wait for beside a socket."""

    def __enter__(self) -> _Ending:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        self._reader.close()
        self._writer.close()

    def waits_for(self, door: socket.socket) -> bool:
        """Wait until somebody is at the ``door``; True when the end came first."""
        ready, _, _ = select.select([door, self._reader], [], [])
        return self._reader in ready
