"""The program as a process: its options, its end, and what survives it."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from websockets.exceptions import InvalidMessage, InvalidStatus

from csms.cli import main
from tests.csms.program import environment, running
from tests.csms.station import BOOT, MEASURED, SILENCE, START, Station
from tests.support.ports import free_port
from tests.support.waiting import eventually, eventually_async


def _refused(*options: str) -> str:
    """What the program says when it does not start."""
    command = [sys.executable, "-m", "csms", "--port", "0", "--http-port", "0", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, env=environment(), check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    return line


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_good_order_when_told_to(tmp_path: Path, how: signal.Signals) -> None:
    async def is_told() -> tuple[int | None, str | None]:
        async with Station(program.ws, "CP_1") as station:
            program.process.send_signal(how)
            return await station.closed()

    with running(tmp_path) as program:
        assert asyncio.run(is_told()) == (1001, "the central system ends")
        assert program.process.wait(10) == 0
        assert "Traceback" not in program.said()


def test_its_clock_can_go_faster_and_its_patience_stays_that_of_people(tmp_path: Path) -> None:
    since = time.time() - 10

    async def asked() -> tuple[float, int, float]:
        async with (
            Station(program.ws, "CP_1", {"ClearCache": SILENCE}) as station,
            program.client() as http,
        ):
            answer = await station.ask("BootNotification", BOOT)
            ahead = datetime.fromisoformat(answer["currentTime"]).timestamp() - time.time()
            began = time.monotonic()
            silent = await http.post("/charge-points/CP_1/commands/ClearCache", params={"timeout": 2})
            return ahead, silent.status_code, time.monotonic() - began

    with running(tmp_path, "--speed", "60", "--since", str(since)) as program:
        ahead, status, waited = asyncio.run(asked())
    assert ahead >= 59 * 10
    assert (status, waited >= 2) == (504, True)


def test_its_delays_go_as_fast_as_its_clock(tmp_path: Path) -> None:
    async def answered() -> str:
        async with Station(program.ws, "CP_1") as station, program.client() as http:
            told = await http.post("/behaviours", json={"action": "BootNotification", "delay": 500})
            assert told.is_success, told.text
            return str((await asyncio.wait_for(station.ask("BootNotification", BOOT), 20))["status"])

    with running(tmp_path, "--speed", "1000") as program:
        assert asyncio.run(answered()) == "Accepted"


@pytest.mark.parametrize(("option", "value"), [("--speed", "0"), ("--since", "nan"), ("--since", "0")])
def test_a_clock_that_cannot_be_is_refused(option: str, value: str) -> None:
    assert f"argument {option}: '{value}' is not a " in _refused(option, value)


def test_its_end_does_not_wait_for_a_command_that_nobody_answers(tmp_path: Path) -> None:
    async def ends_meanwhile() -> int:
        async with (
            Station(program.ws, "CP_1", {"ClearCache": SILENCE}) as station,
            program.client() as http,
        ):
            asked = asyncio.create_task(http.post("/charge-points/CP_1/commands/ClearCache"))
            await eventually_async(lambda: station.commands)
            program.process.send_signal(signal.SIGTERM)
            return (await asked).status_code

    with running(tmp_path) as program:
        assert asyncio.run(ends_meanwhile()) == 504
        assert program.process.wait(10) == 0


def test_its_end_waits_for_no_handshake_and_for_nobody_who_waits_for_a_message(tmp_path: Path) -> None:
    async def ends_meanwhile() -> int:
        async with program.client() as http:
            await http.post("/behaviours", json={"action": "connect", "silent": True})
            connecting = asyncio.create_task(Station(program.ws, "CP_1").__aenter__())
            waiting = asyncio.create_task(http.get("/charge-points/CP_1/messages", params={"timeout": 60}))

            async def tried() -> bool:
                return bool((await http.get("/behaviours")).json()[0]["played"])

            await eventually_async(tried)
            program.process.send_signal(signal.SIGTERM)
            with pytest.raises((InvalidStatus, InvalidMessage, ConnectionError)):
                await connecting
            return (await waiting).status_code

    with running(tmp_path) as program:
        assert asyncio.run(ends_meanwhile()) == 404
        assert program.process.wait(10) == 0
        assert "Traceback" not in program.said()


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    async def before() -> list[int]:
        async with Station(program.ws, "CP_1") as station:
            await station.boot()
            await station.ask("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging"})
            ids = [
                (await station.ask("StartTransaction", {**START, "connectorId": connector}))["transactionId"]
                for connector in (1, 2, 3)
            ]
            await station.ask("MeterValues", {"connectorId": 1, "transactionId": ids[0], "meterValue": [MEASURED]})
            await station.ask("StopTransaction", {**stop, "transactionId": ids[1]})
            program.end(signal.SIGKILL)
            return ids

    async def after() -> None:
        async with Station(program.ws, "CP_1") as station:
            # No boot: for the charge point it is a reconnection, and its transactions have gone on.
            again = await station.ask("StartTransaction", {**START, "connectorId": 1})
            assert again["transactionId"] == ids[0]
            await station.ask("StopTransaction", {**stop, "transactionId": ids[0]})
            assert (await station.ask("StartTransaction", START))["transactionId"] > max(ids)

    stop = {"meterStop": 400, "timestamp": "2030-01-01T13:00:00Z"}
    with running(tmp_path) as program:
        ids = asyncio.run(before())
    with running(tmp_path) as program:
        known = program.get("/charge-points/CP_1")
        assert not known["connected"]
        assert known["notices"]["BootNotification"]["payload"] == BOOT
        assert known["connectors"][0]["status"] == "Charging"
        assert sorted(known["running_transactions"]) == [ids[0], ids[2]]
        asyncio.run(after())
        shown = program.get(f"/transactions/{ids[0]}")
        assert (shown["energy_wh"], len(shown["meter_values"])) == (300, 1)


def test_no_transaction_takes_the_id_of_one_that_ended_in_an_earlier_run(tmp_path: Path) -> None:
    """Nothing runs when it starts, and still it goes on counting."""

    async def transaction() -> int:
        async with Station(program.ws, "CP_1") as station:
            id = (await station.ask("StartTransaction", START))["transactionId"]
            stop = {"transactionId": id, "meterStop": 400, "timestamp": "2030-01-01T13:00:00Z"}
            await station.ask("StopTransaction", stop)
            return int(id)

    ids = []
    for _ in range(2):
        with running(tmp_path) as program:
            ids.append(asyncio.run(transaction()))
            kept = [each["id"] for each in program.get("/transactions")]
    assert ids == [1, 2]
    assert kept == [2, 1]


def test_tags_decide_and_are_read_again_when_the_file_changes(tmp_path: Path) -> None:
    async def verdicts(*tags: str) -> list[str]:
        async with Station(program.ws, "CP_1") as station:
            return [(await station.ask("Authorize", {"idTag": tag}))["idTagInfo"]["status"] for tag in tags]

    file = tmp_path / "tags.json"
    file.write_text(json.dumps({"Friend": {"status": "Accepted"}, "*": {"status": "Invalid"}}))
    with running(tmp_path, "--tags", str(file)) as program:
        assert asyncio.run(verdicts("friend", "FRIEND", "stranger")) == ["Accepted", "Accepted", "Invalid"]
        file.write_text(json.dumps({"friend": {"status": "Blocked"}}))
        assert asyncio.run(verdicts("Friend", "stranger")) == ["Blocked", "Accepted"]
        file.write_text("{")
        assert asyncio.run(verdicts("Friend")) == ["Blocked"]
        assert "the tags stay as they were" in program.said()
        file.unlink()
        assert asyncio.run(verdicts("Friend")) == ["Blocked"]


def test_the_boot_interval_is_an_option(tmp_path: Path) -> None:
    async def interval() -> object:
        async with Station(program.ws, "CP_1") as station:
            return (await station.boot())["interval"]

    with running(tmp_path, "--heartbeat-interval", "300") as program:
        assert asyncio.run(interval()) == 300


def test_the_log_goes_to_a_file_when_asked_for(tmp_path: Path) -> None:
    async def boots() -> None:
        async with Station(program.ws, "CP_1") as station:
            await station.boot()

    file = tmp_path / "csms.log"
    with running(tmp_path, "--log-file", str(file), "--log-level", "debug") as program:
        asyncio.run(boots())
        eventually(lambda: "CP_1: disconnected" in file.read_text())
        assert "CP_1: booted: Strangers Ltd One" in file.read_text()
        assert '"BootNotification"' in file.read_text()
        assert len(program.said().splitlines()) == 2


@pytest.mark.parametrize("option", ["--port", "--http-port"])
def test_a_port_in_use_is_named(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = _refused(option, str(port), "--database", str(tmp_path / "csms.db"))
    assert line == (
        f"csms: {option}: {port} is not a free port of 127.0.0.1: end the program that uses it, or name another port"
    )


def test_a_foreign_host_is_named(tmp_path: Path) -> None:
    line = _refused("--host", "192.0.2.1", "--database", str(tmp_path / "csms.db"))
    assert line.startswith("csms: --host: '192.0.2.1' is not an address of this machine")


def _directory(folder: Path) -> Path:
    return folder


def _text_file(folder: Path) -> Path:
    file = folder / "text"
    file.write_text("this is not a database, and it is long enough to be seen as something else" * 20)
    return file


def _below_a_file(folder: Path) -> Path:
    return _text_file(folder) / "csms.db"


@pytest.mark.parametrize("place", [_directory, _text_file, _below_a_file])
def test_a_database_that_cannot_be_used_is_named(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    file = place(tmp_path)
    line = _refused("--database", str(file))
    assert line.startswith("csms: --database: ")
    assert line.endswith("name another file")


def test_a_database_serves_one_program_at_a_time(tmp_path: Path) -> None:
    with running(tmp_path):
        assert "another csms works on it" in _refused("--database", str(tmp_path / "csms.db"))


def test_broken_tags_are_named_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "tags.json"
    file.write_text('{"A": {"status": "Fine"}}')
    line = _refused("--database", str(tmp_path / "csms.db"), "--tags", str(file))
    assert line.startswith(f"csms: --tags {file}.A.status: 'Fine' is not one of 'Accepted', 'Blocked'")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "70000"], "'70000' is not a port from 0 to 65535"),
        (["--heartbeat-interval", "0"], "'0' is not a number of seconds from 1 to 86400"),
        (["--log-level", "loud"], "loud"),
        (["--prot", "1"], "--prot"),
    ],
)
def test_a_wrong_option_is_named(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(options)
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_log_file_that_cannot_be_written_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--log-file", "/nowhere/csms.log"]) == 2
    assert "--log-file: '/nowhere/csms.log' is not a file that can be written" in capsys.readouterr().err


def test_the_default_database_is_in_the_state_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "csms", "--port", str(free_port()), "--http-port", "0"]
    state = {**environment(), "CP_SIMU_STATE_DIR": str(tmp_path)}
    process = subprocess.Popen(command, env=state, stderr=subprocess.DEVNULL)
    try:
        eventually((tmp_path / "csms" / "csms.db").exists)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def test_a_full_disk_ends_it_with_one_line(tmp_path: Path) -> None:
    async def tell() -> None:
        async with Station(program.ws, "CP_1") as station:
            await station.boot()
            resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
            values = {"connectorId": 1, "meterValue": [MEASURED] * 5000}
            await station.websocket.send(json.dumps([2, "unanswered", "MeterValues", values]))
            await station.closed()

    with running(tmp_path) as program:
        asyncio.run(tell())
        assert program.process.wait(10) == 1
        assert program.said().splitlines()[-1].startswith(f"csms: the database {tmp_path}/csms.db cannot be written")
        assert "Traceback" not in program.said()
