"""Passwords: every spelling of the right key opens, nothing else does."""

from __future__ import annotations

import base64

import pytest

from chargepoint.api.errors import InputError
from csms.passwords import Passwords, parse_passwords

KEY = "00ff10207f808182838485868788898a8b8c8d8e"


def basic(user: str, password: bytes) -> str:
    """The Authorization header."""
    return "Basic " + base64.b64encode(user.encode() + b":" + password).decode()


@pytest.mark.parametrize("password", [bytes.fromhex(KEY), KEY.encode(), KEY.upper().encode()])
def test_a_key_in_hexadecimal_opens_as_bytes_and_as_digits(password: bytes) -> None:
    assert Passwords({"CP_1": KEY}).objection("CP_1", basic("CP_1", password)) == ""


@pytest.mark.parametrize(("key", "password"), [("secret:word", b"secret:word"), ("geheim€", "geheim€".encode())])
def test_a_key_that_is_text_opens_as_text(key: str, password: bytes) -> None:
    assert Passwords({"CP:1": key}).objection("CP:1", basic("CP:1", password)) == ""


def test_a_text_key_also_opens_when_it_is_sent_as_the_digits_of_its_bytes() -> None:
    """Stations that were told 40 digits send 40 digits, whatever the central system calls the key."""
    assert Passwords({"CP_1": "secret"}).objection("CP_1", basic("CP_1", b"secret".hex().encode())) == ""


@pytest.mark.parametrize(
    ("authorization", "said"),
    [
        (None, "there is no Authorization header"),
        ("Bearer abc", "this is 'Bearer'"),
        ("Basic ???", "not base64"),
        (basic("CP_2", b"secret"), "the user has to be the charge point's id, CP_1"),
        (basic("CP_1", b"Secret"), "the password is wrong"),
        (basic("CP_1", b""), "the password is wrong"),
        (basic("CP_1", b"\xff"), "the password is wrong"),
    ],
)
def test_anything_else_does_not_open_and_says_why(authorization: str | None, said: str) -> None:
    assert said in Passwords({"CP_1": "secret"}).objection("CP_1", authorization)


def test_without_a_key_none_is_needed_and_with_a_file_everybody_needs_one() -> None:
    assert Passwords({"CP_1": "x"}).objection("CP_2", None) == ""
    listed = parse_passwords({"CP_1": "x"})
    assert listed.objection("CP_2", None) == "CP_2 has no password here"
    everybody = parse_passwords({"CP_1": "x", "*": "y"})
    assert everybody.objection("CP_2", basic("CP_2", b"y")) == ""
    assert everybody.objection("CP_1", basic("CP_1", b"y")) == "the password is wrong"


def test_a_key_can_be_changed_and_taken_back() -> None:
    passwords = Passwords(everybody_else="all")
    passwords.set("CP_1", "own")
    assert passwords.objection("CP_1", basic("CP_1", b"own")) == ""
    assert passwords.objection("CP_1", basic("CP_1", b"all"))
    assert passwords.remove("CP_1")
    assert not passwords.remove("CP_1")
    assert passwords.objection("CP_1", basic("CP_1", b"all")) == ""


@pytest.mark.parametrize("raw", [[], {"CP_1": ""}, {"CP_1": 5}, {"a/b": "x"}, {"CP_1": "a\nb"}])
def test_a_file_that_is_wrong_is_refused(raw: object) -> None:
    with pytest.raises(InputError):
        parse_passwords(raw)
