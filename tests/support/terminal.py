"""A real terminal for a program to run in: tmux, driven by keys and read as text."""

from __future__ import annotations

import os
import shlex
import subprocess
import uuid
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.support.waiting import eventually


class Terminal:
    """``command`` in a tmux of its own; leaving it ends the tmux server and everything in it."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 80, rows: int = 24, term: str = "xterm-256color"
    ) -> None:
        self._command = shlex.join(command)
        self._size = (columns, rows)
        self._term = term
        self._socket = f"cp-simu-{uuid.uuid4().hex[:12]}"

    def __enter__(self) -> Self:
        columns, rows = self._size
        environment = os.environ | {"TERM": self._term}
        environment.pop("NO_COLOR", None)
        self._tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), self._command, environment=environment)
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note("the screen was:\n" + self.screen())
        self._tmux("kill-server")

    def keys(self, *keys: str) -> None:
        """Press keys, by tmux's names (``Enter``, ``C-c``, ``a``)."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type ``text`` letter by letter."""
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        """What is on the screen now, its fixed blanks as plain ones."""
        return self._tmux("capture-pane", "-p").replace("\N{NO-BREAK SPACE}", " ")

    def wait_for(self, *texts: str, timeout_s: float = 15.0) -> str:
        """The screen as soon as it shows all of ``texts``."""

        def shows_all() -> str:
            screen = self.screen()
            return screen if all(text in screen for text in texts) else ""

        return eventually(shows_all, timeout_s, f"{texts} on the screen")

    @property
    def pid(self) -> int:
        """The program's process."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    @property
    def ended(self) -> bool:
        """Whether the program has ended; tmux may be gone with it."""
        return self._tmux("display-message", "-p", "#{pane_dead}").strip() in ("1", "")

    def _tmux(self, *words: str, environment: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, "-f", "/dev/null", *words],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        return done.stdout
