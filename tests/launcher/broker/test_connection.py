"""What becomes of a client that does not read what it is sent."""

from __future__ import annotations

import pytest

from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Message,
    Puback,
    Subscribe,
    Will,
)
from tests.launcher.broker.in_memory import Network

DEAD = Will(Message("cp/status", b"Dead", 1), retain=True)


class TestSlowReader:
    def test_misses_qos_0_but_neither_qos_1_nor_the_last_retained_state(self, network: Network) -> None:
        client = network.connect("cp", {"#": 1})
        publisher = network.connect("p")
        client.block()
        for number in (b"1", b"2", b"3"):
            publisher.publish("event", number)
            publisher.publish("command", number, 1)
            publisher.publish("status", number, retain=True)
        publisher.publish("gone", b"1", retain=True)
        publisher.publish("gone", b"", retain=True)
        assert client.messages() == []
        client.drain()
        publisher.publish("event", b"4")
        assert client.messages() == [
            ("status", b"3"),
            ("gone", b""),
            ("command", b"1"),
            ("command", b"2"),
            ("command", b"3"),
            ("event", b"4"),
        ]

    @pytest.mark.parametrize(("qos", "retain"), [(1, False), (0, True)])
    def test_far_behind_is_disconnected_and_its_will_published(self, qos: int, retain: bool) -> None:
        network = Network(Limits(backlog_bytes=100_000))
        watcher = network.connect("watcher", {"cp/status": 0})
        client = network.connect("cp", {"t/#": 1}, will=DEAD)
        client.block()
        publisher = network.connect("p")
        for number in range(200):
            publisher.publish(f"t/{number}", bytes(1000), qos, retain=retain)
        assert watcher.messages() == [("cp/status", b"Dead")]
        assert client.read() == []
        assert client.closed == "does not read what it has subscribed to"

    def test_is_not_behind_because_one_state_changes_often(self) -> None:
        network = Network(Limits(backlog_bytes=100_000))
        client = network.connect("cp", {"t": 1})
        client.block()
        publisher = network.connect("p")
        for _ in range(1000):
            publisher.publish("t", bytes(1000), retain=True)
        client.drain()
        assert client.messages() == [("t", bytes(1000))]

    def test_that_asks_for_more_than_it_can_take_is_disconnected(self) -> None:
        network = Network(Limits(backlog_bytes=100_000))
        publisher = network.connect("p")
        for number in range(70):
            publisher.publish(f"t/{number}", bytes(1000), retain=True)
        client = network.connect("greedy")
        client.send(*[Subscribe(number, (("#", 0),) * 10) for number in range(1, 100)])
        assert client.read() == []
        assert client.closed == "does not read what it has subscribed to"

    def test_that_catches_up_again_and_again_is_never_given_up(self) -> None:
        network = Network(Limits(backlog_bytes=10_000))
        client = network.connect("cp", {"#": 1})
        publisher = network.connect("p")
        for number in range(100):
            client.block()
            publisher.publish("status", bytes(1000), retain=True)
            publisher.publish("command", bytes(1000), 1)
            client.drain()
            publisher.publish("event", bytes(1000))
            assert len(client.messages()) == 3
            client.send(Puback(number + 1))
        assert client.closed is None

    def test_may_be_given_up_because_of_the_will_of_the_one_before(self) -> None:
        network = Network(Limits(backlog_bytes=2_000))
        clients = []
        for number in range(50):
            will = Will(Message(f"wills/{number}", bytes(1800), 1))
            clients.append(network.connect(f"cp{number}", {f"wills/{number - 1}": 1}, will=will))
            clients[-1].block()
        network.connect("p").publish("wills/-1", bytes(1800), 1)
        network.deliver()
        assert all(client.closed == "does not read what it has subscribed to" for client in clients)
