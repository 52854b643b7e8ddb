"""A station on a test bench: time is a number, the central system is a script, the power can be cut at any step.

Nothing here sleeps, and there are no sockets: the bench drives a ``Life`` as the runtime does, frame by frame, and
records what is on the wire. A test plays the people, the cars and the central system, and reads the record.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chargepoint.api.payloads import CarInput, ConnectorStatus, ErrorCode, FaultInput, TokenInput
from chargepoint.api.spec import ChargePointSpec, CurrentType, parse_spec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.clock import iso
from chargepoint.dialects.mqtt import MqttDialect, connector_status
from chargepoint.life import NO_CREDENTIALS, Life
from chargepoint.model.errands import Result
from chargepoint.model.vehicle import GENERIC, Vehicle
from chargepoint.security.link import LinkFailure
from chargepoint.security.requests import new_key
from chargepoint.security.store import Credentials
from tests.support.world import World

NOON = 1_750_000_000.0 - 1_750_000_000.0 % 86_400 + 43_200
"""12:00:00 UTC of some day: where a bench's time starts."""

TRANSACTION_MESSAGES = ("StartTransaction", "MeterValues", "StopTransaction")

Payload = dict[str, Any]
Script = Callable[[Payload], Payload | None]


def verdict(status: str, **info: str) -> Payload:
    """The idTagInfo of an answer to Authorize, StartTransaction or StopTransaction."""
    return {"idTagInfo": {"status": status, **info}}


@dataclass(frozen=True)
class CallError:
    """What a script returns to answer with a CALLERROR, and how the station's own are recorded."""

    code: str
    description: str = ""


@dataclass
class Bench:
    """A station, its MQTT, its central system and its store.

    ``script`` maps an action to the central system's answer: a function of the request's payload. An answer of
    None is silence; a ``CallError`` refuses. What is not in it is answered with the default: everything accepted.
    """

    entry: Mapping[str, object] = field(default_factory=dict)
    script: dict[str, Callable[[Payload], Any]] = field(default_factory=dict)
    vehicle: Vehicle = GENERIC
    now: float = NOON
    world: World = field(default_factory=World)
    credentials: Credentials = NO_CREDENTIALS
    new_key: Callable[[], str] = new_key

    def __post_init__(self) -> None:
        self.spec: ChargePointSpec = parse_spec({"id": "CP1", "central_system": "ws://csms.test", **self.entry})
        self.records: dict[str, Any] = {}
        self.queue: dict[int, Any] = {}
        self.sent: list[tuple[str, Payload]] = []
        """Every CALL of the station: action and payload."""
        self.answers: dict[str, Any] = {}
        """The station's answers to our CALLs: id to payload, or to CallError."""
        self.wire: list[list[Any]] = []
        """Every frame of the station, in order."""
        self.rubbish: list[str] = []
        """What the station says that is no JSON: it has quirks, or its line is disturbed."""
        self.unanswered: dict[str, tuple[str, Payload]] = {}
        """CALLs of the station that a script left without an answer: id to action and payload."""
        self.published: list[Message] = []
        self.notes: list[str] = []
        self.online = False
        self._ids = itertools.count(1)
        self._our_ids = itertools.count(1)
        self._transaction_ids = itertools.count(1)
        self.power_on()

    # The station's power and link

    def power_on(self) -> None:
        """Boot from what is stored."""
        topics = Topics()
        self.mqtt_dialect = MqttDialect(self.spec, topics, 4711, self.now)
        queued = [record for _, record in sorted(self.queue.items())]
        self.life = Life(
            self.spec,
            topics,
            self.mqtt_dialect,
            self.vehicle,
            json.loads(json.dumps(self.records)),
            queued,
            self._next_id,
            self.now,
            credentials=self.credentials,
            new_key=self.new_key,
        )
        self.online = False
        self.unanswered.clear()
        self.world.under_way.clear()
        self._drain()

    def power_cut(self) -> None:
        """kill -9 and power on again: what was not stored is gone."""
        self.power_on()

    def connect(self) -> Bench:
        """The websocket comes up; the central system answers by its script."""
        self.online = True
        self.life.opened(self.now)
        self._drain()
        return self

    def disconnect(self) -> None:
        """The websocket is lost."""
        self.online = False
        self.unanswered.clear()
        self.life.closed("connection lost", self.now)
        self._drain()

    def fail_to_connect(self, why: LinkFailure | None = None, reason: str = "no connection") -> None:
        """An attempt to connect comes to nothing."""
        self.life.closed(reason, self.now, why)
        self._drain()

    def advance(self, seconds: float) -> None:
        """Let time pass, waking the station at every deadline as its runtime would."""
        end = self.now + seconds
        spins = 0
        while (due := self.life.next_deadline()) is not None and due <= end:
            spins = spins + 1 if due <= self.now else 0
            assert spins < 50, f"the station wants to be woken at {due} for ever, and it is {self.now}"
            self.now = max(self.now, due)
            self.life.advance(self.now)
            self._drain()
        self.now = end
        self.life.advance(self.now)
        self._drain()

    # People and cars

    def plug(self, connector: int = 1, cable: float | None = None, **car: Any) -> None:
        """Put the cable in: by default one of 32 A, or for DC of 500 kW."""
        default = 500_000.0 if self.spec.type is CurrentType.DC else 32.0
        self.car(connector, cable=default if cable is None else cable, **car)

    def unplug(self, connector: int = 1) -> None:
        """Pull the cable."""
        self.car(connector, cable=0.0)

    def car(self, connector: int = 1, **car: Any) -> None:
        """Whatever else the car does."""
        self.mqtt(f"connectors/{connector}/car", CarInput(**car).to_json())

    def tap(self, id_tag: str = "TAG", connector: int = 1) -> None:
        """Present an id tag."""
        self.mqtt(f"connectors/{connector}/id_tag", TokenInput(id_tag).to_json())

    def fault(self, connector: int = 1, error_code: ErrorCode = ErrorCode.OTHER_ERROR, **told: str) -> None:
        """A fault appears; ``told`` are its vendor_code and info."""
        self.mqtt(f"connectors/{connector}/faulted", FaultInput(True, error_code, **told).to_json())

    def clear_fault(self, connector: int = 1, error_code: ErrorCode | None = None) -> None:
        """The fault is gone; without an error code, all of them are."""
        self.mqtt(f"connectors/{connector}/faulted", FaultInput(False, error_code).to_json())

    def mqtt(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Any MQTT message to the station, by its topic below ``cps/<id>``; ``retain``: it was stored before."""
        self.life.heard(Message(f"cp_simu/cps/{self.spec.id}/{topic}", payload, retain=retain), self.now)
        self._drain()

    # The central system

    def call(self, action: str, **payload: Any) -> Any:
        """A CALL of the central system; returns the station's answer, None when it stays silent."""
        call_id = f"csms-{next(self._our_ids)}"
        self.receive(json.dumps([2, call_id, action, payload]))
        return self.answers.get(call_id)

    def receive(self, text: str) -> None:
        """Any text of the central system."""
        self.life.received(text, self.now)
        self._drain()

    def answer(self, action: str, payload: Payload | CallError) -> None:
        """Answer the oldest CALL of ``action`` that a script left without an answer."""
        call_id = next(one for one, (sent, _) in self.unanswered.items() if sent == action)
        del self.unanswered[call_id]
        self._say(call_id, payload)
        self._drain()

    # The servers of files

    def finish_transfers(self) -> None:
        """Let every transfer that is under way come to its end."""
        for id, errand in list(self.world.under_way.items()):
            del self.world.under_way[id]
            self._errand_ended(id, self.world.result(errand))
        self._drain()

    # What the tests look at

    def status(self, connector: int = 1) -> ConnectorStatus:
        """The connector's MQTT status as it would be told now."""
        state = self.life.station.state
        return connector_status(state, state.connectors[connector])

    def actions(self) -> list[str]:
        """The actions of all CALLs of the station."""
        return [action for action, _ in self.sent]

    def calls(self, action: str) -> list[Payload]:
        """The payloads of the station's CALLs of ``action``."""
        return [payload for sent, payload in self.sent if sent == action]

    def transaction_messages(self) -> list[tuple[str, Payload]]:
        """The transaction-related CALLs of the station, in order."""
        return [(action, payload) for action, payload in self.sent if action in TRANSACTION_MESSAGES]

    def order(self) -> list[str]:
        """Every frame of the station in a word: the action of a CALL, "answer", or "error"."""
        return [frame[2] if frame[0] == 2 else {3: "answer", 4: "error"}[frame[0]] for frame in self.wire]

    def statuses(self, connector: int = 1) -> list[str]:
        """The states reported of ``connector`` by StatusNotification."""
        return [one["status"] for one in self.calls("StatusNotification") if one["connectorId"] == connector]

    def forget(self) -> None:
        """Start the record anew."""
        self.sent.clear()
        self.wire.clear()
        self.published.clear()
        self.notes.clear()

    def charging(self, connector: int = 1, id_tag: str = "TAG") -> int:
        """Connect if needed, plug, tap: a transaction runs. Returns its id."""
        if not self.online:
            self.connect()
        self.plug(connector)
        self.tap(id_tag, connector)
        transaction = self.life.station.state.connectors[connector].transaction
        assert transaction is not None
        assert transaction.central_id is not None
        return transaction.central_id

    def _next_id(self) -> str:
        return f"cp-{next(self._ids)}"

    def _drain(self) -> None:
        """Save, then say; answer what is said, until nothing more comes."""
        while True:
            records, queue = self.life.changes()
            self.records |= json.loads(json.dumps(records))
            for number, entry in queue.items():
                if entry is None:
                    self.queue.pop(number, None)
                else:
                    self.queue[number] = json.loads(json.dumps(entry))
            self.published += self.life.messages(self.now)
            self.notes += self.life.notes()
            frames, errands = self.life.frames(), self.life.errands()
            if not frames and not errands:
                return
            for text in frames:
                try:
                    frame = json.loads(text)
                except (ValueError, RecursionError):
                    self.rubbish.append(text)
                else:
                    self._take(frame)
            for errand in errands:
                self.world.take(errand, self._errand_ended)

    def _errand_ended(self, id: int, result: Result) -> None:
        self.life.errand_ended(id, result, self.now)

    def _take(self, frame: list[Any]) -> None:
        self.wire.append(frame)
        match frame:
            case [2, call_id, action, payload]:
                self.sent.append((action, payload))
                if self.online:
                    self._answer(call_id, action, payload)
            case [3, call_id, payload]:
                self.answers[call_id] = payload
            case [4, call_id, code, description, _]:
                self.answers[call_id] = CallError(code, description)

    def _answer(self, call_id: str, action: str, payload: Payload) -> None:
        scripted = self.script.get(action)
        answer = scripted(payload) if scripted else self._accept(action)
        if answer is None:
            self.unanswered[call_id] = (action, payload)
        else:
            self._say(call_id, answer)

    def _say(self, call_id: str, answer: Payload | CallError) -> None:
        if isinstance(answer, CallError):
            frame: list[Any] = [4, call_id, answer.code, answer.description, {}]
        else:
            frame = [3, call_id, answer]
        self.life.received(json.dumps(frame), self.now)

    def _accept(self, action: str) -> Payload:
        accepted = verdict("Accepted")
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": iso(self.now), "interval": 300}
            case "Heartbeat":
                return {"currentTime": iso(self.now)}
            case "Authorize" | "StopTransaction":
                return accepted
            case "StartTransaction":
                return {"transactionId": next(self._transaction_ids), **accepted}
            case "DataTransfer" | "SignCertificate":
                return {"status": "Accepted"}
        return {}
