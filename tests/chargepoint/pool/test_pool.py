"""A pool as a real process: every station as if it had a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chargepoint.central import Central
from tests.chargepoint.pool.conftest import Pool
from tests.support.waiting import eventually

IDS = [f"P{number:02}" for number in range(1, 21)]


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    central = Central()
    await central.start()
    yield central
    await central.stop()


def entry(station_id: str, central: Central, **more: object) -> dict[str, object]:
    retries = {"RetryBackOffWaitMinimum": "0", "RetryBackOffRandomRange": "0"}
    return {"id": station_id, "central_system": central.url, "ocpp_config": retries, **more}


async def started(pool: Pool, central: Central, *ids: str, **more: object) -> None:
    answer = await asyncio.to_thread(pool.command, "start", *(entry(each, central) for each in ids), **more)
    assert answer["refused"] == {}
    await asyncio.to_thread(eventually, lambda: all(pool.status(each) == "Accepted" for each in ids), 20)


async def charging(pool: Pool, central: Central, station_id: str) -> None:
    await started(pool, central, station_id)
    pool.say(f"cps/{station_id}/connectors/1/car", {"cable": 32})
    pool.say(f"cps/{station_id}/connectors/1/id_tag", {"id": "TAG"})
    await asyncio.to_thread(eventually, lambda: pool.connector(station_id).get("status") == "Charging", 20)
    await central.gets("StartTransaction")


async def test_many_stations_boot_and_each_tells_its_own_status(pool: Pool, central: Central) -> None:
    await started(pool, central, *IDS)
    assert len(central.got("BootNotification")) == len(IDS)
    assert all(pool.connector(each)["status"] == "Available" for each in IDS)


async def test_a_command_to_one_station_moves_that_one_alone(pool: Pool, central: Central) -> None:
    await started(pool, central, "P02")
    await charging(pool, central, "P01")
    assert pool.connector("P02")["status"] == "Available"
    assert pool.connector("P01")["consumption_l1"] == 16


async def test_killing_a_station_is_a_power_cut_of_that_one(pool: Pool, central: Central) -> None:
    """No close frame, no StopTransaction; after the restart the transaction ends with PowerLoss."""
    await started(pool, central, "P02")
    await charging(pool, central, "P01")
    assert (await asyncio.to_thread(pool.command, "kill", {"id": "P01"}))["refused"] == {}
    assert pool.status("P01") == "Dead"
    assert pool.connector("P01")["consumption_l1"] == 0
    await asyncio.to_thread(eventually, lambda: central.closes, 10)
    assert central.closes == [1006]
    assert central.got("StopTransaction") == []
    assert pool.status("P02") == "Accepted"
    await asyncio.to_thread(pool.command, "restart", {"id": "P01"})
    assert (await central.gets("StopTransaction"))[0]["reason"] == "PowerLoss"


async def test_start_begins_anew(pool: Pool, central: Central) -> None:
    await charging(pool, central, "P01")
    await started(pool, central, "P01")
    assert len(central.got("BootNotification")) == 2
    assert central.got("StopTransaction") == []
    assert pool.connector("P01")["transaction_id"] is None


async def test_end_is_a_shutdown_in_good_order(pool: Pool, central: Central) -> None:
    await charging(pool, central, "P01")
    await asyncio.to_thread(pool.command, "end", {"id": "P01"})
    assert (await central.gets("StopTransaction"))[0]["reason"] == "Reboot"
    assert central.closes == [1000]
    assert pool.status("P01") == "Dead"


async def test_remove_clears_what_is_retained(pool: Pool, central: Central) -> None:
    await started(pool, central, "P01")
    await asyncio.to_thread(pool.command, "remove", {"id": "P01"})
    assert pool.told("cps/P01/status")[-1] is None
    assert pool.told("cps/P01/connectors/1/status")[-1] is None
    again = await asyncio.to_thread(pool.command, "kill", {"id": "P01"})
    assert again["refused"] == {"P01": "id: 'P01' is not a charge point of the pool pool"}


async def test_a_wrong_entry_is_refused_with_its_field_and_the_others_start(pool: Pool, central: Central) -> None:
    wrong = {**entry("P01", central), "type": "XC"}
    answer = await asyncio.to_thread(pool.command, "start", wrong, entry("P02", central))
    assert list(answer["refused"]) == ["P01"]
    assert "type" in answer["refused"]["P01"]
    await asyncio.to_thread(eventually, lambda: pool.status("P02") == "Accepted", 10)


@pytest.mark.parametrize("line", ["", "5", "{", '{"topic": 7}', "\x00", '{"topic": "x", "payload": {}}'])
async def test_a_line_that_is_no_message_is_answered_and_harms_nobody(
    pool: Pool, central: Central, line: str
) -> None:
    pool.write(line)
    pool.say("pools/pool/cmd", "nonsense")
    await asyncio.to_thread(eventually, lambda: len(pool.told("pools/pool/result")) == 2, 10)
    await started(pool, central, "P01")


async def test_a_start_can_be_spread_over_time(pool: Pool, central: Central) -> None:
    """The last of four over 0.8 s starts 0.6 s after the first."""
    loop = asyncio.get_running_loop()
    began_at = loop.time()
    await started(pool, central, *IDS[:4], over_s=0.8)
    assert loop.time() - began_at >= 0.6


async def test_data_in_folders_outlives_the_pool(tmp_path: Path, central: Central) -> None:
    pool = Pool("--dir", tmp_path)
    await charging(pool, central, "P01")
    pool.process.kill()
    pool = Pool("--dir", tmp_path)
    try:
        await asyncio.to_thread(pool.command, "restart", entry("P01", central))
        assert (await central.gets("StopTransaction"))[0]["reason"] == "PowerLoss"
    finally:
        pool.end()


async def test_the_end_of_its_input_ends_all_in_good_order(central: Central) -> None:
    pool = Pool()
    await started(pool, central, "P01", "P02")
    await asyncio.to_thread(pool.end)
    assert central.closes == [1000, 1000]
    assert [pool.status(each) for each in ("P01", "P02")] == ["Dead", "Dead"]


def test_who_has_nobody_to_listen_any_more_ends_without_a_word() -> None:
    """Whoever began it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chargepoint.pool", "--log-level", "error"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    entry = {"id": "CP1", "central_system": "ws://127.0.0.1:1"}
    command = json.dumps({"type": "start", "charge_points": [entry]})
    for _ in range(3):
        process.stdin.write(json.dumps({"topic": "cp_simu/pools/pool/cmd", "payload": command}) + "\n")
        process.stdin.flush()
    _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (0, "")
