"""What MQTT 5 adds to messages and subscriptions: properties, expiry, aliases, options, flow control, sharing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Disconnect,
    Message,
    Puback,
    Publish,
    Suback,
    Subscribe,
    SubscriptionFlag,
    Unsuback,
    Unsubscribe,
)
from launcher.broker.properties import Properties
from launcher.broker.reason_codes import ReasonCode
from tests.launcher.broker.in_memory import Client, Network

NO_LOCAL, AS_PUBLISHED = SubscriptionFlag.NO_LOCAL, SubscriptionFlag.RETAIN_AS_PUBLISHED
IF_NEW, NEVER = SubscriptionFlag.RETAINED_IF_NEW, SubscriptionFlag.RETAINED_NEVER

RICH = Properties(
    payload_format_indicator=1,
    content_type="application/json",
    response_topic="cp/answers",
    correlation_data=b"\x00\x01",
    user_properties=(("b", "2"), ("a", "1"), ("b", "3")),
)


def connect(network: Network, client_id: str, filters: dict[str, int] | None = None, **properties: Any) -> Client:
    """A client of MQTT 5 whose session is kept for a minute."""
    kept = Properties(session_expiry_interval_s=60, **properties)
    return network.connect(client_id, filters, clean=False, level=5, properties=kept)


class TestProperties:
    @pytest.mark.parametrize("qos", [0, 1])
    def test_reach_the_subscribers_that_know_them_unchanged(self, network: Network, qos: int) -> None:
        old, new = network.connect("old", {"t": qos}), connect(network, "new", {"t": qos})
        message = Message("t", b"{}", qos, RICH)
        connect(network, "p").send(Publish(message, packet_id=qos))
        assert new.read() == [Publish(message, packet_id=qos)]
        assert old.read() == [Publish(Message("t", b"{}", qos), packet_id=qos)]

    def test_are_retained_with_the_message(self, network: Network) -> None:
        message = Message("t", b"{}", 0, RICH)
        connect(network, "p").send(Publish(message, retain=True))
        assert connect(network, "s", {"t": 0}).read() == [Publish(message, retain=True)]

    def test_are_kept_for_who_is_away_or_does_not_read(self, network: Network) -> None:
        away, deaf = connect(network, "away", {"t": 1}), connect(network, "deaf", {"t": 0})
        away.break_off()
        deaf.block()
        message = Message("t", b"{}", 1, RICH)
        connect(network, "p").send(Publish(message, retain=True, packet_id=1))
        deaf.drain()
        assert connect(network, "away").read() == [Publish(message, packet_id=1)]
        assert deaf.read() == [Publish(Message("t", b"{}", 0, RICH))]


class TestExpiry:
    def message(self, expiry_s: int, qos: int = 1) -> Message:
        return Message("t", b"1", qos, Properties(message_expiry_interval_s=expiry_s))

    def test_comes_to_subscribers_as_what_is_left_of_it(self, network: Network) -> None:
        there, away = connect(network, "there", {"t": 1}), connect(network, "away", {"t": 1})
        away.break_off()
        publisher = connect(network, "p")
        publisher.send(Publish(self.message(30), retain=True, packet_id=1))
        assert there.read() == [Publish(self.message(30), packet_id=1)]
        network.advance(10.5)
        assert connect(network, "away").read() == [Publish(self.message(20), packet_id=1)]
        assert connect(network, "late", {"t": 1}).read() == [Publish(self.message(20), retain=True, packet_id=1)]

    def test_ends_what_waits_and_what_is_retained(self, network: Network) -> None:
        away, deaf = connect(network, "away", {"t": 1}), connect(network, "deaf", {"t": 0})
        away.break_off()
        deaf.block()
        publisher = connect(network, "p")
        publisher.send(Publish(self.message(30), retain=True, packet_id=1))
        publisher.publish("t", b"for ever", 1)
        network.advance(31)
        deaf.drain()
        assert connect(network, "away").messages() == [("t", b"for ever")]
        assert deaf.messages() == []
        assert connect(network, "late", {"t": 1}).messages() == []

    def test_of_a_retained_message_is_that_of_the_last(self, network: Network) -> None:
        publisher = connect(network, "p")
        publisher.send(Publish(self.message(10, 0), retain=True))
        publisher.publish("t", b"for ever", retain=True)
        network.advance(20)
        assert network.connect("s", {"t": 0}).messages() == [("t", b"for ever")]

    def test_does_not_end_what_is_under_way(self, network: Network) -> None:
        client = connect(network, "cp", {"t": 1})
        connect(network, "p").send(Publish(self.message(10), packet_id=1))
        assert client.read() == [Publish(self.message(10), packet_id=1)]
        client.break_off()
        network.advance(20)
        assert connect(network, "cp").read() == [Publish(self.message(0), dup=True, packet_id=1)]

    def test_makes_room_for_others(self) -> None:
        network = Network(Limits(backlog_bytes=5_000))
        connect(network, "cp", {"t": 1}).break_off()
        publisher = connect(network, "p")
        publisher.send(*[Publish(self.message(10), packet_id=1)] * 100)
        network.advance(11)
        publisher.publish("t", b"2", 1)
        assert connect(network, "cp").messages() == [("t", b"2")]


class TestAliases:
    def test_stand_for_the_topic_they_came_with_last(self, network: Network) -> None:
        subscriber = network.connect("s", {"#": 0})
        publisher = connect(network, "p")
        for topic, alias in (("a", 1), ("b", 64), ("", 1), ("", 64), ("c", 1), ("", 1)):
            publisher.send(Publish(Message(topic, b""), properties=Properties(topic_alias=alias)))
        assert [topic for topic, _ in subscriber.messages()] == ["a", "b", "a", "b", "c", "c"]

    @pytest.mark.parametrize("alias", [0, 65, 0xFFFF])
    def test_beyond_the_maximum_are_refused(self, network: Network, alias: int) -> None:
        client = connect(network, "p")
        client.send(Publish(Message("t", b""), properties=Properties(topic_alias=alias)))
        assert [p.reason_code for p in client.read() if isinstance(p, Disconnect)] == [ReasonCode.TOPIC_ALIAS_INVALID]

    def test_do_not_outlive_their_connection(self, network: Network) -> None:
        publisher = connect(network, "p")
        publisher.send(Publish(Message("t", b""), properties=Properties(topic_alias=1)))
        publisher.break_off()
        publisher = connect(network, "p")
        publisher.send(Publish(Message("", b""), properties=Properties(topic_alias=1)))
        assert [p.reason_code for p in publisher.read() if isinstance(p, Disconnect)] == [ReasonCode.PROTOCOL_ERROR]


class TestOptions:
    def test_no_local_spares_a_client_its_own_messages(self, network: Network) -> None:
        client = connect(network, "cp", {"a/+": 1 | NO_LOCAL, "a/b": 0 | NO_LOCAL, "c": NO_LOCAL, "c/#": 0})
        other = connect(network, "other")
        for topic in ("a/b", "a/c", "c"):
            client.publish(topic, b"own")
            other.publish(topic, b"other's")
        received = Counter(client.messages())
        assert received == Counter([("a/b", b"other's"), ("a/c", b"other's"), ("c", b"own"), ("c", b"other's")])

    def test_retain_as_published_keeps_the_mark(self, network: Network) -> None:
        client = connect(network, "cp", {"a": AS_PUBLISHED, "b": 0, "c": AS_PUBLISHED | 1})
        publisher = network.connect("p")
        for topic in ("a", "b", "c"):
            publisher.publish(topic, b"kept", 1, retain=True)
            publisher.publish(topic, b"live", 1)
        marks = [(p.message.topic, p.retain) for p in client.read() if isinstance(p, Publish)]
        assert marks == [("a", True), ("a", False), ("b", False), ("b", False), ("c", True), ("c", False)]

    @pytest.mark.parametrize(("options", "times"), [(0, 2), (IF_NEW, 1), (NEVER, 0)])
    def test_retain_handling_says_when_what_is_retained_is_wanted(
        self, network: Network, options: int, times: int
    ) -> None:
        network.connect("p").publish("t", b"1", retain=True)
        client = connect(network, "cp")
        for packet_id in (1, 2):
            client.send(Subscribe(packet_id, (("t", options),)))
        assert client.messages() == [("t", b"1")] * times


class TestSubscriptionIdentifiers:
    def test_come_with_what_they_stand_for(self, network: Network) -> None:
        client = connect(network, "cp")
        for identifier, topic_filter in enumerate(("a/b", "a/+", "c", "d"), start=1):
            properties = Properties(subscription_identifiers=(identifier,))
            client.send(Subscribe(identifier, ((topic_filter, 1),), properties if identifier != 3 else Properties()))
        client.read()
        publisher = network.connect("p")
        for topic in ("a/b", "a/c", "c", "d"):
            publisher.publish(topic, b"", qos=topic == "a/c")
        assert [
            (p.message.topic, sorted(p.properties.subscription_identifiers))
            for p in client.read()
            if isinstance(p, Publish)
        ] == [("a/b", [1, 2]), ("a/c", [2]), ("c", []), ("d", [4])]

    def test_come_with_retained_messages_and_are_replaced(self, network: Network) -> None:
        network.connect("p").publish("t", b"1", retain=True)
        client = connect(network, "cp")
        for identifier in (1, 0x0FFFFFFF):
            client.send(Subscribe(1, (("t", 0),), Properties(subscription_identifiers=(identifier,))))
            passing = Properties(subscription_identifiers=(identifier,))
            assert client.read() == [Suback(1, (0,)), Publish(Message("t", b"1"), True, properties=passing)]

    def test_from_a_publisher_are_an_error(self, network: Network) -> None:
        client = connect(network, "cp")
        client.send(Publish(Message("t", b""), properties=Properties(subscription_identifiers=(1,))))
        assert [p.reason_code for p in client.read() if isinstance(p, Disconnect)] == [ReasonCode.PROTOCOL_ERROR]


class TestFlow:
    def test_is_no_faster_than_the_client_allows(self, network: Network) -> None:
        client = connect(network, "cp", {"t": 1}, receive_maximum=2)
        publisher = network.connect("p")
        for payload in (b"1", b"2", b"3", b"4"):
            publisher.publish("t", payload, 1)
        assert client.messages() == [("t", b"1"), ("t", b"2")]
        client.send(Puback(2))
        assert client.messages() == [("t", b"3")]

    def test_is_no_faster_when_the_client_comes_back_with_less(self, network: Network) -> None:
        client = connect(network, "cp", {"t": 1})
        publisher = network.connect("p")
        for payload in (b"1", b"2", b"3", b"4"):
            publisher.publish("t", payload, 1)
        client.read()
        client.break_off()
        client = connect(network, "cp", receive_maximum=1)
        received = []
        for packet_id in range(1, 5):
            (packet,) = client.read()
            assert isinstance(packet, Publish)
            received.append((packet.packet_id, packet.dup, packet.message.payload))
            if packet_id == 1:
                client.break_off()
                client = connect(network, "cp", receive_maximum=1)
                client.read()
            client.send(Puback(packet_id))
        assert received == [(n, True, str(n).encode()) for n in range(1, 5)]
        publisher.publish("t", b"5", 1)
        assert client.read() == [Publish(Message("t", b"5", 1), packet_id=5)]

    @pytest.mark.parametrize("qos", [0, 1])
    def test_leaves_out_what_is_too_large_for_the_client(self, network: Network, qos: int) -> None:
        client = connect(network, "cp", {"t": qos}, maximum_packet_size_bytes=100, receive_maximum=1)
        publisher = network.connect("p")
        for size in (200, 50):
            publisher.publish("t", bytes(size), qos)
        assert client.messages() == [("t", bytes(50))]


class TestShared:
    def test_subscriptions_give_each_message_to_one_of_a_group(self, network: Network) -> None:
        filters = {"$share/g/t/+": 1, "$share/g/other": 0}
        members = [connect(network, "a", filters), network.connect("b", filters), connect(network, "c", filters)]
        alone = network.connect("d", {"$share/h/t/#": 0})
        everything = network.connect("e", {"t/1": 0})
        publisher = network.connect("p")
        for number in range(6):
            publisher.publish("t/1", str(number).encode())
        shares = [[payload for _, payload in member.messages()] for member in members]
        assert shares == [[b"0", b"3"], [b"1", b"4"], [b"2", b"5"]]
        assert len(alone.messages()) == len(everything.messages()) == 6

    def test_subscriptions_pass_over_who_is_away_or_does_not_read(self, network: Network) -> None:
        filters = {"$share/g/t": 1}
        away, deaf, there = (connect(network, client_id, filters) for client_id in ("away", "deaf", "there"))
        away.break_off()
        deaf.block()
        publisher = network.connect("p")
        for _ in range(4):
            publisher.publish("t", b"", 1)
        assert len(there.messages()) == 4

    def test_subscriptions_keep_messages_while_all_are_away(self, network: Network) -> None:
        connect(network, "a", {"$share/g/t": 1}).break_off()
        network.connect("p").publish("t", b"1", 1)
        assert connect(network, "a").messages() == [("t", b"1")]

    def test_subscriptions_get_nothing_that_is_retained(self, network: Network) -> None:
        network.connect("p").publish("t", b"1", retain=True)
        assert connect(network, "a", {"$share/g/t": 1}).messages() == []

    def test_subscriptions_end(self, network: Network) -> None:
        a, b = (network.connect(client_id, {"$share/g/t": 0}, level=5) for client_id in "ab")
        a.send(Unsubscribe(2, ("$share/g/t", "$share/g/t", "$share/h/t", "t")))
        absent = ReasonCode.NO_SUBSCRIPTION_EXISTED
        assert a.read() == [Unsuback(2, (ReasonCode.SUCCESS, absent, absent, absent))]
        publisher = network.connect("p")
        publisher.publish("t", b"1")
        assert b.messages() == [("t", b"1")]
        b.break_off()
        publisher.publish("t", b"2", 1)
        assert publisher.read() == [Puback(7)]
