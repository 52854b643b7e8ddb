"""supervisord's side of the zygote: charge points are forked from it, and supervisord's own in everything else.

An ``[rpcinterface:zygote]`` section loads this into supervisord. It makes supervisord the subreaper of its
descendants (prctl(2)), so that a process which the zygote bears becomes supervisord's child: waitpid, exit codes,
signals, ``supervisorctl`` are as ever. Without a zygote, or when it fails, it is started by fork and exec.

The seams are not documented: ``Subprocess.spawn`` calls ``options.fork`` once its pipes are made. Hence
``supervisor>=4.3,<4.4`` and a test of every verb of supervisorctl.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from supervisor import events
from supervisor.process import Subprocess

from chargepoint.zygote.line import PROGRAM, SOCKET, Birth, NoBirthError, ask

PR_SET_CHILD_SUBREAPER = 36

COMMAND = [sys.executable, "-m", PROGRAM]


class ForkedProcess(Subprocess):  # type: ignore[misc]
    """A program of supervisord's whose process comes from the zygote when there is one."""

    def spawn(self) -> int | None:
        """Start the process; returns its pid, None when that failed."""
        options = self.config.options
        fork: Callable[[], int] = options.fork
        options.fork = lambda: self._born() or fork()
        try:
            pid: int | None = super().spawn()
        finally:
            del options.fork
        return pid

    def _born(self) -> int | None:
        options = self.config.options
        _, argv = self.get_execv_args()
        birth = Birth(
            argv[len(COMMAND) :], self._environment(), self.config.directory or str(Path.cwd()), self.config.umask
        )
        output = self.pipes["child_stdout"]
        error = output if self.config.redirect_stderr else self.pipes["child_stderr"]
        try:
            return ask(_socket(options), birth, [self.pipes["child_stdin"], output, error])
        except NoBirthError as reason:
            options.logger.info(f"'{self.config.name}' is started by exec: {reason}")
            return None

    def _environment(self) -> dict[str, str]:
        # As Subprocess._spawn_as_child makes it.
        environment = dict(os.environ)
        environment["SUPERVISOR_ENABLED"] = "1"
        if serverurl := self.config.serverurl or self.config.options.serverurl:
            environment["SUPERVISOR_SERVER_URL"] = serverurl
        environment["SUPERVISOR_PROCESS_NAME"] = self.config.name
        if self.group:
            environment["SUPERVISOR_GROUP_NAME"] = self.group.config.name
        return environment | (self.config.environment or {})


class Interface:
    """What ``zygote.*`` offers over XML-RPC: nothing but its presence."""

    def getState(self) -> str:
        """Return the word that says that charge points are forked.

        @return string result Always "forking"
        """
        return "forking"


def make_interface(supervisord: Any, **settings: str) -> Interface:
    """The factory that the configuration names; called again after each reload."""

    def running(event: Any) -> None:
        # Not sooner: a daemon forks once more before it runs, and a subreaper's child is none.
        if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0:
            events.subscribe(events.ProcessGroupAddedEvent, added)
            for group in supervisord.process_groups.values():
                _convert(group)

    def added(event: Any) -> None:
        _convert(supervisord.process_groups[event.group])

    events.subscribe(events.SupervisorRunningEvent, running)
    return Interface()


def _convert(group: Any) -> None:
    for process in group.processes.values():
        if type(process) is Subprocess and process.config.command.split()[1:3] == COMMAND[1:]:
            process.__class__ = ForkedProcess


def _socket(options: Any) -> Path:
    (server,) = (each for each in options.server_configs if "file" in each)
    return Path(server["file"]).with_name(SOCKET)
