"""What a broker retains, asked once."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import uuid
from collections.abc import Sequence

import aiomqtt

from chargepoint.api.topics import Topics
from chargepoint.bus import CONNECT_TIMEOUT_S, Broker
from launcher.broker.topics import TopicTree

ANSWER_TIMEOUT_S = 10.0
QUIET_S = 0.5


async def retained(broker: Broker, topics: Topics, filters: Sequence[str]) -> dict[str, bytes]:
    """The retained messages that match ``filters``, topic to payload.

    A message of our own, retained for that long, tells the end: brokers send what they retain by the filters of a
    subscription or in the order in which it came, and in both it is the last. What is merely published afterwards
    comes too early from brokers that send retained messages in their own time, as aedes and EMQX do. Raises
    aiomqtt.MqttError when the broker cannot be reached, or does not answer.
    """
    if not filters:
        return {}
    end = f"{topics.root}/end/{uuid.uuid4().hex}"
    found: dict[str, bytes] = {}
    asked: TopicTree[bool] = TopicTree()
    for topic in filters:
        asked.put(topic, True)
    try:
        # Whoever is killed in between leaves nothing behind, nor does who is told to stop.
        async with (
            asyncio.timeout(ANSWER_TIMEOUT_S),
            connected(broker, will=aiomqtt.Will(end, retain=True)) as client,
        ):
            try:
                await client.publish(end, b"end", qos=1, retain=True)
                # Quality of service 0: some brokers drop what is more than a thousand messages of a higher one.
                await client.subscribe([(topic, 0) for topic in (*filters, end)])
                # It carries the acknowledgement of what came with SUBACK: a broker that gathers small packets
                # (Nagle), as mosquitto does, would wait 40 ms for it.
                await client.publish(end)
                await _hear(client, end, asked, found)
            finally:
                await client.publish(end, b"", retain=True)
    except TimeoutError:
        # MQTT 3.1.1 does not tell who publishes that he may not.
        why = f"it is stuck, or does not let us publish below {topics.root}/"
        raise aiomqtt.MqttError(f"no answer within {ANSWER_TIMEOUT_S:g} s: {why}") from None
    return found


async def _hear(client: aiomqtt.Client, end: str, asked: TopicTree[bool], found: dict[str, bytes]) -> None:
    """Fill ``found`` until ``end`` comes as retained; or as published, and then nothing for a while."""
    now = asyncio.get_running_loop().time
    # Among what a filter as wide as "#" asks for it is too, and then in any place.
    by_others = len(asked.filters_matching(end))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as quiet:
            async for message in client.messages:
                if message.topic.value == end:
                    if message.retain and not by_others:
                        return
                    by_others -= message.retain
                    # There are brokers (amqtt 0.12) that acknowledge first, and retain after the subscription.
                    quiet.reschedule(now() + QUIET_S)
                elif message.retain and asked.filters_matching(message.topic.value):
                    # Checked, for the same ones send a new client what others have subscribed to.
                    if isinstance(message.payload, bytes) and message.payload:
                        found[message.topic.value] = message.payload
                    if quiet.when() is not None:
                        quiet.reschedule(now() + QUIET_S)


def connected(
    broker: Broker, timeout_s: float = CONNECT_TIMEOUT_S, will: aiomqtt.Will | None = None
) -> aiomqtt.Client:
    """A connection to ``broker`` for a short errand, to be entered."""
    return aiomqtt.Client(
        broker.host,
        broker.port,
        username=broker.username,
        password=broker.password,
        identifier=f"cp-simu-{uuid.uuid4().hex[:12]}",
        timeout=timeout_s,
        will=will,
        tls_context=broker.tls_context(),
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
    )
