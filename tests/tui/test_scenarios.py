"""Scenarios in the screen: listed with what they prove, played for real, watched line by line."""

from __future__ import annotations

from tests.chargepoint.brokers import RealBroker
from tests.tui.looking import looking


async def test_a_scenario_is_played_and_watched(broker: RealBroker) -> None:
    async with looking(broker, size=(120, 40)) as seen:
        await seen.press("i")
        await seen.sees("Scenarios", "ready", "nothing is played")
        await seen.press("b")
        await seen.sees("playing")
        await seen.sees("1 passed", "─ passed ─")
        await seen.press("escape")
        await seen.sees("charge points")


async def test_a_central_system_that_is_not_there_is_said(broker: RealBroker) -> None:
    """The pretended yard's central system is nobody."""
    async with looking(broker, size=(120, 40)) as seen:
        await seen.press("i")
        await seen.sees("ready")
        await seen.press("enter")
        await seen.sees("the central system was not reached")


async def test_a_read_only_screen_plays_nothing(broker: RealBroker) -> None:
    async with looking(broker, size=(120, 40), read_only=True) as seen:
        await seen.press("i")
        await seen.sees("ready")
        await seen.press("b")
        await seen.sees("this screen is read-only")
