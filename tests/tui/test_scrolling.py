"""The list is longer than the screen: keys, wheel and scroll bar look further."""

from __future__ import annotations

from textual.events import MouseMove, MouseScrollDown

from tests.chargepoint.brokers import RealBroker
from tests.tui.looking import looking
from tests.tui.mouse import drag, mouse
from tui.widgets.fleet_list import FleetList

BAR_X = 36
"""The last column of the list at 80x24."""


async def test_the_selected_row_stays_in_sight_and_nothing_moves_before_it_must(broker: RealBroker) -> None:
    async with looking(broker, populate=50) as seen:
        rows = seen.app.query_one(FleetList)
        height = rows.size.height
        await seen.press(*["j"] * (height - 1))
        assert rows.top == 0
        await seen.press("j")
        assert rows.top == 1
        await seen.press("G")
        await seen.sees("simu_cp_050", "50 of 50")
        assert rows.top == 50 - height
        await seen.press("k")
        assert rows.top == 50 - height
        await seen.press("g", "pagedown")
        await seen.sees(f"{height} of 50")
        assert rows.top == 0


async def test_the_wheel_looks_further_and_leaves_the_selection(broker: RealBroker) -> None:
    async with looking(broker, populate=50) as seen:
        rows = seen.app.query_one(FleetList)
        seen.app.post_message(mouse(MouseScrollDown, rows.region.x + 3, rows.region.y + 3))
        await seen.pilot.pause()
        await seen.sees("1 of 50", "simu_cp_004")
        assert rows.top == 3
        await seen.no_longer_sees("simu_cp_003")


async def test_the_scroll_bar_pages_and_is_drawn_to_either_end(broker: RealBroker) -> None:
    async with looking(broker, populate=200) as seen:
        rows = seen.app.query_one(FleetList)
        height = rows.size.height
        await seen.pilot.click("FleetList", offset=(BAR_X, height - 1))
        await seen.sees("1 of 200")
        assert rows.top == height - 1
        await seen.pilot.click("FleetList", offset=(BAR_X, 0))
        assert rows.top == 0
        await drag(seen, rows, (BAR_X, 0), height)
        assert rows.top == 200 - height
        await seen.sees("simu_cp_200", "1 of 200")
        await drag(seen, rows, (BAR_X, height - 1), -2 * height)
        assert rows.top == 0
        # Let go: what moves now draws nothing along.
        seen.app.post_message(mouse(MouseMove, rows.region.x + 3, rows.region.y + 9))
        await seen.pilot.pause()
        assert rows.top == 0
        await seen.sees("1 of 200")


async def test_a_list_that_grows_shorter_keeps_its_last_rows_in_sight(broker: RealBroker) -> None:
    async with looking(broker, populate=60) as seen:
        rows = seen.app.query_one(FleetList)
        await seen.press("G")
        await seen.press("slash", *"cp_00", "enter")
        await seen.sees("simu_cp_001", "of 9 (60 in all)")
        assert rows.top == 0
