"""``python -m launcher service`` and ``undertaker``: the programs that supervisord runs."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

from chargepoint.api.topics import DEFAULT_ROOT, Topics
from chargepoint.bus import Broker
from chargepoint.logs import LogLevel, configure
from chargepoint.settings import default_broker
from chargepoint.zygote.line import SOCKET, is_ready
from launcher.charge_points import ChargePoints
from launcher.diagnostics import Exit, say
from launcher.fleet.placement import Placement, PoolMode
from launcher.folder import Folder
from launcher.service import Service
from launcher.supervisord.client import Supervisord
from launcher.undertaker import Undertaker
from launcher.verbs.reach import folder_of
from launcher.verbs.template import read_template
from launcher.yard.checks import socket_path
from launcher.yard.rendering import supervisord_template

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

STARTSECS_S = 1.2
"""supervisord takes a program that ends sooner than in a second for one that could not start, and starts it again."""


def service(options: argparse.Namespace) -> int:
    """Run the launcher until SIGINT, SIGTERM or the command close."""
    began_at = time.monotonic()
    folder = folder_of(options)
    level = LogLevel(options.log_level or LogLevel.INFO)
    configure(level, "launcher")
    url, root = options.broker or default_broker(), options.root or DEFAULT_ROOT
    charge_points = ChargePoints(
        folder,
        _supervisord(options, folder),
        supervisord_template(),
        # Without --broker they take the URL from supervisord's environment, where no password shows in `ps`.
        [*(["--broker", options.broker] if options.broker else []), "--root", root, "--log-level", str(level)],
    )
    defaults = {"central_system": options.central_system} if options.central_system else {}
    zygote = _socket(options, folder).with_name(SOCKET)
    placement = Placement.of_machine(PoolMode(options.pool or PoolMode.AUTO), CORES, memory_bytes())
    asyncio.run(_serve(charge_points, folder, defaults, zygote, placement, Broker.parse(url), Topics(root)))
    time.sleep(max(0.0, began_at + STARTSECS_S - time.monotonic()))
    return Exit.DONE


def undertaker(options: argparse.Namespace) -> int:
    """Run the undertaker until supervisord ends."""
    folder = folder_of(options)
    configure(LogLevel(options.log_level or LogLevel.INFO), "undertaker")
    broker, topics = Broker.parse(options.broker or default_broker()), Topics(options.root or DEFAULT_ROOT)
    asyncio.run(_until_terminated(Undertaker(folder, _supervisord(options, folder), broker, topics)))
    return Exit.DONE


def parallel_starts(zygote: Path) -> int:
    """How many charge points may come up at the same time: one that is started computes for a quarter of a second,
    so that with two on each core none waits for the disk alone; one that is forked for a tenth of that."""
    return (16 if is_ready(zygote) else 2) * CORES


async def _serve(
    charge_points: ChargePoints,
    folder: Folder,
    defaults: dict[str, object],
    zygote: Path,
    placement: Placement,
    broker: Broker,
    topics: Topics,
) -> None:
    service = Service(
        charge_points,
        lambda: defaults | read_template(folder.template),
        lambda: parallel_starts(zygote),
        placement,
        broker,
        topics,
        say,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, service.close)
    await service.run()


async def _until_terminated(undertaker: Undertaker) -> None:
    serving = asyncio.create_task(undertaker.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def memory_bytes() -> int:
    """Of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _supervisord(options: argparse.Namespace, folder: Folder) -> Supervisord:
    return Supervisord(_socket(options, folder))


def _socket(options: argparse.Namespace, folder: Folder) -> Path:
    return Path(options.socket) if options.socket else socket_path(folder)
