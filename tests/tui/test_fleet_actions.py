"""The whole fleet by keys: marks, batches over time, undo, clones, setups, columns, panes; read-only."""

from __future__ import annotations

import json
from pathlib import Path

from chargepoint.api.payloads import Registration
from chargepoint.api.spec import parse_spec
from tests.chargepoint.brokers import RealBroker
from tests.support.waiting import eventually_async
from tests.tui.looking import PATIENCE_S, Looking, looking
from tui.preferences import Preferences


def commands(seen: Looking, kind: str) -> list[list[str]]:
    """The ids of each command of that type the launcher has heard."""
    told = [json.loads(message.payload) for message in seen.yard.heard if message.topic.endswith("launcher/cmd")]
    return [[entry["id"] for entry in one["charge_points"]] for one in told if one["type"] == kind]


async def test_marks_by_space_range_and_filter_and_an_action_goes_to_all_of_them(broker: RealBroker) -> None:
    async with looking(broker, *(f"CP_{number}" for number in range(1, 7))) as seen:
        await seen.press("space", "space")
        await seen.sees("✓ 2 marked · 3 of 6")
        await seen.press("down", "v", "down", "v")
        await seen.sees("✓ 4 marked")
        await seen.press("x")
        await seen.sees("Kill 4 charge points?", "A power cut for all of them.")
        await seen.press("y")
        await seen.sees("4 Dead")
        assert commands(seen, "kill") == [["CP_1", "CP_2", "CP_4", "CP_5"]]
        await seen.press("escape", "slash", *"dead", "enter", "ctrl+a")
        await seen.sees("✓ 4 marked")
        await seen.press("r", "y")
        await seen.sees("6 Accepted")


async def test_many_cars_are_plugged_in_over_a_while_and_that_can_be_stopped(broker: RealBroker) -> None:
    async with looking(broker, *(f"CP_{number}" for number in range(1, 9))) as seen:
        await seen.press("ctrl+a", "p")
        await seen.sees("Plug or unplug: 8 charge points", "8 connectors")
        await seen.press("tab", "tab", "tab")
        await seen.type("0.4")
        await seen.sees("one every 0.05 s")
        await seen.press("enter")
        await eventually_async(
            lambda: all(station.connectors[1].car_cable_capacity == 32 for station in seen.yard.stations.values()),
            PATIENCE_S,
        )
        await seen.press("t")
        await seen.sees("Present id tags: 8 charge points")
        await seen.press("tab", "tab")
        await seen.type("8000")
        await seen.press("enter")
        await seen.sees("Present id tags 1/8", "ctrl+x stops")
        await seen.press("ctrl+x")
        await seen.no_longer_sees("Present id tags")
        tapped = [message for message in seen.yard.heard if message.topic.endswith("id_tag")]
        assert [json.loads(message.payload) for message in tapped] == [{"id": "TAG_1"}]


async def test_a_batch_that_is_wrong_says_so_and_leaves_the_dead_out(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", "CP_2") as seen:
        await seen.add("CP_3", Registration.DEAD)
        await seen.sees("CP_3")
        await seen.press("ctrl+a", "f")
        await seen.sees("Faults: 3 charge points", "2 connectors", "1 charge point not alive: left out.")
        await seen.press("tab")
        await seen.type("NoSuchCode")
        await seen.sees("error_code: 'NoSuchCode' is not one of", "ConnectorLockFailure")
        await seen.type("groundfailure")
        await seen.press("enter")
        await seen.hears("cps/CP_2/connectors/1/faulted", {"faulted": True, "error_code": "GroundFailure"})
        await seen.sees("! 3 alarms")


async def test_what_was_removed_is_added_again_by_undo(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", "CP_3") as seen:
        await seen.add("CP_2", nb_connectors=2, vendor="ACME")
        await seen.sees("CP_2")
        before = seen.yard.stations["CP_2"].spec
        await seen.press("ctrl+a", "d")
        await seen.sees("Remove 3 charge points?", "u adds the settings")
        await seen.press("y")
        await seen.sees("No charge points yet.")
        await seen.press("u")
        await seen.sees("3 Accepted")
        assert seen.yard.stations["CP_2"].spec == before
        await seen.press("u")
        await seen.sees("Undo: not now", "nothing was removed")


async def test_a_clone_is_like_its_model(broker: RealBroker) -> None:
    async with looking(broker) as seen:
        await seen.add(
            "hpc-07", type="DC", max_setpoint=150_000, nb_connectors=2, vendor="ACME", firmware_version="2.1"
        )
        await seen.sees("hpc-07")
        await seen.press("y")
        await seen.sees("Add charge points like hpc-07", "Starts hpc-08", "◉ DC 150")
        await seen.press("enter")
        await seen.sees("hpc-08 started")
        made = seen.yard.stations["hpc-08"].spec
        assert (made.vendor, made.nb_connectors, made.firmware_version) == ("ACME", 2, "2.1")


async def test_a_setup_replaces_the_yard_after_a_preview_and_a_question(broker: RealBroker, tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    entries = [{"id": f"CP_{number}", "central_system": "ws://localhost:9000"} for number in (1, 2, 4)]
    entries[1]["vendor"] = "ACME"
    file.write_text(json.dumps({"charge_points": entries}))
    async with looking(broker, "CP_1", "CP_2", "CP_3") as seen:
        await seen.press("o")
        await seen.type(str(file))
        await seen.sees("+ starts 1 charge point: CP_4", "~ stays as it is, the file differs", "= 1 as in the file")
        await seen.press("tab", "tab", "space")
        await seen.sees("~ starts anew", "- removes 1 charge point: CP_3")
        await seen.press("shift+tab", "shift+tab", "enter")
        await seen.sees("Remove 2 charge points?")
        await seen.press("y")
        await eventually_async(lambda: sorted(seen.yard.stations) == ["CP_1", "CP_2", "CP_4"], PATIENCE_S)
        assert seen.yard.stations["CP_2"].spec == parse_spec(entries[1])
        assert commands(seen, "remove") == [["CP_2", "CP_3"]]


async def test_groups_fold_and_an_action_on_a_group_goes_to_its_members(broker: RealBroker) -> None:
    async with looking(broker, "depot-1", "depot-2", "street-1") as seen:
        await seen.press("ctrl+g")
        await seen.sees("by id prefix", "▾ depot  2", "▾ street  1")
        await seen.press("home", "minus")
        await seen.sees("▸ depot  2")
        await seen.no_longer_sees("depot-1 ")
        await seen.press("r")
        await eventually_async(lambda: commands(seen, "restart") == [["depot-1", "depot-2"]], PATIENCE_S)


async def test_a_filter_that_is_wrong_is_explained_as_it_is_typed_and_the_last_right_one_stays(
    broker: RealBroker,
) -> None:
    async with looking(broker, "depot-1", "street-1") as seen:
        await seen.press("slash", *"id:dep")
        await seen.sees("1 of 2", "depot-1")
        await seen.press(*" power>x")
        await seen.sees("'x' is not a number of kW")
        await seen.no_longer_sees("street-1")
        await seen.press("enter", "escape")
        await seen.sees("street-1")
        await seen.press("slash", "up")
        await seen.sees("id:dep power>x")


async def test_columns_are_chosen_and_sorted_by_and_panes_are_zoomed_and_all_is_found_again(
    broker: RealBroker, tmp_path: Path
) -> None:
    preferences = Preferences(layout_file=tmp_path / "state" / "screen.json")
    async with looking(broker, populate=5, size=(120, 30), preferences=preferences) as seen:
        await seen.press("z")
        await seen.sees("connectors", "heard")
        await seen.press("comma", "space", "j", "s", "enter")
        await seen.press("ctrl+t")
        await seen.pilot.pause()
        theme = seen.app.theme
        await eventually_async(lambda: (tmp_path / "state" / "screen.json").exists(), PATIENCE_S)
        await eventually_async(lambda: preferences.read_layout().theme == theme, PATIENCE_S)
    kept = preferences.read_layout()
    assert (kept.zoom, "status" in kept.columns, kept.sort_by == "id") == ("list", False, False)
    async with looking(broker, populate=5, size=(120, 30), preferences=preferences) as seen:
        assert seen.app.theme == kept.theme
        screen = await seen.sees("simu_cp_001")
        assert "status" not in screen


async def test_a_read_only_screen_says_so_and_changes_nothing(broker: RealBroker, tmp_path: Path) -> None:
    async with looking(broker, "CP_1", "CP_2", read_only=True) as seen:
        await seen.sees("read-only")
        for key in ("p", "t", "x", "d", "a", "o", "X", "P", "ctrl+k"):
            await seen.press(key)
            await seen.sees("this screen is read-only")
            seen.app.clear_notifications()
        await seen.press("slash", *"cp_2", "enter", "space", "escape", "escape", "b")
        await seen.sees("DISCONNECTED")
        assert seen.yard.heard == []


async def test_alarms_are_counted_and_visited(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", "CP_3") as seen:
        await seen.add("CP_2", Registration.REJECTED)
        await seen.sees("! 1 alarm")
        await seen.press("exclamation_mark")
        await seen.sees("─ CP_2 ─")


async def test_a_click_on_a_heading_sorts_and_with_ctrl_marks(broker: RealBroker) -> None:
    async with looking(broker, populate=6) as seen:
        await seen.pilot.click("FleetHeading", offset=(34, 0))
        await seen.sees("kW▼")
        await seen.pilot.click("FleetList", offset=(5, 2), control=True)
        await seen.sees("✓ 1 marked")
        await seen.pilot.click("FleetList", offset=(5, 4), shift=True)
        await seen.sees("✓ 3 marked")


async def test_many_are_closed_in_good_order_or_power_cycled(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", "CP_2", "CP_3") as seen:
        await seen.press("space", "space", "X")
        for station_id in ("CP_1", "CP_2"):
            await seen.hears(f"cps/{station_id}/cmd", {"type": "close"})
        await seen.press("space", "P")
        await seen.sees("Power-cycle 3 charge points?")
        await seen.press("y")
        await eventually_async(lambda: commands(seen, "restart") == [["CP_1", "CP_2", "CP_3"]], PATIENCE_S)
        assert commands(seen, "kill") == [["CP_1", "CP_2", "CP_3"]]
        await seen.sees("3 Accepted")
