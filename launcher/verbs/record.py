"""``cp-simu record``."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from contextlib import AsyncExitStack

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ChargePointStatus
from chargepoint.api.topics import ConnectorTopic, StationTopic, check_id
from launcher.diagnostics import Exit, Failure, narrate
from launcher.remote import Remote
from launcher.retained import connected
from launcher.scenario.recording import Recording
from launcher.stations import watching
from launcher.verbs.reach import ask, remote_of


def record(options: argparse.Namespace) -> int:
    """Write down what happens to a charge point, until Ctrl+C, and give it as a scenario."""
    station_id = check_id(options.id, "ID")
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
        await client.subscribe([(topic, 1) for topic in (*wanted, remote.topics.station(station_id, "cmd"))])
        await stack.enter_async_context(watching(remote, station_id, client))
        narrate(f"{station_id} is recorded until Ctrl+C")

        async def listen() -> None:
            async for message in client.messages:
                topic = remote.topics.parse(message.topic.value)
                if isinstance(topic, StationTopic | ConnectorTopic) and isinstance(message.payload, bytes):
                    recording.take(topic, message.payload, loop.time())

        listening = asyncio.create_task(listen())
        ending = asyncio.create_task(ended.wait())
        await asyncio.wait([listening, ending], return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, ending):
            task.cancel()
        await asyncio.wait([listening, ending])
    return recording
