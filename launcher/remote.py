"""What a command line tells a yard over MQTT, and how it learns what came of it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import aiomqtt

from chargepoint.api.errors import InputError
from chargepoint.api.orders import StationResult
from chargepoint.api.payloads import ChargePointStatus, ConnectorStatus, Registration
from chargepoint.api.topics import ConnectorTopic, StationTopic, Topics
from chargepoint.bus import Broker
from launcher.api.commands import CommandResult, Kill, Remove, Restart, Start
from launcher.diagnostics import Failure, NotThere
from launcher.retained import connected, retained
from launcher.service import ALIVE

_Payload = TypeVar("_Payload")

PROBE_TIMEOUT_S = 2.0
EFFECT_TIMEOUT_S = 10.0

ORDER_TIMEOUT_S = 60.0
ORDER_TIMEOUT_PER_ENTRY_S = 2.0
"""Starting one takes a quarter of a second of a core, more on a machine that does other things too."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A yard as it is reached from outside: a broker and a tree of topics."""

    broker: Broker
    topics: Topics

    async def order(self, command: Start | Restart | Kill | Remove) -> CommandResult:
        """The launcher's answer to ``command``; raises NotThere without a launcher, Failure when it dies over it."""
        if await self._launcher_told() != ALIVE:
            raise NotThere(f"there is no launcher at {self.broker.url} (root {self.topics.root}): `cp-simu up`")
        timeout_s = ORDER_TIMEOUT_S + ORDER_TIMEOUT_PER_ENTRY_S * len(command.charge_points)
        result = await self._asked(command, timeout_s)
        if result is None:
            raise Failure(f"the launcher has not answered within {timeout_s:.0f} s; see its log")
        if result.reason:
            raise Failure(result.reason)
        return result

    async def launcher_is_alive(self) -> bool:
        """Whether a launcher is there and answers: its retained status alone may be older than a broken broker."""
        return await self._launcher_told() == ALIVE and await self._asked(Kill(()), PROBE_TIMEOUT_S) is not None

    async def _launcher_told(self) -> bytes | None:
        topic = self.topics.launcher("status")
        return (await self.retained(topic)).get(topic)

    async def retained(self, *filters: str) -> dict[str, bytes]:
        """The retained messages that match ``filters``. Raises aiomqtt.MqttError."""
        return await retained(self.broker, self.topics, filters)

    async def statuses(self) -> dict[str, ChargePointStatus]:
        """The status of every charge point that tells one that can be read."""
        statuses = {}
        for topic, payload in (await self.retained(self.topics.station("+", "status"))).items():
            match self.topics.parse(topic):
                case StationTopic(station_id):
                    if status := _read(ChargePointStatus.from_json, payload):
                        statuses[station_id] = status
        return dict(sorted(statuses.items()))

    async def connectors(self) -> dict[str, dict[int, ConnectorStatus]]:
        """The status of every connector, by charge point and number."""
        connectors: dict[str, dict[int, ConnectorStatus]] = {}
        for topic, payload in (await self.retained(self.topics.connector("+", "+", "status"))).items():
            match self.topics.parse(topic):
                case ConnectorTopic(station_id, number):
                    if status := _read(ConnectorStatus.from_json, payload):
                        connectors.setdefault(station_id, {})[number] = status
        return {station_id: dict(sorted(numbers.items())) for station_id, numbers in connectors.items()}

    async def act(
        self,
        station_id: str,
        connector: int,
        leaf: str,
        payload: bytes,
        effect: Callable[[ConnectorStatus, ConnectorStatus], bool],
    ) -> ConnectorStatus:
        """Publish an input of a connector and wait for what it does: ``effect`` compares the status before and now.

        Connector 0 is the whole charge point; its effect is looked for on each connector. Raises Failure when the
        charge point is not there, refuses, or nothing happens.
        """
        before = await self._connectors_of(station_id, connector)
        result = self.topics.station(station_id, "result")
        target = self.topics.connector(station_id, connector, leaf)
        number = "+" if connector == 0 else connector
        try:
            async with asyncio.timeout(EFFECT_TIMEOUT_S), connected(self.broker) as client:
                await client.subscribe([(self.topics.connector(station_id, number, "status"), 1), (result, 1)])
                await client.publish(target, payload, 1)
                async for message in client.messages:
                    content = message.payload if isinstance(message.payload, bytes) else b""
                    if message.topic.value == result:
                        refusal = _read(StationResult.from_json, content)
                        if refusal and refusal.topic == target and not message.retain:
                            raise Failure(f"{station_id} connector {connector}: refused: {refusal.reason}")
                        continue
                    match self.topics.parse(message.topic.value), _read(ConnectorStatus.from_json, content):
                        case ConnectorTopic(_, told), ConnectorStatus() as now if told in before:
                            if effect(before[told], now):
                                return now
        except TimeoutError:
            pass
        raise Failure(f"{station_id} connector {connector}: nothing has changed within {EFFECT_TIMEOUT_S:.0f} s")

    async def connector(self, station_id: str, connector: int) -> ConnectorStatus:
        """The status of one connector of a charge point that lives; raises Failure without it."""
        return (await self._connectors_of(station_id, connector))[connector]

    async def _connectors_of(self, station_id: str, connector: int) -> Mapping[int, ConnectorStatus]:
        status_topic = self.topics.station(station_id, "status")
        found = await self.retained(status_topic, self.topics.connector(station_id, "+", "status"))
        status = _read(ChargePointStatus.from_json, found.pop(status_topic, b""))
        if status is None:
            raise Failure(f"there is no charge point {station_id}: `cp-simu status` lists them")
        if status.status is Registration.DEAD:
            raise Failure(f"{station_id} is Dead: `cp-simu restart {station_id}` brings it back")
        numbers = {}
        for topic, payload in found.items():
            parsed = self.topics.parse(topic)
            told = _read(ConnectorStatus.from_json, payload)
            if isinstance(parsed, ConnectorTopic) and told:
                numbers[parsed.connector] = told
        if connector and connector not in numbers:
            there = ", ".join(map(str, sorted(numbers))) or "none"
            raise Failure(f"{station_id} has no connector {connector}; it has {there}")
        return numbers

    async def _asked(self, command: Start | Restart | Kill | Remove, timeout_s: float) -> CommandResult | None:
        """The answer, None when there is none in time; raises Failure when the launcher dies meanwhile."""
        request_id = uuid.uuid4().hex
        answer, status = self.topics.launcher("result"), self.topics.launcher("status")
        try:
            async with asyncio.timeout(timeout_s), self._listening(answer, status) as client:
                await client.publish(
                    self.topics.launcher("cmd"), replace(command, request_id=request_id).to_json(), 1
                )
                async for message in client.messages:
                    content = message.payload if isinstance(message.payload, bytes) else b""
                    if message.topic.value == status:
                        if content != ALIVE and not message.retain:
                            raise Failure("the launcher has died over this; what was done is in `cp-simu status`")
                        continue
                    result = _read(CommandResult.from_json, content)
                    if result and result.request_id == request_id:
                        return result
        except TimeoutError:
            pass
        return None

    @asynccontextmanager
    async def _listening(self, *topics: str) -> AsyncIterator[aiomqtt.Client]:
        async with connected(self.broker) as client:
            await client.subscribe([(topic, 1) for topic in topics])
            yield client


def _read(reader: Callable[[bytes], _Payload], payload: bytes) -> _Payload | None:
    try:
        return reader(payload)
    except InputError:
        return None
