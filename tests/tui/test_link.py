"""The link: what it hears it gathers, and it passes on only what was asked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from textual.message import Message as TextualMessage

from chargepoint.api.topics import Topics
from chargepoint.bus import Broker, Message
from tests.chargepoint.brokers import RealBroker, publish_once
from tests.support.waiting import eventually_async
from tests.tui.state.payloads import STATUS
from tui.link import Link
from tui.messages import LinkChanged, YardSettled, YardSpoke
from tui.state.situation import LinkState


@contextlib.asynccontextmanager
async def linked(broker: RealBroker, root: str) -> AsyncIterator[tuple[Link, list[TextualMessage]]]:
    """A link that runs, and what it has posted."""
    posted: list[TextualMessage] = []
    link = Link(Broker.parse(broker.url), Topics(root), posted.append)
    task = asyncio.create_task(link.run())
    try:
        await eventually_async(lambda: LinkState.CONNECTED in states(posted))
        yield link, posted
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def states(posted: list[TextualMessage]) -> list[LinkState]:
    """The states of the connection, in order."""
    return [message.state for message in posted if isinstance(message, LinkChanged)]


def spoken(posted: list[TextualMessage]) -> list[YardSpoke]:
    """What the yard has said, batch by batch."""
    return [message for message in posted if isinstance(message, YardSpoke)]


async def test_it_says_how_it_stands_and_when_everything_retained_was_told(broker: RealBroker) -> None:
    topic = Topics("link_1").station("CP_1", "status")
    await publish_once(Broker.parse(broker.url), [Message(topic, STATUS.to_json(), retain=True)])
    async with linked(broker, "link_1") as (link, posted):
        await eventually_async(lambda: spoken(posted))
        link.grant()
        await eventually_async(lambda: any(isinstance(message, YardSettled) for message in posted))
    assert states(posted) == [LinkState.CONNECTING, LinkState.CONNECTED]
    assert [message.topic for message in spoken(posted)[0].heard] == [topic]


async def test_a_slow_screen_gets_the_latest_status_and_every_answer(broker: RealBroker) -> None:
    topics = Topics("link_2")
    status, result = topics.station("CP_1", "status"), topics.launcher("result")
    async with linked(broker, "link_2") as (link, posted):
        for first in (status, "nothing"):
            await publish_once(Broker.parse(broker.url), [Message(first, b"0")])
        await eventually_async(lambda: spoken(posted))
        flood = [Message(topic, str(number).encode()) for number in range(1, 101) for topic in (status, result)]
        await publish_once(Broker.parse(broker.url), flood)
        await eventually_async(lambda: link.heard == 201)
        assert len(spoken(posted)) == 1
        link.grant()
        await eventually_async(lambda: len(spoken(posted)) == 2)
        told = spoken(posted)[1].heard
        assert [message.payload for message in told if message.topic == status] == [b"100"]
        assert [message.payload for message in told if message.topic == result] == [b"%d" % n for n in range(1, 101)]


async def test_without_a_connection_a_command_goes_nowhere(broker: RealBroker) -> None:
    link = Link(Broker.parse(broker.url), Topics("link_3"), lambda message: None)
    link.publish(link.topics.launcher("cmd"), b"{}")
    assert link.address == f"127.0.0.1:{broker.port}"
