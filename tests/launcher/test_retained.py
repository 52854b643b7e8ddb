"""What a broker retains, asked of brokers that say more than they were asked."""

from __future__ import annotations

from chargepoint.api.topics import Topics
from chargepoint.bus import Broker
from launcher.retained import retained
from tests.chargepoint.brokers import CONNACK, CONNECT, PUBLISH, SUBSCRIBE, Wire, scripted_broker

TOPICS = Topics("cp_simu")
RETAINED = {
    TOPICS.station("CP1", "status"): b"one",
    TOPICS.station("CP2", "status"): b"two",
    TOPICS.connector("CP1", 1, "status"): b"three",
    TOPICS.launcher("status"): b"Alive",
}


def publication(topic: str, payload: bytes, *, retain: bool) -> bytes:
    """PUBLISH of quality of service 0, shorter than 128 bytes."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + payload
    return bytes([0x30 | retain, len(body)]) + body


async def sends_all_to_everybody(wire: Wire) -> None:
    """As amqtt 0.12 does: whoever connects gets what others have subscribed to."""
    while True:
        kind, body = await wire.packet()
        if kind == CONNECT:
            wire.write(CONNACK)
            for topic, payload in RETAINED.items():
                wire.write(publication(topic, payload, retain=True))
        elif kind == SUBSCRIBE:
            wire.acknowledge(body, b"\0" * 2)
        elif kind == PUBLISH:
            length = int.from_bytes(body[:2], "big")
            wire.write(publication(body[2 : 2 + length].decode(), body[2 + length :], retain=False))
        elif not kind:
            return


async def test_what_was_not_asked_for_is_not_found() -> None:
    """Otherwise the removal of one charge point clears the topics of all."""
    async with scripted_broker(sends_all_to_everybody) as (port, _):
        found = await retained(Broker("127.0.0.1", port), TOPICS, [TOPICS.station("CP1", "#")])
    assert found == {TOPICS.station("CP1", "status"): b"one", TOPICS.connector("CP1", 1, "status"): b"three"}
