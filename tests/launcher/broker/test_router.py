"""Who gets which message, with which QoS and which marks."""

from __future__ import annotations

import pytest

from launcher.broker.packets import (
    Message,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)
from tests.launcher.broker.in_memory import Network


class TestPublish:
    def test_reaches_each_subscriber_once_with_its_highest_qos(self, network: Network) -> None:
        subscriber = network.connect("s", {"a/b": 0, "a/+": 1, "a/#": 0, "#": 0, "x": 1})
        network.connect("p").publish("a/b", b"1", 1)
        assert subscriber.read() == [Publish(Message("a/b", b"1", 1), packet_id=1)]

    @pytest.mark.parametrize(
        ("published", "granted", "received"), [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1), (2, 0, 0), (2, 1, 1)]
    )
    def test_is_delivered_with_the_lower_qos_of_both(
        self, network: Network, published: int, granted: int, received: int
    ) -> None:
        subscriber = network.connect("s", {"t": granted})
        network.connect("p").publish("t", b"1", published)
        assert subscriber.read() == [Publish(Message("t", b"1", received), packet_id=received)]

    def test_reaches_its_own_sender_too(self, network: Network) -> None:
        client = network.connect("cp", {"t": 0})
        client.publish("t", b"1")
        assert client.messages() == [("t", b"1")]

    def test_with_qos_1_is_acknowledged(self, network: Network) -> None:
        client = network.connect("cp")
        client.send(Publish(Message("t", b"", 1), packet_id=513))
        assert client.read() == [Puback(513)]

    def test_with_qos_2_is_delivered_once_however_often_it_is_sent(self, network: Network) -> None:
        subscriber = network.connect("s", {"t": 1})
        client = network.connect("cp", clean=False)
        packet = Publish(Message("t", b"1", 2), packet_id=9)
        client.send(packet)
        client.break_off()
        client = network.connect("cp", clean=False)
        client.send(Publish(packet.message, dup=True, packet_id=9), Pubrel(9), Pubrel(9))
        assert client.read() == [Pubrec(9), Pubcomp(9), Pubcomp(9)]
        client.send(packet)
        assert subscriber.messages() == [("t", b"1")] * 2

    def test_is_not_marked_retained_for_those_who_were_there(self, network: Network) -> None:
        subscriber = network.connect("s", {"t": 0})
        network.connect("p").publish("t", b"1", retain=True)
        assert subscriber.read() == [Publish(Message("t", b"1"), retain=False)]

    def test_does_not_hand_on_the_mark_of_a_repetition(self, network: Network) -> None:
        """[MQTT-3.3.1-3]"""
        subscriber = network.connect("s", {"t": 1})
        network.connect("p").send(Publish(Message("t", b"1", 1), dup=True, packet_id=3))
        assert subscriber.read() == [Publish(Message("t", b"1", 1), dup=False, packet_id=1)]


class TestRetained:
    def test_is_sent_at_each_subscription_marked_as_retained(self, network: Network) -> None:
        network.connect("p").publish("a/b", b"1", 1, retain=True)
        subscriber = network.connect("s", {"a/+": 1})
        subscriber.send(Subscribe(5, (("a/+", 0), ("a/#", 0))))
        kept = Message("a/b", b"1", 1)
        again = Publish(Message("a/b", b"1", 0), retain=True)
        assert subscriber.read() == [
            Publish(kept, retain=True, packet_id=1),
            Suback(5, (0, 0)),
            again,
            again,
        ]

    def test_is_replaced_by_the_next(self, network: Network) -> None:
        publisher = network.connect("p")
        for payload in (b"1", b"2"):
            publisher.publish("t", payload, retain=True)
        publisher.publish("t", b"3")
        assert network.connect("s", {"t": 0}).messages() == [("t", b"2")]

    def test_is_cleared_by_an_empty_one_that_is_delivered_as_such(self, network: Network) -> None:
        watcher = network.connect("w", {"t": 0})
        publisher = network.connect("p")
        publisher.publish("t", b"1", retain=True)
        publisher.publish("t", b"", retain=True)
        assert watcher.messages() == [("t", b"1"), ("t", b"")]
        assert network.connect("s", {"#": 0}).messages() == []

    def test_outlives_the_session_of_its_publisher(self, network: Network) -> None:
        """[MQTT-3.1.2-7]"""
        publisher = network.connect("p")
        publisher.publish("t", b"1", retain=True)
        publisher.break_off()
        assert network.connect("s", {"t": 0}).messages() == [("t", b"1")]


class TestSubscribe:
    def test_grants_at_most_qos_1(self, network: Network) -> None:
        client = network.connect("cp")
        client.send(Subscribe(4, (("a", 0), ("b", 1), ("c", 2))))
        assert client.read() == [Suback(4, (0, 1, 1))]

    @pytest.mark.parametrize("shared", ["$share/", "$share/group", "$share/group/", "$share//a", "$share/+/a"])
    def test_refuses_shared_subscriptions_without_a_name_or_a_filter(self, network: Network, shared: str) -> None:
        client = network.connect("cp")
        client.send(Subscribe(4, ((shared, 0), ("b", 0))), Unsubscribe(5, (shared,)))
        assert client.read() == [Suback(4, (0x80, 0)), Unsuback(5)]

    def test_replaces_an_identical_filter(self, network: Network) -> None:
        client = network.connect("cp", {"t": 1})
        client.send(Subscribe(2, (("t", 0),)))
        network.connect("p").publish("t", b"1", 1)
        assert client.read() == [Suback(2, (0,)), Publish(Message("t", b"1", 0))]


class TestUnsubscribe:
    def test_ends_exactly_the_named_filters(self, network: Network) -> None:
        client = network.connect("cp", {"a/b": 0, "a/+": 0, "c": 0})
        client.send(Unsubscribe(2, ("a/+", "c", "never subscribed")))
        publisher = network.connect("p")
        for topic in ("a/b", "a/c", "c"):
            publisher.publish(topic)
        assert client.read() == [Unsuback(2), Publish(Message("a/b", b""))]
