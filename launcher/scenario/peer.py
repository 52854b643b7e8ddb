"""The central system under test: the user's own, or the bundled one that is started for the run."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from chargepoint.api.errors import InputError
from chargepoint.clock import Clock
from chargepoint.settings import etc_dir

READY_TIMEOUT_S = 30.0
PR_SET_PDEATHSIG = 1

_OCPP = re.compile(r"(wss?://\S+)/<")
_HTTP = re.compile(r"HTTP at (http://[^,\s]+)")


class Unreachable(Exception):
    """There is no central system to test; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """``url``: where stations connect; ``commands``: where a command is posted, with ``{id}`` and ``{action}`` in it;
    ``api``: the HTTP API of the bundled one, "" for others; ``one_clock``: it has that of the stations."""

    url: str
    commands: str = ""
    api: str = ""
    one_clock: bool = False

    @property
    def bundled(self) -> bool:
        """Whether it is the bundled one, which can be driven."""
        return bool(self.api)

    def command_url(self, station: str, action: str) -> str:
        """Where ``action`` for ``station`` is posted."""
        return self.commands.replace("{id}", quote(station, safe="")).replace("{action}", action)


def check_commands(url: str) -> str:
    """A URL to post commands to, checked; raises InputError."""
    if not re.fullmatch(r"https?://[^\s/]+\S*", url) or "{id}" not in url or "{action}" not in url:
        wanted = (
            "an http(s) URL with {id} and {action}, like http://localhost:8080/charge-points/{id}/commands/{action}"
        )
        raise InputError("--commands", url, wanted)
    return url


def check_api(url: str) -> str:
    """The URL of the bundled central system's HTTP API, checked; raises InputError."""
    if not re.fullmatch(r"http://[^\s/]+", url.rstrip("/")):
        raise InputError(
            "--api", url, "the HTTP address that the bundled central system tells, like http://host:8080"
        )
    return url.rstrip("/")


def driven(url: str, api: str, commands: str = "") -> Peer:
    """A central system of the bundled kind, with its HTTP API."""
    return Peer(url, commands or f"{api}/charge-points/{{id}}/commands/{{action}}", api)


def _ending_with_us() -> Callable[[], None] | None:
    """What a child does before it begins, so that it does not outlive a parent that is killed (prctl(2), Linux); None
    where there is no such thing."""
    import ctypes  # not for those who have a central system of their own

    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


@asynccontextmanager
async def bundled(clock: Clock, *, authority: bool = False) -> AsyncIterator[Peer]:
    """The bundled central system with ``clock``, on free ports, with a database that goes when it does; with a
    certificate ``authority``, and TLS besides plain TCP on the same port, if need be."""
    with TemporaryDirectory(prefix="cp-simu-") as folder:
        options = ["--database", str(Path(folder) / "csms.db"), "--files", str(Path(folder) / "files")]
        if clock.speed != 1:
            options += ["--speed", f"{clock.speed:g}", "--since", repr(clock.since)]
        if authority:
            options += ["--tls", "--plain", "--client-certificates", "optional"]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "csms", "--port", "0", "--http-port", "0", *options),
            *("--tags", str(etc_dir() / "scenarios" / "tags.json"), "--log-level", "error"),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
            start_new_session=True,
            preexec_fn=_ending_with_us(),
        )
        assert process.stderr is not None
        drain: asyncio.Task[bytes] | None = None
        try:
            told = ""
            try:
                async with asyncio.timeout(READY_TIMEOUT_S):
                    while not (_OCPP.search(told) and _HTTP.search(told)):
                        line = await process.stderr.readline()
                        if not line:
                            raise Unreachable(f"the bundled central system did not start: {told.strip()[-500:]}")
                        told += line.decode(errors="replace")
            except TimeoutError:
                raise Unreachable("the bundled central system did not start in time") from None
            drain = asyncio.create_task(process.stderr.read())
            ocpp, http = _OCPP.search(told), _HTTP.search(told)
            assert ocpp is not None
            assert http is not None
            yield replace(driven(ocpp[1], http[1]), one_clock=True)
        finally:
            if process.returncode is None:
                process.terminate()
                try:
                    async with asyncio.timeout(10):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()
            if drain is not None:
                await drain
