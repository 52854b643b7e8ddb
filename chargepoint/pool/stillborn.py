"""The retained statuses of a station of which nothing is left but why it ended."""

from __future__ import annotations

from collections.abc import Iterator

from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import Topics
from chargepoint.bus import Message


def stillborn(spec: ChargePointSpec, topics: Topics, pool: str, reason: str) -> Iterator[Message]:
    """Dead, for ``reason``, and connectors that give nothing."""
    dead = ChargePointStatus.of(spec, Registration.DEAD, last_error=reason, pool=pool)
    yield Message(topics.station(spec.id, "status"), dead.to_json(), retain=True)
    connector = ConnectorStatus(ConnectorState.UNAVAILABLE, max_setpoint=spec.max_setpoint_per_connector)
    for number in range(1, spec.nb_connectors + 1):
        yield Message(topics.connector(spec.id, number, "status"), connector.to_json(), retain=True)
