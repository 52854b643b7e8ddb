"""What this screen says to the yard: inputs of people and cars, orders, commands. A screen that only looks asks, and
changes nothing."""

from __future__ import annotations

import dataclasses
import itertools
import logging
from collections.abc import Sequence

from chargepoint.api.orders import Close, Describe, Order, Watch
from chargepoint.api.payloads import CarInput, FaultInput, TokenInput
from launcher.api.commands import Command
from tui.link import Link
from tui.state.mischief import FaultAt

log = logging.getLogger(__name__)


class Outbox:
    """Publishes over ``link``; ``own_requests`` are those that are not answered yet."""

    def __init__(self, link: Link, *, read_only: bool) -> None:
        self._link = link
        self._topics = link.topics
        self._read_only = read_only
        self._numbers = itertools.count(1)
        self.own_requests: set[str] = set()

    def car(self, station_id: str, connector: int, car: CarInput) -> None:
        """What the car does."""
        self._publish(self._topics.connector(station_id, connector, "car"), car.to_json())

    def token(self, station_id: str, connector: int, token: TokenInput) -> None:
        """An id tag is presented."""
        self._publish(self._topics.connector(station_id, connector, "id_tag"), token.to_json())

    def fault(self, station_id: str, connector: int, fault: FaultInput) -> None:
        """A fault appears, or is gone."""
        self._publish(self._topics.connector(station_id, connector, "faulted"), fault.to_json())

    def command(self, command: Command) -> Command:
        """A command for the launcher; the same with its request id."""
        command = dataclasses.replace(command, request_id=self._request_id())
        self._publish(self._topics.launcher("cmd"), command.to_json())
        return command

    def order(self, station_id: str, order: Order) -> str:
        """An order for a charge point; its request id, "" for one that only looks."""
        topic = self._topics.station(station_id, "cmd")
        if isinstance(order, Watch | Describe):
            # To look changes nothing.
            self._link.publish(topic, order.to_json())
            return ""
        order = dataclasses.replace(order, request_id=self._request_id())
        self._publish(topic, order.to_json())
        return order.request_id

    def deeds(self, deeds: Sequence[tuple[str, Order | FaultAt]]) -> dict[str, str]:
        """Orders and faults for charge points; whose answer is to come, by request id. Faults are not answered."""
        waiting: dict[str, str] = {}
        for station_id, deed in deeds:
            if isinstance(deed, FaultAt):
                self.fault(station_id, deed.connector, deed.fault)
            else:
                waiting[self.order(station_id, deed)] = station_id
        return waiting

    def close(self, station_ids: Sequence[str]) -> None:
        """Each ends in good order."""
        for station_id in station_ids:
            self._publish(self._topics.station(station_id, "cmd"), Close().to_json())

    def _request_id(self) -> str:
        request_id = f"{self._link.name}-{next(self._numbers)}"
        self.own_requests.add(request_id)
        return request_id

    def _publish(self, topic: str, payload: bytes) -> None:
        if self._read_only:
            log.warning("read-only: nothing is published on %s", topic)
            return
        self._link.publish(topic, payload)
