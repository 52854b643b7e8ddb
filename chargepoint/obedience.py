"""What becomes of the orders that people give a station. Loaded with the first: most stations are given none."""

from __future__ import annotations

from collections.abc import Callable

from chargepoint.api.damage import Damage, DamageKind
from chargepoint.api.disturbances import Mischief
from chargepoint.api.errors import InputError
from chargepoint.api.orders import (
    Close,
    Misbehave,
    OcppConfig,
    Order,
    PowerLoss,
    Reboot,
    StationResult,
    Verdict,
    asked_by,
    parse_order,
)
from chargepoint.api.payloads import ocpp_config_json
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.dialects.mqtt import MqttDialect
from chargepoint.dialects.orders import Orders
from chargepoint.dialects.v16.by_hand import OrderRefusedError
from chargepoint.dialects.v16.dialect import V16
from chargepoint.model.commands import PartBroken, ShutDown
from chargepoint.model.commands import Verdict as Outcome
from chargepoint.model.transaction import StopReason
from chargepoint.ocpp.schema import Schemas
from chargepoint.passage import Passage


class Obedience:
    """Obeys the orders to one station, in one of its lives; who asks to be told learns what became of them."""

    def __init__(
        self,
        spec: ChargePointSpec,
        topics: Topics,
        mqtt: MqttDialect,
        schemas: Schemas,
        dialect: V16,
        passage: Passage,
        tell: Callable[[Message], None],
        note: Callable[[str], None],
        end: Callable[[float], None],
        lose_power: Callable[[], None],
    ) -> None:
        """``tell`` takes what is said over MQTT, and ``note`` lines for the log; ``end`` has the station go down in
        good order, ``lose_power`` at once."""
        self._spec = spec
        self._topics = topics
        self._mqtt = mqtt
        self._dialect = dialect
        self._passage = passage
        self._tell = tell
        self._note = note
        self._end = end
        self._lose_power = lose_power
        self._orders = Orders(spec.id, topics, dialect, schemas, mqtt.traffic, tell, passage.say)

    def obey(self, message: Message, now: float) -> None:
        """Follow the order in ``message``. Raises InputError when it is none, or none that can be followed."""
        order = parse_order(message.payload)
        try:
            done = self._follow(order, now)
        except OrderRefusedError as error:
            self.refuse(message, str(error))
            return
        if done and order.request_id:
            self._orders.tell(StationResult(message.topic, "", Verdict.DONE, *asked_by(message.payload)))

    def refuse(self, message: Message, reason: str) -> None:
        """Say that ``message`` is not followed, and why."""
        self._note(f"{message.topic}: {reason}")
        asked = asked_by(message.payload) if self._mqtt.is_order(message) else ("", "")
        self._orders.tell(StationResult(message.topic, reason, Verdict.REFUSED, *asked))

    def _follow(self, order: Order, now: float) -> bool:
        match order:
            case Close():
                self._end(now)
            case OcppConfig():
                self._tell(self._configuration())
            case Reboot():
                self._lose_power()
            case PowerLoss():
                self._dialect.session.station.tell(ShutDown(StopReason.POWER_LOSS), now)
            case Misbehave(_, what):
                if isinstance(what, Damage):
                    self._break(what, now)
                else:
                    self._disturb(what, now)
            case _:
                return self._orders.take(order, now)
        return True

    def _disturb(self, mischief: Mischief, now: float) -> None:
        connected = self._dialect.session.endpoint.is_open
        self._passage.disturbed_line(now, connected=connected).take(mischief, now)

    def _break(self, damage: Damage, now: float) -> None:
        outcome = self._dialect.session.station.tell(PartBroken(damage), now)
        if outcome.verdict is Outcome.UNKNOWN_CONNECTOR:
            raise InputError("connector", damage.connector, f"one of 1 to {self._spec.nb_connectors}")
        if not outcome.accepted:
            raise InputError("damage", str(damage), f"possible here: {outcome.reason}")
        if damage.kind is DamageKind.STORAGE_CORRUPT:
            self._dialect.transactions.queue.lose()
        self._note(f"damage: {damage}")

    def _configuration(self) -> Message:
        entries = [entry for entry in self._dialect.session.configuration.entries() if not entry.key.writeonly]
        payload = ocpp_config_json({entry.key.name: entry.value for entry in entries})
        return Message(self._topics.station(self._spec.id, "ocpp_config"), payload, retain=True)
