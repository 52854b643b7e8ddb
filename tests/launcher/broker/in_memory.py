"""Clients joined to a broker in memory; time stands still until a test moves it."""

from __future__ import annotations

from launcher.broker.broker import Broker
from launcher.broker.connection import Connection
from launcher.broker.decoder import Decoder
from launcher.broker.encoder import encode
from launcher.broker.limits import Limits
from launcher.broker.packets import Connack, Connect, Message, Packet, Publish, Suback, Subscribe, Will
from launcher.broker.properties import NO_PROPERTIES, Properties


class Network:
    """A broker and whatever is connected to it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.broker = Broker(limits)
        self.now = 1000.0
        self._clients: dict[Connection, Client] = {}

    def open(self) -> Client:
        """A network connection before its CONNECT."""
        connection = self.broker.connected(self.now)
        client = self._clients[connection] = Client(self, connection)
        return client

    def connect(
        self,
        client_id: str,
        filters: dict[str, int] | None = None,
        *,
        clean: bool = True,
        will: Will | None = None,
        keep_alive_s: int = 0,
        level: int = 4,
        properties: Properties = NO_PROPERTIES,
    ) -> Client:
        """A client whose CONNECT was accepted and whose SUBSCRIBE was granted; what followed is not yet read."""
        client = self.open()
        client.send(Connect(client_id, clean, keep_alive_s, will, protocol_level=level, properties=properties))
        self.deliver()
        answer = client.inbox.pop(0)
        assert isinstance(answer, Connack)
        client.session_present = answer.session_present
        client.offer = answer.properties
        if filters:
            client.send(Subscribe(1, tuple(filters.items())))
            self.deliver()
            client.inbox.remove(Suback(1, tuple(options & 3 for options in filters.values())))
        return client

    def advance(self, seconds: float) -> None:
        """Let time pass, in one leap."""
        self.now += seconds
        self.broker.tick(self.now)

    def forget_clients(self) -> None:
        """Let go of the ends of all connections, so that what is left is what the broker keeps."""
        self.deliver()
        self._clients.clear()

    def deliver(self) -> None:
        """Bring what the broker has said to its clients, and close what it wants closed."""
        for connection in self.broker.take_outgoing():
            client = self._clients[connection]
            client.decoder.level = connection.level
            client.inbox.extend(client.decoder.feed(connection.take()))
            if connection.ended is not None and client.closed is None:
                client.closed = connection.ended
                self.broker.lost(connection, self.now)


class Client:
    """One end of a connection: what was read from it is in ``inbox``, why it was closed in ``closed``."""

    def __init__(self, network: Network, connection: Connection) -> None:
        self.inbox: list[Packet] = []
        self.closed: str | None = None
        self.session_present = False
        self.offer = NO_PROPERTIES
        self.decoder = Decoder()
        self._network = network
        self._connection = connection

    def send(self, *packets: Packet) -> None:
        for packet in packets:
            if isinstance(packet, Connect):
                self.decoder.level = packet.protocol_level
        self.send_bytes(b"".join(encode(packet, self.decoder.level) for packet in packets))

    def send_bytes(self, data: bytes) -> None:
        self._network.broker.received(self._connection, data, self._network.now)

    def publish(self, topic: str, payload: bytes = b"", qos: int = 0, *, retain: bool = False) -> None:
        self.send(Publish(Message(topic, payload, qos), retain, packet_id=7 if qos else 0))

    def read(self) -> list[Packet]:
        """What has arrived since the last time."""
        self._network.deliver()
        packets, self.inbox = self.inbox, []
        return packets

    def messages(self) -> list[tuple[str, bytes]]:
        """Topic and payload of each PUBLISH that has arrived; all else that has is passed over."""
        return [(p.message.topic, p.message.payload) for p in self.read() if isinstance(p, Publish)]

    def block(self) -> None:
        """Stop reading for so long that the network holds no more."""
        self._network.broker.blocked(self._connection)

    def drain(self) -> None:
        """Read again."""
        self._network.broker.drained(self._connection, self._network.now)

    def break_off(self) -> None:
        """Lose the connection without a word."""
        self.closed = "broken off"
        self._network.broker.lost(self._connection, self._network.now)
