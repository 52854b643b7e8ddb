"""What charge points show a central system of the user's: what their entry says goes first, then the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chargepoint.api.errors import InputError
from csms.listener import CertificateState, ClientCertificates, TlsVersion
from launcher.cli import main
from launcher.scenario import driving
from launcher.scenario.commissioning import lacking, needs_authority, speaks_tls
from launcher.scenario.credentials import Credentials, checkable, profile_of
from launcher.scenario.format import Scenario, load
from launcher.scenario.peer import Peer, driven
from launcher.verbs.credentials import without_secrets

KEY, OTHER = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
PASSWORD = Credentials(authorization_key=KEY, passwords={"CP2": OTHER})
CERTIFICATE = Credentials(root="/ca.pem", certificate="/c/{id}.pem", key="/c/{id}.key")


@pytest.mark.parametrize(
    ("credentials", "entry", "url", "given"),
    [
        (Credentials(), {}, "ws://x", {}),
        (PASSWORD, {}, "ws://x", {"security_profile": 1, "authorization_key": KEY}),
        (PASSWORD, {}, "wss://x", {"security_profile": 2, "authorization_key": KEY}),
        (PASSWORD, {"security_profile": 0}, "wss://x", {}),
        (PASSWORD, {"security_profile": 2}, "ws://x", {"authorization_key": KEY}),
        (PASSWORD, {"security_profile": 1, "authorization_key": OTHER}, "ws://x", {}),
        (PASSWORD, {"ocpp_config": {"SecurityProfile": 0}}, "ws://x", {}),
        (PASSWORD, {"ocpp_config": {"securityprofile": "1"}}, "ws://x", {"authorization_key": KEY}),
        (
            CERTIFICATE,
            {},
            "wss://x",
            {
                "security_profile": 3,
                "client_certificate": "/c/CP1.pem",
                "client_key": "/c/CP1.key",
                "central_system_root": "/ca.pem",
            },
        ),
        (CERTIFICATE, {"security_profile": 0}, "wss://x", {"central_system_root": "/ca.pem"}),
        (CERTIFICATE, {"security_profile": 0}, "ws://x", {}),
        (CERTIFICATE, {"security_profile": 2, "central_system_root": "/own.pem"}, "ws://x", {}),
    ],
)
def test_an_entry_is_completed(
    credentials: Credentials, entry: dict[str, Any], url: str, given: dict[str, object]
) -> None:
    assert credentials.completed("CP1", entry, url) == {"id": "CP1", "central_system": url, **entry, **given}


def test_each_charge_point_may_have_a_password_of_its_own() -> None:
    assert PASSWORD.completed("CP2", {}, "ws://x")["authorization_key"] == OTHER
    assert KEY not in repr(PASSWORD)
    assert OTHER not in repr(PASSWORD)


@pytest.mark.parametrize(
    ("entry", "profile"),
    [
        ({}, 0),
        ({"security_profile": 3}, 3),
        ({"ocpp_config": {"SecurityProfile": "2"}}, 2),
        ({"security_profile": "x"}, 0),
    ],
)
def test_the_profile_of_an_entry(entry: dict[str, Any], profile: int) -> None:
    assert profile_of(entry) == profile


def test_what_is_given_later_is_not_missed_and_what_is_wrong_is() -> None:
    assert checkable({"security_profile": 2})["authorization_key"]
    assert "client_key" not in checkable({"security_profile": 3, "client_certificate": "/x"})


def scenario(folder: Path, stations: str, *steps: str) -> Scenario:
    (folder / "s.yaml").write_text("\n".join([f"stations: {stations}", "steps:", "  - start", *steps]))
    return load(folder / "s.yaml")


def test_a_file_may_leave_to_others_what_a_profile_needs(tmp_path: Path) -> None:
    assert scenario(tmp_path, "{A: {security_profile: 2}, B: {security_profile: 3}}").stations.keys() == {"A", "B"}
    with pytest.raises(InputError, match="client_key: nothing is not the path of a PEM file"):
        scenario(tmp_path, "{A: {security_profile: 3, client_certificate: /x}}")


@pytest.mark.parametrize(
    ("stations", "wants"),
    [
        ("{A: {security_profile: 1}}", "A: security profile 1 needs a password: --authorization-key KEY or"),
        ("{A: {security_profile: 3}}", "A: security profile 3 needs a certificate: --client-certificate FILE and"),
        ("A", ""),
    ],
)
def test_what_is_lacking_against_a_central_system_of_the_users_is_told(
    tmp_path: Path, stations: str, wants: str
) -> None:
    played = scenario(tmp_path, stations)
    told = lacking(played, Credentials(), Peer("ws://x"))
    assert told.startswith(wants)
    assert bool(told) == bool(wants)
    assert lacking(played, Credentials(), driven("ws://x", "http://x")) == ""
    everything = Credentials(authorization_key=KEY, certificate="/c", key="/k")
    assert lacking(played, everything, Peer("ws://x")) == ""


@pytest.mark.parametrize(
    ("stations", "step", "tls", "authority"),
    [
        ("A", "  - plug", False, False),
        ("{A: {security_profile: 1}}", "  - plug", False, False),
        ("{A: {security_profile: 2}}", "  - plug", True, True),
        ("{A: {central_system: wss://x}}", "  - plug", True, True),
        ("A", "  - central_system: {tls: expired}", True, True),
        ("A", "  - central_system: {client_certificate: right}", True, True),
        ("A", "  - http: ${api}/ca/certificate", False, True),
    ],
)
def test_who_needs_tls_and_an_authority(tmp_path: Path, stations: str, step: str, tls: bool, authority: bool) -> None:
    played = scenario(tmp_path, stations, step)
    assert (speaks_tls(played), needs_authority(played)) == (tls, authority)


def test_the_words_of_tls_are_those_of_the_central_system() -> None:
    assert tuple(CertificateState) == driving.CERTIFICATES
    assert tuple(ClientCertificates) == driving.CLIENT_CERTIFICATES
    assert tuple(TlsVersion) == driving.VERSIONS


def test_a_word_that_is_none_is_told_before_anything_happens(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"s.yaml:4: certificate: 'expird' is not one of .* \(did you mean 'expired'"
    ):
        scenario(tmp_path, "A", "  - central_system: {tls: {certificate: expird}}")


def test_a_command_line_is_told_without_its_password() -> None:
    words = ["run", "--authorization-key", KEY, "x", f"--authorization-key={KEY}", "--seed", "1"]
    assert without_secrets(words) == [
        *("run", "--authorization-key", "***", "x"),
        *("--authorization-key=***", "--seed", "1"),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--authorization-key", KEY], "--authorization-key: 'what is given' is not given with --central-system"),
        (["--central-system-root", "x"], "--central-system-root: 'x' is not given with --central-system"),
        (["--central-system", "ws://x", "--client-key", "x"], "--client-certificate: nothing is not a PEM file"),
        (
            ["--central-system", "wss://x", "--central-system-root", "/no/where"],
            "--central-system-root: '/no/where' is not a file that can be read (No such file or directory)",
        ),
        (["--central-system", "ws://x", "--passwords", "/no/where"], "--passwords: '/no/where' is not a file that"),
        (
            ["--central-system", "ws://x", "--authorization-key", "x" * 41],
            "--authorization-key: 'what is given' is not",
        ),
    ],
)
def test_wrong_options_say_what_would_be_right(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # A load always has a central system.
    for verb in ["run", "load"] if "--central-system" in words else ["run"]:
        assert main([verb, *words]) == 2
        told = capsys.readouterr().err
        assert said in told
        assert "x" * 41 not in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "a JSON object"),
        ("{", "JSON"),
        ('{"A": 1}', "a text"),
        ('{"A": "' + "x" * 41 + '"}', "--passwords"),
    ],
)
def test_a_wrong_file_of_passwords_is_told_without_them(
    tmp_path: Path, content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.json").write_text(content)
    assert main(["run", "--central-system", "ws://x", "--passwords", str(tmp_path / "p.json")]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert str(tmp_path / "p.json") in told
    assert "x" * 41 not in told
