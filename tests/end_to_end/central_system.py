"""A central system that comes and goes: on the same ports, with the same database, and other options."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.csms.program import Program, running
from tests.support.ports import free_port


class CentralSystem:
    """``python -m csms`` in ``folder``, one process at a time."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self._ports = free_port(), free_port()
        self._program: Program | None = None

    def start(self, *options: str) -> Program:
        """Start it; returns when it listens."""
        assert self._program is None, "one at a time"
        program = self._stack.enter_context(running(self.folder, *options, ports=self._ports))
        self._program = program
        return program

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, by default in good order."""
        assert self._program is not None, "it is not running"
        self._program.end(how)
        self._program = None

    def restart(self, *options: str) -> Program:
        """End it in good order and start it with other options."""
        self.end()
        return self.start(*options)


@contextmanager
def central_system(folder: Path) -> Iterator[CentralSystem]:
    """One that is not started yet."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        yield CentralSystem(folder, stack)
