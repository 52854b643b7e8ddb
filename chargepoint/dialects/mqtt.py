"""The MQTT side of a station: its retained statuses, and the inputs of people and cars."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chargepoint.api.errors import InputError
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
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import ConnectorTopic, Topics
from chargepoint.bus import Message
from chargepoint.clock import iso
from chargepoint.dialects.traffic import Traffic
from chargepoint.model.commands import CarChanged, Command, FaultChanged, TokenPresented
from chargepoint.model.connector import Connector
from chargepoint.model.faults import worst
from chargepoint.model.state import StationState

MEASUREMENTS_EVERY_S = 1.0
"""A connector whose energy and state of charge alone move is told again no sooner."""


class MqttDialect:
    """What one station publishes, and what it understands."""

    def __init__(
        self,
        spec: ChargePointSpec,
        topics: Topics,
        pid: int,
        started_at: float,
        *,
        pool: str = "",
        every_s: float = MEASUREMENTS_EVERY_S,
    ) -> None:
        """``every_s``: how often measurements that changed are told."""
        self._topics = topics
        self._spec = spec
        self._status = ChargePointStatus.of(
            spec, Registration.DISCONNECTED, pid=pid, started_at=iso(started_at), pool=pool
        )
        self._shown: tuple[object, ...] = ()
        self._told: dict[int, _Told] = {}
        self._due_at: float | None = None
        self._every_s = every_s
        self.traffic = Traffic(topics, spec.id)

    @property
    def subscriptions(self) -> list[str]:
        """The topics this station listens to; its own status among them, to correct one that calls it dead."""
        station_id = self._spec.id
        return [
            self._topics.station(station_id, "cmd"),
            self._topics.station(station_id, "status"),
            self._topics.connector(station_id, "+", "car"),
            self._topics.connector(station_id, "+", "id_tag"),
            self._topics.connector(station_id, "+", "faulted"),
        ]

    def will(self) -> Message:
        """What the broker says when this process is gone without a word."""
        return self._station_message(replace(self._status, status=Registration.DEAD))

    def greeting(self, state: StationState, now: float) -> list[Message]:
        """All retained statuses."""
        self._told.clear()
        return [self._station_message(self._status), *self._connector_messages(state, now)]

    def farewell(self, state: StationState, reason: str = "") -> list[Message]:
        """The retained statuses of a station that goes: Dead, and connectors that give nothing."""
        dead = self._station_message(replace(self._status, status=Registration.DEAD, last_error=reason))
        return [dead, *(self._out_of_service(connector) for connector in state.connectors.values())]

    def messages(
        self,
        state: StationState,
        registration: Registration,
        last_error: str,
        now: float,
        deviations: tuple[str, ...] = (),
    ) -> list[Message]:
        """What changed since it was last told."""
        messages = self._connector_messages(state, now)
        light_intensity_pct = state.parameters.light_intensity_pct
        shown = registration, last_error, state.installed_version, deviations, light_intensity_pct
        if shown == self._shown:
            return messages
        self._shown = shown
        status = replace(
            self._status,
            status=registration,
            last_error=last_error,
            firmware_version=state.installed_version or self._spec.firmware_version,
            deviations=deviations,
            deviations_at=self._since(deviations, now),
            light_intensity_pct=light_intensity_pct,
        )
        if status != self._status:
            self._status = status
            messages.insert(0, self._station_message(status))
        return messages

    def _since(self, deviations: tuple[str, ...], now: float) -> tuple[str, ...]:
        if deviations == self._status.deviations:
            return self._status.deviations_at
        told = dict(zip(self._status.deviations, self._status.deviations_at, strict=True))
        return tuple(told.get(one) or iso(now) for one in deviations)

    def next_deadline(self) -> float | None:
        """When measurements that changed are due to be told."""
        return self._due_at

    def is_own_status(self, message: Message) -> bool:
        """Whether ``message`` is on this station's own status topic."""
        return message.topic == self._topics.station(self._spec.id, "status")

    def is_foreign_death(self, message: Message) -> bool:
        """Whether ``message`` is this station's own status saying Dead, while it lives."""
        if not self.is_own_status(message) or not message.payload:
            return False
        try:
            return ChargePointStatus.from_json(message.payload).status is Registration.DEAD
        except InputError:
            return True

    def is_order(self, message: Message) -> bool:
        """Whether ``message`` is on this station's topic for orders."""
        return message.topic == self._topics.station(self._spec.id, "cmd")

    def is_input(self, message: Message) -> bool:
        """Whether ``message`` is on a topic that this station obeys, whatever it says."""
        match self._topics.parse(message.topic):
            case ConnectorTopic(self._spec.id, _, "car" | "id_tag" | "faulted"):
                return True
        return self.is_order(message)

    def understand(self, message: Message) -> Command | None:
        """The command in ``message``, no order; None when it is none of this station's. Raises InputError."""
        match self._topics.parse(message.topic):
            case ConnectorTopic(self._spec.id, number, "car"):
                self._check_connector(number, lowest=1)
                car = CarInput.from_json(message.payload)
                return CarChanged(
                    number, car.cable, car.ready, car.consumption_l1, car.consumption_l2, car.consumption_l3
                )
            case ConnectorTopic(self._spec.id, number, "id_tag"):
                self._check_connector(number, lowest=1)
                return TokenPresented(number, TokenInput.from_json(message.payload).id)
            case ConnectorTopic(self._spec.id, number, "faulted"):
                self._check_connector(number, lowest=0)
                fault = FaultInput.from_json(message.payload)
                code = fault.error_code or ErrorCode.NO_ERROR
                return FaultChanged(number, code, fault.faulted, fault.vendor_code, fault.info)
        return None

    def _check_connector(self, number: int, lowest: int) -> None:
        if not lowest <= number <= self._spec.nb_connectors:
            raise InputError("connector", number, f"one of {lowest} to {self._spec.nb_connectors}")

    def _station_message(self, status: ChargePointStatus) -> Message:
        return Message(self._topics.station(self._spec.id, "status"), status.to_json(), retain=True)

    def _connector_messages(self, state: StationState, now: float) -> list[Message]:
        messages = []
        self._due_at = None
        for number, connector in state.connectors.items():
            told, flows = self._told.get(number), connector.meter.flows
            seen, measured = _seen(state, connector), (connector.meter.energy_wh, connector.car.soc_pct)
            if told is not None and seen == told.seen:
                due_at = told.at + self._every_s
                if now < due_at:
                    if flows or measured != told.measured:
                        self._wait_until(due_at)
                    continue
                if not flows and measured == told.measured:
                    continue
            status = connector_status(state, connector)
            if flows:
                # It may be so little that it cannot be seen yet: it is looked at again later.
                self._wait_until(now + self._every_s)
            if told is not None and status == told.status:
                told.seen, told.measured = seen, measured
                continue
            self._told[number] = _Told(seen, measured, status, now)
            messages.append(self._connector_message(number, status))
        return messages

    def _wait_until(self, moment: float) -> None:
        self._due_at = moment if self._due_at is None else min(self._due_at, moment)

    def _connector_message(self, number: int, status: ConnectorStatus) -> Message:
        topic = self._topics.connector(self._spec.id, number, "status")
        return Message(topic, status.to_json(), qos=0, retain=True)

    def _out_of_service(self, connector: Connector) -> Message:
        status = ConnectorStatus(
            status=ConnectorState.UNAVAILABLE,
            max_setpoint=self._spec.max_setpoint_per_connector,
            car_consumption_l1=connector.car.demand.l1,
            car_consumption_l2=connector.car.demand.l2,
            car_consumption_l3=connector.car.demand.l3,
            car_cable_capacity=connector.car.cable,
            car_ready=connector.car.ready,
            energy_wh=round(connector.meter.energy_wh, 1),
        )
        return self._connector_message(connector.number, status)


def connector_status(state: StationState, connector: Connector) -> ConnectorStatus:
    """The retained status of ``connector``."""
    transaction = connector.transaction
    transaction_id, started_wh, id_tag = None, 0.0, ""
    if transaction is not None:
        transaction_id = -1 if transaction.central_id is None else transaction.central_id
        started_wh = connector.meter.energy_wh - transaction.meter_start_wh
        id_tag = transaction.id_tag
    elif connector.grant is not None:
        id_tag = connector.grant.id_tag
    consumption, demand = connector.consumption, connector.car.demand
    return ConnectorStatus(
        status=connector.status,
        id_tag=id_tag,
        max_setpoint=state.supply.connector_limit,
        ocpp_setpoint=round(connector.ocpp_limit, 3),
        setpoint=round(connector.setpoint, 3),
        consumption_l1=round(consumption.l1, 3),
        consumption_l2=round(consumption.l2, 3),
        consumption_l3=round(consumption.l3, 3),
        car_consumption_l1=demand.l1,
        car_consumption_l2=demand.l2,
        car_consumption_l3=demand.l3,
        car_cable_capacity=connector.car.cable,
        car_ready=connector.car.ready,
        error_code=str(worst((*state.faults_of(connector), *state.faults)).code),
        transaction_id=transaction_id,
        transaction_energy_wh=round(max(0.0, started_wh), 1),
        energy_wh=round(connector.meter.energy_wh, 1),
        power_w=round(connector.meter.power_w, 1),
        soc_pct=round(connector.car.soc_pct, 1) if connector.car.plugged else None,
        light_signal=connector.light_signal,
        light_blinks=connector.light_blinks,
    )


@dataclass(slots=True)
class _Told:
    """What was told of a connector, ``at`` which moment, and what that was made of."""

    seen: tuple[object, ...]
    measured: tuple[float, float]
    status: ConnectorStatus
    at: float


def _seen(state: StationState, connector: Connector) -> tuple[object, ...]:
    """All that the status of ``connector`` is made of but for measurements: while it stays, so does the status."""
    car = connector.car
    return (
        connector.status,
        connector.transaction,
        connector.grant,
        connector.ocpp_limit,
        connector.setpoint,
        connector.consumption,
        car.demand,
        car.cable,
        car.ready,
        state.faults_of(connector),
        state.faults,
        connector.light_signal,
        connector.light_blinks,
    )
