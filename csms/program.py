"""The program: database, websockets and HTTP brought up in this order, and down again in the other."""

from __future__ import annotations

import asyncio
import errno
import random
import resource
import signal
import socket
import sys
from asyncio import FIRST_COMPLETED
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import uvicorn
from fastapi import FastAPI

from chargepoint.api.errors import InputError
from chargepoint.clock import Clock
from csms.authorization import Tags
from csms.behaviours.table import Table
from csms.csms import CentralSystem
from csms.entrance import Terms
from csms.files import FilePlace
from csms.http.app import Parts, create_app
from csms.listener import ListenerSettings
from csms.listeners import address_of
from csms.messages import Messages
from csms.security import Security
from csms.server import Server
from csms.store import Store
from csms.tags import ChangeableTags, TagsFile

MAX_OPEN_FILES = 65_536
BACKLOG = 4_096
LEISURE_S = 5.0
"""How often is kept what need not be kept at once, and the database's log is moved."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; port 0 is any free one."""

    host: str
    port: int
    http_port: int
    database: Path
    tags: Path | None
    heartbeat_interval_s: int
    clock: Clock
    messages: int
    files: Path
    security: Security


async def run(options: Options) -> None:
    """Serve until SIGTERM or SIGINT. Raises InputError for an option that cannot be met, StoreFailure."""
    ended = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    _allow_many_connections()
    everybody = Tags()
    tags = ChangeableTags(TagsFile(options.tags).current if options.tags else lambda: everybody)
    behaviours = Table(lambda seed: random.Random(seed).random)
    messages = Messages(options.messages)
    passwords = options.security.passwords()
    authority = options.security.authority()
    settings = options.security.listener()

    def terms_of(wanted: ListenerSettings) -> Terms:
        return options.security.terms(authority, options.host, wanted)

    terms_of(settings)  # what cannot be met is told before anything is opened
    with (
        closing(Store(options.database)) as store,
        closing(_listen("--port", options.host, options.port)) as ocpp_socket,
        closing(_listen("--http-port", options.host, options.http_port)) as http_socket,
    ):
        system = CentralSystem(tags.current, store.charge_points(), store.running_transactions())
        server = Server(
            system,
            store,
            options.clock,
            ocpp_socket,
            options.heartbeat_interval_s,
            behaviours=behaviours,
            messages=messages,
            passwords=passwords,
            signer=authority,
            settings=settings,
            terms_of=terms_of,
        )
        files = FilePlace(options.files)
        parts = Parts(system, server, store, options.clock, behaviours, messages, tags, passwords, files, authority)
        web = _Web(create_app(parts))
        serving = asyncio.create_task(web.serve([http_socket]))
        keeping = asyncio.create_task(_keep_at_leisure(system, store))
        ends: set[asyncio.Future[Any]] = {asyncio.create_task(ended.wait()), serving, keeping, server.failure}
        try:
            # The charge points go first, so that no HTTP call still waits for one of them when HTTP ends.
            async with server:
                also = ", and by wss" if settings.tls and settings.plain else ""
                _tell(f"OCPP 1.6 at {settings.scheme}://{address_of(ocpp_socket)}/<charge point id>{also}")
                if settings.tls and authority is not None:
                    _tell(f"whom charge points have to trust: {authority.file.absolute()}")
                _tell(f"HTTP at http://{address_of(http_socket)}, described at /docs")
                done, _ = await asyncio.wait(ends, return_when=FIRST_COMPLETED)
                for end in done:
                    end.result()
        finally:
            keeping.cancel()
            messages.end()
            web.should_exit = True
            await asyncio.wait([serving, keeping])
        store.saw(system.sightings())


class _Web(uvicorn.Server):
    """uvicorn in a loop and on a socket of ours, which leaves the signals to us."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def _keep_at_leisure(system: CentralSystem, store: Store) -> NoReturn:
    while True:
        await asyncio.sleep(LEISURE_S)
        if sightings := system.sightings():
            store.saw(sightings)
        await asyncio.to_thread(store.checkpoint)


def _listen(option: str, host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise InputError("--host", host, f"an address of this machine ({error.strerror})") from None
    # One address is served, and of a name with several the IPv4 one: "localhost" means 127.0.0.1.
    family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    try:
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                wanted = f"a free port of {host}: end the program that uses it, or name another port"
            case errno.EACCES:
                wanted = "a port that this user may open: name one above 1023"
            case _:
                raise InputError("--host", host, f"an address of this machine ({error.strerror})") from None
        raise InputError(option, port, wanted) from None


def _allow_many_connections() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _tell(text: str) -> None:
    sys.stderr.write(f"csms: {text}\n")
    sys.stderr.flush()
