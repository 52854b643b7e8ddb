"""``cp-simu load`` for real: pools, a central system, figures, verdicts and exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from launcher.load import load as loads
from launcher.load.profiles import Profile
from tests.chargepoint.central import Central
from tests.csms.program import running
from tests.support.ports import free_port
from tests.support.waiting import eventually_async

pytestmark = pytest.mark.end_to_end


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    central = Central()
    await central.start()
    yield central
    await central.stop()


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "launcher", "load", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def load(*words: object) -> tuple[int, str]:
    """Exit code and everything it said."""
    process = start(*words)
    told, error = await asyncio.to_thread(process.communicate, timeout=60)
    return process.returncode, told + error


async def test_a_load_boots_its_stations_and_ends_them_in_good_order(central: Central, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    code, told = await load(
        *("--central-system", central.url, "--count", 20, "--pools", 2, "--duration", "6s", "--profile", "busy"),
        *("--json", report, "--fail-if", "p99(BootNotification) > 60s", "--fail-if", "accepted < 100%"),
    )
    assert code == 0, told
    assert len(central.got("BootNotification")) == 20
    assert central.closes == [1000] * 20
    figures = json.loads(report.read_text())
    assert figures["registrations"] == {"Accepted": 20}
    assert figures["requests"]["BootNotification"]["sent"] == 20
    assert figures["connections"]["made"] == 20
    assert 0 < figures["connections"]["p50_s"] <= figures["connections"]["max_s"]
    assert 0 < figures["requests"]["BootNotification"]["p50_s"] <= figures["requests"]["BootNotification"]["max_s"]
    at_the_end = figures["sent_at_the_end"]
    stops = figures["requests"].get("StopTransaction", {"sent": 0})["sent"] + at_the_end.get("StopTransaction", 0)
    assert stops == len(central.got("StopTransaction")) > 0
    assert "20/20" in told
    assert "BootNotification" in told


async def test_a_broken_criterion_is_a_failure_in_the_exit_code_and_in_junit(
    central: Central, tmp_path: Path
) -> None:
    """A central system that does not answer StatusNotification."""
    central.answers["StatusNotification"] = None
    report = tmp_path / "report.xml"
    code, told = await load(
        *("--central-system", central.url, "--count", 5, "--duration", "3s", "--profile", "idle"),
        *("--junit", report, "--fail-if", "sent(StatusNotification) < 1", "--fail-if", "accepted < 5"),
    )
    assert code == 1, told
    assert "FAILED: sent(StatusNotification) < 1: it is 0" in told
    suite = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "0")


async def test_a_central_system_that_is_not_there_is_exit_code_3() -> None:
    url = f"ws://127.0.0.1:{free_port()}"
    code, told = await load("--central-system", url, "--count", 2, "--duration", "2s")
    assert code == 3, told
    assert f"no charge point got an answer from {url}\n    " in told
    assert f" times: {url}/<id>: [Errno 111]" in told


async def test_a_central_system_that_takes_connections_and_says_nothing_is_3_and_told() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        code, told = await load("--central-system", url, "--count", 2, "--duration", "2s")
    assert code == 3
    assert (
        f"no charge point got an answer from {url}\n    connected, but no answer to the WebSocket handshake" in told
    )


async def test_a_central_system_that_rejects_all_is_exit_code_3(central: Central) -> None:
    central.answers["BootNotification"] |= {"status": "Rejected", "interval": 1}
    code, told = await load("--central-system", central.url, "--count", 2, "--duration", "2s")
    assert code == 3, told
    assert f"no charge point was accepted by {central.url}\n    2 Rejected" in told


async def test_ctrl_c_ends_early_with_the_report(central: Central) -> None:
    process = start("--central-system", central.url, "--count", 3, "--duration", "10m")
    await central.gets("StatusNotification", 3)
    os.kill(process.pid, signal.SIGINT)
    told, error = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 0, error
    assert "3 charge points, profile mixed" in told
    await eventually_async(lambda: len(central.closes) == 3)


async def test_ctrl_c_twice_waits_for_nobody(central: Central, tmp_path: Path) -> None:
    """A central system that answers nothing any more would keep the charge points waiting in their end."""
    report = tmp_path / "report.json"
    process = start("--central-system", central.url, "--count", 3, "--duration", "10m", "--json", report)
    await central.gets("StatusNotification", 3)
    central.answers["StatusNotification"] = central.answers["StopTransaction"] = None
    os.kill(process.pid, signal.SIGINT)
    assert process.stderr is not None
    told = await asyncio.to_thread(process.stderr.readline)
    assert told == "cp-simu: the charge points end in good order; once more ends them at once\n"
    os.kill(process.pid, signal.SIGINT)
    told, error = await asyncio.to_thread(process.communicate, timeout=30)
    assert "3 charge points, profile mixed" in told, error
    assert json.loads(report.read_text())["registrations"] == {"Accepted": 3}


async def test_a_storm_is_a_power_cut_of_all_and_they_come_back(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = loads.Plan(
        count=4, central_system=central.url, profile=Profile("gale", "", storm_every_s=2.0), duration_s=6.0
    )
    monkeypatch.setattr(loads, "DARK_S", 0.2)
    outcome = await loads.put_on(plan, lambda elapsed_s, figures: None, asyncio.Event())
    assert outcome.trouble == ()
    assert central.closes[:4] == [1006] * 4
    assert len(central.got("BootNotification")) >= 8
    assert outcome.figures.connections_lost == 0, "the power cuts are ours"


@pytest.mark.parametrize(
    "words",
    [("--duration", "soon"), ("--profile", "wild"), ("--fail-if", "slow"), ("--central-system", "http://x"),
     ("--count", "-1"), ("--count", "0"), ("--pools", "0"), ("--outage", "soon"), ("--configure", "X"),
     ("--duration", "0"), ("--ramp", "60s", "--duration", "1m"), ("--outage", "45s at 10m"), ("--check", "localhost"),
     ("--json", "/nowhere/at/all.json"), ("--junit", "/"), ("--prefix", "a b"), ("--connectors", "1000"),
     ("--configure", "HeartbeatInterval=soon"), ("--fail-if", "p99(Boot) > 1s")],
)  # fmt: skip
async def test_wrong_words_are_exit_code_2_and_one_line(words: tuple[str, ...]) -> None:
    code, told = await load(*words)
    assert code == 2
    assert len(told.strip().splitlines()) == 1


async def test_a_process_that_may_not_open_enough_files_says_so() -> None:
    command = [sys.executable, "-m", "launcher", "load", "--count", "1000", "--pools", "1"]
    limited = ["bash", "-c", 'ulimit -n 256 && exec "$@"', "bash", *command]
    done = await asyncio.to_thread(subprocess.run, limited, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "may open 256 files" in done.stderr
    assert "--pools 5" in done.stderr


async def test_what_was_not_measured_is_neither_good_nor_bad(central: Central, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    code, told = await load(
        *("--central-system", central.url, "--count", 2, "--duration", "2s", "--profile", "idle"),
        *("--junit", report, "--fail-if", "p99(StartTransaction) > 1s"),
    )
    assert code == 0, told
    assert "NOT MEASURED: p99(StartTransaction) > 1s: nothing of it has happened" in told
    suite = ElementTree.parse(report).getroot()
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")


LIVELY = (
    *("--count", 40, "--pools", 2, "--profile", "busy", "--duration", "14s", "--seed", 3),
    *("--configure", "MeterValueSampleInterval=1", "--configure", "RetryBackOffWaitMinimum=0"),
    *("--configure", "RetryBackOffRandomRange=1"),
)


async def test_after_an_outage_the_backlog_is_delivered_and_the_central_system_has_it_all(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with running(tmp_path) as csms:
        code, told = await load(
            *("--central-system", csms.ws, "--check", csms.http, *LIVELY, "--outage", "4s at 5s", "--json", report),
            *("--fail-if", "drained > 60s", "--fail-if", "lost > 0", "--fail-if", "unanswered > 0"),
        )
    assert code == 0, told
    found = json.loads(report.read_text())
    [storm] = found["storms"]
    assert storm["stations"] == 40
    assert storm["backlog"] > 0
    assert storm["drained_s"] >= storm["reconnected_s"] >= 0
    transactions = found["transactions"]
    assert transactions["begun"] == transactions["told"] == transactions["ended"] == transactions["closed"] > 0
    assert found["audit"]["told"] == found["audit"]["there"] == transactions["told"]
    assert "0 lost, 0 doubled, 0 out of order" in told


async def test_a_central_system_that_gives_wrong_transaction_ids_is_found_out(tmp_path: Path) -> None:
    with running(tmp_path) as csms:
        behaviour = {"action": "StartTransaction", "change": {"transactionId": 4711}, "times": 1}
        async with httpx.AsyncClient() as client:
            (await client.post(f"{csms.http}/behaviours", json=behaviour)).raise_for_status()
        code, told = await load("--central-system", csms.ws, "--check", csms.http, *LIVELY)
    assert code == 1, told
    assert "transaction 4711 of" in told
    assert "is not there" in told
    assert "FAILED: transactions were lost, doubled or told out of order" in told


async def test_a_central_system_that_takes_no_start_loses_transactions(central: Central) -> None:
    """By the stations' own accounts: no HTTP API is needed."""
    central.answers["StartTransaction"] = None
    impatient = ("--configure", "MessageTimeout=1", "--configure", "TransactionMessageAttempts=1")
    code, told = await load("--central-system", central.url, *LIVELY, *impatient)
    assert code == 1, told
    assert "FAILED: transactions were lost" in told
