"""One life of a station, from boot to power-down: what comes in is followed to its end, without touching the world.

Whoever drives it feeds one input (``opened``, ``received``, ``closed``, ``heard``, ``errand_ended``, ``end``,
``advance``), then takes ``changes`` and stores them, and only then takes ``frames``, ``messages`` and ``errands``:
save, then say.
A power cut is a Life that is dropped; the next one is made of what was stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from zlib import crc32

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ErrorCode, ocpp_config_json
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.dialects.journal import line_of
from chargepoint.dialects.judgement import Judgement
from chargepoint.dialects.mqtt import MqttDialect
from chargepoint.dialects.v16.configuration import Configuration
from chargepoint.dialects.v16.dialect import V16
from chargepoint.model.commands import ErrandEnded, PartBroken, ShutDown, Verdict
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import Fact, Rebooting
from chargepoint.model.faults import has
from chargepoint.model.noise import MeterClass
from chargepoint.model.parameters import Parameters
from chargepoint.model.station import Station
from chargepoint.model.survival import Record
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import Vehicle
from chargepoint.ocpp.endpoint import Endpoint, Event
from chargepoint.ocpp.schema import schemas
from chargepoint.passage import Passage
from chargepoint.security.events import SecurityEventType
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.security.requests import new_key
from chargepoint.security.store import Credentials

NO_CREDENTIALS = Credentials()

if TYPE_CHECKING:
    from chargepoint.api.damage import Damage
    from chargepoint.api.disturbances import Mischief
    from chargepoint.api.orders import Order
    from chargepoint.dialects.orders import Orders
    from chargepoint.disturbances.line import Line
    from chargepoint.model.errands import Errand, Result


class Life:
    """A station that is switched on. All moments are POSIX seconds that do not run backwards."""

    def __init__(
        self,
        spec: ChargePointSpec,
        topics: Topics,
        mqtt: MqttDialect,
        vehicle: Vehicle,
        records: Mapping[str, Record],
        queued: Iterable[Record],
        next_id: Callable[[], str],
        now: float,
        observe: Callable[[Event | Fact], None] = lambda event: None,
        credentials: Credentials = NO_CREDENTIALS,
        new_key: Callable[[], str] = new_key,
        speed: float = 1.0,
        line: Line | None = None,
    ) -> None:
        """``records`` and ``queued`` are what earlier lives stored; ``next_id`` gives OCPP message ids;
        ``observe`` is told everything that happens in the station, and between it and its central system;
        ``credentials`` are what the station has in its first life; ``new_key`` makes a private key (PEM);
        ``speed`` is how fast the station's clock goes, which its central system's answers do not keep up with;
        ``line`` is that of the life before, when it was disturbed.
        """
        self._spec = spec
        self._observe = observe
        self._topics = topics
        self._mqtt = mqtt
        self._schemas = schemas(str(spec.ocpp_version))
        self._endpoint = Endpoint(self._schemas, next_id, speed=speed)
        configuration = Configuration.of(spec, records.get("configuration", {}))
        parameters = Parameters(meter=MeterClass(seed=crc32(spec.id.encode())))
        configuration.apply(parameters)
        self.station = Station(
            Supply(spec.type, spec.nb_phases, spec.voltage, spec.max_setpoint, spec.max_setpoint_per_connector),
            spec.nb_connectors,
            now,
            vehicle=vehicle,
            fixed_cable=spec.fixed_cable,
            parameters=parameters,
            records=records,
        )
        self.dialect = V16(spec, self.station, self._endpoint, configuration, records, queued, credentials, new_key)
        self.judgement = Judgement()
        self._passage = Passage(spec, mqtt.traffic, self.judgement, self._take, line)
        if spec.quirks and line is None:
            self._passage.disturbed_line(now, connected=False)
        elif line is not None:
            line.powered_up(now)
        self.going_down: StopReason | None = None
        self.boots_again = True
        """Whether it then boots: unless somebody wanted its end, it does."""
        self.power_cut = False
        """Whether it goes down in this very moment, with nothing more to say."""
        self.link_error = ""
        self.store_error = ""
        self._answers: list[Message] = []
        self._notes: list[str] = list(self.dialect.session.configuration.refused)
        self.station.state.record_security(SecurityEventType.STARTUP_OF_THE_DEVICE, now)
        self._follow_all(now)

    @property
    def line(self) -> Line | None:
        """Its line to the central system, if that was ever disturbed or the station has quirks."""
        return self._passage.line

    @property
    def silent(self) -> bool:
        """Whether nothing is left that could be said now: a station that goes down may go."""
        return not self._endpoint.is_open or (self.dialect.idle and (self.line is None or self.line.idle))

    @property
    def link_is_dead(self) -> str:
        """Why the connection should be given up and made again; "" while it should not."""
        return self.dialect.link_is_dead

    def opened(self, now: float) -> None:
        """The websocket is up."""
        self.link_error = ""
        self.judgement.opened()
        self._notes.append(f"connected to {self.link_target().url}")
        if self.line is not None:
            self.line.opened(now)
        self._pass_time(now)
        self.dialect.opened(now)
        self._follow_all(now)

    def received(self, text: str, now: float) -> None:
        """A text message came in over the websocket."""
        self._pass_time(now)
        self._passage.received(text, now)

    def _take(self, text: str, now: float) -> str | None:
        self._endpoint.receive(text, now)
        return self._follow_all(now)

    def closed(self, reason: str, now: float, why: LinkFailure | None = None) -> None:
        """The websocket is gone, or could not be opened; ``why`` when security is the reason."""
        if reason != self.link_error:
            self._notes.append(reason)
        self.link_error = reason
        if summary := self.judgement.closed():
            self._notes.append(summary)
        self._pass_time(now)
        if self.line is not None:
            self.line.closed(now)
        if self._endpoint.is_open:
            self.dialect.closed(now)
        elif self.going_down is None:
            self.dialect.failed(why, reason, now)
        self._follow_all(now)

    def link_target(self) -> LinkTarget:
        """Where and how to connect next."""
        return self.dialect.security.target()

    @property
    def storage_full(self) -> bool:
        """Whether nothing is to be stored, for that is damaged."""
        return self.station.state.storage_full

    def reconnect(self) -> bool:
        """Whether the connection is to be made anew once everything is said; asked once."""
        return self.dialect.reconnect()

    def store_failed(self, reason: str, now: float) -> None:
        """What changed could not be stored; "" when it could."""
        if reason and not self.store_error:
            self.station.state.record_security(SecurityEventType.MEMORY_EXHAUSTION, now, reason)
            self._follow_all(now)
        self.store_error = reason

    def heard(self, message: Message, now: float) -> None:
        """An MQTT message came in; what is refused is answered on the station's result topic.

        A retained one is of the past: a status is greeted over anyway, and a command or an input is for the moment.
        """
        self._pass_time(now)
        if message.retain:
            # There are brokers that send what nobody here has subscribed to.
            if self._mqtt.is_input(message):
                self._refuse(message, "it is retained: publish commands and inputs without the retain flag")
        elif self._mqtt.is_foreign_death(message):
            # An earlier process of this id, or a broker that lost sight of us, calls us dead: we are not.
            self._answers += self._mqtt.greeting(self.station.state, now)
        else:
            try:
                if self._mqtt.is_order(message):
                    self._obey_order(message, now)
                elif (command := self._mqtt.understand(message)) is not None:
                    outcome = self.station.tell(command, now)
                    if not outcome.accepted:
                        self._refuse(message, outcome.reason)
                    self._follow_signal(now)
            except InputError as error:
                self._refuse(message, str(error))
        self._follow_all(now)

    @cached_property
    def _orders(self) -> Orders:
        # Here, and wherever orders are named: most stations never get one, and need not load what follows them.
        from chargepoint.dialects.orders import Orders

        return Orders(
            self._spec.id,
            self._topics,
            self.dialect,
            self._schemas,
            self._mqtt.traffic,
            self._answers.append,
            self._passage.say,
        )

    def _obey_order(self, message: Message, now: float) -> None:
        from chargepoint.api.orders import StationResult, Verdict, asked_by, parse_order
        from chargepoint.dialects.v16.by_hand import OrderRefusedError

        order = parse_order(message.payload)
        try:
            done = self._follow_order(order, now)
        except OrderRefusedError as error:
            self._refuse(message, str(error))
            return
        if done and order.request_id:
            self._orders.tell(StationResult(message.topic, "", Verdict.DONE, *asked_by(message.payload)))

    def errand_ended(self, id: int, result: Result, now: float) -> None:
        """An errand came to its end."""
        self._pass_time(now)
        self.station.tell(ErrandEnded(id, result), now)
        self._follow_all(now)

    def _follow_order(self, order: Order, now: float) -> bool:
        from chargepoint.api.orders import Close, Misbehave, OcppConfig, PowerLoss, Reboot

        match order:
            case Close():
                self.end(now)
            case OcppConfig():
                self._answers.append(self._configuration())
            case Reboot():
                self.going_down, self.power_cut = StopReason.POWER_LOSS, True
            case PowerLoss():
                self.station.tell(ShutDown(StopReason.POWER_LOSS), now)
            case Misbehave(_, what):
                self._misbehave(what, now)
            case _:
                return self._orders.take(order, now)
        return True

    def _misbehave(self, what: Mischief | Damage, now: float) -> None:
        # Loaded here, with the first order of its kind.
        from chargepoint.api.damage import Damage, DamageKind

        if not isinstance(what, Damage):
            self._passage.disturbed_line(now, connected=self._endpoint.is_open).take(what, now)
            return
        outcome = self.station.tell(PartBroken(what), now)
        if outcome.verdict is Verdict.UNKNOWN_CONNECTOR:
            raise InputError("connector", what.connector, f"one of 1 to {self._spec.nb_connectors}")
        if not outcome.accepted:
            raise InputError("damage", str(what), f"possible here: {outcome.reason}")
        if what.kind is DamageKind.STORAGE_CORRUPT:
            self.dialect.transactions.queue.lose()
        self._notes.append(f"damage: {what}")

    def end(self, now: float) -> None:
        """Go down in good order; ``going_down`` then says so."""
        self.station.tell(ShutDown(), now)
        self._follow_all(now)

    def advance(self, now: float) -> None:
        """Let time pass."""
        self._pass_time(now)
        self._follow_all(now)

    def next_deadline(self) -> float | None:
        """When ``advance`` wants to be called next."""
        deadlines = (self.station.next_deadline(), self.dialect.next_deadline(), self._mqtt.next_deadline())
        due = min((deadline for deadline in deadlines if deadline is not None), default=None)
        disturbed_at = self.line.next_deadline() if self.line is not None else None
        return due if disturbed_at is None else min(disturbed_at, due or disturbed_at)

    def changes(self) -> tuple[dict[str, Record], dict[int, Record | None]]:
        """What to store, before anything is sent: records by key, and messages of the queue by number."""
        return self.station.changes() | self.dialect.changes(), self.dialect.queue_changes()

    def frames(self) -> list[str]:
        """The texts to send over the websocket, in order."""
        return self._passage.leaving(self._endpoint.frames(), self.station.state.at)

    def errands(self) -> list[Errand]:
        """What the world is to do, in order; each result is to be told by ``errand_ended``."""
        return self.station.state.new_errands()

    def trusted_roots(self) -> str:
        """Root certificates that servers of files may be known by, in PEM, besides those of the system."""
        session = self.dialect.session
        return "\n".join(session.central_system_roots() + session.manufacturer_roots())

    def messages(self, now: float) -> list[Message]:
        """The MQTT messages to publish, in order."""
        answers = self._answers + self._mqtt.traffic.messages()
        self._answers.clear()
        last_error = self.store_error or self.link_error or self.judgement.error
        state = self.station.state
        deviations = (self.line.deviations if self.line else ()) + state.faults_in_words
        if state.damages is not None:
            deviations += state.damages.in_words()
        status = self._mqtt.messages(self.station.state, self.dialect.registration, last_error, now, deviations)
        return answers + status

    def untold(self) -> None:
        """Nobody is there for MQTT messages: those that wait are dropped, and none are made."""
        self._answers.clear()

    def greeting(self, now: float) -> list[Message]:
        """All retained statuses, for a broker that knows nothing."""
        return self._mqtt.greeting(self.station.state, now)

    def farewell(self, reason: str = "") -> list[Message]:
        """The retained statuses of a station that has ended; ``reason`` when it broke down."""
        return self._mqtt.farewell(self.station.state, reason)

    def notes(self) -> list[str]:
        """Lines for the log."""
        notes, self._notes = self._notes + self.dialect.session.notes, []
        if self.line is not None:
            notes += self.line.notes()
        self.dialect.session.notes.clear()
        self.dialect.session.record(notes)
        return notes

    def _pass_time(self, now: float) -> None:
        self.station.advance(now)
        self.dialect.advance(now)
        if self.line is not None:
            self.line.advance(now)
            if self.line.power_fails():
                self.going_down, self.power_cut = StopReason.POWER_LOSS, True
            self._passage.take_arrived(self.line, now)

    def _follow_all(self, now: float) -> str | None:
        """What was wrong with a frame on the way, if anything was."""
        problem: str | None = None
        while True:
            facts = self.station.facts()
            for fact in facts:
                self._follow(fact, now)
            events = self._endpoint.events()
            if not facts and not events:
                return problem
            for event in events:
                self._observe(event)
                if judged := self.judgement.judge(event):
                    problem, note = judged
                    self._notes.append(note)
                self.dialect.take(event, now)
                for fact in self.station.facts():
                    self._follow(fact, now)

    def _follow_signal(self, now: float) -> None:
        weak = has(self.station.state.faults, ErrorCode.WEAK_SIGNAL)
        if weak or self.line is not None:
            self._passage.disturbed_line(now, connected=self._endpoint.is_open).weaken(weak)

    def _follow(self, fact: Fact, now: float) -> None:
        self._observe(fact)
        if isinstance(fact, Rebooting):
            self.going_down = fact.reason
            self.boots_again = fact.reason is not StopReason.REBOOT or bool(fact.cause)
        if line := line_of(fact):
            self._notes.append(line)
        self.dialect.speak(fact, now)

    def _refuse(self, message: Message, reason: str) -> None:
        from chargepoint.api.orders import StationResult, Verdict, asked_by

        self._notes.append(f"{message.topic}: {reason}")
        asked = asked_by(message.payload) if self._mqtt.is_order(message) else ("", "")
        self._orders.tell(StationResult(message.topic, reason, Verdict.REFUSED, *asked))

    def _configuration(self) -> Message:
        entries = [entry for entry in self.dialect.session.configuration.entries() if not entry.key.writeonly]
        payload = ocpp_config_json({entry.key.name: entry.value for entry in entries})
        return Message(self._topics.station(self._spec.id, "ocpp_config"), payload, retain=True)
