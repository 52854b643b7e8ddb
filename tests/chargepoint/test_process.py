"""A charge point as a process of its own, between a real broker and a real central system: life, ends, bad days."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chargepoint.api.orders import StationResult
from chargepoint.api.payloads import ConnectorState, ConnectorStatus, Registration
from tests.chargepoint.brokers import Observer, RealBroker, observer, real_broker
from tests.chargepoint.central import Central, central_system
from tests.chargepoint.disks import tiny_disk
from tests.chargepoint.processes import STATUS, ChargePoint, connector_is, is_told
from tests.support.waiting import eventually_async

CONNECTOR = "cp_simu/cps/CP1/connectors/1"
Make = Callable[..., ChargePoint]


@pytest.fixture(scope="module")
def steady_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealBroker]:
    """A broker that is never touched; each test cleans its topics by ending its station."""
    with real_broker(tmp_path_factory.mktemp("broker")) as one:
        yield one


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RealBroker]:
    """A broker that a test may kill."""
    with real_broker(tmp_path) as one:
        yield one


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    """A central system."""
    async with central_system() as one:
        yield one


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes charge points that do not outlive the test."""
    made: list[ChargePoint] = []

    def one(central_system: str, broker: str | None, folder: Path = tmp_path / "CP1", **entry: Any) -> ChargePoint:
        made.append(ChargePoint(folder, central_system, broker, **entry))
        return made[-1]

    yield one
    for station in made:
        station.kill()


async def charging(seen: Observer, central: Central) -> None:
    """Plug, tap, and wait until current flows."""
    await seen.publish(f"{CONNECTOR}/car", '{"cable": 32, "ready": true, "consumption_l1": 16, "consumption_l2": 16}')
    await connector_is(seen, ConnectorState.PREPARING)
    await seen.publish(f"{CONNECTOR}/id_tag", '{"id": "TAG1"}')
    await central.gets("StartTransaction")
    await connector_is(seen, ConnectorState.CHARGING, consumption_l1=16.0)


async def measured(seen: Observer) -> ConnectorStatus:
    """Wait until the meter has counted something."""
    flowing = await seen.sees(f"{CONNECTOR}/status", lambda payload: ConnectorStatus.from_json(payload).energy_wh > 1)
    return ConnectorStatus.from_json(flowing)


async def test_it_boots_tells_its_state_and_keeps_quiet(broker: RealBroker, central: Central, make: Make) -> None:
    """S0-01 (the charge point's half: it talks MQTT to people and OCPP to its central system), S0-22."""
    station = make(central.url, broker.url, nb_connectors=2)
    process = station.start()
    [boot] = await central.gets("BootNotification")
    assert (boot["chargePointVendor"], boot["chargePointModel"]) == ("Open OCPP", "Simulated CP")
    await central.gets("StatusNotification", 3)
    async with observer(broker.port) as early:
        await is_told(early, Registration.ACCEPTED)
        await connector_is(early, ConnectorState.AVAILABLE, 2)
    async with observer(broker.port) as late:
        status = await is_told(late, Registration.ACCEPTED, "")
        assert status.pid == process.pid
        assert status.entry["central_system"] == central.url
        for connector in (1, 2):
            await connector_is(late, ConnectorState.AVAILABLE, connector)
        assert all(message.retain for message in late.heard)
    assert await station.end() == 0
    assert station.output() == ""
    assert f"connected to {central.url}/CP1" in station.log.read_text()


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "close"])
async def test_it_ends_in_good_order(how: str, steady_broker: RealBroker, central: Central, make: Make) -> None:
    """S0-34 and the charge point's half of S0-06; defects 7 and 9 of the original.

    The transaction ends with Reboot and its meter, the websocket with a close frame, the retained statuses say Dead
    and Unavailable without any current.
    """
    station = make(central.url, steady_broker.url)
    process = station.start()
    async with observer(steady_broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        await charging(seen, central)
        before = await measured(seen)
        if how == "close":
            await seen.publish("cp_simu/cps/CP1/cmd", '{"type": "close"}')
        else:
            process.send_signal(signal.Signals[how])
        assert await station.ended() == 0
        [start], [stop] = central.got("StartTransaction"), central.got("StopTransaction")
        assert (stop["transactionId"], stop["reason"]) == (1, "Reboot")
        assert stop["meterStop"] - start["meterStart"] >= int(before.transaction_energy_wh)
        assert central.closes == [1000]
        await is_told(seen, Registration.DEAD, "")
        after = await connector_is(seen, ConnectorState.UNAVAILABLE, transaction_id=None, setpoint=0.0, power_w=0.0)
        assert (after.consumption_l1, after.car_consumption_l1, after.car_cable_capacity) == (0.0, 16.0, 32.0)
        assert after.energy_wh >= before.energy_wh
    assert station.output() == ""


async def test_a_power_cut_is_told_by_the_will_and_survived(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """S0-23; after kill -9 and a restart on the same folder its transaction ends with PowerLoss."""
    station = make(central.url, steady_broker.url)
    station.start()
    async with observer(steady_broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        await charging(seen, central)
        await measured(seen)
        station.kill()
        await is_told(seen, Registration.DEAD)
        last = seen.last(f"{CONNECTOR}/status")
        assert last is not None
        cut = ConnectorStatus.from_json(last)
        station.start()
        await is_told(seen, Registration.ACCEPTED)
        [stop] = await central.gets("StopTransaction")
        assert (stop["transactionId"], stop["reason"]) == (1, "PowerLoss")
        assert int(cut.energy_wh) <= stop["meterStop"] <= cut.energy_wh + 20, "what was told was stored before"
        again = ConnectorStatus.from_json(seen.last(f"{CONNECTOR}/status") or b"")
        assert again.energy_wh >= int(cut.energy_wh), "a meter never runs backwards"
        assert len(central.got("BootNotification")) == 2
        assert await station.end() == 0


async def test_a_power_loss_on_battery_ends_the_transaction_and_the_station_boots(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """TC_032_1_CS between real processes."""
    station = make(central.url, steady_broker.url)
    process = station.start()
    async with observer(steady_broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        await charging(seen, central)
        await seen.publish("cp_simu/cps/CP1/cmd", '{"type": "power_loss"}')
        [stop] = await central.gets("StopTransaction")
        assert (stop["transactionId"], stop["reason"]) == (1, "PowerLoss")
        await central.gets("BootNotification", 2)
        await connector_is(seen, ConnectorState.FINISHING)
        assert (await is_told(seen, Registration.ACCEPTED)).pid == process.pid
        assert len(central.got("StopTransaction")) == 1
        assert await station.end() == 0


async def test_after_a_restart_of_the_broker_all_statuses_are_there_again(
    broker: RealBroker, central: Central, make: Make
) -> None:
    """Defect 1, and S0-07: it needs nobody to live, and goes on charging while everyone else is away."""
    station = make(central.url, broker.url, nb_connectors=2)
    process = station.start()
    async with observer(broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        await seen.publish(f"{CONNECTOR}/car", '{"cable": 32}')
        await connector_is(seen, ConnectorState.PREPARING)
        broker.kill()
    assert (await central.ask("RemoteStartTransaction", idTag="TAG1", connectorId=1))["status"] == "Accepted"
    await central.gets("StartTransaction")
    broker.start()
    async with observer(broker.port) as seen:
        assert (await is_told(seen, Registration.ACCEPTED)).pid == process.pid
        await connector_is(seen, ConnectorState.CHARGING, transaction_id=1)
        await connector_is(seen, ConnectorState.AVAILABLE, 2)
        await seen.publish("cp_simu/cps/CP1/cmd", '{"type": "close"}')
        assert await station.ended() == 0
        assert [stop["reason"] for stop in central.got("StopTransaction")] == ["Reboot"]
    assert len(central.connections) == 1


async def test_without_a_broker_it_talks_to_its_central_system_and_appears_when_the_broker_comes(
    tmp_path: Path, central: Central, make: Make
) -> None:
    broker = RealBroker(tmp_path)
    station = make(central.url, broker.url)
    station.start()
    await central.gets("StatusNotification", 2)
    configuration = await central.ask("GetConfiguration", key=["NumberOfConnectors"])
    assert configuration["configurationKey"][0]["value"] == "1"
    await eventually_async(lambda: "Connection refused" in station.log.read_text())
    broker.start()
    try:
        async with observer(broker.port) as seen:
            await is_told(seen, Registration.ACCEPTED, "")
            await connector_is(seen, ConnectorState.AVAILABLE)
            assert await station.end() == 0
            await is_told(seen, Registration.DEAD)
    finally:
        broker.kill()


async def test_without_a_central_system_it_says_why_and_connects_when_there_is_one(
    steady_broker: RealBroker, make: Make
) -> None:
    central = Central()
    station = make(central.url, steady_broker.url)
    station.start()
    async with observer(steady_broker.port) as seen:
        status = await is_told(seen, Registration.DISCONNECTED, f"{central.url}/CP1: ")
        assert "Connect call failed" in status.last_error
        await central.start()
        await is_told(seen, Registration.ACCEPTED, "")
        await central.stop()
        await is_told(seen, Registration.DISCONNECTED, f"{central.url}/CP1")
        await central.start()
        await is_told(seen, Registration.ACCEPTED, "")
        assert await station.end() == 0
    await central.stop()
    assert len(central.got("BootNotification")) == 1, "a reconnection is no boot"
    assert central.closes == [1001, 1000]


async def test_a_reset_closes_the_websocket_in_good_order_and_boots_again(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """Defect 7: the original stops no transaction and drops the socket without a close frame."""
    station = make(central.url, steady_broker.url)
    process = station.start()
    async with observer(steady_broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        await charging(seen, central)
        assert await central.ask("Reset", type="Hard") == {"status": "Accepted"}
        await central.gets("BootNotification", 2)
        [stop] = await central.gets("StopTransaction")
        assert stop["reason"] == "HardReset"
        assert central.closes == [1000]
        assert (await is_told(seen, Registration.ACCEPTED)).pid == process.pid
        assert await station.end() == 0


RUBBISH = [
    b"", b"5", b"[]", b"null", b"true", b'"close"', b"{", b"NaN", b"\xff\xfe", b'{"type":5}', b'{"type":"explode"}',
    b'{"type":["close"]}', b'{"cable":"32"}', b'{"cable":-1}', b'{"cable":NaN}', b'{"cable":1e999}', b'{"ready":1}',
    b'{"id":5}', b'{"id":""}', b'{"id":"' + b"x" * 21 + b'"}', b'{"faulted":"true"}', b'{"faulted":true,"x":1}',
    b"[" * 100_000, b'{"' + b"x" * 100_000 + b'":1}',
]  # fmt: skip

TOPICS = [
    "cp_simu/cps/CP1/cmd",
    *(f"cp_simu/cps/CP1/connectors/{number}/{leaf}" for number in "1" for leaf in ("car", "id_tag", "faulted")),
]

ELSEWHERE = [
    *(f"cp_simu/cps/CP1/connectors/{number}/car" for number in ("0", "2", "99999", "-1", "x", "01")),
    "cp_simu/cps/CP1/connectors/2/id_tag",
    "cp_simu/cps/CP1/connectors/2/faulted",
]


async def test_wrong_payloads_on_all_topics_are_answered_and_change_nothing(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """Defect 3: JSON that is no object crashes the original."""
    station = make(central.url, steady_broker.url)
    process = station.start()
    async with observer(steady_broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        before = await connector_is(seen, ConnectorState.AVAILABLE)
        for topic in TOPICS:
            for payload in RUBBISH:
                await seen.publish(topic, payload)
        for topic in ELSEWHERE:
            await seen.publish(topic, b'{"cable":32,"id":"TAG1","faulted":true}')
        await seen.publish(STATUS, b"5")
        await seen.publish(f"{CONNECTOR}/car", b'{"cable":32.5}')
        after = await connector_is(seen, ConnectorState.PREPARING)
        assert (before.car_cable_capacity, after.car_cable_capacity, after.error_code) == (0.0, 32.5, "NoError")
        assert {call[0] for call in central.calls} == {"BootNotification", "StatusNotification"}
        refusals = [StationResult.from_json(payload) for payload in seen.payloads("cp_simu/cps/CP1/result")]
        assert {refusal.topic for refusal in refusals} >= set(TOPICS)
        assert all(refusal.reason and len(refusal.reason) < 500 for refusal in refusals)
        assert process.poll() is None
        assert (await is_told(seen, Registration.ACCEPTED)).pid == process.pid
        assert await station.end() == 0
    assert station.output() == ""
    assert max(map(len, station.log.read_text().splitlines())) < 2000


async def test_who_calls_a_living_charge_point_dead_is_corrected(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    station = make(central.url, steady_broker.url)
    station.start()
    async with observer(steady_broker.port) as seen:
        alive = await is_told(seen, Registration.ACCEPTED)
        for dead in (json.dumps({"status": "Dead", "pid": 1}).encode(), b'{"status":"Dead"}'):
            await seen.publish(STATUS, dead, retain=True)
            await seen.sees(STATUS, lambda payload: b'"Accepted"' in payload)
        assert (await is_told(seen, Registration.ACCEPTED)).pid == alive.pid
        assert await station.end() == 0


async def test_the_whole_configuration_is_published_on_request(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """S0-35."""
    station = make(central.url, steady_broker.url)
    station.start()
    async with observer(steady_broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        await seen.publish("cp_simu/cps/CP1/cmd", '{"type": "ocpp_config"}')
        payload = await seen.sees("cp_simu/cps/CP1/ocpp_config", bool)
        configuration = json.loads(payload)
        assert (configuration["NumberOfConnectors"], configuration["HeartbeatInterval"]) == ("1", "300")
        assert all(isinstance(value, str) for value in configuration.values())
        known = (await central.ask("GetConfiguration"))["configurationKey"]
        assert {entry["key"]: entry["value"] for entry in known if "value" in entry} == configuration
        assert await station.end() == 0


async def test_a_second_process_on_the_same_folder_gives_way(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """Defect 2: two quick starts of one id evict each other at the central system for ever."""
    first = make(central.url, steady_broker.url)
    second = make(central.url, steady_broker.url)
    process = first.start()
    async with observer(steady_broker.port) as seen:
        await is_told(seen, Registration.ACCEPTED)
        second.start()
        assert await second.ended() == 2
        assert second.output().endswith("CP1/state.jsonl: in use by another process\n")
        assert second.output().count("\n") == 1
        assert (await is_told(seen, Registration.ACCEPTED)).pid == process.pid
        assert (len(central.connections), central.closes) == (1, [])
        assert await first.end() == 0


async def test_two_processes_started_in_the_same_moment_leave_one(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """Defect 2."""
    both = [make(central.url, steady_broker.url), make(central.url, steady_broker.url)]
    processes = [station.start() for station in both]
    await eventually_async(lambda: any(process.poll() is not None for process in processes), 20)
    [survivor] = [station for station in both if station.process and station.process.poll() is None]
    async with observer(steady_broker.port) as seen:
        assert survivor.process
        await seen.sees(STATUS, lambda payload: json.loads(payload)["status"] == "Accepted")
        assert json.loads(seen.last(STATUS) or b"")["pid"] == survivor.process.pid
        assert await survivor.end() == 0
    assert central.closes == [1000]


async def test_on_a_full_disk_it_goes_on_says_so_and_stores_everything_when_there_is_room(
    tmp_path: Path, steady_broker: RealBroker, central: Central, make: Make
) -> None:
    with tiny_disk(tmp_path / "disk", size_kb=1024) as disk:
        station = make(central.url, steady_broker.url, folder=disk.folder)
        station.start()
        async with observer(steady_broker.port) as seen:
            await is_told(seen, Registration.ACCEPTED, "")
            disk.fill()
            await charging(seen, central)
            status = await is_told(seen, Registration.ACCEPTED, "No space left on device")
            assert str(disk.folder / "state.jsonl") in status.last_error
            disk.free()
            await is_told(seen, Registration.ACCEPTED, "")
            last = ConnectorStatus.from_json(seen.last(f"{CONNECTOR}/status") or b"")
            station.kill()
            station.start()
            [stop] = await central.gets("StopTransaction")
            assert (stop["transactionId"], stop["reason"]) == (1, "PowerLoss")
            assert stop["meterStop"] >= int(last.energy_wh)
            assert await station.end() == 0


HEAVY = {
    "fastapi", "uvicorn", "httpx", "csms", "launcher", "tui", "textual", "rich", "supervisor", "psutil",
    "jsonschema", "ocpp.v16", "ocpp.v201", "ocpp.v21", "ocpp.charge_point", "ocpp.messages", "websockets.legacy",
    "websockets.asyncio.server", "cryptography", "ftplib", "unittest", "multiprocessing", "xmlrpc",
}  # fmt: skip


async def test_a_booted_charge_point_has_loaded_nothing_that_it_does_not_need(
    steady_broker: RealBroker, central: Central, make: Make
) -> None:
    """Start-up and memory, a thousand times over, are made of imports."""
    station = make(central.url, steady_broker.url)
    station.start(wrapper=("-X", "importtime"))
    await central.gets("StatusNotification", 2)
    assert await station.end() == 0
    loaded = {line.rpartition("|")[2].strip() for line in station.output().splitlines()}
    assert "chargepoint.runtime" in loaded
    assert not {name for name in loaded for heavy in HEAVY if name == heavy or name.startswith(heavy + ".")}
