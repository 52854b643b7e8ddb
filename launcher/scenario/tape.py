"""Listens to a charge point of a yard, and writes down what happens to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from chargepoint.api.errors import InputError
from chargepoint.api.orders import Watch
from chargepoint.api.payloads import ChargePointStatus
from chargepoint.api.topics import ConnectorTopic, LauncherTopic, StationTopic
from launcher.diagnostics import Failure
from launcher.remote import Remote
from launcher.retained import connected
from launcher.scenario.recording import Recording
from launcher.stations import WATCH_FOR_S, watching


async def taped(
    remote: Remote, station_id: str, ended: asyncio.Event, begun: Callable[[], object] = lambda: None
) -> Recording:
    """What happens to the charge point until ``ended`` is set, or its broker is gone.

    ``begun`` is called when nothing is missed any more. Raises Failure when there is no such charge point.
    """
    status_topic = remote.topics.station(station_id, "status")
    try:
        status = ChargePointStatus.from_json((await remote.retained(status_topic)).get(status_topic, b""))
    except InputError:
        raise Failure(f"there is no charge point {station_id}: `cp-simu status` lists them") from None
    recording = Recording(station_id, status.entry, time.time())
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connected(remote.broker))
        wanted = [remote.topics.connector(station_id, "+", leaf) for leaf in ("car", "id_tag", "faulted")]
        wanted += [remote.topics.station(station_id, leaf) for leaf in ("cmd", "result")]
        wanted += [remote.topics.launcher("cmd"), remote.topics.launcher("result"), status_topic]
        await client.subscribe([(topic, 1) for topic in wanted])
        await stack.enter_async_context(watching(remote, station_id, client))
        begun()

        async def listen() -> None:
            life = (status.pid, status.started_at)
            async for message in client.messages:
                if message.topic.value == status_topic:
                    # Another life is not watched yet, and its first frames must not come behind what is done next.
                    if (now := _life(message.payload)) and now != life:
                        life = now
                        await client.publish(
                            remote.topics.station(station_id, "cmd"), Watch(WATCH_FOR_S).to_json(), 1
                        )
                    continue
                topic = remote.topics.parse(message.topic.value)
                if not isinstance(topic, StationTopic | ConnectorTopic | LauncherTopic):
                    continue
                if isinstance(message.payload, bytes):
                    recording.take(topic, message.payload, time.time())

        listening = asyncio.create_task(listen())
        ending = asyncio.create_task(ended.wait())
        await asyncio.wait([listening, ending], return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, ending):
            task.cancel()
        await asyncio.wait([listening, ending])
    return recording


def _life(payload: object) -> tuple[int, str] | None:
    """Which life of the charge point a retained status is of; None for that of a dead one."""
    try:
        status = ChargePointStatus.from_json(payload if isinstance(payload, bytes) else b"")
    except InputError:
        return None
    return (status.pid, status.started_at) if status.alive else None
