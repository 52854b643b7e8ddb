"""One station alive, in this process: what it saves, says and keeps while it goes down, boots again, or breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from chargepoint import runtime as runtime_module
from chargepoint.adapters.store import Store, StoreError
from chargepoint.adapters.websocket import Websocket
from chargepoint.api.payloads import ChargePointStatus, ConnectorState, ConnectorStatus, Registration
from chargepoint.api.spec import ChargePointSpec, parse_spec
from chargepoint.api.topics import Topics
from chargepoint.bus import Broker, Message
from chargepoint.cli import Process
from chargepoint.clock import Clock
from chargepoint.life import Life
from chargepoint.model.facts import ConnectorChanged
from chargepoint.model.vehicle import GENERIC
from chargepoint.runtime import Runtime
from tests.chargepoint.brokers import observer, real_broker
from tests.chargepoint.central import Central, central_system
from tests.chargepoint.processes import is_told
from tests.support.waiting import eventually_async

TOPICS = Topics()


class Stage:
    """A runtime on a store in ``folder``, and everything it published."""

    def __init__(self, folder: Path, central: Central, speed: float = 1.0) -> None:
        self.store = Store(folder / "state.jsonl")
        self.published: list[Message] = []
        clock = Clock(speed)
        self.runtime = Runtime(spec_for(central), self.store, clock, TOPICS, self.published.append, GENERIC)
        self.task = asyncio.create_task(self.runtime.run())

    def tell(self, leaf: str, **payload: Any) -> None:
        """An MQTT message to connector 1."""
        self.runtime.hear(Message(TOPICS.connector("CP1", 1, leaf), json.dumps(payload).encode()))

    def status(self) -> ConnectorStatus:
        """The latest status of connector 1."""
        topic = TOPICS.connector("CP1", 1, "status")
        payloads = [message.payload for message in self.published if message.topic == topic]
        return ConnectorStatus.from_json(payloads[-1])

    async def ended(self) -> None:
        """Wait until ``run`` has returned; raises what it raised."""
        await asyncio.wait_for(self.task, 20)


def spec_for(central: Central) -> ChargePointSpec:
    """A station of that central system that comes back at once."""
    retries = {"RetryBackOffWaitMinimum": 0, "RetryBackOffRandomRange": 0}
    return parse_spec({"id": "CP1", "central_system": central.url, "ocpp_config": retries})


@asynccontextmanager
async def staged(folder: Path, central: Central, speed: float = 1.0) -> AsyncIterator[Stage]:
    """A running station until the end of the block."""
    stage = Stage(folder, central, speed)
    try:
        yield stage
    finally:
        stage.task.cancel()
        await asyncio.wait([stage.task])
        stage.store.close()


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    """A central system."""
    async with central_system() as one:
        yield one


async def test_what_a_silent_central_system_did_not_acknowledge_is_said_again_in_the_next_life(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end does not wait for ever, and loses nothing."""
    monkeypatch.setattr(runtime_module, "LAST_WORDS_S", 0.2)
    central.answers["StopTransaction"] = None
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        stage.tell("car", cable=32)
        stage.tell("id_tag", id="TAG1")
        await central.gets("StartTransaction")
        await eventually_async(lambda: stage.status().transaction_id == 1)
        stage.runtime.end()
        await stage.ended()
    [stop] = central.got("StopTransaction")
    assert central.closes == [1000]
    central.answers["StopTransaction"] = {}
    async with staged(tmp_path, central):
        assert await central.gets("StopTransaction", 2) == [stop, stop]


async def test_what_people_do_while_it_boots_again_is_not_lost(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_module, "BOOT_S", 0.3)
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        await central.ask("Reset", type="Hard")
        await eventually_async(lambda: central.closes == [1000])
        stage.tell("car", cable=20)
        await central.gets("StatusNotification", 1, lambda report: report["status"] == "Preparing")
        assert (stage.status().status, stage.status().car_cable_capacity) == (ConnectorState.PREPARING, 20.0)


async def test_an_end_that_is_wanted_while_it_boots_again_ends_it(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_module, "BOOT_S", 0.1)
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        await central.ask("Reset", type="Hard")
        await eventually_async(lambda: central.closes == [1000])
        stage.runtime.end()
        await stage.ended()


async def test_a_reboot_is_a_power_cut_and_the_process_lives_on(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_module, "BOOT_S", 0.1)
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        stage.tell("car", cable=32)
        stage.tell("id_tag", id="TAG1")
        await eventually_async(lambda: stage.status().transaction_id == 1)
        stage.runtime.hear(Message(TOPICS.station("CP1", "cmd"), b'{"type":"reboot"}'))
        [stop] = await central.gets("StopTransaction")
        assert stop["reason"] == "PowerLoss"
        assert central.closes == [1006], "cut off without a word"
        assert len(central.got("BootNotification")) == 2


async def test_what_is_said_was_stored_before(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Save, then say: at the moment a StartTransaction arrives, its message and its transaction are in the file."""
    stored: list[int] = []
    async with staged(tmp_path, central) as stage:

        def look(request: dict[str, Any]) -> dict[str, Any]:
            stored.append(len(stage.store.queue()))
            return {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}

        central.answers["StartTransaction"] = look
        await central.gets("StatusNotification", 2)
        stage.tell("car", cable=32)
        stage.tell("id_tag", id="TAG1")
        await eventually_async(lambda: stored)
    assert stored == [1]


async def test_a_store_that_fails_is_told_once_in_the_log_and_in_the_status_until_it_works(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        save = stage.store.save

        def fail(records: Any, queue: Any) -> None:
            raise StoreError("state.jsonl: the disk is on fire")

        def errors() -> list[str]:
            topic = TOPICS.station("CP1", "status")
            told = [message.payload for message in stage.published if message.topic == topic]
            return [ChargePointStatus.from_json(payload).last_error for payload in told]

        monkeypatch.setattr(stage.store, "save", fail)
        for cable in range(1, 11):
            stage.tell("car", cable=cable)
        await eventually_async(lambda: "state.jsonl: the disk is on fire" in errors())
        await eventually_async(lambda: stage.status().car_cable_capacity == 10.0)
        monkeypatch.setattr(stage.store, "save", save)
        stage.tell("car", cable=0)
        await eventually_async(lambda: errors()[-1] == "")
    assert [record.message for record in caplog.records if "on fire" in record.message] == [
        "nothing can be stored: state.jsonl: the disk is on fire"
    ]


async def test_a_station_that_breaks_is_visible_as_dead_with_the_reason_and_exit_code_1(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let it crash: one station, one process, and the world is told."""

    def broken(self: Life, text: str, now: float) -> None:
        raise RuntimeError("a bug of ours")

    with real_broker(tmp_path) as broker, closing(Store(tmp_path / "state.jsonl")) as store:
        process = Process(spec_for(central), store, TOPICS, GENERIC, Broker.parse(broker.url))
        task = asyncio.create_task(process.run())
        async with observer(broker.port) as seen:
            await is_told(seen, Registration.ACCEPTED)
            monkeypatch.setattr(Life, "received", broken)
            await central.connections[-1].send("[]")
            assert await asyncio.wait_for(task, 20) == 1
            await is_told(seen, Registration.DEAD, "broke down: RuntimeError('a bug of ours')")
    await eventually_async(lambda: central.closes == [1000])


async def test_a_bug_in_the_link_is_not_a_silent_station(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Websocket) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(Websocket, "run", broken)
    stage = Stage(tmp_path, central)
    with pytest.raises(ExceptionGroup) as caught:
        await stage.ended()
    assert caught.group_contains(RuntimeError, match="a bug of ours")
    stage.store.close()


async def test_without_anybody_to_tell_it_charges_all_the_same_and_keeps_nothing_to_be_told(
    tmp_path: Path, central: Central
) -> None:
    with closing(Store(tmp_path / "state.jsonl")) as store:
        runtime = Runtime(spec_for(central), store, Clock(), TOPICS, None, GENERIC)
        task = asyncio.create_task(runtime.run())
        await central.gets("StatusNotification", 2)
        for leaf, payload in (("car", b'{"cable": 32}'), ("id_tag", b'{"id": "TAG"}'), ("car", b"nonsense")):
            runtime.hear(Message(TOPICS.connector("CP1", 1, leaf), payload))
        await central.gets("StartTransaction")
        runtime.mqtt.traffic.watch(60.0, Clock().now())
        assert runtime.mqtt.traffic.messages() == []
        runtime.end()
        await asyncio.wait_for(task, 20)
    assert [stop["reason"] for stop in central.got("StopTransaction")] == ["Reboot"]


async def test_what_is_heard_in_the_middle_of_something_else_comes_after_it(tmp_path: Path, central: Central) -> None:
    """Whoever is told of an input gives the next one at once."""
    with closing(Store(tmp_path / "state.jsonl")) as store:
        order: list[str] = []

        def observe(event: object) -> None:
            if isinstance(event, ConnectorChanged) and event.connector == 1:
                order.append(event.status)
                if event.status == "Preparing":
                    runtime.hear(Message(TOPICS.connector("CP1", 1, "car"), b'{"cable": 0}'))
                    order.append("heard")

        runtime = Runtime(spec_for(central), store, Clock(), TOPICS, None, GENERIC, observe)
        task = asyncio.create_task(runtime.run())
        await central.gets("StatusNotification", 2)
        runtime.hear(Message(TOPICS.connector("CP1", 1, "car"), b'{"cable": 32}'))
        await eventually_async(lambda: order[-1:] == ["Available"])
        assert order == ["Preparing", "heard", "Available"]
        runtime.end()
        await asyncio.wait_for(task, 20)
