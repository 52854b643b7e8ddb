"""A yard that only pretends: retained statuses of any number of charge points, and a launcher that answers.

For the tests of the screen, and to look at it without a yard::

    python -m tests.support.synthetic_fleet --broker mqtt://localhost:1883 --count 200 --rate 50

Cars and id tags are obeyed plausibly (not by the book: that is ``chargepoint``'s affair).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from chargepoint.api.errors import InputError
from chargepoint.api.orders import StationResult
from chargepoint.api.payloads import (
    CarInput,
    ChargePointStatus,
    ConnectorState,
    ConnectorStatus,
    ErrorCode,
    FaultInput,
    Registration,
    TokenInput,
)
from chargepoint.api.spec import ChargePointSpec, CurrentType, parse_spec
from chargepoint.api.topics import ConnectorTopic, LauncherTopic, StationTopic, Topics
from chargepoint.bus import Broker, Bus, Message
from launcher.api.commands import Close, Command, CommandResult, CommandType, EntryResult, Verdict, parse_command
from tests.support.synthetic_orders import AT, Deviations, answer


@dataclass
class SyntheticStation:
    """One pretended charge point."""

    spec: ChargePointSpec
    registration: Registration = Registration.ACCEPTED
    pid: int = 4711
    last_error: str = ""
    connectors: dict[int, ConnectorStatus] = field(default_factory=dict)
    deviations: Deviations = field(default_factory=Deviations)
    pool: str = ""

    def __post_init__(self) -> None:
        limit = self.spec.max_setpoint_per_connector
        for number in range(1, self.spec.nb_connectors + 1):
            self.connectors[number] = ConnectorStatus(
                ConnectorState.AVAILABLE, max_setpoint=limit, ocpp_setpoint=limit, energy_wh=1000.0 * number
            )

    @property
    def status(self) -> ChargePointStatus:
        """What it retains."""
        spec = self.spec
        return ChargePointStatus(
            pid=0 if self.registration is Registration.DEAD else self.pid,
            status=self.registration,
            vendor=spec.vendor,
            model=spec.model,
            serial=spec.serial,
            nb_phases=spec.nb_phases,
            max_setpoint=spec.max_setpoint,
            central_system=spec.central_system,
            type=spec.type.value,
            voltage=spec.voltage,
            nb_connectors=spec.nb_connectors,
            max_setpoint_per_connector=spec.max_setpoint_per_connector,
            ocpp_version=spec.ocpp_version.value,
            firmware_version=spec.firmware_version,
            started_at="2026-11-21T09:00:00.000Z",
            last_error=self.last_error,
            entry=spec.to_entry(),
            deviations=self.deviations.in_words,
            deviations_at=(AT,) * len(self.deviations.in_words),
            pool=self.pool,
        )

    def hear(self, topic: ConnectorTopic, payload: bytes, transaction_id: int) -> None:
        """Obey one input; raises InputError."""
        connector = self.connectors[topic.connector]
        match topic.leaf:
            case "car":
                connector = self._drive(connector, CarInput.from_json(payload))
            case "id_tag":
                connector = self._tap(connector, TokenInput.from_json(payload), transaction_id)
            case "faulted":
                connector = self._fault(topic.connector, FaultInput.from_json(payload))
        self.connectors[topic.connector] = self._measured(connector)

    def die(self) -> None:
        """The power is cut."""
        self.registration = Registration.DEAD
        for number, connector in self.connectors.items():
            dead = replace(connector, status=ConnectorState.UNAVAILABLE, transaction_id=None, setpoint=0.0)
            self.connectors[number] = self._measured(dead)

    def rise(self) -> None:
        """It starts again."""
        self.registration = Registration.ACCEPTED
        for number, connector in self.connectors.items():
            state = ConnectorState.PREPARING if connector.car_cable_capacity else ConnectorState.AVAILABLE
            self.connectors[number] = replace(connector, status=state)

    def _drive(self, connector: ConnectorStatus, car: CarInput) -> ConnectorStatus:
        changes: dict[str, object] = {}
        if car.cable is not None:
            changes["car_cable_capacity"] = car.cable
        if car.ready is not None:
            changes["car_ready"] = car.ready
        for phase in ("l1", "l2", "l3"):
            wanted = getattr(car, f"consumption_{phase}")
            if wanted is not None:
                changes[f"car_consumption_{phase}"] = wanted
        connector = dataclasses.replace(connector, **changes)  # type: ignore[arg-type]
        if not connector.car_cable_capacity:
            return replace(connector, status=ConnectorState.AVAILABLE, transaction_id=None, id_tag="", soc_pct=None)
        if connector.transaction_id is not None:
            state = ConnectorState.CHARGING if connector.car_ready else ConnectorState.SUSPENDED_EV
            return replace(connector, status=state)
        return replace(connector, status=ConnectorState.PREPARING)

    def _tap(self, connector: ConnectorStatus, token: TokenInput, transaction_id: int) -> ConnectorStatus:
        if connector.transaction_id is not None:
            if connector.id_tag != token.id:
                raise InputError("id", token.id, f"the tag that started the transaction, {connector.id_tag!r}")
            return replace(connector, status=ConnectorState.FINISHING, transaction_id=None, id_tag="")
        if not connector.car_cable_capacity:
            return replace(connector, status=ConnectorState.PREPARING, id_tag=token.id)
        state = ConnectorState.CHARGING if connector.car_ready else ConnectorState.SUSPENDED_EV
        return replace(connector, status=state, transaction_id=transaction_id, id_tag=token.id, soc_pct=42.0)

    def _fault(self, number: int, fault: FaultInput) -> ConnectorStatus:
        self.deviations.take_fault(number, fault)
        code, faulted = self.deviations.told_of(number)
        connector = replace(self.connectors[number], error_code=str(code))
        return replace(connector, status=ConnectorState.FAULTED) if faulted else self._drive(connector, CarInput())

    def _measured(self, connector: ConnectorStatus) -> ConnectorStatus:
        direct = self.spec.type is CurrentType.DC
        limits = (connector.max_setpoint, connector.ocpp_setpoint, connector.car_cable_capacity)
        offered = connector.car_cable_capacity and self.registration is not Registration.DEAD
        setpoint = min(limits) if offered else 0.0
        charging = connector.status is ConnectorState.CHARGING
        wants = (connector.car_consumption_l1, connector.car_consumption_l2, connector.car_consumption_l3)
        draws = [
            min(want, setpoint) if charging and phase < self.spec.nb_phases else 0.0
            for phase, want in enumerate(wants)
        ]
        return replace(
            connector,
            setpoint=setpoint,
            consumption_l1=draws[0],
            consumption_l2=draws[1],
            consumption_l3=draws[2],
            power_w=draws[0] if direct else sum(draws) * self.spec.voltage,
        )


class SyntheticYard:
    """A launcher and its charge points on a broker; remembers every input and command it hears."""

    def __init__(self, broker: Broker, topics: Topics) -> None:
        self.topics = topics
        self.stations: dict[str, SyntheticStation] = {}
        self.heard: list[Message] = []
        self._numbers = iter(range(100, 10**9))
        self._bus = Bus(
            broker,
            name=f"synthetic-{random.getrandbits(32):x}",
            subscriptions=(
                topics.launcher("cmd"),
                topics.station("+", "cmd"),
                topics.connector("+", "+", "car"),
                topics.connector("+", "+", "id_tag"),
                topics.connector("+", "+", "faulted"),
            ),
            will=Message(topics.launcher("status"), b"Dead", retain=True),
            greet=self._state,
            hear=self._hear,
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[SyntheticYard]:
        """Stay on the broker for the length of a ``with``; then vanish without a word."""
        task = asyncio.create_task(self._bus.run())
        try:
            while not self._bus.connected:
                await asyncio.sleep(0.01)
            yield self
        finally:
            await self._bus.drained()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def add(self, spec: ChargePointSpec, registration: Registration = Registration.ACCEPTED) -> SyntheticStation:
        """A charge point that was there before anybody looked, or comes now."""
        station = SyntheticStation(spec, registration, pid=4000 + len(self.stations))
        self.stations[spec.id] = station
        self.tell(spec.id)
        return station

    def populate(self, count: int, prefix: str = "simu_cp_") -> None:
        """``count`` charge points, mixed in kind and state, the same at every call."""
        dice = random.Random(7)
        for number in range(1, count + 1):
            direct = number % 5 == 0
            entry: dict[str, object] = {
                "id": f"{prefix}{number:03d}",
                "central_system": "ws://localhost:9000",
                "type": "DC" if direct else "AC",
                "nb_connectors": 1 + (number % 3 == 1),
                "max_setpoint": 150_000 if direct else 32,
                "serial": f"S/N {1000 + number}",
                "firmware_version": "1.4.2",
            }
            station = self.add(parse_spec(entry))
            for connector in station.connectors:
                if dice.random() < 0.6:
                    self._begin(station, connector, dice)
            self._spoil(station, dice)

    def tell(self, station_id: str) -> None:
        """Publish everything of one charge point."""
        for message in self._messages(station_id):
            self._bus.publish(message)

    def publish(self, topic: str, payload: bytes, *, retain: bool = True) -> None:
        """Publish anything, as another client would."""
        self._bus.publish(Message(topic, payload, retain=retain))

    def change_something(self, dice: random.Random) -> None:
        """One measurement of one charging connector moves."""
        station = self.stations[dice.choice(list(self.stations))]
        charging = [n for n, c in station.connectors.items() if c.status is ConnectorState.CHARGING]
        if not charging:
            return
        number = dice.choice(charging)
        connector = station.connectors[number]
        top = connector.setpoint
        wanted = max(0.3 * top, min(1.1 * top, connector.car_consumption_l1 + dice.uniform(-0.08, 0.09) * top))
        moved = replace(
            connector,
            car_consumption_l1=wanted,
            car_consumption_l2=wanted,
            car_consumption_l3=wanted,
            energy_wh=connector.energy_wh + 10,
            transaction_energy_wh=connector.transaction_energy_wh + 10,
        )
        station.connectors[number] = station._measured(moved)
        topic = self.topics.connector(station.spec.id, number, "status")
        self._bus.publish(Message(topic, station.connectors[number].to_json(), retain=True))

    def say(self, station_id: str, leaf: str, payload: bytes) -> None:
        """A charge point says something for the moment: a frame, a description, a result."""
        self._bus.publish(Message(self.topics.station(station_id, leaf), payload))

    async def drained(self) -> None:
        """Return when all that was published is with the broker."""
        await self._bus.drained(10.0)

    def _begin(self, station: SyntheticStation, number: int, dice: random.Random) -> None:
        direct = station.spec.type is CurrentType.DC
        amount = dice.uniform(40_000, 150_000) if direct else dice.uniform(6, 30)
        cable = 200_000.0 if direct else 32.0
        car = CarInput(cable, True, amount, amount, amount)
        topic = ConnectorTopic(station.spec.id, number, "car")
        station.hear(topic, car.to_json(), 0)
        if dice.random() < 0.8:
            token = TokenInput(f"TAG{dice.randint(1, 99)}")
            station.hear(replace(topic, leaf="id_tag"), token.to_json(), next(self._numbers))
            connector = station.connectors[number]
            station.connectors[number] = replace(
                connector, transaction_energy_wh=dice.uniform(500, 30_000), soc_pct=float(dice.randint(20, 90))
            )
        if dice.random() < 0.15:
            station.hear(topic, CarInput(ready=False).to_json(), 0)
        if dice.random() < 0.06:
            code = dice.choice([one for one in ErrorCode if one is not ErrorCode.NO_ERROR])
            station.hear(replace(topic, leaf="faulted"), FaultInput(True, code).to_json(), 0)

    def _spoil(self, station: SyntheticStation, dice: random.Random) -> None:
        match dice.randint(1, 20):
            case 1:
                station.die()
            case 2 | 3:
                station.registration = Registration.DISCONNECTED
                station.last_error = "ws://localhost:9000: [Errno 111] Connect call failed ('127.0.0.1', 9000)"
            case 4:
                station.registration = Registration.PENDING
            case 5:
                station.registration = Registration.REJECTED
        self.tell(station.spec.id)

    def _state(self) -> Iterator[Message]:
        yield Message(self.topics.launcher("status"), b"Alive", retain=True)
        for station_id in list(self.stations):
            yield from self._messages(station_id)

    def _messages(self, station_id: str) -> Iterator[Message]:
        station = self.stations[station_id]
        yield Message(self.topics.station(station_id, "status"), station.status.to_json(), retain=True)
        for number, connector in station.connectors.items():
            yield Message(self.topics.connector(station_id, number, "status"), connector.to_json(), retain=True)

    def _hear(self, message: Message) -> None:
        self.heard.append(message)
        match self.topics.parse(message.topic):
            case LauncherTopic("cmd"):
                result = self._obey(parse_command(message.payload))
                self._bus.publish(Message(self.topics.launcher("result"), result.to_json()))
            case ConnectorTopic(station_id, number) as topic if station_id in self.stations:
                try:
                    self.stations[station_id].hear(topic, message.payload, next(self._numbers))
                except InputError as error:
                    refusal = StationResult(message.topic, str(error)).to_json()
                    self._bus.publish(Message(self.topics.station(station_id, "result"), refusal))
                connector = self.stations[station_id].connectors[number]
                status = self.topics.connector(station_id, number, "status")
                self._bus.publish(Message(status, connector.to_json(), retain=True))
                if topic.leaf == "faulted":
                    own = self.topics.station(station_id, "status")
                    self._bus.publish(Message(own, self.stations[station_id].status.to_json(), retain=True))
            case StationTopic(station_id, "cmd") if station_id in self.stations:
                station = self.stations[station_id]
                alive = station.registration is not Registration.DEAD
                if (told := answer(message.topic, message.payload, station.deviations, alive=alive)) is not None:
                    self._bus.publish(Message(self.topics.station(station_id, "result"), told.to_json()))
                    status = self.topics.station(station_id, "status")
                    self._bus.publish(Message(status, station.status.to_json(), retain=True))

    def _obey(self, command: Command) -> CommandResult:
        if isinstance(command, Close):
            return CommandResult("close", request_id=command.request_id, result=Verdict.CLOSED)
        results = tuple(self._obey_entry(command.type, entry) for entry in command.charge_points)
        return CommandResult(str(command.type), results, command.request_id)

    def _obey_entry(self, kind: CommandType, entry: object) -> EntryResult:
        given: Mapping[str, object] = entry if isinstance(entry, Mapping) else {}
        station_id = str(given.get("id"))
        station = self.stations.get(station_id)
        if kind is CommandType.START:
            try:
                spec = parse_spec(entry)
            except InputError as error:
                return EntryResult.refused(station_id, error)
            self.add(spec)
            return EntryResult(station_id, Verdict.STARTED)
        if station is None:
            unknown = InputError("id", station_id, "the id of a charge point of this yard")
            return EntryResult.refused(station_id, unknown)
        if kind is CommandType.REMOVE:
            for message in list(self._messages(station_id)):
                self._bus.publish(replace(message, payload=b""))
            del self.stations[station_id]
            return EntryResult(station_id, Verdict.REMOVED)
        if kind is CommandType.KILL:
            station.die()
        else:
            station.rise()
        self.tell(station_id)
        return EntryResult(station_id, Verdict.KILLED if kind is CommandType.KILL else Verdict.RESTARTED)


async def _pretend(options: argparse.Namespace) -> None:
    dice = random.Random(1)
    yard = SyntheticYard(Broker.parse(options.broker), Topics(options.root))
    async with yard.running():
        yard.populate(options.count)
        while True:
            for _ in range(max(1, options.rate // 10)):
                yard.change_something(dice)
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A yard that only pretends, to look at the screen.")
    parser.add_argument("--broker", default="mqtt://localhost:1883")
    parser.add_argument("--root", default="cp_simu")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--rate", type=int, default=10, help="changes a second")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_pretend(parser.parse_args()))
