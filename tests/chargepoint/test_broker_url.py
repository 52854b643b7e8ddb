"""The URL of a broker: what it means, and what is refused before anything is tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from chargepoint.bus import Broker
from tests.chargepoint.certificates import Authority


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://localhost", Broker("localhost", 1883)),
        ("mqtt://localhost:1884/", Broker("localhost", 1884)),
        ("tcp://10.0.0.1:1883", Broker("10.0.0.1", 1883)),
        ("mqtt://[::1]:1883", Broker("::1", 1883)),
        ("mqtts://broker.example.org", Broker("broker.example.org", 8883, tls=True)),
        ("mqtt://user:secret@host", Broker("host", 1883, "user", "secret")),
        ("mqtt://us%40er:se%3Acret%2F@host", Broker("host", 1883, "us@er", "se:cret/")),
        ("mqtt://user@host", Broker("host", 1883, "user")),
        ("mqtt://user:@host", Broker("host", 1883, "user", "")),
    ],
)
def test_a_broker_url_is_understood(url: str, broker: Broker) -> None:
    assert Broker.parse(url) == broker


@pytest.mark.parametrize(
    "url",
    [
        "", "localhost", "localhost:1883", "http://host", "ws://host", "mqtt:host", "mqtt://", "mqtt://:1883", "mqtt://host:0",
        "mqtt://host:70000", "mqtt://host:port", "mqtt://host/topic", "mqtt://host#x", "mqtt://:secret@host",
        "mqtt://a..b", "mqtt://" + "x" * 64, "mqtt://[::1", "mqtt://host?cafile=ca.pem", "mqtts://host?cafile",
        "mqtts://host?ca=/etc/hosts", "mqtts://host?cafile=/no/such/file",
    ],
)  # fmt: skip
def test_a_wrong_broker_url_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="broker") as caught:
        Broker.parse(url)
    assert len(str(caught.value)) < 250


def test_a_refused_broker_url_does_not_give_the_password_away() -> None:
    for url in ("mqtt://user:secret@host:port", "http://user:secret@host", "mqtt://user:se/cret@host"):
        with pytest.raises(InputError) as caught:
            Broker.parse(url)
        assert "cret" not in str(caught.value)


def test_the_url_for_people_has_no_password() -> None:
    assert Broker.parse("mqtt://user:secret@host:1").url == "mqtt://user@host:1"
    assert Broker.parse("mqtt://host").tcp_url == "tcp://host:1883"
    assert Broker.parse("mqtts://host").tcp_url == "ssl://host:8883"


def test_certificate_files_are_checked_when_the_url_is(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certfile, keyfile = authority.issue("client")
    locked, locked_key = authority.issue("locked", password="secret")
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("hello")
    Broker.parse(f"mqtts://host?cafile={authority.cafile}&certfile={certfile}&keyfile={keyfile}")
    for query in (
        f"cafile={rubbish}",
        f"certfile={rubbish}",
        f"certfile={certfile}",
        f"certfile={certfile}&keyfile={locked_key}",
        f"certfile={locked}&keyfile={locked_key}",
        f"keyfile={keyfile}",
        f"cafile={tmp_path}",
    ):
        with pytest.raises(InputError):
            Broker.parse(f"mqtts://host?{query}")
