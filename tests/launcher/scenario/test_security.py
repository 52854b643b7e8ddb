"""Security profiles against a central system that runs on its own, as a user's does: what is shown, what is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.csms.program import Program, running

pytestmark = pytest.mark.end_to_end

KEY, OTHER = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"


def cp_simu(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "launcher", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Nobody comes in without TLS and a password, or a certificate."""
    folder = tmp_path_factory.mktemp("strict")
    root = folder / "ca" / "ca.pem"
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps({"*": KEY, "OWN": OTHER}))
    options = ("--ca", str(folder / "ca"), "--tls", "--client-ca", str(root), "--passwords", str(passwords))
    with running(folder, *options) as program:
        yield program


def against(program: Program, *words: object) -> subprocess.CompletedProcess[str]:
    """``cp-simu run`` with the root certificate of ``program``."""
    root = program.folder / "ca" / "ca.pem"
    return cp_simu("run", "--central-system", program.ws, "--central-system-root", root, *words)


def test_every_charge_point_shows_the_password_of_the_command_line(strict: Program, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    words = ("boot_accepted", "charging_session", "security_profile_2")
    done = against(strict, *words, "--authorization-key", KEY, "--json", report)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 scenarios: 3 passed" in done.stdout
    assert KEY not in report.read_text()
    assert "--authorization-key '***'" in report.read_text()


def test_or_the_one_of_a_file(strict: Program) -> None:
    passwords = strict.folder / "passwords.json"
    done = against(strict, "boot_accepted", "-p", "STATION=OWN", "--passwords", passwords)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = against(strict, "boot_accepted", "-p", "STATION=OWN", "--authorization-key", KEY)
    assert wrong.returncode == 3
    assert "401" in wrong.stdout


def test_or_a_certificate_of_its_own(strict: Program, tmp_path: Path) -> None:
    for station in ("sim_security_profile_3", "sim_boot_accepted"):
        issued = httpx.post(f"{strict.http}/ca/certificates", json={"common_name": station}, verify=False).json()
        (tmp_path / f"{station}.pem").write_text(issued["certificate"])
        (tmp_path / f"{station}.key").write_text(issued["key"])
    shown = ("--client-certificate", tmp_path / "{id}.pem", "--client-key", tmp_path / "{id}.key")
    done = against(strict, "security_profile_3", "boot_accepted", *shown)
    assert done.returncode == 0, done.stdout + done.stderr
    missing = against(strict, "boot_accepted", "-p", "STATION=NOBODY", *shown)
    assert missing.returncode != 0
    assert "client_certificate: '" in missing.stdout
    assert "file that can be read (No such file" in missing.stdout


def test_what_is_lacking_is_not_applicable_and_says_what_to_give(strict: Program) -> None:
    done = against(strict, "security_profile_2", "security_profile_3")
    assert "2 not applicable" in done.stdout
    assert "security profile 2 needs a password: --authorization-key KEY or --passwords FILE" in done.stdout
    assert "security profile 3 needs a certificate: --client-certificate FILE and --client-key FILE" in done.stdout


def test_a_central_system_that_is_not_trusted_is_told_with_the_reason(strict: Program) -> None:
    done = cp_simu("run", "boot_accepted", "--central-system", strict.ws, "--authorization-key", KEY)
    assert done.returncode == 3
    assert "certificate verify failed" in done.stdout


def test_in_virtual_time_there_is_no_tls(tmp_path: Path) -> None:
    done = cp_simu("run", "security_profile_2", "password", "--virtual")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in virtual time there is no TLS; in real time there is" in done.stdout
    assert "1 passed, 1 not applicable" in done.stdout


def test_the_same_passwords_are_drawn_again(tmp_path: Path) -> None:
    """And nobody needs to say one against the central system that comes along."""
    file = tmp_path / "s.yaml"
    file.write_text(
        "stations: {A: {security_profile: 1}}\n"
        "steps:\n"
        "  - start\n"
        "  - expect: {sent: BootNotification, answer: {status: Accepted}}\n"
        "  - http: {method: PUT, url: '${api}/charge-points/A/authorization-key', body: {key: other}}\n"
        "  - central_system: {disconnect: true}\n"
        "  - expect: {registration: Disconnected}\n"
    )
    done = cp_simu("run", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_load_shows_it_as_well(strict: Program) -> None:
    root = strict.folder / "ca" / "ca.pem"
    words = ("load", "--central-system", strict.ws, "--central-system-root", root, "--count", 3, "--duration", "3s")
    done = cp_simu(*words, "--authorization-key", KEY, "--fail-if", "unanswered > 0")
    assert done.returncode == 0, done.stdout + done.stderr
    refused = cp_simu(*words, "--authorization-key", OTHER)
    assert refused.returncode == 3


def test_a_trace_is_replayed_with_it(strict: Program, tmp_path: Path) -> None:
    assert against(strict, "boot_accepted", "--authorization-key", KEY, "--trace", tmp_path).returncode == 0
    [trace] = tmp_path.iterdir()
    root = strict.folder / "ca" / "ca.pem"
    words = ("replay", trace, "--central-system", strict.ws, "--central-system-root", root)
    done = cp_simu(*words, "--authorization-key", KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    refused = cp_simu(*words, "--authorization-key", OTHER)
    assert refused.returncode == 3
    assert "401" in refused.stderr
    wrong = cp_simu("replay", trace, "--central-system", strict.ws, "--central-system-root", trace)
    assert wrong.returncode == 2
    assert "--central-system-root: " in wrong.stderr
