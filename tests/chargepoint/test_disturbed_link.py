"""A disturbed station over a real websocket: each kind of disturbance, as its central system sees it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from chargepoint.api.payloads import ChargePointStatus
from chargepoint.bus import Message
from tests.chargepoint.central import Central, central_system
from tests.chargepoint.test_runtime import TOPICS, Stage, staged
from tests.support.waiting import eventually_async


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    """A central system."""
    async with central_system() as one:
        yield one


@pytest.fixture
async def stage(tmp_path: Path, central: Central) -> AsyncIterator[Stage]:
    """A station that is connected and has said what it had to say."""
    async with staged(tmp_path, central) as one:
        await central.gets("StatusNotification", 2)
        yield one


def order(stage: Stage, type: str = "disturb", **body: Any) -> None:
    """An order to the station."""
    stage.runtime.hear(Message(TOPICS.station("CP1", "cmd"), json.dumps({"type": type, **body}).encode()))


def deviations(stage: Stage) -> tuple[str, ...]:
    """What its status says."""
    topic = TOPICS.station("CP1", "status")
    told = [message.payload for message in stage.published if message.topic == topic]
    return ChargePointStatus.from_json(told[-1]).deviations


async def is_on(stage: Stage, *what: str) -> None:
    """Wait until the order is followed."""
    await eventually_async(lambda: deviations(stage) == what, what=f"{what} in {deviations(stage)}")


def speaks(stage: Stage, **car: Any) -> None:
    """The cable goes in or out: a StatusNotification."""
    stage.tell("car", **car)


async def test_latency_makes_answers_late(stage: Stage, central: Central) -> None:
    order(stage, kind="latency", delay_s=0.3)
    await is_on(stage, "latency 0.3 s")
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    await central.ask("GetLocalListVersion")
    assert loop.time() - asked_at >= 0.6, "there and back"


async def test_bandwidth_makes_long_messages_late(stage: Stage, central: Central) -> None:
    order(stage, kind="bandwidth", bytes_per_s=20_000, direction="out")
    await is_on(stage, "bandwidth 20000 B/s out")
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    keys = await central.ask("GetConfiguration")
    assert loop.time() - asked_at >= len(json.dumps(keys, separators=(",", ":"))) / 20_000


async def test_dropped_messages_do_not_arrive(stage: Stage, central: Central) -> None:
    order(stage, kind="drop", direction="out")
    await is_on(stage, "drop out")
    before = len(central.calls)
    speaks(stage, cable=32)
    await eventually_async(lambda: stage.status().car_cable_capacity == 32)
    order(stage, clear=True)
    await is_on(stage)
    await central.ask("GetLocalListVersion")
    assert len(central.calls) == before


async def test_duplicated_messages_arrive_twice(stage: Stage, central: Central) -> None:
    order(stage, kind="duplicate", direction="out")
    speaks(stage, cable=32)
    assert len(await central.gets("StatusNotification", 2, lambda report: report["status"] == "Preparing")) == 2


async def test_a_message_that_is_held_back_is_overtaken(stage: Stage, central: Central) -> None:
    order(stage, kind="reorder", delay_s=0.5, direction="out")
    await is_on(stage, "reorder 0.5 s out")
    speaks(stage, cable=32)
    await eventually_async(lambda: stage.status().car_cable_capacity == 32)
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
    assert central.got("StatusNotification")[-1]["status"] == "Available"
    await central.gets("StatusNotification", 1, lambda report: report["status"] == "Preparing")


class Deaf(Central):
    """A central system that takes what comes and says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    async def _talk(self, connection: ServerConnection) -> None:
        async for text in connection:
            self.texts.append(str(text))


async def test_corrupted_messages_are_not_what_was_said(tmp_path: Path) -> None:
    central = Deaf()
    await central.start()
    async with staged(tmp_path, central) as stage:
        order(stage, type="watch")
        order(stage, kind="corrupt", direction="out", seed=7)
        await eventually_async(lambda: central.texts)
        told = [json.loads(one.payload) for one in stage.published if one.topic.endswith("/frames")]
    await central.stop()
    assert [one["text"] for one in told] == central.texts
    assert told[0]["deviation"].startswith("corrupt: ")


async def test_a_half_open_connection_is_silent_and_stays(stage: Stage, central: Central) -> None:
    await central.ask("ChangeConfiguration", key="WebSocketPingInterval", value="1")
    order(stage, kind="half_open")
    await is_on(stage, "half_open")
    connection = central.connections[0]
    pong = await connection.ping()
    speaks(stage, cable=32)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pong, 1.5)
    assert connection.state.name == "OPEN"
    assert [each["status"] for each in central.got("StatusNotification")] == ["Available", "Available"]
    order(stage, clear=True)
    await asyncio.wait_for(await connection.ping(), 10)
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}


async def test_a_silent_connection_that_is_given_up_stays_open_beside_the_next_one(
    stage: Stage, central: Central
) -> None:
    """What a central system has to replace: the station is back, and nothing has told it that it was gone."""
    for key in ("MessageTimeout", "ReconnectAfterTimeouts"):
        await central.ask("ChangeConfiguration", key=key, value="1")
    order(stage, kind="half_open")
    await is_on(stage, "half_open")
    speaks(stage, cable=32)
    await eventually_async(lambda: len(central.connections) == 2)
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
    await is_on(stage)
    assert (central.connections[0].state.name, central.closes) == ("OPEN", [])


async def test_a_station_that_pings_finds_out_that_its_connection_is_half_open(
    stage: Stage, central: Central
) -> None:
    """Its pings are lost as everything else is; the central system still has the old connection."""
    await central.ask("ChangeConfiguration", key="WebSocketPongTimeout", value="1")
    await central.connections[0].close(1001)
    await eventually_async(lambda: len(central.connections) == 2)
    await central.ask("ChangeConfiguration", key="WebSocketPingInterval", value="1")
    order(stage, kind="half_open")
    await eventually_async(lambda: len(central.connections) == 3, what="a third connection")
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
    assert (central.connections[1].state.name, central.closes) == ("OPEN", [1001])


async def test_a_slow_reader_lets_its_central_system_wait(stage: Stage, central: Central) -> None:
    order(stage, kind="slow_reader", every_s=0.2)
    await is_on(stage, "slow_reader every 0.2 s")
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    await asyncio.gather(*(central.ask("GetLocalListVersion") for _ in range(4)))
    assert loop.time() - asked_at >= 0.6


async def test_a_slow_reader_fills_the_buffers_of_its_central_system(stage: Stage, central: Central) -> None:
    order(stage, kind="slow_reader", every_s=60)
    await is_on(stage, "slow_reader every 60 s")
    connection = central.connections[0]

    async def flood() -> None:
        for number in range(1000):
            await connection.send(json.dumps([2, f"flood-{number}", "DataTransfer", {"data": "x" * 100_000}]))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(flood(), 2)


async def test_the_window_of_a_slow_reader_is_small(stage: Stage, central: Central) -> None:
    """So that what a central system says in minutes, and not a day, is enough to be held up."""
    order(stage, kind="slow_reader", every_s=60)
    await is_on(stage, "slow_reader every 60 s")
    connection = central.connections[0]
    connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    connection.transport.set_write_buffer_limits(0)
    taken = 0
    for _ in range(20_000):
        try:
            async with asyncio.timeout(1):
                await connection.send(json.dumps([3, "nobody asked", {"x": "y" * 400}]))
        except TimeoutError:
            break
        taken += 400
        await asyncio.sleep(0)
    assert taken < 100_000


async def test_a_slow_reader_outlives_its_connection(stage: Stage, central: Central) -> None:
    """It is lost while nothing is read from it."""
    order(stage, kind="slow_reader", every_s=0.5)
    await is_on(stage, "slow_reader every 0.5 s")
    connection = central.connections[0]
    await connection.send(json.dumps([3, "nobody asked", {}]))
    await asyncio.sleep(0.1)
    stage.runtime._websocket.break_off("for the test")  # type: ignore[union-attr]
    await eventually_async(lambda: len(central.connections) > 1, what="it has come back")
    assert not stage.task.done()


async def test_the_connection_is_cut_again_and_again(stage: Stage, central: Central) -> None:
    order(stage, kind="cut", every_s=0.3)
    await eventually_async(lambda: len(central.connections) >= 3)
    assert set(central.closes) == {1006}
    assert isinstance(central.connections[0].connection_exc, ConnectionResetError), "no end in good order"
    order(stage, clear=True)
    await is_on(stage)


@pytest.mark.parametrize("code", [1000, 1001, 4321])
async def test_the_connection_is_closed_in_good_order(stage: Stage, central: Central, code: int) -> None:
    order(stage, kind="close", code=code)
    await eventually_async(lambda: len(central.connections) == 2)
    assert central.closes == [code]
    assert len(central.got("BootNotification")) == 1
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}


async def test_messages_come_in_many_frames(stage: Stage, central: Central) -> None:
    order(stage, kind="fragments", size=1)
    await is_on(stage, "fragments of 1")
    connection = central.connections[0]
    pieces: list[bytes] = []
    take = connection.process_event

    def counted(event: Any) -> None:
        pieces.append(event.data)
        take(event)

    connection.process_event = counted  # type: ignore[method-assign]
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
    assert len(pieces) > 20
    assert set(map(len, pieces)) <= {0, 1}


async def test_a_share_of_the_messages_comes_in_many_frames(stage: Stage, central: Central) -> None:
    order(stage, kind="fragments", size=1, probability=0.5, seed=1)
    await is_on(stage, "fragments of 1 50 % seed 1")
    connection = central.connections[0]
    pieces: list[Any] = []
    take = connection.process_event

    def counted(event: Any) -> None:
        pieces.append(event)
        take(event)

    connection.process_event = counted  # type: ignore[method-assign]
    whole = 0
    for _ in range(20):
        pieces.clear()
        assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
        whole += len(pieces) == 1
    assert 4 < whole < 16


async def test_one_connection_after_the_other_is_half_open_until_it_is_cleared(
    stage: Stage, central: Central
) -> None:
    await central.ask("ChangeConfiguration", key="WebSocketPongTimeout", value="1")
    await central.connections[0].close(1001)
    await eventually_async(lambda: len(central.connections) == 2)
    await central.ask("ChangeConfiguration", key="WebSocketPingInterval", value="1")
    order(stage, kind="half_open", every_s=0.2, probability=0.5, seed=1)
    await is_on(stage, "half_open every 0.2 s 50 % seed 1")
    await eventually_async(lambda: len(central.connections) == 4)
    order(stage, clear=True)
    await is_on(stage)
    await eventually_async(lambda: b"Accepted" in stage.published[-1].payload)


async def test_an_outage_may_spare_a_connection(stage: Stage, central: Central) -> None:
    order(stage, kind="outage", for_s=60, probability=0)
    await is_on(stage, "outage 0 % for 60 s")
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
    assert (len(central.connections), central.closes) == (1, [])


async def test_a_slow_writer_takes_its_time_between_two_frames(stage: Stage, central: Central) -> None:
    order(stage, kind="fragments", size=10, every_s=0.1)
    await is_on(stage, "fragments of 10 every 0.1 s")
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    await central.ask("GetLocalListVersion")
    assert loop.time() - asked_at >= 0.2


@pytest.mark.parametrize("disturbance", [{"kind": "slow_reader"}, {"kind": "fragments", "size": 20}], ids=str)
async def test_pauses_are_those_of_the_clock_of_the_station(
    tmp_path: Path, central: Central, disturbance: dict[str, Any]
) -> None:
    """They would outlast every deadline here, were they not."""
    async with staged(tmp_path, central, speed=300) as stage:
        await central.gets("StatusNotification", 2)
        order(stage, **disturbance, every_s=60)
        await eventually_async(lambda: len(deviations(stage)) == 1)
        for _ in range(2):
            assert await central.ask("GetLocalListVersion") == {"listVersion": 0}


async def test_a_router_forgets_an_idle_connection_and_pings_keep_it(stage: Stage, central: Central) -> None:
    order(stage, kind="idle_kill", after_s=0.8)
    await is_on(stage, "idle_kill after 0.8 s")
    connection = central.connections[0]
    for _ in range(6):
        await asyncio.sleep(0.3)
        await asyncio.wait_for(await connection.ping(), 5)
    await asyncio.sleep(1.2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(await connection.ping(), 0.5)
    assert (connection.state.name, central.closes) == ("OPEN", [])
    order(stage, clear=True)
    await asyncio.wait_for(await connection.ping(), 5)


async def test_a_second_connection_is_used_and_the_first_one_only_answers_pings(
    stage: Stage, central: Central
) -> None:
    order(stage, kind="second_connection")
    await eventually_async(lambda: len(central.connections) == 2)
    first, second = central.connections
    await asyncio.wait_for(await first.ping(), 5)
    assert (first.state.name, second.state.name) == ("OPEN", "OPEN")
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
    assert len(central.got("BootNotification")) == 1
    order(stage, clear=True)
    await asyncio.wait_for(first.wait_closed(), 5)
    assert second.state.name == "OPEN"


async def test_a_name_that_is_not_found_makes_no_connection(stage: Stage, central: Central) -> None:
    order(stage, kind="dns_failure")
    await is_on(stage, "dns_failure")
    assert await central.ask("GetLocalListVersion") == {"listVersion": 0}
    await central.connections[0].close(1001)
    await eventually_async(lambda: b"Name or service not known" in stage.published[-1].payload)
    order(stage, clear=True)
    await eventually_async(lambda: len(central.connections) == 2)


async def test_a_brown_out_boots_the_station_again_and_again(stage: Stage, central: Central) -> None:
    order(stage, kind="brown_out", every_s=1)
    await central.gets("BootNotification", 3)
    assert set(central.closes) == {1006}
    order(stage, clear=True)
    await is_on(stage)


async def test_bytes_that_are_no_utf_8_are_sent_as_they_are(stage: Stage, central: Central) -> None:
    order(stage, type="quirks", quirks=["invalid_utf8"])
    await is_on(stage, "quirk invalid_utf8")
    speaks(stage, cable=32)
    await eventually_async(lambda: central.closes)
    closed = central.connections[0].protocol.close_sent
    assert closed is not None
    assert closed.code == 1007


async def test_refused_means_no_connection_until_it_is_over(stage: Stage, central: Central) -> None:
    order(stage, kind="refuse")
    await is_on(stage, "refuse")
    await central.connections[0].close(1001)
    await eventually_async(lambda: b"refuse: no connection is made" in stage.published[-1].payload)
    assert len(central.connections) == 1
    order(stage, clear=True)
    await eventually_async(lambda: len(central.connections) == 2)


async def test_an_outage_takes_the_link_and_the_charging_goes_on(stage: Stage, central: Central) -> None:
    await central.ask("ChangeConfiguration", key="MeterValueSampleInterval", value="1")
    stage.tell("car", cable=32)
    stage.tell("id_tag", id="TAG1")
    await eventually_async(lambda: stage.status().transaction_id == 1)
    order(stage, kind="outage", for_s=3)
    await eventually_async(lambda: central.closes == [1006])
    before = len(central.got("MeterValues"))
    energy_wh = stage.status().energy_wh
    await eventually_async(lambda: len(central.connections) == 2)
    await central.gets("MeterValues", before + 3)
    assert stage.status().energy_wh > energy_wh
    moments = [one["meterValue"][0]["timestamp"] for one in central.got("MeterValues")]
    assert moments == sorted(set(moments))
    assert len(central.got("StartTransaction")) == 1


async def test_a_station_that_names_no_subprotocol(stage: Stage, central: Central) -> None:
    order(stage, type="quirks", quirks=["no_subprotocol"])
    await is_on(stage, "quirk no_subprotocol")
    await central.connections[0].close(1001)
    await eventually_async(lambda: b"refuses the connection: HTTP 400" in stage.published[-1].payload)
    order(stage, type="quirks", quirks=[])
    await eventually_async(lambda: len(central.connections) == 2)


async def test_nothing_is_stored_while_the_storage_is_full_and_all_of_it_afterwards(
    stage: Stage, central: Central
) -> None:
    order(stage, type="damage", kind="storage_full")
    await is_on(stage, "storage_full")
    stage.tell("car", cable=32)
    stage.tell("id_tag", id="TAG1")
    await eventually_async(lambda: stage.status().transaction_id == 1)
    assert "connector/1" not in stage.store.records()
    assert any(b"the storage is full" in one.payload for one in stage.published)
    order(stage, type="damage", clear=True)
    await is_on(stage)
    await eventually_async(lambda: stage.store.records().get("connector/1", {}).get("transaction"))
