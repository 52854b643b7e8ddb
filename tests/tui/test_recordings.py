"""What is done to a charge point becomes a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.scenario.format import every, load
from tests.chargepoint.brokers import RealBroker
from tests.support.waiting import eventually_async
from tests.tui.looking import Looking, looking


async def record(seen: Looking, file: Path) -> None:
    await seen.press("W")
    await seen.sees("Record CP_1 as a scenario", "cp-simu run CP_1.yaml")
    await seen.type(str(file))
    await seen.press("enter")
    await seen.sees("● records CP_1")
    # What is ordered before it listens would be missed.
    watched = f"{seen.yard.topics.root}/cps/CP_1/cmd"
    await eventually_async(lambda: any(one.topic == watched and b"watch" in one.payload for one in seen.yard.heard))


async def test_one_key_begins_it_and_the_same_saves_it(broker: RealBroker, tmp_path: Path) -> None:
    async with looking(broker, "CP_1", size=(110, 30)) as seen:
        await record(seen, tmp_path / "mine.yaml")
        await seen.burst("p")
        await seen.sees("◔ Preparing")
        await seen.burst("tTAG7\r")
        await seen.sees("► Charging")
        await seen.burst("D/drop\r\r")
        await seen.sees("~ drop 30 % for 60 s")
        await seen.burst("D\x1bW")
        await seen.sees("CP_1 is saved: cp-simu run")
        await seen.no_longer_sees("● records")
    names = [step.text.split()[0] for step in every(load(tmp_path / "mine.yaml").steps)]
    deeds = [name for name in names if name not in ("wait", "expect", "together")]
    assert deeds == ["start", "plug", "tap", "disturb"]


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_who_leaves_has_it_saved(broker: RealBroker, tmp_path: Path, key: str) -> None:
    async with looking(broker, "CP_1", size=(110, 30)) as seen:
        await record(seen, tmp_path / "mine.yaml")
        await seen.press(key)
        await eventually_async((tmp_path / "mine.yaml").exists, 10.0, "the file")


async def test_a_file_that_cannot_be_written_is_told_before(broker: RealBroker, tmp_path: Path) -> None:
    async with looking(broker, "CP_1", size=(110, 30)) as seen:
        await seen.press("W")
        await seen.sees("Record CP_1")
        await seen.type(str(tmp_path / "nowhere" / "mine.yaml"))
        await seen.sees("in a folder that exists")


async def test_a_screen_that_only_looks_writes_no_files(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", size=(110, 30), read_only=True) as seen:
        for key, title in (("W", "Record"), ("w", "Save")):
            await seen.press(key)
            await seen.sees(f"{title}: not now", "this screen is read-only")
