"""Broker and launcher come and go; nothing of it ends the screen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from chargepoint.api.topics import Topics
from chargepoint.bus import Broker
from tests.chargepoint.brokers import RealBroker, real_broker
from tests.support.waiting import eventually_async
from tests.tui.looking import looking
from tui.app import YardApp
from tui.state.situation import LinkState


async def test_it_connects_by_itself_and_can_be_disconnected_and_connected(broker: RealBroker) -> None:
    """S0-10: the Connect action attaches to broker and launcher."""
    async with looking(broker, "CP_1") as seen:
        await seen.sees("● broker", "● launcher Alive")
        await seen.press("b")
        await seen.sees("DISCONNECTED from the broker", "Press b to connect.", "○ launcher Unknown", "as of")
        await seen.press("p")
        await seen.sees("Plug: not now", "there is no connection to the broker")
        seen.comes("CP_2")
        await seen.press("b")
        await seen.sees("● launcher Alive", "CP_2")
        await seen.no_longer_sees("DISCONNECTED")


async def test_it_needs_the_launcher_alive(broker: RealBroker) -> None:
    """S0-10: a dead launcher is said large; what it does cannot be done, what charge points do can."""
    async with looking(broker, "CP_1") as seen:
        status = seen.yard.topics.launcher("status")
        seen.yard.publish(status, b"Dead")
        await seen.sees("LAUNCHER DEAD", "✕ launcher Dead", "Charge points go on")
        await seen.press("a")
        await seen.sees("Add: not now", "the launcher is dead.")
        await seen.press("p")
        await seen.sees("cable    32.0 A")
        seen.yard.publish(status, b"Alive")
        await seen.no_longer_sees("LAUNCHER DEAD")


async def test_a_broker_without_a_launcher_says_so(broker: RealBroker) -> None:
    """S0-10."""
    async with looking(broker) as seen:
        seen.yard.publish(seen.yard.topics.launcher("status"), b"")
        await seen.sees("NO LAUNCHER on this broker", "cp-simu up")


async def test_a_broker_that_dies_is_said_at_once_and_everything_comes_back_by_itself(tmp_path: Path) -> None:
    """S0-10, S0-08: the banner, stale rows, and the same selection afterwards."""
    with real_broker(tmp_path) as broker:
        async with looking(broker, "CP_1", "CP_2", "CP_3") as seen:
            await seen.press("down")
            await seen.sees("─ CP_2 ─")
            broker.kill()
            await seen.sees("NO BROKER at 127.0.0.1", "Trying again by itself.", "What you see is as of", "─ CP_2 ─")
            await seen.press("x")
            await seen.sees("there is no connection to the broker")
            del seen.yard.stations["CP_3"]
            broker.start()
            await seen.sees("● launcher Alive", "─ CP_2 ─", "2 of 2")
            await seen.no_longer_sees("NO BROKER")
            await seen.press("p")
            await seen.sees("cable    32.0 A")


async def test_no_broker_at_the_start_is_no_obstacle(tmp_path: Path) -> None:
    """S0-10: it connects when there is something to connect to."""
    with real_broker(tmp_path) as broker:
        broker.kill()
        app = YardApp(Broker.parse(broker.url), Topics(), "ws://localhost:9000")
        async with app.run_test(notifications=True) as pilot:
            await eventually_async(lambda: app.link.state is LinkState.LOST)
            broker.start()
            await eventually_async(lambda: app.link.state is LinkState.CONNECTED)
            await pilot.press("q")


async def test_a_flood_of_changes_leaves_the_last_one_on_the_screen(broker: RealBroker) -> None:
    async with looking(broker, "CP_1") as seen:
        await seen.press("p", "t", "enter")
        await seen.sees("► Charging")
        station = seen.yard.stations["CP_1"]
        topic = seen.yard.topics.connector("CP_1", 1, "status")
        for number in range(1, 3001):
            seen.yard.publish(topic, replace(station.connectors[1], power_w=float(number), soc_pct=None).to_json())
            if number % 500 == 0:
                await asyncio.sleep(0)
        await seen.sees("3.0 kW")
