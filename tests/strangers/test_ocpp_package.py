"""All that ships, against a back end made of the ``ocpp`` package (The Mobility House), which validates all."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chargepoint.processes import ChargePoint
from tests.strangers.back_end import BackEnd, back_end
from tests.support.file_servers import http_server
from tests.support.waiting import eventually_async

pytestmark = pytest.mark.end_to_end

AGAINST_THE_STANDARD = {
    "A CALL without a payload": "the package logs it and does not answer",
    "Texts that are no frames": "brackets 10,000 deep end the package's session",
}
"""Ready scenarios that find a fault of the package's."""


@pytest.fixture
async def them() -> AsyncIterator[BackEnd]:
    async with back_end() as one:
        yield one


async def cp_simu(*words: object) -> tuple[int, str]:
    """The exit code of the program, and all that it says."""
    command = [sys.executable, "-m", "launcher", *map(str, words)]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode() + err.decode()


async def test_every_ready_scenario_says_of_it_what_is_true(them: BackEnd, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ["--central-system", them.url, "--commands", them.commands, "--json", report]
    _, said = await cp_simu("run", *options)
    verdicts = {one["name"]: one["verdict"] for one in json.loads(report.read_text())["scenarios"]}
    bad = {name for name, verdict in verdicts.items() if verdict in ("failed", "error")}
    assert "A CALL without a payload" in bad
    assert bad <= set(AGAINST_THE_STANDARD), said
    assert list(verdicts.values()).count("passed") > 75


async def test_a_load_with_an_outage_loses_nothing_and_gives_it_nothing_to_refuse(them: BackEnd) -> None:
    code, said = await cp_simu(
        *("load", "--central-system", them.url, "--count", 40, "--duration", "8s", "--profile", "busy"),
        *("--configure", "MeterValueSampleInterval=1", "--outage", "1s at 3s", "--no-jitter"),
        *("--fail-if", "unanswered > 0", "--fail-if", "refused > 0", "--fail-if", "lost > 0"),
    )
    assert code == 0, said
    assert them.refused == []
    assert len(them.sessions) == 40
    assert ("0 lost, 0 doubled, 0 out of order") in said


async def test_a_trace_is_replayed_without_a_difference(them: BackEnd, tmp_path: Path) -> None:
    code, said = await cp_simu("run", "charging_session", "--central-system", them.url, "--trace", tmp_path)
    assert code == 0, said
    trace = tmp_path / "charging_session-sim_charging_session.jsonl"
    code, said = await cp_simu("replay", trace, "--central-system", f"{them.url}?tenant=1")
    assert (code, said.rpartition(": ")[2].strip()) == (0, "no difference"), said


async def test_firmware_diagnostics_and_logs_go_their_way(them: BackEnd, tmp_path: Path) -> None:
    station = ChargePoint(tmp_path / "CP1", them.url, None, ocpp_config={"FirmwareInstallDuration": "0"})
    with http_server() as server:
        server.files["/station-2.0.bin"] = b'{"version": "2.0"}'
        files = f"http://127.0.0.1:{server.port}"
        station.start()
        try:
            await eventually_async(lambda: len(them.told("CP1", "StatusNotification")) == 2)
            asked = await them.ask("CP1", "GetDiagnostics", {"location": f"{files}/diagnostics/"})
            await tells(them, "DiagnosticsStatusNotification", ["Uploading", "Uploaded"])
            assert f"/diagnostics/{asked['fileName']}" in server.files
            log = {"logType": "SecurityLog", "requestId": 7, "log": {"remoteLocation": f"{files}/logs/"}}
            assert (await them.ask("CP1", "GetLog", log))["status"] == "Accepted"
            await tells(them, "LogStatusNotification", ["Uploading", "Uploaded"])
            update = {"location": f"{files}/station-2.0.bin", "retrieveDate": "2020-01-01T00:00:00Z"}
            assert await them.ask("CP1", "UpdateFirmware", update) == {}
            await tells(them, "FirmwareStatusNotification", ["Downloading", "Downloaded", "Installing", "Installed"])
        finally:
            station.kill()
    assert them.refused == []


async def tells(them: BackEnd, action: str, statuses: list[str]) -> None:
    """Wait until CP1 has told these."""
    await eventually_async(lambda: them.told("CP1", action) == statuses, 20, f"{action} of {them.heard}")
