"""A terminal that is nothing but bytes: to measure what a program writes, and to record it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence


class PseudoTerminal:
    """``command`` in a pseudo-terminal, read as fast as it writes."""

    def __init__(self, command: Sequence[str], columns: int, rows: int, environment: Mapping[str, str]) -> None:
        self._main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.began = time.monotonic()
        # Textual writes to standard error.
        self.process = subprocess.Popen(
            command, stdin=side, stdout=side, stderr=side, env=os.environ | environment, start_new_session=True
        )
        os.close(side)
        self.bytes = 0

    def read(self, timeout_s: float) -> bytes:
        """What it writes within ``timeout_s``, as soon as it writes something; nothing once it has ended."""
        ready, _, _ = select.select([self._main], [], [], timeout_s)
        try:
            written = os.read(self._main, 65_536) if ready else b""
        except OSError:
            written = b""
        self.bytes += len(written)
        return written

    def watch(self, length_s: float) -> None:
        """Only read, for a while."""
        until = time.monotonic() + length_s
        while (left_s := until - time.monotonic()) > 0:
            self.read(left_s)

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._main, keys)

    def hang_up(self) -> int:
        """Take the terminal away; the exit status of the program, which has to end by itself."""
        os.close(self._main)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()

    def leave(self) -> None:
        """Quit, by its key; end it when it does not."""
        self.press(b"q")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.watch(1.0)
            self.process.wait(1.0)
        self.process.terminate()
        self.process.wait(10)
        os.close(self._main)
