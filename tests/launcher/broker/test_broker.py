"""The rules of connections, sessions and wills, with time as a number and without a socket."""

from __future__ import annotations

import gc

import pytest

from launcher.broker.encoder import encode
from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Message,
    Packet,
    Pingreq,
    Pingresp,
    Publish,
    Suback,
    Unsuback,
    Will,
)
from launcher.broker.session import Session
from tests.launcher.broker.in_memory import Network

DEAD = Will(Message("cp/status", b"Dead", 1), retain=True)


class TestConnect:
    def test_is_answered_before_anything_else(self, network: Network) -> None:
        client = network.open()
        client.send(Connect("cp"), Pingreq())
        assert client.read() == [Connack(), Pingresp()]

    def test_must_come_first(self, network: Network) -> None:
        client = network.open()
        client.send(Pingreq(), Connect("cp"))
        assert client.read() == []
        assert client.closed == "PINGREQ before CONNECT [MQTT-3.1.0-1]"

    def test_must_come_soon(self, network: Network) -> None:
        client = network.open()
        network.advance(9)
        client.send_bytes(encode(Connect("cp"))[:5])
        network.advance(2)
        assert client.read() == []
        assert client.closed == "no CONNECT, 11.0 s"

    def test_must_not_come_twice(self, network: Network) -> None:
        client = network.connect("cp")
        client.send(Connect("cp"))
        assert client.read() == []
        assert client.closed == "a second CONNECT [MQTT-3.1.0-2]"

    def test_of_a_later_mqtt_is_told_that_its_level_is_not_spoken_here(self, network: Network) -> None:
        client = network.open()
        client.send_bytes(bytes.fromhex("10 10 00 04 4D 51 54 54 06 02 00 3C 03 21 00 14 00 00"))
        assert client.read() == [Connack(ConnectReturnCode.UNACCEPTABLE_PROTOCOL_LEVEL)]
        assert client.closed is not None

    def test_of_mqtt_3_1_is_accepted(self, network: Network) -> None:
        client = network.open()
        client.send(Connect("cp", clean_start=False, protocol_level=3), Disconnect())
        assert client.read() == [Connack()]
        client = network.open()
        client.send(Connect("cp", clean_start=False, protocol_level=3))
        assert client.read() == [Connack()], "the flag for a session was not yet invented"

    def test_that_is_malformed_is_closed_without_an_answer(self, network: Network) -> None:
        """[MQTT-3.1.4-1]"""
        client = network.open()
        client.send_bytes(b"\x10\x00")
        assert client.read() == []
        assert client.closed == "CONNECT ends within a field"

    def test_without_an_identifier_gets_one_that_is_nobody_elses(self, network: Network) -> None:
        named = network.connect("auto-1")
        clients = [network.connect("") for _ in range(3)]
        assert [client.closed for client in (named, *clients)] == [None] * 4

    @pytest.mark.parametrize("connect", [Connect("", clean_start=False), Connect("", protocol_level=3)])
    def test_without_an_identifier_cannot_keep_a_session(self, network: Network, connect: Connect) -> None:
        client = network.open()
        client.send(connect)
        assert client.read() == [Connack(ConnectReturnCode.IDENTIFIER_REJECTED)]
        assert client.closed is not None

    def test_with_the_identifier_of_a_connected_client_takes_over(self, network: Network) -> None:
        first = network.connect("cp")
        second = network.connect("cp")
        assert first.read() == []
        assert first.closed == "taken over by a new connection [MQTT-3.1.4-2]"
        first.break_off()
        second.send(Pingreq())
        assert second.read() == [Pingresp()]


class TestSession:
    def test_that_is_clean_ends_with_its_connection(self, network: Network) -> None:
        network.connect("cp", {"t": 1}).break_off()
        client = network.connect("cp", clean=False)
        network.connect("other").publish("t", b"1")
        assert not client.session_present
        assert client.messages() == []

    def test_that_is_kept_has_its_subscriptions_and_what_came_meanwhile(self, network: Network) -> None:
        network.connect("cp", {"t": 1}, clean=False).send(Disconnect())
        publisher = network.connect("other")
        publisher.publish("t", b"qos 1", 1)
        publisher.publish("t", b"qos 0", 0)
        client = network.connect("cp", clean=False)
        assert client.session_present
        assert client.messages() == [("t", b"qos 1")]

    def test_that_is_kept_ends_when_a_clean_one_is_asked_for(self, network: Network) -> None:
        network.connect("cp", {"t": 1}, clean=False).break_off()
        assert not network.connect("cp", clean=True).session_present
        network.connect("other").publish("t", b"1", 1)
        client = network.connect("cp", clean=False)
        assert not client.session_present
        assert client.messages() == []

    def test_that_is_kept_passes_to_who_takes_over(self, network: Network) -> None:
        network.connect("cp", {"t": 0}, clean=False)
        client = network.connect("cp", clean=False)
        network.connect("other").publish("t", b"1")
        assert client.session_present
        assert client.messages() == [("t", b"1")]

    def test_longest_away_makes_room_for_others(self) -> None:
        network = Network(Limits(offline_sessions=2))
        for client_id in ("a", "b", "a", "c"):
            network.connect(client_id, {"t": 1}, clean=False).break_off()
        present = {name: network.connect(name, clean=False).session_present for name in ("a", "b", "c")}
        assert present == {"a": True, "b": False, "c": True}

    def test_keeps_no_more_for_a_client_that_is_away_than_it_may(self) -> None:
        network = Network(Limits(backlog_bytes=10_000))
        network.connect("cp", {"t": 1}, clean=False).break_off()
        publisher = network.connect("other")
        for number in range(100):
            publisher.publish("t", bytes((number,)) * 1000, 1)
        received = network.connect("cp", clean=False).messages()
        assert received == [("t", bytes((number,)) * 1000) for number in range(8)]

    def test_that_is_over_leaves_nothing_in_memory(self, network: Network) -> None:
        def sessions() -> int:
            gc.collect()
            return sum(isinstance(thing, Session) for thing in gc.get_objects())

        before = sessions()
        for clean in (True, False, True):
            network.connect("cp", {"a": 1, "a/+": 1, "a/#": 0}, clean=clean).break_off()
            network.connect("cp", {"a": 1}, clean=clean)
        network.connect("cp").break_off()
        network.forget_clients()
        assert sessions() == before


class TestWill:
    @pytest.mark.parametrize("qos", [0, 1, 2])
    def test_is_published_and_retained_when_the_connection_breaks(self, network: Network, qos: int) -> None:
        watcher = network.connect("watcher", {"cp/+": 0})
        client = network.connect("cp", will=Will(Message("cp/status", b"Dead", qos), retain=True))
        assert watcher.messages() == []
        client.break_off()
        assert watcher.messages() == [("cp/status", b"Dead")]
        later = network.connect("later", {"cp/status": 1})
        assert [packet.retain for packet in later.read() if isinstance(packet, Publish)] == [True]

    def test_that_is_not_retained_is_not_kept(self, network: Network) -> None:
        network.connect("cp", will=Will(Message("cp/status", b"Dead"))).break_off()
        assert network.connect("later", {"#": 0}).messages() == []

    def test_is_published_after_a_protocol_error(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        network.connect("cp", will=DEAD).send_bytes(b"\x00\x00")
        assert watcher.messages() == [("cp/status", b"Dead")]

    def test_is_published_when_the_keep_alive_expires(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        network.connect("cp", will=DEAD, keep_alive_s=10)
        network.advance(15)
        assert watcher.messages() == []
        network.advance(0.1)
        assert watcher.messages() == [("cp/status", b"Dead")]

    def test_is_published_at_a_take_over_before_the_new_client_speaks(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        network.connect("cp", will=DEAD)
        network.connect("cp", will=DEAD).publish("cp/status", b"Accepted", retain=True)
        assert watcher.messages() == [("cp/status", b"Dead"), ("cp/status", b"Accepted")]

    def test_is_published_once(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        client = network.connect("cp", will=DEAD, keep_alive_s=1)
        client.send_bytes(b"\x00\x00")
        client.break_off()
        network.advance(10)
        network.connect("cp")
        assert watcher.messages() == [("cp/status", b"Dead")]

    def test_is_discarded_by_disconnect(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        client = network.connect("cp", will=DEAD)
        client.send(Disconnect())
        assert watcher.messages() == []
        assert client.closed == "DISCONNECT"

    def test_of_a_refused_connect_is_nobodys(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        network.open().send(Connect("", clean_start=False, will=DEAD))
        assert watcher.messages() == []


class TestKeepAlive:
    def test_is_kept_by_any_packet(self, network: Network) -> None:
        client = network.connect("cp", keep_alive_s=10)
        for _ in range(5):
            network.advance(14)
            client.send(Pingreq())
        assert client.read() == [Pingresp()] * 5
        network.advance(15.5)
        assert client.read() == []
        assert client.closed == "silent beyond its keep-alive [MQTT-3.1.2-24], 15.5 s"

    def test_of_zero_is_none(self, network: Network) -> None:
        client = network.connect("cp", keep_alive_s=0)
        network.advance(1_000_000)
        assert client.read() == []
        assert client.closed is None


def test_a_malformed_packet_closes_its_connection_and_no_other(network: Network) -> None:
    bystander = network.connect("bystander", {"t": 0})
    client = network.connect("cp")
    client.send(Publish(Message("t", b"before")))
    client.send_bytes(b"\xf0\x00" + encode(Publish(Message("t", b"after"))))
    client.send(Publish(Message("t", b"much later")))
    assert client.read() == []
    assert client.closed == "no MQTT packet begins with 0xF0 [MQTT-2.2.2-2]"
    assert bystander.messages() == [("t", b"before")]


@pytest.mark.parametrize("packet", [Connack(), Suback(1, (0,)), Unsuback(1), Pingresp()])
def test_what_only_servers_say_is_a_protocol_error(network: Network, packet: Packet) -> None:
    client = network.connect("cp")
    client.send(packet)
    assert client.read() == []
    assert client.closed is not None
    assert "comes from servers only" in client.closed
