"""One life of a station, from boot to power-down: what comes in is followed to its end, without touching the world.

Whoever drives it feeds one input (``opened``, ``received``, ``closed``, ``heard``, ``errand_ended``, ``end``,
``advance``), then takes ``changes`` and stores them, and only then takes ``frames``, ``messages`` and ``errands``:
save, then say.
A power cut is a Life that is dropped; the next one is made of what was stored.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.dialects.journal import line_of
from chargepoint.dialects.judgement import Judgement
from chargepoint.dialects.mqtt import MqttDialect
from chargepoint.dialects.v16.built import station_of
from chargepoint.dialects.v16.configuration import Configuration
from chargepoint.dialects.v16.dialect import V16
from chargepoint.hearing import Hearing
from chargepoint.model.commands import ErrandEnded, ShutDown
from chargepoint.model.facts import Fact, Rebooting
from chargepoint.model.survival import Record
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import Vehicle
from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.events import Event
from chargepoint.ocpp.schema import schemas
from chargepoint.passage import Passage
from chargepoint.security.events import SecurityEventType
from chargepoint.security.link import LinkFailure, LinkTarget
from chargepoint.security.requests import new_key
from chargepoint.security.store import Credentials

NO_CREDENTIALS = Credentials()

if TYPE_CHECKING:
    from chargepoint.disturbances.line import Line
    from chargepoint.model.errands import Errand, Result
    from chargepoint.obedience import Obedience


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
        self.station = station_of(spec, configuration, vehicle, records, now)
        self.dialect = V16(spec, self.station, self._endpoint, configuration, records, queued, credentials, new_key)
        self.judgement = Judgement()
        self._passage = Passage(spec, mqtt.traffic, self.judgement, line)
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
        self._quiet_until = -math.inf
        """Until when the dialect has nothing to do by itself, as far as is known."""
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
        self._mqtt.traffic.connected(now)
        self._notes.append(f"connected to {self.link_target().url}")
        if self.line is not None:
            self.line.opened(now)
        self._pass_time(now)
        self.dialect.opened(now)
        self._follow_all(now)

    def received(self, text: str, now: float) -> None:
        """A text message came in over the websocket."""
        self._pass_time(now)
        self._passage.received(text, now, self._take)

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
        """An MQTT message came in."""
        self._pass_time(now)
        self._hearing.take(message, now)
        self._follow_all(now)

    @cached_property
    def _hearing(self) -> Hearing:
        # Many a station of a pool never hears anything.
        return Hearing(self._mqtt, self.dialect, self._passage, self._answers.append, self._obedience)

    def _obedience(self) -> Obedience:
        from chargepoint.obedience import Obedience

        return Obedience(
            self._spec,
            self._topics,
            self._mqtt,
            self._schemas,
            self.dialect,
            self._passage,
            self._answers.append,
            self._notes.append,
            self.end,
            self._lose_power,
        )

    def _lose_power(self) -> None:
        self.going_down, self.power_cut = StopReason.POWER_LOSS, True

    def errand_ended(self, id: int, result: Result, now: float) -> None:
        """An errand came to its end."""
        self._pass_time(now)
        self.station.tell(ErrandEnded(id, result), now)
        self._follow_all(now)

    def end(self, now: float) -> None:
        """Go down in good order; ``going_down`` then says so."""
        self.station.tell(ShutDown(), now)
        self._follow_all(now)

    def advance(self, now: float) -> None:
        """Let time pass."""
        self._pass_time(now)
        self._follow_all(now)

    def over(self) -> None:
        """Nothing more will happen; what it was can still be asked."""
        # The two hold each other.
        self.__dict__.pop("_hearing", None)
        self.dialect.over()

    def next_deadline(self) -> float | None:
        """When ``advance`` wants to be called next."""
        due = self.dialect.next_deadline()
        # Nothing changes it between two inputs.
        self._quiet_until = math.inf if due is None else due
        deadlines = [due, self.station.next_deadline(), self._mqtt.next_deadline()]
        if self.line is not None:
            deadlines.append(self.line.next_deadline())
        return min([deadline for deadline in deadlines if deadline is not None], default=None)

    def changes(self) -> tuple[dict[str, Record], dict[int, Record | None]]:
        """What to store, before anything is sent: records by key, and messages of the queue by number."""
        records = self.station.changes()
        records.update(self.dialect.changes())
        return records, self.dialect.queue_changes()

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
        answers = [*self._answers, *self._mqtt.traffic.messages()]
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
        if not self._notes and not self.dialect.session.notes and self.line is None:
            return []
        notes = self._notes + self.dialect.session.notes
        self._notes.clear()
        if self.line is not None:
            notes += self.line.notes()
        self.dialect.session.notes.clear()
        self.dialect.session.record(notes)
        return notes

    def _pass_time(self, now: float) -> None:
        self.station.advance(now)
        if now >= self._quiet_until:
            self.dialect.advance(now)
        self._quiet_until = -math.inf
        if self.line is not None:
            self.line.advance(now)
            if self.line.power_fails():
                self._lose_power()
            self._passage.take_arrived(self.line, now, self._take)

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

    def _follow(self, fact: Fact, now: float) -> None:
        self._observe(fact)
        if isinstance(fact, Rebooting):
            self.going_down = fact.reason
            self.boots_again = fact.reason is not StopReason.REBOOT or bool(fact.cause)
        if line := line_of(fact):
            self._notes.append(line)
        self.dialect.speak(fact, now)
