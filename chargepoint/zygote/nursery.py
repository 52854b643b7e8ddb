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
        line.settimeout(1.0)
        try:
            request, streams, _, _ = socket.recv_fds(line, LARGEST_REQUEST, STREAMS)
        except OSError:
            return
        try:
            birth = Birth.from_json(request)
            if len(streams) == STREAMS and (midwife := os.fork()) == 0:
                self._deliver(birth, streams, line, door)
            elif len(streams) == STREAMS:
                os.waitpid(midwife, 0)
        except (InputError, OSError):
            pass  # The line is closed without a pid: supervisord starts it by itself.
        finally:
            for stream in streams:
                os.close(stream)

    def _deliver(self, birth: Birth, streams: list[int], line: socket.socket, door: socket.socket) -> NoReturn:
        """In the process between: bear, tell the pid, and end, which leaves the child to supervisord."""
        pid = os.fork()
        if pid == 0:
            line.close()
            door.close()
            live(birth, streams)
        try:
            line.send(str(pid).encode())
        except OSError:
            # supervisord has given up and starts one by itself: two of one id must not be.
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


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
