"""QoS 1 messages while connections come and go."""

from __future__ import annotations

import pytest

from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Message,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
)
from tests.launcher.broker.in_memory import Network


class TestDelivery:
    def test_goes_on_with_the_same_identifiers_and_dup(self, network: Network) -> None:
        client = network.connect("cp", {"t": 1}, clean=False)
        publisher = network.connect("p")
        for payload in (b"1", b"2", b"3"):
            publisher.publish("t", payload, 1)
        client.read()
        client.send(Puback(2), Puback(2), Puback(99))
        client.break_off()
        publisher.publish("t", b"4", 1)
        assert network.connect("cp", clean=False).read() == [
            Publish(Message("t", b"1", 1), dup=True, packet_id=1),
            Publish(Message("t", b"3", 1), dup=True, packet_id=3),
            Publish(Message("t", b"4", 1), packet_id=4),
        ]

    def test_waits_when_enough_is_under_way(self) -> None:
        network = Network(Limits(in_flight=2))
        client = network.connect("cp", {"t": 1})
        publisher = network.connect("p")
        for payload in (b"1", b"2", b"3", b"4"):
            publisher.publish("t", payload, 1)
        assert client.messages() == [("t", b"1"), ("t", b"2")]
        client.send(Puback(1))
        assert client.messages() == [("t", b"3")]
        client.send(Puback(2), Puback(3))
        assert client.messages() == [("t", b"4")]

    def test_never_uses_an_identifier_that_is_under_way(self, network: Network) -> None:
        client = network.connect("cp", {"t": 1})
        publisher = network.connect("p")
        publisher.publish("t", b"stays under way", 1)
        used = []
        for _ in range(0xFFFF):
            publisher.publish("t", b"", 1)
            used += [packet.packet_id for packet in client.read() if isinstance(packet, Publish)][-1:]
            client.send(Puback(used[-1]))
        assert used == [*range(2, 0x10000), 2]

    @pytest.mark.parametrize("packet", [Pubrec(5), Pubcomp(5)])
    def test_left_over_from_another_broker_can_be_finished(self, network: Network, packet: Packet) -> None:
        client = network.connect("cp")
        client.send(packet, Pingreq())
        assert client.read() == ([Pubrel(5)] if packet == Pubrec(5) else []) + [Pingresp()]
