"""``python -m chargepoint.pool``: many charge points in one process, commanded over MQTT or by lines of JSON."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from chargepoint.adapters.wheel import Wheel
from chargepoint.api.errors import InputError
from chargepoint.api.hosting import parse_roster
from chargepoint.api.pool import PoolResult
from chargepoint.api.topics import DEFAULT_ROOT, Topics, check_pool
from chargepoint.bus import Broker, Bus, Message
from chargepoint.clock import Clock, since, speed
from chargepoint.logs import LogLevel, configure
from chargepoint.pool.door import door
from chargepoint.pool.host import Host
from chargepoint.pool.loop import PoolLoop
from chargepoint.pool.stores import FolderStores, MemoryStores
from chargepoint.pool.streams import Lines
from chargepoint.settings import BROKER_VARIABLE

OPEN_FILES = 65_536

NEW_OBJECTS = 20_000
"""How many more objects there are, when garbage is collected."""

LAST_WORDS_S = 15.0
"""How long the broker has to take what thousands of stations tell in their end."""

ALIVE, DEAD = b"Alive", b"Dead"

Hosting = Callable[[Callable[[Message], None]], Host]
"""Makes the host, when it is known who takes its messages."""


def main() -> int:
    """Host until the command close, SIGTERM, or the end of standard input; returns the exit code."""
    options = _parser().parse_args()
    try:
        configure(LogLevel(options.log_level), options.name, options.log_file)
        with asyncio.Runner(loop_factory=PoolLoop) as runner:
            runner.run(_host(options))
    except (InputError, OSError) as error:
        print(f"pool: {error}", file=sys.stderr)
        return 2
    return 0


async def _host(options: argparse.Namespace) -> None:
    _raise_limit()
    # What stations are made of lives as long as they do: looking through it often finds nothing.
    gc.set_threshold(NEW_OBJECTS)
    stores: FolderStores | MemoryStores = FolderStores(options.dir) if options.dir else MemoryStores()
    name, topics = str(check_pool(options.name, "--name")), Topics(options.root)

    def hosting(publish: Callable[[Message], None]) -> Host:
        return Host(
            name,
            topics,
            stores,
            publish,
            Clock(options.speed, options.since),
            options.figures,
            keeping=options.transactions,
            call_later=Wheel().call_later,
        )

    if options.broker:
        await _over_mqtt(options, topics, hosting, Broker.parse(options.broker))
    else:
        await _over_lines(name, topics, hosting)


async def _over_mqtt(options: argparse.Namespace, topics: Topics, hosting: Hosting, broker: Broker) -> None:
    name = options.name
    # A pool with a door is told there who lives in it: over MQTT its launcher would not learn of it.
    commands = topics.pool(name, "cmd") if options.door else ""
    host = hosting(lambda message: bus.publish(message))
    status = partial(Message, topics.pool(name, "status"), retain=True)
    bus = Bus(
        broker,
        name=name,
        subscriptions=[each for each in host.subscriptions if each != commands],
        will=status(DEAD),
        greet=lambda: [status(ALIVE), *host.greeting()],
        hear=host.hear,
    )
    line = asyncio.create_task(bus.run())
    async with contextlib.AsyncExitStack() as opened:
        if options.door:
            await opened.enter_async_context(door(options.door, host))
        if options.roster:
            # Read when the door is open: who is told of by neither is not to come up.
            roster = parse_roster(options.roster.read_bytes(), str(options.roster))
            host.raise_up(station_id for station_id, up in roster.items() if up)
        await _until_closed(host)
    # Of a pool that nobody lives in any more nothing is left.
    bus.publish(status(DEAD if host.inhabited or not options.door else b""))
    await bus.drained(LAST_WORDS_S)
    line.cancel()
    await asyncio.wait([line])


async def _over_lines(name: str, topics: Topics, hosting: Hosting) -> None:
    host = hosting(lambda message: lines.publish(message))
    lines = Lines(host.hear, lambda reason: lines.publish(Message(topics.pool(name, "result"), refusal(reason))))
    reading = asyncio.create_task(lines.run())
    reading.add_done_callback(lambda _: host.close())
    await _until_closed(host)
    reading.cancel()
    await asyncio.wait([reading])


def refusal(reason: str) -> bytes:
    """The answer to what is no message."""
    return PoolResult("", {"": reason}).to_json()


async def _until_closed(host: Host) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, host.close)
    await host.run()


def _raise_limit() -> None:
    """A socket for each station, and files where they have folders."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (room, hard))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pool", description="Host many charge points in one process.")
    add = parser.add_argument
    add("--name", default="pool", help="its name among the topics, <root>/pools/<name>/cmd (default: %(default)s)")
    add("--dir", type=Path, help="keep each station's data in a folder here (default: in memory)")
    add("--roster", type=Path, help="who is to come up at once, of --dir")
    add("--door", type=Path, help="a unix socket where the launcher asks for more")
    add(
        "--broker",
        default=os.environ.get(BROKER_VARIABLE),
        help=f"MQTT broker (default: ${BROKER_VARIABLE}; without, messages are lines of JSON on stdin and stdout)",
    )
    add("--root", default=DEFAULT_ROOT, help="root of the MQTT topics (default: %(default)s)")
    add("--figures", type=float, metavar="SECONDS", help="tell figures so often, and no status of a station")
    add("--transactions", action="store_true", help="with --figures: tell every transaction at the end")
    add("--speed", type=speed, default=1.0, metavar="X", help="clocks and cars go X times as fast (default: 1)")
    add("--since", type=since, metavar="POSIX", help="with --speed: since when they do (default: the start)")
    add("--log-file", type=Path, help="log to this file (default: stderr)")
    add("--log-level", choices=[str(level) for level in LogLevel], default="info")
    return parser


sys.exit(main())
