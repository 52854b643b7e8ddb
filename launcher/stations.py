"""What a command line orders of one charge point, and how it follows its OCPP traffic."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import aiomqtt

from chargepoint.api.errors import InputError
from chargepoint.api.orders import Order, StationResult, Verdict, Watch
from chargepoint.api.payloads import ChargePointStatus
from chargepoint.api.traffic import TracedFrame
from launcher.diagnostics import Failure
from launcher.remote import Remote
from launcher.retained import connected

ANSWER_TIMEOUT_S = 10.0

WATCH_FOR_S = 30.0
WATCH_AGAIN_S = 10.0


async def ordered(
    remote: Remote, station_id: str, order: Order, timeout_s: float = ANSWER_TIMEOUT_S
) -> StationResult:
    """What became of ``order``. Raises Failure when the charge point is not there, refuses or keeps silent."""
    await _check_alive(remote, station_id)
    request_id = uuid.uuid4().hex
    result = remote.topics.station(station_id, "result")
    try:
        async with asyncio.timeout(timeout_s), connected(remote.broker) as client:
            await client.subscribe(result, 1)
            command = replace(order, request_id=request_id).to_json()
            await client.publish(remote.topics.station(station_id, "cmd"), command, 1)
            async for message in client.messages:
                try:
                    told = StationResult.from_json(_content(message))
                except InputError:
                    continue
                if told.request_id == request_id:
                    if told.result is Verdict.REFUSED:
                        raise Failure(f"{station_id}: refused: {told.reason}")
                    return told
    except TimeoutError:
        pass
    raise Failure(f"{station_id} has not answered within {timeout_s:.0f} s; its log may say why")


async def all_ordered(
    remote: Remote, orders: Mapping[str, Order], timeout_s: float = ANSWER_TIMEOUT_S
) -> dict[str, str]:
    """Why each order, by charge point, was refused or not answered; "" where it was followed."""
    asked = {uuid.uuid4().hex: station_id for station_id in orders}
    found: dict[str, str] = {}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s), connected(remote.broker) as client:
            await client.subscribe(remote.topics.station("+", "result"), 1)
            for request_id, station_id in asked.items():
                command = replace(orders[station_id], request_id=request_id).to_json()
                await client.publish(remote.topics.station(station_id, "cmd"), command, 1)
            async for message in client.messages:
                with contextlib.suppress(InputError):
                    told = StationResult.from_json(_content(message))
                    if told.request_id in asked:
                        reason = f"refused: {told.reason}" if told.result is Verdict.REFUSED else ""
                        found[asked[told.request_id]] = reason
                if len(found) == len(orders):
                    break
    silent = f"has not answered within {timeout_s:.0f} s"
    return {station_id: found.get(station_id, silent) for station_id in orders}


async def frames(remote: Remote, station_id: str) -> AsyncIterator[TracedFrame]:
    """Every OCPP frame, the last ones first, until cancelled. Raises Failure when the charge point is not there."""
    await _check_alive(remote, station_id)
    async with connected(remote.broker) as client, watching(remote, station_id, client):
        async for message in client.messages:
            try:
                yield TracedFrame.from_json(_content(message))
            except InputError as error:
                raise Failure(f"{station_id}: a frame cannot be read: {error}") from None


@asynccontextmanager
async def watching(remote: Remote, station_id: str, client: aiomqtt.Client) -> AsyncIterator[None]:
    """Every OCPP frame of the charge point comes to ``client``, the last ones first."""

    async def watch() -> None:
        while True:
            await client.publish(remote.topics.station(station_id, "cmd"), Watch(WATCH_FOR_S).to_json(), 1)
            await asyncio.sleep(WATCH_AGAIN_S)

    await client.subscribe(remote.topics.station(station_id, "frames"), 0)
    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


async def _check_alive(remote: Remote, station_id: str) -> None:
    topic = remote.topics.station(station_id, "status")
    payload = (await remote.retained(topic)).get(topic)
    if payload is None:
        raise Failure(f"there is no charge point {station_id}: `cp-simu status` lists them")
    try:
        status = ChargePointStatus.from_json(payload)
    except InputError as error:
        raise Failure(f"{station_id}: its status cannot be read: {error}") from None
    if not status.alive:
        raise Failure(f"{station_id} is Dead: `cp-simu restart {station_id}` brings it back")


def _content(message: aiomqtt.Message) -> bytes:
    return message.payload if isinstance(message.payload, bytes) else b""
