"""The retained statuses of a charge point that has no process: what its will cannot say, or nobody did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics


def obituary(
    spec: ChargePointSpec, topics: Topics, retained: Mapping[str, bytes], reason: str = "", *, pool: str = ""
) -> list[tuple[str, bytes]]:
    """The statuses (topic, payload) to retain in place of those in ``retained`` (topic to payload), none when all is
    said: the connectors first, the charge point's own Dead last, so that one that lives after all corrects it all.

    ``reason`` is why it died; an older one is kept when there is none. ``pool`` is where it lives, "" for a
    process of its own. What the car does at a connector stays.
    """
    messages = []
    for number in range(1, spec.nb_connectors + 1):
        topic = topics.connector(spec.id, number, "status")
        payload = _dead_connector(spec, retained.get(topic)).to_json()
        if payload != retained.get(topic):
            messages.append((topic, payload))
    topic = topics.station(spec.id, "status")
    payload = _dead_station(spec, retained.get(topic), reason, pool).to_json()
    if messages or payload != retained.get(topic):
        messages.append((topic, payload))
    return messages


def _dead_station(spec: ChargePointSpec, payload: bytes | None, reason: str, pool: str) -> ChargePointStatus:
    try:
        last = ChargePointStatus.from_json(payload or b"{}")
    except InputError:
        return ChargePointStatus.of(spec, Registration.DEAD, last_error=reason, pool=pool)
    if last.status is Registration.DEAD:
        return replace(last, last_error=last.last_error or reason, pool=pool)
    return replace(last, status=Registration.DEAD, last_error=reason, pool=pool)


def _dead_connector(spec: ChargePointSpec, payload: bytes | None) -> ConnectorStatus:
    dead = ConnectorStatus(ConnectorState.UNAVAILABLE, max_setpoint=spec.max_setpoint_per_connector)
    try:
        last = ConnectorStatus.from_json(payload or b"{}")
    except InputError:
        return dead
    return replace(
        dead,
        car_consumption_l1=last.car_consumption_l1,
        car_consumption_l2=last.car_consumption_l2,
        car_consumption_l3=last.car_consumption_l3,
        car_cable_capacity=last.car_cable_capacity,
        car_ready=last.car_ready,
        energy_wh=last.energy_wh,
    )
