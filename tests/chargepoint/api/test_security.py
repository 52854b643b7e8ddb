"""The security of a start entry: what is read, what is refused, and that it starts the same station again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.security import KeyFormat, SecuritySpec, TlsSuites
from chargepoint.api.spec import ChargePointSpec, parse_spec

KEY = "00112233445566778899aabbccddeeff"


def parse(**entry: Any) -> ChargePointSpec:
    """A start entry with what has to be there."""
    return parse_spec({"id": "CP1", "central_system": "ws://host", **entry})


def refusal(**entry: Any) -> str:
    """Why it is refused."""
    with pytest.raises(InputError) as refused:
        parse(**entry)
    return str(refused.value)


def test_without_a_word_of_it_there_is_none() -> None:
    assert parse().security == SecuritySpec()
    assert "security_profile" not in parse().to_entry()


@given(
    profile=st.integers(0, 3),
    key=st.text(alphabet="0123456789abcdefXYZ", min_size=1, max_size=40),
    verify=st.booleans(),
    suites=st.sampled_from(TlsSuites),
)
def test_an_entry_starts_the_same_station_again(profile: int, key: str, verify: bool, suites: TlsSuites) -> None:
    spec = parse(
        security_profile=profile,
        authorization_key=key,
        central_system_root="/etc/root.pem",
        client_certificate="/etc/cp.pem",
        client_key="/etc/cp.key",
        tls_verify=verify,
        tls_suites=str(suites),
    )
    assert parse_spec(spec.to_entry()) == spec


@pytest.mark.parametrize(
    ("key", "form"),
    [(KEY, KeyFormat.HEX), (KEY + "aabbccdd", KeyFormat.HEX), (KEY[1:], KeyFormat.TEXT), ("beef", KeyFormat.TEXT)],
)
def test_a_key_of_the_standard_s_length_in_hexadecimal_digits_is_taken_for_one(key: str, form: KeyFormat) -> None:
    assert parse(authorization_key=key).security.authorization_key_format is form


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"security_profile": 4}, "security_profile: 4 is not a whole number from 0 to 3"),
        ({"security_profile": 1}, "authorization_key: nothing is not a password, which security_profile 1 needs"),
        ({"security_profile": 2}, "authorization_key: nothing is not a password, which security_profile 2 needs"),
        ({"security_profile": 3}, "client_certificate: nothing is not the path of a PEM file"),
        ({"client_key": "/k"}, "client_certificate: nothing is not the path of a PEM file: certificate and key"),
        ({"client_certificate": "/c"}, "client_key: nothing is not the path of a PEM file: certificate and key"),
        ({"central_system_root": "root.pem"}, "central_system_root: 'root.pem' is not the absolute path of a PEM"),
        ({"tls_verify": "no"}, "tls_verify: 'no' is not true or false"),
        ({"tls_suites": "weak"}, "tls_suites: 'weak' is not one of 'modern', 'whitepaper'"),
        ({"id": "CP:1", "security_profile": 1, "authorization_key": KEY}, "id: 'CP:1' is not an id without ':'"),
    ],
)
def test_what_does_not_go_together_is_refused(entry: dict[str, Any], expected: str) -> None:
    assert refusal(**entry).startswith(expected)


@pytest.mark.parametrize(
    "entry",
    [
        {"authorization_key": "secret secret secret", "authorization_key_format": "hex"},
        {"authorization_key": "secret" * 10},
        {"authorization_key": "secret\n"},
        {"authorization_key": {"secret": 1}},
    ],
)
def test_a_refusal_does_not_show_the_password(entry: dict[str, Any]) -> None:
    assert "secret" not in refusal(**entry)


def test_the_password_is_not_in_the_representation() -> None:
    assert KEY not in repr(parse(authorization_key=KEY))


def test_the_configuration_keys_of_the_same_meaning_are_read_too() -> None:
    config = {"securityprofile": "1", "AuthorizationKey": KEY, "CpoName": "Operator"}
    spec = parse(ocpp_config=config)
    assert (spec.security.profile, spec.security.authorization_key) == (1, KEY)
    assert spec.ocpp_config == {"CpoName": "Operator"}
    assert parse(security_profile=2, ocpp_config=config).security.profile == 2
    assert parse(ocpp_config={"AuthorizationKey": "", "SecurityProfile": 0}).security == SecuritySpec()
    assert refusal(ocpp_config={"SecurityProfile": "high"}).startswith("security_profile: 'high'")
