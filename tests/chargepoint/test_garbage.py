"""What is over is gone at once: the garbage collector of a pool passes seldom, and each pass holds thousands up."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from chargepoint.waiting import TaskGroup
from tests.chargepoint.adapters.links import AT_ONCE, Link, linked
from tests.chargepoint.adapters.links import central_system as listener
from tests.chargepoint.adapters.test_left_behind import Peers
from tests.chargepoint.central import Central, central_system
from tests.chargepoint.test_disturbed_link import order
from tests.chargepoint.test_runtime import Stage, staged
from tests.support.waiting import eventually_async

OURS = (
    *("Task", "TaskGroup", "Queue", "ClientProtocol", "Connection", "Websocket", "LeftBehind"),
    *("Runtime", "Life", "V16"),
)


@contextmanager
def nothing_of_ours() -> Iterator[None]:
    """At the end there is no garbage of what a connection is made of."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        gc.collect()
        found = Counter(type(one).__name__ for one in gc.garbage if _tells(one))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert found == {}


def _tells(one: object) -> bool:
    kind = type(one)
    if issubclass(kind, FrameType):
        return _is_ours(one)
    return kind.__name__ in OURS and kind.__module__ != "tests.chargepoint.central"


def _is_ours(frame: object) -> bool:
    return isinstance(frame, FrameType) and "/chargepoint/" in frame.f_code.co_filename.replace("/tests/", "")


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    async with central_system() as one:
        yield one


async def test_a_task_group_that_is_cancelled_leaves_nothing() -> None:
    groups: list[weakref.ref[TaskGroup]] = []

    async def wait_in_a_group() -> None:
        async with TaskGroup() as tasks:
            groups.append(weakref.ref(tasks))
            tasks.create_task(asyncio.sleep(3600))
            await asyncio.sleep(3600)

    with nothing_of_ours():
        waiting = asyncio.create_task(wait_in_a_group())
        await eventually_async(lambda: groups)
        waiting.cancel()
        await asyncio.wait([waiting])
        del waiting
        assert groups[0]() is None


@pytest.mark.parametrize(
    "mischief",
    [
        {"kind": "cut", "every_s": 0.2},
        {"kind": "close"},
        {"kind": "outage", "for_s": 0.2},
        {"kind": "second_connection"},
    ],
    ids=lambda mischief: str(mischief["kind"]),
)
async def test_a_connection_that_is_gone_leaves_nothing(
    tmp_path: Path, central: Central, mischief: dict[str, Any]
) -> None:
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        await _connected_anew(stage, central, mischief)
        with nothing_of_ours():
            await _connected_anew(stage, central, mischief)


async def _connected_anew(stage: Stage, central: Central, mischief: dict[str, Any]) -> None:
    number = len(central.connections)
    order(stage, **mischief)
    await eventually_async(lambda: len(central.connections) > number)
    order(stage, clear=True)
    await eventually_async(lambda: [each.state.name for each in central.connections].count("OPEN") == 1)
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}


def _is_broken_off(link: Link, peers: Peers) -> None:
    link.websocket.break_off("it is cut")


def _is_given_up(link: Link, peers: Peers) -> None:
    link.websocket.give_up("no answer")


def _is_lost(link: Link, peers: Peers) -> None:
    peers.all[0].transport.abort()


def _is_left_silent(link: Link, peers: Peers) -> None:
    link.websocket.fall_silent(True)
    link.websocket.give_up("no answer")


@pytest.mark.parametrize("end", [_is_broken_off, _is_given_up, _is_lost, _is_left_silent])
async def test_a_connection_that_has_ended_is_gone_at_once(end: Callable[[Link, Peers], None]) -> None:
    peers = Peers()
    async with listener(peers.take) as url, linked(url, AT_ONCE) as link:
        await link.opened()
        gc.collect()
        gc.disable()
        try:
            connection = link.websocket._connection
            assert connection is not None
            left: list[weakref.ref[Any]] = [weakref.ref(connection), weakref.ref(connection.protocol)]
            del connection
            end(link, peers)
            await peers.see_another(link)
            await eventually_async(lambda: [one() for one in left] == [None, None])
        finally:
            gc.enable()


async def test_a_boot_leaves_nothing_of_the_connection_of_the_life_before(tmp_path: Path, central: Central) -> None:
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        with nothing_of_ours():
            assert await central.ask("GetConfiguration")
            order(stage, type="reboot")
            await central.gets("BootNotification", 2)
            await eventually_async(lambda: len(central.got("StatusNotification")) == 4)


async def test_a_power_cut_leaves_nothing_of_the_life_that_it_ended(tmp_path: Path, central: Central) -> None:
    """A storm ends thousands at once."""
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        assert await central.ask("GetConfiguration")
        stage.tell("car", cable=32)
        stage.tell("id_tag", id="TAG1")
        await central.gets("StartTransaction")
        gc.collect()
        gc.disable()
        try:
            life = stage.runtime._life
            left = [weakref.ref(one) for one in (stage.runtime, life, life.dialect, stage.runtime._websocket)]
            del life
            stage.runtime.cut_power()
            stage.task.cancel()
            await asyncio.wait([stage.task])
            del stage.runtime
            stage.task = asyncio.create_task(asyncio.sleep(0))
            await asyncio.sleep(0)
            assert [one() for one in left] == [None] * 4
        finally:
            gc.enable()
