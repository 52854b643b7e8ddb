"""The only place of the screen that meets the network: one bus, and a relay that gathers what it hears."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable

from textual.message import Message as TextualMessage

from chargepoint.api.topics import ConnectorTopic, StationTopic, Topics
from chargepoint.bus import Broker, Bus, Message
from tui.messages import LinkChanged, YardSettled, YardSpoke
from tui.state.situation import LinkState

FLUSH_S = 0.1
"""How long what is heard is gathered, so that the screen changes at most ten times a second."""

SETTLE_S = 1.0
"""After this long without a retained message, the retained state is held to be told in full."""

_AT_FIRST = 1000
_AT_ONCE = 300
"""So many messages are taken before the next key, while the retained state is told and later."""


class Link:
    """The connection to one yard. ``post`` gets the messages of ``tui.messages`` and must not block.

    Floods collapse: of several statuses of one topic only the latest is passed on. The next ``YardSpoke`` is
    posted when ``grant`` was called for the last one, so a slow screen sees fewer, never a queue.
    """

    def __init__(self, broker: Broker, topics: Topics, post: Callable[[TextualMessage], object]) -> None:
        self._broker = broker
        self._topics = topics
        self._post = post
        self.name = f"tui-{uuid.uuid4().hex[:12]}"
        self._bus: Bus | None = None
        self._pending: dict[object, Message] = {}
        self._stirred = asyncio.Event()
        self._granted = asyncio.Event()
        self._granted.set()
        self._retained_at: float | None = None
        self.heard = 0

    @property
    def address(self) -> str:
        """Host and port of the broker."""
        return f"{self._broker.host}:{self._broker.port}"

    @property
    def broker(self) -> Broker:
        """Where the broker is."""
        return self._broker

    @property
    def topics(self) -> Topics:
        """The topics of the yard."""
        return self._topics

    def grant(self) -> None:
        """The last ``YardSpoke`` has been dealt with."""
        self._granted.set()

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a command or an input; without a connection it goes nowhere."""
        if self._bus:
            self._bus.publish(Message(topic, payload))

    async def run(self) -> None:
        """Stay connected until cancelled."""
        topics = self._topics
        self._bus = Bus(
            self._broker,
            name="tui",
            subscriptions=(
                topics.launcher("status"),
                topics.launcher("result"),
                topics.pool("+", "status"),
                topics.station("+", "status"),
                topics.station("+", "result"),
                topics.station("+", "frames"),
                topics.station("+", "description"),
                topics.connector("+", "+", "status"),
            ),
            subscription_qos=0,
            hear=self._hear,
            told=self._told,
        )
        self._pending.clear()
        self._granted.set()
        self._post(LinkChanged(LinkState.CONNECTING))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._bus.run())
                tasks.create_task(self._relay())
        finally:
            self._bus = None

    def _told(self, connected: bool, reason: str) -> None:
        self._pending.clear()
        self._retained_at = asyncio.get_running_loop().time() if connected else None
        self._post(LinkChanged(LinkState.CONNECTED if connected else LinkState.LOST, reason))
        self._stirred.set()

    def _hear(self, message: Message) -> None:
        self.heard += 1
        if message.retain and self._retained_at is not None:
            self._retained_at = asyncio.get_running_loop().time()
        match self._topics.parse(message.topic):
            case StationTopic(_, "status") | ConnectorTopic(_, _, "status"):
                self._pending[message.topic] = message
            case None:
                return
            case _:
                self._pending[object()] = message
        self._stirred.set()

    async def _relay(self) -> None:
        while True:
            await self._wait_for_news()
            if self._pending:
                await self._granted.wait()
                self._granted.clear()
                most = _AT_ONCE if self._retained_at is None else _AT_FIRST
                keys = list(itertools.islice(self._pending, most))
                self._post(YardSpoke(tuple(self._pending.pop(key) for key in keys)))
                await asyncio.sleep(FLUSH_S / 5 if self._pending else FLUSH_S)
            elif self._settled():
                self._retained_at = None
                self._post(YardSettled())

    async def _wait_for_news(self) -> None:
        if self._pending:
            return
        self._stirred.clear()
        timeout_s = None if self._retained_at is None else SETTLE_S / 4
        try:
            async with asyncio.timeout(timeout_s):
                await self._stirred.wait()
        except TimeoutError:
            return

    def _settled(self) -> bool:
        return self._retained_at is not None and asyncio.get_running_loop().time() - self._retained_at > SETTLE_S
