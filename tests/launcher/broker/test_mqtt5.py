"""What MQTT 5 adds to connections, sessions and wills, with time as a number and without a socket."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.broker.encoder import encode
from launcher.broker.limits import Limits
from launcher.broker.packets import (
    Auth,
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Message,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)
from launcher.broker.properties import NO_PROPERTIES, Properties
from launcher.broker.reason_codes import ReasonCode
from tests.launcher.broker.in_memory import Client, Network

DEAD = Will(Message("cp/status", b"Dead", 1), retain=True)
OFFER = Properties(maximum_packet_size_bytes=1 << 20, topic_alias_maximum=64)
NO_EXPIRY_S = 0xFFFFFFFF


def connect(network: Network, client_id: str, filters: dict[str, int] | None = None, **properties: Any) -> Client:
    """A client of MQTT 5 that goes on with its session."""
    return network.connect(client_id, filters, clean=False, level=5, properties=Properties(**properties))


def farewell(client: Client) -> ReasonCode:
    """The reason of the DISCONNECT that a client was sent at last."""
    last = client.read()[-1]
    assert isinstance(last, Disconnect)
    assert client.closed is not None
    assert last.properties.reason_string == client.closed
    return last.reason_code


class TestConnect:
    def test_is_answered_with_what_is_to_be_had(self, network: Network) -> None:
        client = network.open()
        client.send(Connect("cp", protocol_level=5), Pingreq())
        assert client.read() == [Connack(properties=OFFER), Pingresp()]

    def test_without_an_identifier_is_told_the_one_it_gets(self, network: Network) -> None:
        network.connect("auto-1")
        client = connect(network, "", session_expiry_interval_s=60)
        assert client.offer.assigned_client_identifier == "auto-2"
        client.break_off()
        assert connect(network, "auto-2").session_present

    def test_with_an_authentication_method_is_refused(self, network: Network) -> None:
        client = network.open()
        method = Properties(authentication_method="SCRAM-SHA-1", authentication_data=b"client-first")
        client.send(Connect("cp", protocol_level=5, properties=method))
        assert client.read() == [Connack(ReasonCode.BAD_AUTHENTICATION_METHOD)]
        assert client.closed is not None

    @pytest.mark.parametrize(
        ("rest", "reason_code", "why"),
        [
            ("02 003C 05 11 00000001", ReasonCode.MALFORMED_PACKET, "CONNECT ends within a field"),
            ("03 003C 00 0000", ReasonCode.MALFORMED_PACKET, "CONNECT with its reserved flag set [MQTT-3.1.2-3]"),
            (
                "02 003C 03 21 0000 0000",
                ReasonCode.PROTOCOL_ERROR,
                "CONNECT properties: receive_maximum 0 means nothing",
            ),
            (
                "02 003C 03 16 0000 0000",
                ReasonCode.PROTOCOL_ERROR,
                "CONNECT with authentication data and no method (3.1.2.11.10)",
            ),
        ],
    )
    def test_that_is_wrong_is_told_why(self, network: Network, rest: str, reason_code: ReasonCode, why: str) -> None:
        client = network.open()
        client.decoder.level = 5
        body = bytes.fromhex("0004 4D515454 05") + bytes.fromhex(rest)
        client.send_bytes(b"\x10" + bytes((len(body),)) + body)
        assert client.read() == [Connack(reason_code, properties=Properties(reason_string=why))]
        assert client.closed == why

    def test_may_bring_a_password_without_a_user_name(self, network: Network) -> None:
        client = network.open()
        client.send(Connect("cp", password=b"token", protocol_level=5))
        assert client.read() == [Connack(properties=OFFER)]

    def test_that_takes_no_connack_is_closed_and_leaves_no_session(self, network: Network) -> None:
        client = network.open()
        few = Properties(maximum_packet_size_bytes=5, session_expiry_interval_s=60)
        client.send(Connect("cp", protocol_level=5, properties=few))
        assert client.read() == []
        assert client.closed is not None
        assert not connect(network, "cp").session_present

    def test_of_3_1_1_is_told_nothing_of_all_this(self, network: Network) -> None:
        client = network.open()
        client.send(Connect(""))
        assert client.read() == [Connack(ConnectReturnCode.ACCEPTED, properties=NO_PROPERTIES)]


class TestTheEnd:
    def test_of_a_connection_that_is_taken_over(self, network: Network) -> None:
        first = connect(network, "cp")
        network.connect("cp")
        assert farewell(first) is ReasonCode.SESSION_TAKEN_OVER

    def test_of_a_silent_one(self, network: Network) -> None:
        client = network.connect("cp", keep_alive_s=10, level=5)
        network.advance(16)
        assert farewell(client) is ReasonCode.KEEP_ALIVE_TIMEOUT

    def test_of_all_when_the_broker_ends(self, network: Network) -> None:
        old, new, early = network.connect("old"), network.connect("new", level=5), network.open()
        network.broker.say_goodbye()
        why = Properties(reason_string="the broker ends")
        assert new.read() == [Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, why)]
        assert old.read() == early.read() == []

    def test_is_not_explained_before_connack(self, network: Network) -> None:
        """[MQTT5-3.14.0-1]"""
        client = network.open()
        client.decoder.level = 5
        client.send(Pingreq())
        assert client.read() == []
        assert client.closed is not None

    @pytest.mark.parametrize(
        ("data", "reason_code"),
        [
            pytest.param(b"\x00\x00", ReasonCode.MALFORMED_PACKET, id="reserved packet type"),
            pytest.param(b"\x30\x80\x80\x80\x01", ReasonCode.PACKET_TOO_LARGE, id="announced too large"),
            pytest.param(encode(Connect("cp", protocol_level=5)), ReasonCode.PROTOCOL_ERROR, id="second CONNECT"),
            pytest.param(encode(Pingresp()), ReasonCode.PROTOCOL_ERROR, id="what only servers say"),
            pytest.param(encode(Auth(), 5), ReasonCode.PROTOCOL_ERROR, id="AUTH without a method"),
            pytest.param(b"\x36\x06\x00\x01t\x00\x01\x00", ReasonCode.MALFORMED_PACKET, id="PUBLISH with QoS 3"),
            pytest.param(b"\x30\x03\x00\x00\x00", ReasonCode.PROTOCOL_ERROR, id="PUBLISH to nothing"),
            pytest.param(b"\x30\x04\x00\x01#\x00", ReasonCode.MALFORMED_PACKET, id="PUBLISH to a wildcard"),
            pytest.param(
                encode(Publish(Message("/" * 200, b"")), 5), ReasonCode.TOPIC_NAME_INVALID, id="PUBLISH too deep"
            ),
            pytest.param(
                encode(Subscribe(1, (("/" * 200, 0),)), 5), ReasonCode.TOPIC_FILTER_INVALID, id="SUBSCRIBE too deep"
            ),
            pytest.param(
                encode(Publish(Message("t", b"", 0, Properties(response_topic="a/#"))), 5),
                ReasonCode.PROTOCOL_ERROR,
                id="response topic with a wildcard",
            ),
            pytest.param(b"\x30\x06\x00\x01t\x02\x01\x02", ReasonCode.PROTOCOL_ERROR, id="payload format 2"),
            pytest.param(b"\x30\x09\x00\x01t\x05\x11\x00\x00\x00\x01", ReasonCode.MALFORMED_PACKET, id="not here"),
            pytest.param(b"\x30\x06\x00\x01t\x02\x77\x00", ReasonCode.MALFORMED_PACKET, id="unknown property"),
            pytest.param(b"\x30\x08\x00\x01t\x04\x01\x01\x01\x01", ReasonCode.PROTOCOL_ERROR, id="a property twice"),
            pytest.param(b"\x30\x05\x00\x01t\x80\x00", ReasonCode.MALFORMED_PACKET, id="a length too long"),
            pytest.param(b"\x40\x03\x00\x01\x92", ReasonCode.MALFORMED_PACKET, id="PUBACK with PUBCOMP's reason"),
            pytest.param(b"\x82\x07\x00\x01\x00\x00\x01t\x40", ReasonCode.MALFORMED_PACKET, id="reserved option"),
            pytest.param(b"\x82\x07\x00\x01\x00\x00\x01t\x03", ReasonCode.PROTOCOL_ERROR, id="SUBSCRIBE with QoS 3"),
            pytest.param(b"\x82\x07\x00\x01\x00\x00\x01t\x30", ReasonCode.PROTOCOL_ERROR, id="retain handling 3"),
            pytest.param(b"\x82\x03\x00\x01\x00", ReasonCode.PROTOCOL_ERROR, id="SUBSCRIBE to nothing"),
            pytest.param(
                encode(Subscribe(1, (("$share/g/t", 4),)), 5), ReasonCode.PROTOCOL_ERROR, id="shared and no local"
            ),
            pytest.param(b"\x82\x09\x00\x01\x02\x0b\x00\x00\x01t\x00", ReasonCode.PROTOCOL_ERROR, id="identifier 0"),
            pytest.param(b"\xe0\x01\x05", ReasonCode.MALFORMED_PACKET, id="DISCONNECT with an unknown reason"),
        ],
    )
    def test_of_one_that_is_wrong_is_explained(self, network: Network, data: bytes, reason_code: ReasonCode) -> None:
        watcher = network.connect("watcher", {"cp/status": 0})
        client = network.connect("cp", will=DEAD, level=5)
        client.send_bytes(data)
        assert farewell(client) is reason_code
        assert watcher.messages() == [("cp/status", b"Dead")]

    def test_is_told_in_as_few_bytes_as_the_client_takes(self, network: Network) -> None:
        client = connect(network, "cp", maximum_packet_size_bytes=20)
        client.send_bytes(b"\x00\x00")
        assert client.read() == [Disconnect(ReasonCode.MALFORMED_PACKET)]

    def test_of_one_that_asks_for_more_than_it_takes(self, network: Network) -> None:
        client = connect(network, "cp", maximum_packet_size_bytes=20)
        client.send(Subscribe(1, (("t", 0),) * 20))
        assert client.read() == [Disconnect(ReasonCode.PACKET_TOO_LARGE)]

    def test_of_one_that_leaves_in_anger_is_explained_by_the_client(self, network: Network) -> None:
        watcher = network.connect("watcher", {"cp/status": 0})
        client = network.connect("cp", will=DEAD, level=5)
        client.send(Disconnect(ReasonCode.MALFORMED_PACKET, Properties(reason_string="what is that?")))
        assert client.read() == []
        assert client.closed == "left with MALFORMED_PACKET 'what is that?'"
        assert watcher.messages() == [("cp/status", b"Dead")]


class TestSession:
    def test_without_an_expiry_ends_with_its_connection(self, network: Network) -> None:
        connect(network, "cp", {"t": 1}).break_off()
        assert not connect(network, "cp").session_present

    def test_is_kept_as_long_as_was_asked(self, network: Network) -> None:
        for absence_s, present in ((9, True), (11, False)):
            connect(network, "cp", {"t": 1}, session_expiry_interval_s=10).break_off()
            network.advance(absence_s)
            assert connect(network, "cp").session_present is present

    def test_may_never_end(self, network: Network) -> None:
        connect(network, "cp", session_expiry_interval_s=NO_EXPIRY_S).break_off()
        network.advance(1e10)
        assert connect(network, "cp").session_present

    def test_ends_when_a_clean_start_is_asked_for_but_the_new_one_is_kept(self, network: Network) -> None:
        connect(network, "cp", session_expiry_interval_s=10).break_off()
        kept = Properties(session_expiry_interval_s=10)
        client = network.connect("cp", clean=True, level=5, properties=kept)
        assert not client.session_present
        client.break_off()
        assert connect(network, "cp").session_present

    @pytest.mark.parametrize(("expiry_s", "present"), [(0, False), (100, True)])
    def test_has_its_expiry_changed_by_disconnect(self, network: Network, expiry_s: int, present: bool) -> None:
        client = connect(network, "cp", session_expiry_interval_s=10)
        client.send(Disconnect(properties=Properties(session_expiry_interval_s=expiry_s)))
        network.advance(50)
        assert connect(network, "cp").session_present is present

    def test_cannot_be_kept_at_last_if_it_was_not_to_be_at_first(self, network: Network) -> None:
        client = connect(network, "cp")
        client.send(Disconnect(properties=Properties(session_expiry_interval_s=10)))
        assert farewell(client) is ReasonCode.PROTOCOL_ERROR

    def test_passes_from_one_version_to_the_other(self, network: Network) -> None:
        connect(network, "cp", {"t": 1}, session_expiry_interval_s=10).break_off()
        network.connect("p").publish("t", b"1", 1)
        old = network.connect("cp", clean=False)
        assert old.read() == [Publish(Message("t", b"1", 1), packet_id=1)]
        old.break_off()
        new = connect(network, "cp")
        assert new.read() == [Publish(Message("t", b"1", 1), dup=True, packet_id=1)]


class TestWill:
    def test_is_published_when_a_client_says_so(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        client = network.connect("cp", will=DEAD, level=5)
        client.send(Disconnect(ReasonCode.DISCONNECT_WITH_WILL))
        assert watcher.messages() == [("cp/status", b"Dead")]
        assert client.closed == "DISCONNECT"

    def delayed(self, network: Network, *, expiry_s: int = 100, delay_s: int = 10) -> Client:
        will = Will(DEAD.message, retain=True, delay_s=delay_s)
        kept = Properties(session_expiry_interval_s=expiry_s)
        return network.connect("cp", clean=False, will=will, level=5, properties=kept)

    @pytest.mark.parametrize(("expiry_s", "delay_s"), [(100, 10), (10, 100)])
    def test_waits_for_its_delay_or_the_end_of_the_session(
        self, network: Network, expiry_s: int, delay_s: int
    ) -> None:
        watcher = network.connect("watcher", {"#": 0})
        self.delayed(network, expiry_s=expiry_s, delay_s=delay_s).break_off()
        network.advance(9)
        assert watcher.messages() == []
        network.advance(2)
        assert watcher.messages() == [("cp/status", b"Dead")]
        network.advance(200)
        assert watcher.messages() == []

    def test_is_not_published_if_the_client_is_back_in_time(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        self.delayed(network).break_off()
        network.advance(5)
        connect(network, "cp", session_expiry_interval_s=100)
        network.advance(50)
        assert watcher.messages() == []

    def test_is_published_if_the_client_is_back_with_a_clean_start(self, network: Network) -> None:
        watcher = network.connect("watcher", {"#": 0})
        self.delayed(network).break_off()
        network.connect("cp", clean=True, level=5)
        assert watcher.messages() == [("cp/status", b"Dead")]

    @pytest.mark.parametrize(("clean", "told"), [(True, [("cp/status", b"Dead")]), (False, [])])
    def test_that_is_delayed_is_published_at_a_take_over_with_a_clean_start_only(
        self, network: Network, clean: bool, told: list[tuple[str, bytes]]
    ) -> None:
        watcher = network.connect("watcher", {"#": 0})
        self.delayed(network)
        network.connect("cp", clean=clean, level=5)
        assert watcher.messages() == told

    def test_is_told_with_its_properties_and_expires(self, network: Network) -> None:
        old = network.connect("old", {"#": 0})
        new = network.connect("new", {"#": 0}, level=5)
        kept = Properties(content_type="text/plain", message_expiry_interval_s=60, user_properties=(("a", "b"),))
        message = Message("cp/status", b"Dead", 0, kept)
        network.connect("cp", will=Will(message, retain=True), level=5).break_off()
        assert old.read() == [Publish(Message("cp/status", b"Dead"))]
        assert new.read() == [Publish(message)]
        network.advance(61)
        assert network.connect("later", {"#": 0}).messages() == []


class TestAnswers:
    @pytest.mark.parametrize(
        ("said", "answer"),
        [
            (Publish(Message("t", b"", 1), packet_id=5), Puback(5)),
            (Publish(Message("x", b"", 1), packet_id=5), Puback(5, ReasonCode.NO_MATCHING_SUBSCRIBERS)),
            (Publish(Message("t", b"", 2), packet_id=5), Pubrec(5)),
            (Publish(Message("x", b"", 2), packet_id=5), Pubrec(5, ReasonCode.NO_MATCHING_SUBSCRIBERS)),
            (Pubrel(5), Pubcomp(5, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)),
            (Pubrec(5), Pubrel(5, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)),
            (Subscribe(5, (("a", 0), ("b", 1), ("c", 2), ("$share/", 0))), Suback(5, (0, 1, 1, 0x8F))),
            (
                Unsubscribe(5, ("mine", "never")),
                Unsuback(5, (ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED)),
            ),
        ],
    )
    def test_carry_reason_codes(self, network: Network, said: Packet, answer: Packet) -> None:
        network.connect("s", {"t": 0})
        client = network.connect("cp", {"mine": 0}, level=5)
        client.send(said)
        assert client.read() == [answer]

    def test_do_not_carry_them_before(self, network: Network) -> None:
        client = network.connect("cp")
        client.send(Publish(Message("x", b"", 1), packet_id=5), Pubrel(6), Unsubscribe(7, ("never",)))
        assert client.read() == [Puback(5), Pubcomp(6), Unsuback(7)]

    def test_of_a_client_that_refuses_end_the_matter_as_well(self) -> None:
        network = Network(Limits(in_flight=1))
        client = network.connect("cp", {"t": 1}, level=5)
        publisher = network.connect("p")
        for payload in (b"1", b"2"):
            publisher.publish("t", payload, 1)
        assert client.messages() == [("t", b"1")]
        client.send(Puback(1, ReasonCode.QUOTA_EXCEEDED), Pubrec(9, ReasonCode.QUOTA_EXCEEDED))
        assert client.read() == [Publish(Message("t", b"2", 1), packet_id=2)]
