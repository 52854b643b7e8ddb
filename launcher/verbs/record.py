"""``cp-simu record``."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from contextlib import AsyncExitStack

from chargepoint.api.errors import InputError
from chargepoint.api.orders import Watch
from chargepoint.api.payloads import ChargePointStatus
from chargepoint.api.topics import PoolTopic, StationTopic, check_id
from launcher.diagnostics import Exit, Failure, narrate
from launcher.remote import Remote
from launcher.retained import connected
from launcher.scenario.recording import Recording
from launcher.stations import WATCH_FOR_S, watching
from launcher.verbs.reach import ask, remote_of


def record(options: argparse.Namespace) -> int:
    """Write down what happens to a charge point, until Ctrl+C, and give it as a scenario."""
    station_id = check_id(options.id, "ID")
    folder = options.output.parent if options.output else None
    if folder is not None and (options.output.is_dir() or not os.access(folder, os.W_OK)):
        raise InputError(f"-o {options.output}", None, "a file that can be written")
    recording = ask(remote := remote_of(options), _recorded(remote, station_id))
    text = recording.scenario(options.output.stem if options.output else station_id)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
        narrate(f"{options.output}: play it again with `cp-simu run {options.output}`")
    else:
        sys.stdout.write(text)
    return Exit.DONE


async def _recorded(remote: Remote, station_id: str) -> Recording:
    status_topic = remote.topics.station(station_id, "status")
    try:
        status = ChargePointStatus.from_json((await remote.retained(status_topic)).get(status_topic, b""))
    except InputError:
        raise Failure(f"there is no charge point {station_id}: `cp-simu status` lists them") from None
    recording = Recording(station_id, status.entry, time.time())
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connected(remote.broker))
        wanted = [remote.topics.connector(station_id, "+", leaf) for leaf in ("car", "id_tag", "faulted")]
        wanted += [remote.topics.station(station_id, leaf) for leaf in ("cmd", "status")]
        await client.subscribe([(topic, 1) for topic in (*wanted, remote.topics.launcher("cmd"))])
        await stack.enter_async_context(watching(remote, station_id, client))
        narrate(f"{station_id} is recorded until Ctrl+C")

        lives = {"", status.started_at}

        async def listen() -> None:
            async for message in client.messages:
                topic = remote.topics.parse(message.topic.value)
                if not isinstance(message.payload, bytes) or topic is None or isinstance(topic, PoolTopic):
                    continue
                began_at = _began_at(message.payload) if topic == StationTopic(station_id, "status") else ""
                if began_at not in lives:
                    # It has come back, and nobody watches it yet.
                    lives.add(began_at)
                    watch = Watch(WATCH_FOR_S).to_json()
                    await client.publish(remote.topics.station(station_id, "cmd"), watch, 1)
                recording.take(topic, message.payload, loop.time())

        listening = asyncio.create_task(listen())
        ending = asyncio.create_task(ended.wait())
        await asyncio.wait([listening, ending], return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, ending):
            task.cancel()
        await asyncio.wait([listening, ending])
    return recording


def _began_at(payload: bytes) -> str:
    """When the life began that a status tells of; "" when it tells of none."""
    try:
        return ChargePointStatus.from_json(payload).started_at
    except InputError:
        return ""
