"""Conversations nobody would think of: what must hold after any of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from launcher.broker.encoder import encode
from launcher.broker.limits import Limits
from launcher.broker.packets import Connect, Disconnect, Message, Packet, Puback, Publish, Will
from launcher.broker.properties import Properties
from tests.launcher.broker.in_memory import Client, Network
from tests.launcher.broker.strategies import few_names, from_clients_4
from tests.launcher.broker.strategies_5 import from_clients_5

IN_FLIGHT = 3


class AtLeastOnce(RuleBasedStateMachine):
    """A kept session gets every QoS 1 message in order through broken connections, slow reading and both versions."""

    def __init__(self) -> None:
        super().__init__()
        self.network = Network(Limits(in_flight=IN_FLIGHT))
        self.maximum = IN_FLIGHT
        self.publisher = self.network.connect("publisher")
        self.published: list[bytes] = []
        self.received: list[bytes] = []
        self.unacknowledged: list[int] = []
        self.client: Client | None = self.network.connect("subscriber", {"t": 1}, clean=False)

    @rule(count=st.integers(1, 5))
    def publish(self, count: int) -> None:
        for _ in range(count):
            payload = str(len(self.published)).encode()
            self.publisher.publish("t", payload, 1)
            self.published.append(payload)

    @precondition(lambda self: self.client is not None)
    @rule()
    def read(self) -> None:
        assert self.client is not None
        for packet in self.client.read():
            assert isinstance(packet, Publish)
            assert packet.message.qos == 1
            assert packet.dup or packet.message.payload not in self.received
            if packet.message.payload not in self.received:
                self.received.append(packet.message.payload)
            self.unacknowledged.append(packet.packet_id)
        assert len(self.unacknowledged) <= self.maximum

    @precondition(lambda self: self.client is not None and self.unacknowledged)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        assert self.client is not None
        number = data.draw(st.integers(1, len(self.unacknowledged)))
        self.client.send(*map(Puback, self.unacknowledged[:number]))
        del self.unacknowledged[:number]

    @precondition(lambda self: self.client is not None)
    @rule()
    def block(self) -> None:
        assert self.client is not None
        self.client.block()

    @precondition(lambda self: self.client is not None)
    @rule()
    def drain(self) -> None:
        assert self.client is not None
        self.client.drain()

    @precondition(lambda self: self.client is not None)
    @rule(orderly=st.booleans())
    def leave(self, orderly: bool) -> None:
        assert self.client is not None
        if orderly:
            self.client.send(Disconnect())
        else:
            self.client.break_off()
        self.client = None
        self.unacknowledged = []

    @rule(maximum=st.none() | st.integers(1, 4))
    def connect(self, maximum: int | None) -> None:
        if maximum is None:
            self.client = self.network.connect("subscriber", clean=False)
        else:
            kept = Properties(session_expiry_interval_s=0xFFFFFFFF, receive_maximum=maximum)
            self.client = self.network.connect("subscriber", clean=False, level=5, properties=kept)
        self.maximum = min(maximum or IN_FLIGHT, IN_FLIGHT)
        self.unacknowledged = []
        assert self.client.session_present

    def teardown(self) -> None:
        self.connect(None)
        assert self.client is not None
        for _ in self.published:
            self.read()
            self.client.send(*map(Puback, self.unacknowledged))
            self.unacknowledged = []
        assert self.received == self.published


class AnyConversation(RuleBasedStateMachine):
    """Whatever four clients say, two of them by MQTT 5, the broker goes on and serves a fifth."""

    def __init__(self) -> None:
        super().__init__()
        self.network = Network(Limits(in_flight=2, backlog_bytes=5_000, offline_sessions=1))
        self.clients = [self.network.open() for _ in range(4)]
        self.bystander = self.network.connect("bystander of its own", {"bystander": 0})

    numbers = st.integers(0, 3)

    @rule(
        number=numbers,
        client_id=st.sampled_from("abc"),
        clean=st.booleans(),
        keep_alive_s=st.integers(0, 5),
        delay_s=st.none() | st.integers(0, 9),
        expiry_s=st.integers(0, 9),
        maximum=st.integers(1, 100),
    )
    def connect(
        self,
        number: int,
        client_id: str,
        clean: bool,
        keep_alive_s: int,
        delay_s: int | None,
        expiry_s: int,
        maximum: int,
    ) -> None:
        self.clients[number].break_off()
        self.clients[number] = self.network.open()
        will = None if delay_s is None else Will(Message("a/b", b"Dead", 1), retain=True, delay_s=delay_s)
        if number < 2:
            self.clients[number].send(Connect(client_id, clean, keep_alive_s, will and replace(will, delay_s=0)))
            return
        properties = Properties(
            session_expiry_interval_s=expiry_s, receive_maximum=maximum, maximum_packet_size_bytes=maximum
        )
        self.clients[number].send(
            Connect(client_id, clean, keep_alive_s, will, protocol_level=5, properties=properties)
        )

    @rule(number=st.integers(0, 1), packets=st.lists(from_clients_4, max_size=5))
    def say(self, number: int, packets: list[Packet]) -> None:
        self.clients[number].send(*packets)

    @rule(number=st.integers(2, 3), packets=st.lists(from_clients_5, max_size=5))
    def say_by_mqtt_5(self, number: int, packets: list[Packet]) -> None:
        self.clients[number].send(*packets)

    @rule(
        number=numbers, topic=few_names, qos=st.integers(0, 2), retain=st.booleans(), size=st.sampled_from([0, 800])
    )
    def publish(self, number: int, topic: str, qos: int, retain: bool, size: int) -> None:
        self.clients[number].publish(topic, bytes(size), qos, retain=retain)

    @rule(
        number=numbers, packet=from_clients_4 | from_clients_5, position=st.integers(0, 50), byte=st.integers(0, 255)
    )
    def mumble(self, number: int, packet: Packet, position: int, byte: int) -> None:
        data = bytearray(encode(packet, 4 if number < 2 else 5))
        data[position % len(data)] = byte
        self.clients[number].send_bytes(bytes(data))

    @rule(number=numbers, blocked=st.booleans())
    def read_slowly(self, number: int, blocked: bool) -> None:
        if blocked:
            self.clients[number].block()
        else:
            self.clients[number].drain()

    @rule(number=numbers)
    def read(self, number: int) -> None:
        self.clients[number].read()

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        self.network.advance(seconds)

    def teardown(self) -> None:
        self.bystander.read()
        self.network.connect("publisher of its own").publish("bystander", b"still here")
        assert ("bystander", b"still here") in self.bystander.messages()


TestAtLeastOnce = AtLeastOnce.TestCase
TestAnyConversation = AnyConversation.TestCase
TestAtLeastOnce.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyConversation.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
