"""Security profiles and passwords: what the central system may change, and what the next connection is made with."""

from __future__ import annotations

from typing import Any

import pytest

from chargepoint.ocpp.secrets import without_secrets
from chargepoint.security.events import SecurityEventType
from chargepoint.security.link import LinkFailure
from chargepoint.security.store import Credentials
from tests.support.authority import Authority
from tests.support.bench import Bench

PASSWORD = "00112233445566778899aabbccddeeff"
NEW_PASSWORD = "ffeeddccbbaa99887766554433221100"
ROOT = Authority()
IDENTITY = ROOT.issue("CP1")


def change(bench: Bench, key: str, value: object) -> str:
    """ChangeConfiguration."""
    status: str = bench.call("ChangeConfiguration", key=key, value=str(value))["status"]
    return status


def profile(bench: Bench) -> str:
    """SecurityProfile, as the central system reads it."""
    [entry] = bench.call("GetConfiguration", key=["SecurityProfile"])["configurationKey"]
    return str(entry["value"])


def reconnect(bench: Bench) -> None:
    """What the runtime does when a new connection is wanted."""
    assert bench.life.reconnect(), "no new connection is wanted"
    assert not bench.life.reconnect()
    bench.disconnect()
    bench.connect()


def logged(bench: Bench) -> list[str]:
    """The types of all security events so far."""
    return [event.type for event in bench.life.station.state.security_log.between()]


def in_profile(number: int, **entry: Any) -> Bench:
    """A station that is commissioned for a profile."""
    credentials = Credentials((ROOT.pem,), None)
    if number == 3:
        entry |= {"client_certificate": "/cp.pem", "client_key": "/cp.key"}
        from chargepoint.security.certificates import identity_of

        credentials = Credentials((ROOT.pem,), identity_of(*IDENTITY))
    return Bench(
        {"security_profile": number, "authorization_key": PASSWORD, **entry}, credentials=credentials
    ).connect()


# Which connection


@pytest.mark.parametrize(
    ("number", "url", "password", "certificate"),
    [
        (0, "ws://csms.test/CP1", None, False),
        (1, "ws://csms.test/CP1", bytes.fromhex(PASSWORD), False),
        (2, "wss://csms.test/CP1", bytes.fromhex(PASSWORD), False),
        (3, "wss://csms.test/CP1", None, True),
    ],
)
def test_the_profile_decides_over_scheme_password_and_certificate(
    number: int, url: str, password: bytes | None, certificate: bool
) -> None:
    """TC_085_CS, TC_086_CS, TC_087_CS: what the station shows; the sockets are in test_secure_link."""
    target = in_profile(number).life.link_target()
    assert (target.url, target.user, target.password) == (url, "CP1", password)
    assert bool(target.certificate) is bool(target.key) is certificate
    assert target.roots == (ROOT.pem,)


@pytest.mark.parametrize("number", range(4))
def test_a_central_system_with_wss_stays_one_in_every_profile(number: int) -> None:
    bench = in_profile(number, central_system="wss://csms.test:9443/ocpp?a=b")
    assert bench.life.link_target().url == "wss://csms.test:9443/ocpp/CP1?a=b"


@pytest.mark.parametrize(
    ("key", "form", "password"),
    [
        ("0123456789abcdef0123456789ABCDEF", None, bytes.fromhex("0123456789abcdef" * 2)),
        ("0123456789abcdef0123456789ABCDEF", "text", b"0123456789abcdef0123456789ABCDEF"),
        ("correct horse battery", None, b"correct horse battery"),
        ("beef", "hex", b"\xbe\xef"),
        ("beef", None, b"beef"),
    ],
)
def test_a_password_is_the_bytes_of_hexadecimal_digits_or_a_text(key: str, form: str | None, password: bytes) -> None:
    bench = Bench({"security_profile": 1, "authorization_key": key, "authorization_key_format": form})
    assert bench.life.link_target().password == password


# A new password


@pytest.mark.parametrize("number", [1, 2])
def test_a_new_password_is_used_after_the_answer_by_a_new_connection(number: int) -> None:
    """TC_073_CS."""
    bench = in_profile(number)
    bench.forget()
    assert change(bench, "AuthorizationKey", NEW_PASSWORD) == "Accepted"
    assert bench.order() == ["answer"]
    assert bench.life.link_target().password == bytes.fromhex(NEW_PASSWORD)
    reconnect(bench)
    assert "BootNotification" not in bench.actions()
    assert "ReconfigurationOfSecurityParameters" in logged(bench)
    bench.power_cut()
    assert bench.life.link_target().password == bytes.fromhex(NEW_PASSWORD)


def test_a_password_that_nobody_asks_for_needs_no_new_connection() -> None:
    bench = Bench().connect()
    assert change(bench, "AuthorizationKey", NEW_PASSWORD) == "Accepted"
    assert not bench.life.reconnect()


@pytest.mark.parametrize(
    "value", ["", "00" * 15, "00" * 21, "0" * 33, "no hexadecimal digits", " " + PASSWORD, PASSWORD + "\n"]
)
def test_a_password_of_the_wrong_length_or_kind_is_rejected(value: str) -> None:
    """TC_073_CS: 16 to 20 bytes, in hexadecimal digits."""
    bench = in_profile(1)
    assert change(bench, "AuthorizationKey", value) == "Rejected"
    assert bench.life.link_target().password == bytes.fromhex(PASSWORD)
    assert not bench.life.reconnect()


@pytest.mark.parametrize(
    ("value", "status"), [("x" * 15, "Rejected"), ("x" * 16, "Accepted"), ("x" * 41, "Rejected")]
)
def test_where_passwords_are_texts_their_characters_count(value: str, status: str) -> None:
    bench = in_profile(1, authorization_key="a password as a text")
    assert change(bench, "AuthorizationKey", value) == status


def test_a_password_is_never_told() -> None:
    bench = in_profile(1)
    bench.receive(f'[2,"x","ChangeConfiguration",{{"key":"AuthorizationKey","value":["{NEW_PASSWORD}"]}}]')
    assert change(bench, "authorizationkey", NEW_PASSWORD) == "Accepted"
    [entry] = bench.call("GetConfiguration", key=["AuthorizationKey"])["configurationKey"]
    assert entry == {"key": "AuthorizationKey", "readonly": False}
    bench.mqtt("cmd", b'{"type":"ocpp_config"}')
    told = repr(bench.wire) + "".join(str(one.payload) for one in bench.published) + "".join(bench.notes)
    assert NEW_PASSWORD not in told
    for shown in (repr(bench.spec), repr(bench.life.link_target())):
        assert PASSWORD not in shown
        assert NEW_PASSWORD not in shown


@pytest.mark.parametrize(
    "frame",
    [
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"sec\\"ret"}]',
        '[2,"1","ChangeConfiguration",{"value" : "sec\\"ret", "key":"AUTHORIZATIONKEY"}]',
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"sec\\"ret',
    ],
)
def test_a_frame_is_logged_without_its_password(frame: str) -> None:
    assert "ret" not in without_secrets(frame)
    other = frame.replace("AuthorizationKey", "CpoName").replace("AUTHORIZATIONKEY", "CpoName")
    assert without_secrets(other) == other


# A higher profile


@pytest.mark.parametrize(("before", "after"), [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])
def test_the_profile_rises_with_a_new_connection(before: int, after: int) -> None:
    """TC_083_CS."""
    bench = in_profile(3, security_profile=before)
    bench.forget()
    assert change(bench, "SecurityProfile", after) == "Accepted"
    assert bench.order() == ["answer"]
    assert bench.life.link_target().url.startswith("wss:" if after > 1 else "ws:")
    reconnect(bench)
    assert profile(bench) == str(after)
    bench.power_cut()
    assert profile(bench.connect()) == str(after)


@pytest.mark.parametrize(("before", "after"), [(1, 0), (2, 1), (3, 2), (3, 0), (2, 2), (1, 4), (1, -1)])
def test_the_profile_never_falls(before: int, after: int) -> None:
    """TC_084_CS."""
    bench = in_profile(before)
    assert change(bench, "SecurityProfile", after) == "Rejected"
    assert profile(bench) == str(before)
    assert not bench.life.reconnect()


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_profile_whose_credentials_are_missing_is_rejected(after: int) -> None:
    """TC_083_CS: its preconditions."""
    assert change(Bench().connect(), "SecurityProfile", after) == "Rejected"


def test_tls_needs_a_root_unless_nothing_is_verified() -> None:
    entry = {"authorization_key": PASSWORD}
    assert change(Bench(entry).connect(), "SecurityProfile", 2) == "Rejected"
    assert change(Bench({**entry, "tls_verify": False}).connect(), "SecurityProfile", 2) == "Accepted"


def test_a_profile_that_does_not_connect_is_given_up_after_three_attempts() -> None:
    """TC_083_CS: the way back."""
    bench = in_profile(1)
    change(bench, "SecurityProfile", 2)
    assert bench.life.reconnect()
    bench.disconnect()
    bench.fail_to_connect()
    bench.fail_to_connect(LinkFailure.SERVER_CERTIFICATE)
    bench.power_cut()
    assert bench.life.link_target().url == "wss://csms.test/CP1", "attempts count over power cuts"
    bench.fail_to_connect()
    assert bench.life.link_target().url == "ws://csms.test/CP1"
    assert profile(bench.connect()) == "1"
    bench.power_cut()
    assert profile(bench.connect()) == "1"


@pytest.mark.parametrize("cut_before", [True, False])
def test_a_profile_that_waits_for_a_boot_and_does_not_connect_then_is_given_up(cut_before: bool) -> None:
    """TC_083_CS: the way back, where SecurityProfile is one of RebootRequiredKeys."""
    bench = in_profile(1, ocpp_config={"RebootRequiredKeys": "SecurityProfile"})
    assert change(bench, "SecurityProfile", 2) == "RebootRequired"
    assert not bench.life.reconnect()
    bench.disconnect()
    for _ in range(4):
        bench.fail_to_connect()
        assert bench.life.link_target().url == "ws://csms.test/CP1", "what waits has not failed"
    if cut_before:
        bench.connect()
    bench.power_cut()
    for _ in range(3):
        assert bench.life.link_target().url == "wss://csms.test/CP1"
        bench.fail_to_connect()
    assert bench.life.link_target().url == "ws://csms.test/CP1"
    assert profile(bench.connect()) == "1"
    bench.power_cut()
    assert profile(bench.connect()) == "1"


def test_a_profile_that_waits_for_a_boot_and_connects_then_stays() -> None:
    bench = in_profile(1, ocpp_config={"RebootRequiredKeys": "SecurityProfile"})
    change(bench, "SecurityProfile", 2)
    bench.power_cut()
    assert profile(bench.connect()) == "2"
    bench.disconnect()
    for _ in range(10):
        bench.fail_to_connect()
    assert bench.life.link_target().url == "wss://csms.test/CP1"
    bench.power_cut()
    assert bench.life.link_target().url == "wss://csms.test/CP1"


def test_a_profile_that_has_connected_once_stays() -> None:
    bench = in_profile(1)
    change(bench, "SecurityProfile", 2)
    reconnect(bench)
    bench.disconnect()
    for _ in range(10):
        bench.fail_to_connect()
    assert bench.life.link_target().url == "wss://csms.test/CP1"


def test_changing_the_profile_interrupts_no_transaction() -> None:
    bench = in_profile(1)
    bench.charging()
    change(bench, "SecurityProfile", 2)
    reconnect(bench)
    assert bench.status().transaction_id is not None
    assert "StopTransaction" not in bench.actions()


# What went wrong with a connection


@pytest.mark.parametrize(
    ("why", "event"),
    [
        (LinkFailure.UNAUTHORIZED, "FailedToAuthenticateAtCentralSystem"),
        (LinkFailure.SERVER_CERTIFICATE, "CentralSystemFailedToAuthenticate"),
        (LinkFailure.SERVER_CERTIFICATE, "InvalidCentralSystemCertificate"),
        (LinkFailure.TLS_VERSION, "InvalidTLSVersion"),
        (LinkFailure.TLS_SUITES, "InvalidTLSCipherSuite"),
    ],
)
def test_a_failure_is_logged_once_until_a_connection_is_made(why: LinkFailure, event: str) -> None:
    bench = in_profile(2)
    bench.disconnect()
    for _ in range(3):
        bench.fail_to_connect(why)
    assert logged(bench).count(event) == 1
    bench.connect()
    bench.disconnect()
    bench.fail_to_connect(why)
    assert logged(bench).count(event) == 2
    assert all(type in list(SecurityEventType) for type in logged(bench))
