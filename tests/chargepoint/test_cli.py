"""The command line of one charge point: what it takes, and one line and exit code 2 for everything else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chargepoint import cli
from chargepoint.cli import Process, main
from chargepoint.security.store import Credentials
from tests.support.authority import Authority

URL = "ws://localhost:9000"


@pytest.fixture(autouse=True)
def _logging_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "configure", lambda level, name, file: None)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be started: spec, store, topics, vehicle and broker, instead of a life."""
    seen: list[Any] = []

    async def run(self: Process) -> int:
        return 0

    def remember(self: Process, *arguments: object) -> None:
        seen[:] = arguments

    monkeypatch.setattr(Process, "__init__", remember)
    monkeypatch.setattr(Process, "run", run)
    return seen


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line with which these arguments are refused."""
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    assert code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("chargepoint: ")
    return said.err.removeprefix("chargepoint: ").rstrip("\n")


def with_spec(folder: Path, content: object) -> Path:
    """``folder`` with a spec.json of that content."""
    folder.mkdir(exist_ok=True)
    (folder / "spec.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def test_by_hand_every_field_of_a_start_entry_is_an_option(started: list[Any]) -> None:
    arguments = {
        "--id": "CP1", "--central-system": URL, "--vendor": "V", "--model": "M", "--serial": "S", "--type": "AC",
        "--nb-connectors": 2, "--nb-phases": 1, "--max-setpoint": 20, "--max-setpoint-per-connector": 10,
        "--voltage": 240, "--firmware-version": "1", "--meter-type": "T", "--meter-serial": "MS", "--iccid": "I",
        "--imsi": "J", "--vehicle": "city_small", "--config": "HeartbeatInterval=60", "--root": "yard/2",
        "--broker": "mqtt://host",
    }  # fmt: skip
    flat = [str(word) for pair in arguments.items() for word in pair]
    assert main([*flat, "--config", "A=b=c", "--fixed-cable"]) == 0
    spec, _store, topics, vehicle, broker, _credentials = started
    assert spec.to_entry() == {
        "id": "CP1", "central_system": URL, "vendor": "V", "model": "M", "serial": "S", "type": "AC",
        "nb_connectors": 2, "nb_phases": 1, "max_setpoint": 20.0, "max_setpoint_per_connector": 10.0,
        "voltage": 240.0, "ocpp_version": "1.6", "firmware_version": "1", "meter_type": "T", "meter_serial": "MS",
        "iccid": "I", "imsi": "J", "vehicle": "city_small", "fixed_cable": True,
        "ocpp_config": {"HeartbeatInterval": "60", "A": "b=c"},
    }  # fmt: skip
    assert (topics.root, vehicle.name, broker.url) == ("yard/2", "city_small", "mqtt://host:1883")


def test_by_hand_an_id_and_a_central_system_are_enough(started: list[Any]) -> None:
    assert main(["--id", "CP1", "--central-system", URL]) == 0
    spec, _store, topics, vehicle, broker, credentials = started
    assert credentials == Credentials()
    assert (spec.connection_url, topics.root, vehicle.name, broker) == (f"{URL}/CP1", "cp_simu", "generic", None)


def test_by_hand_the_security_of_a_station_is_an_option_too(
    started: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = Authority()
    certificate, key = root.issue("CP1")
    for name, pem in (("root.pem", root.pem), ("cp.pem", certificate), ("cp.key", key)):
        Path(name).write_text(pem)
    arguments = {
        "--id": "CP1", "--central-system": URL, "--security-profile": 3, "--authorization-key": "a secret password",
        "--central-system-root": "root.pem", "--client-certificate": "cp.pem", "--client-key": "cp.key",
        "--tls-suites": "whitepaper",
    }  # fmt: skip
    assert main([*(str(word) for pair in arguments.items() for word in pair), "--no-tls-verify"]) == 0
    assert started[0].security.to_entry() == {
        "security_profile": 3, "authorization_key": "a secret password", "authorization_key_format": "text",
        "central_system_root": str(tmp_path / "root.pem"), "client_certificate": str(tmp_path / "cp.pem"),
        "client_key": str(tmp_path / "cp.key"), "tls_suites": "whitepaper", "tls_verify": False,
    }  # fmt: skip
    assert started[-1].roots == (root.pem,)
    assert started[-1].identity.key == key


def test_a_pem_file_that_cannot_be_used_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "root.pem"
    told = refusal(capsys, "--id", "CP1", "--central-system", URL, "--central-system-root", missing)
    assert told.startswith("central_system_root: '/")
    assert told.endswith("is not a file that can be read (No such file or directory)")


def test_in_a_yard_the_folder_has_the_entry(started: list[Any], tmp_path: Path) -> None:
    folder = with_spec(tmp_path / "CP7", {"id": "CP7", "central_system": URL, "max_current": 16})
    assert main(["--dir", str(folder)]) == 0
    assert (started[0].id, started[0].max_setpoint) == ("CP7", 16.0)
    assert started[1].file == folder / "state.jsonl"


def test_by_hand_a_folder_is_made_and_kept(started: list[Any], tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert main(["--id", "CP1", "--central-system", URL, "--dir", str(folder)]) == 0
    assert (folder / "state.jsonl").is_file()


def test_without_a_folder_nothing_is_left_behind(started: list[Any]) -> None:
    assert main(["--id", "CP1", "--central-system", URL]) == 0
    assert not started[1].file.parent.exists()


HAND = ("--id", "CP1", "--central-system", URL)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--id: nothing"),
        (("--id", "CP1"), "central_system: nothing"),
        (("--id", "a b", "--central-system", URL), "id: 'a b' is not an id"),
        (("--id", "launcher", "--central-system", URL), "id: 'launcher' is not an id"),
        (("--id", "CP1", "--central-system", "http://x"), "central_system: 'http://x' is not"),
        ((*HAND, "--nb-connectors", "0"), "nb_connectors: 0 is not a whole number from 1 to 64"),
        ((*HAND, "--nb-connectors", "two"), "argument --nb-connectors: invalid int value: 'two'; --help"),
        ((*HAND, "--max-setpoint", "nan"), "max_setpoint: nan is not a number"),
        ((*HAND, "--voltage", "-1"), "voltage: -1.0 is not a number"),
        ((*HAND, "--type", "XX"), "type: 'XX' is not one of 'AC', 'DC'"),
        ((*HAND, "--config", "HeartbeatInterval"), "--config: 'HeartbeatInterval' is not KEY=VALUE"),
        ((*HAND, "--vehicle", "spaceship"), "vehicle: 'spaceship' is not one of generic, "),
        ((*HAND, "--broker", "http://x"), "broker: 'http://x' is not a broker URL"),
        ((*HAND, "--broker", "mqtts://x?cafile=/no"), "broker cafile: '/no' is not a file that exists"),
        ((*HAND, "--root", "a b"), "root: 'a b' is not a topic"),
        ((*HAND, "--log-level", "loud"), "argument --log-level: invalid choice: 'loud'"),
        ((*HAND, "--speed", "5"), "unrecognized arguments: --speed 5; --help"),
        ((*HAND, "extra"), "unrecognized arguments: extra; --help"),
        (("--dir", "/no/such/folder"), "/no/such/folder/spec.json: No such file or directory"),
        ((*HAND, "--dir", "/dev/null/x"), "/dev/null/x: Not a directory"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert refusal(capsys, *arguments).startswith(words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "spec.json: '' is not JSON"),
        ("{", "spec.json: '{' is not JSON"),
        ([], "spec.json.entry: [] is not a JSON object"),
        ({"central_system": URL}, "spec.json.id: nothing is not an id"),
        ({"id": "CP1", "central_system": URL, "vendr": "x"}, "'vendr' is not a known key (did you mean 'vendor'?)"),
        ({"id": "CP1", "central_system": URL, "nb_connectors": "2"}, "spec.json.nb_connectors: '2' is not"),
    ],
)
def test_a_wrong_entry_is_refused_by_the_name_of_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: object, words: str
) -> None:
    folder = with_spec(tmp_path / "CP1", content)
    line = refusal(capsys, "--dir", folder)
    assert str(folder) in line
    assert words in line


def test_a_refused_folder_is_not_made(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    refusal(capsys, "--dir", tmp_path / "CP1")
    assert not (tmp_path / "CP1").exists()


def test_a_damaged_store_is_refused_by_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "state.jsonl").write_bytes(b"hello\n")
    assert (
        refusal(capsys, *HAND, "--dir", tmp_path)
        == f"{tmp_path}/state.jsonl: damaged: line 1: Expecting value: line 1 column 1 (char 0)"
    )


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("station", {"operative": "yes"}, "operative: 'yes' is not true or false"),
        ("transaction_ids", {"1": "one"}, "1: 'one' is not a whole number"),
        ("cache", 5, "something in it is no record"),
    ],
)
def test_a_record_that_was_tampered_with_is_refused_by_the_name_of_the_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, key: str, value: object, words: str
) -> None:
    file = tmp_path / "state.jsonl"
    file.write_text(json.dumps([{key: value}, {}]) + "\n")
    line = refusal(capsys, *HAND, "--dir", tmp_path)
    assert line.startswith(f"{file}: damaged: ")
    assert words in line


def test_help_tells_every_option_and_an_example() -> None:
    told = subprocess.run([sys.executable, "-m", "chargepoint", "--help"], capture_output=True, text=True, check=True)
    assert told.stderr == ""
    for option in ("--id", "--central-system", "--dir", "--broker", "--root", "--log-file", "--config KEY=VALUE"):
        assert option in told.stdout
    assert "Example: cp-simu chargepoint --id CP1" in told.stdout


def test_a_log_file_that_cannot_be_written_is_refused() -> None:
    command = [sys.executable, "-m", "chargepoint", *HAND, "--log-file", "/no/such/folder/log"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    expected = "chargepoint: log file: '/no/such/folder/log' is not a file that can be written"
    assert told.stderr == f"{expected} (No such file or directory)\n"
