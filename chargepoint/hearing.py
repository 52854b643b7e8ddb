"""What a station hears over MQTT: what cars and people do at it, and what it is ordered."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ErrorCode
from chargepoint.bus import Message
from chargepoint.dialects.mqtt import MqttDialect
from chargepoint.dialects.v16.dialect import V16
from chargepoint.model.faults import has
from chargepoint.passage import Passage

if TYPE_CHECKING:
    from chargepoint.obedience import Obedience


class Hearing:
    """The ear of one station, for one of its lives. What is refused is answered on its result topic."""

    def __init__(
        self,
        mqtt: MqttDialect,
        dialect: V16,
        passage: Passage,
        tell: Callable[[Message], None],
        obey: Callable[[], Obedience],
    ) -> None:
        """``tell`` takes what the station says to what it heard; ``obey`` gives whoever obeys orders."""
        self._mqtt = mqtt
        self._station = dialect.session.station
        self._dialect = dialect
        self._passage = passage
        self._tell = tell
        self._obey = obey

    def take(self, message: Message, now: float) -> None:
        """``message`` came in. A retained one is of the past: a status is greeted over anyway, and a command or an
        input is for the moment."""
        if message.retain:
            # There are brokers that send what nobody here has subscribed to.
            if self._mqtt.is_input(message):
                self._refuse(message, "it is retained: publish commands and inputs without the retain flag")
        elif self._mqtt.is_foreign_death(message):
            # An earlier process of this id, or a broker that lost sight of us, calls us dead: we are not.
            for status in self._mqtt.greeting(self._station.state, now):
                self._tell(status)
        else:
            try:
                self._act(message, now)
            except InputError as error:
                self._refuse(message, str(error))

    def _act(self, message: Message, now: float) -> None:
        if self._mqtt.is_order(message):
            self._obedience.obey(message, now)
        elif (command := self._mqtt.understand(message)) is not None:
            outcome = self._station.tell(command, now)
            if not outcome.accepted:
                self._refuse(message, outcome.reason)
            self._follow_signal(now)

    def _follow_signal(self, now: float) -> None:
        weak = has(self._station.state.faults, ErrorCode.WEAK_SIGNAL)
        if weak or self._passage.line is not None:
            connected = self._dialect.session.endpoint.is_open
            self._passage.disturbed_line(now, connected=connected).weaken(weak, now)

    def _refuse(self, message: Message, reason: str) -> None:
        self._obedience.refuse(message, reason)

    @cached_property
    def _obedience(self) -> Obedience:
        return self._obey()
