"""Everything that can be done, key by key: each ends as the contract's payload on the wire."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chargepoint.api.payloads import ConnectorState, Registration
from chargepoint.api.spec import parse_spec
from tests.chargepoint.brokers import RealBroker
from tests.support.waiting import eventually_async
from tests.tui.looking import looking
from tests.tui.mouse import drag
from tui.widgets.slider import Slider


async def test_a_charging_session_by_keys_alone(broker: RealBroker) -> None:
    """S0-14, S0-38: cable, id tag, consumption, suspension, fault - all of it from the keyboard at 80x24."""
    async with looking(broker, "CP_1") as seen:
        await seen.press("p")
        await seen.hears("cps/CP_1/connectors/1/car", {"cable": 32.0})
        await seen.sees("◔ Preparing", "cable    32.0 A", "p Unplug")

        await seen.press("e")
        await seen.sees("What the car wants at CP_1 connector 1")
        await seen.type("10")
        await seen.press("down")
        await seen.type("11.5")
        await seen.press("enter")
        demand = {"consumption_l1": 10.0, "consumption_l2": 11.5, "consumption_l3": 0.0}
        await seen.hears("cps/CP_1/connectors/1/car", demand)

        await seen.press("t")
        await seen.type("ID_TAG")
        await seen.press("enter")
        await seen.hears("cps/CP_1/connectors/1/id_tag", {"id": "ID_TAG"})
        await seen.sees("► Charging", "10.0 A", "11.5 A", "tag ID_TAG", "4.9 kW")

        await seen.press("s")
        await seen.hears("cps/CP_1/connectors/1/car", {"ready": False})
        await seen.sees("¦ SuspendedEV", "suspended", "s Resume")
        await seen.press("s")
        await seen.sees("► Charging", "s Suspend")

        await seen.press("f", "down", "enter")
        fault = {"faulted": True, "error_code": "ConnectorLockFailure"}
        await seen.hears("cps/CP_1/connectors/1/faulted", fault)
        await seen.sees("! Faulted · ConnectorLockFailure", "f Clear")
        await seen.press("f")
        await seen.hears("cps/CP_1/connectors/1/faulted", {"faulted": False})
        await seen.sees("► Charging")

        await seen.press("t", "enter")
        await seen.sees("◕ Finishing")
        await seen.press("p")
        await seen.hears("cps/CP_1/connectors/1/car", {"cable": 0.0})
        await seen.sees("○ Available", "unplugged")


async def test_the_cable_form_sets_any_capacity_and_plug_uses_it_again(broker: RealBroker) -> None:
    """S0-14: car cable (capacity)."""
    async with looking(broker, "CP_1") as seen:
        await seen.press("c")
        await seen.sees("Plugs the car in with 32 A.")
        await seen.type("20")
        await seen.press("enter")
        await seen.hears("cps/CP_1/connectors/1/car", {"cable": 20.0})
        await seen.sees("cable    20.0 A")
        await seen.press("p")
        await seen.sees("unplugged")
        await seen.press("p")
        await seen.sees("cable    20.0 A")
        await seen.press("c")
        await seen.type("0")
        await seen.sees("Unplugs the car.")
        await seen.press("enter")
        await seen.sees("unplugged")


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("c", "-1", "cable: -1 is not a number from 0"),
        ("c", "abc", "cable: 'abc' is not a number"),
        ("c", "nan", "cable: 'nan' is not a number"),
        ("e", "1e99", "consumption_l1: "),
        ("t", "x" * 21, "is not a text of 1 to 20"),
        ("t", "", "id: '' is not a text"),
    ],
)
async def test_wrong_input_is_refused_while_it_is_typed_and_never_leaves(
    broker: RealBroker, key: str, typed: str, words: str
) -> None:
    async with looking(broker, "CP_1") as seen:
        await seen.press(key)
        await seen.type(typed)
        await seen.sees(words)
        await seen.press("enter")
        await seen.sees(words)
        await seen.press("escape")
        await seen.no_longer_sees(words)
        assert seen.yard.heard == []


async def test_what_the_car_wants_is_drawn_with_the_mouse_or_stepped(broker: RealBroker) -> None:
    """S0-14: consumption per phase, by sliders too."""
    async with looking(broker, "CP_1") as seen:
        await seen.press("e")
        await seen.sees("Phase L3", "●──")
        sliders = list(seen.app.screen.query(Slider))
        await drag(seen, sliders[1], (0, 0), across=sliders[1].size.width)
        await seen.sees("32", "━━●")
        await drag(seen, sliders[1], (sliders[1].size.width - 1, 0), across=-(sliders[1].size.width // 2))
        await eventually_async(lambda: 10 < sliders[1].value < 22)
        await seen.press("pageup", "pageup", "pageup", "pagedown", "down")
        await seen.type("16")
        await eventually_async(lambda: sliders[1].value == 16)
        await seen.press("enter")
        demand = {"consumption_l1": 1.0, "consumption_l2": 16.0, "consumption_l3": 0.0}
        await seen.hears("cps/CP_1/connectors/1/car", demand)


async def test_a_dc_station_is_plugged_with_its_limit_and_asked_for_one_demand(broker: RealBroker) -> None:
    async with looking(broker) as seen:
        await seen.add("CP_1", type="DC", max_setpoint=50_000)
        await seen.sees("CP_1", "limit   50.0 kW")
        await seen.press("p")
        await seen.hears("cps/CP_1/connectors/1/car", {"cable": 50_000.0})
        await seen.press("e")
        await seen.sees("Demand", "W")
        await seen.type("40000")
        await seen.press("enter")
        await seen.hears("cps/CP_1/connectors/1/car", {"consumption_l1": 40_000.0})


async def test_an_action_goes_to_the_chosen_connector(broker: RealBroker) -> None:
    """S0-13, S0-14: per connector."""
    async with looking(broker) as seen:
        await seen.add("CP_1", nb_connectors=3)
        await seen.sees("CP_1")
        for keys, number in (["2"], 2), (["right_square_bracket"], 3), (["tab", "up"], 2), (["k", "k", "h"], 1):
            await seen.press(*keys)
            await seen.sees(f"┏━ {number} ")
        await seen.press("3", "p")
        await seen.hears("cps/CP_1/connectors/3/car", {"cable": 32.0})


async def test_a_form_belongs_to_what_was_selected_when_it_opened(broker: RealBroker) -> None:
    async with looking(broker, "CP_2") as seen:
        await seen.press("t")
        await seen.add("CP_1")
        seen.yard.publish(seen.yard.topics.station("CP_2", "status"), b"")
        await eventually_async(lambda: seen.app.fleet.get("CP_1"))
        await seen.press("enter")
        await seen.hears("cps/CP_2/connectors/1/id_tag", {"id": "TAG1"})


async def test_a_refusal_of_a_charge_point_is_shown_in_its_words(broker: RealBroker) -> None:
    async with looking(broker, "CP_1") as seen:
        await seen.press("p")
        for tag in ("MINE", "OTHER"):
            await seen.press("t")
            await seen.sees("Starts a transaction")
            await seen.type(tag)
            await seen.sees(tag)
            await seen.press("enter")
            await seen.hears("cps/CP_1/connectors/1/id_tag", {"id": tag})
        await seen.sees("CP_1 refused", "id: 'OTHER' is not the tag that started")


async def test_add_starts_one_instance_with_everything_the_form_says(broker: RealBroker) -> None:
    """S0-15, S0-16: the form, the central system's URL, and that nothing can be changed later."""
    async with looking(broker) as seen:
        await seen.press("a")
        await seen.sees(
            "Add charge points", "None of this can be changed later: remove it and add it again", "Starts CP_1"
        )
        await seen.type("simu_cp_001")
        await seen.press("tab", "tab")
        await seen.type("ws://csms.example.org/ocpp")
        await seen.press("tab", "tab", "tab")
        await seen.type("1")
        await seen.press("tab")
        await seen.type("2")
        await seen.sees("Starts simu_cp_001 at ws://csms.example.org/ocpp/simu_cp_001")
        await seen.press("enter")
        await seen.sees("simu_cp_001 started", "AC 1 phase", "2 ○ Available", "ws://csms.example.org/ocpp")
        spec = seen.yard.stations["simu_cp_001"].spec
        assert (spec.nb_phases, spec.nb_connectors, spec.max_setpoint) == (1, 2, 32.0)


async def test_add_starts_many_dc_instances_at_once(broker: RealBroker) -> None:
    """S0-15: one or many, AC or DC."""
    async with looking(broker) as seen:
        await seen.press("a")
        await seen.type("CP_{1..50}")
        await seen.press("tab", "tab", "tab", "tab", "space")
        await seen.sees("◉ DC", "Starts 50 charge points: CP_1, CP_2 … CP_50", "150000", "W")
        await seen.press("shift+tab", "enter")
        await seen.sees("50 started", "CP_9", "50")
        assert {station.spec.type.value for station in seen.yard.stations.values()} == {"DC"}
        await seen.press("a")
        await seen.sees("Starts CP_51", "◉ DC")
        await seen.type("CP_7")
        await seen.sees("id: 'CP_7' is not a free id: it is in the yard already")


@pytest.mark.parametrize(
    ("tabs", "typed", "words"),
    [
        (0, "a b", "id: 'a b' is not an id of 1 to 48"),
        (1, "x", "count: 'x' is not a whole number"),
        (2, "http://x", "central_system: 'http://x' is not a central system's URL"),
        (5, "4", "nb_phases: 4 is not a whole number from 1 to 3"),
        (8, "-5", "max_setpoint: -5 is not a number above 0"),
    ],
)
async def test_the_add_form_says_what_is_wrong_as_it_is_typed(
    broker: RealBroker, tabs: int, typed: str, words: str
) -> None:
    """S0-15: validation in the words of the start entry."""
    async with looking(broker) as seen:
        await seen.press("a", *["tab"] * tabs)
        await seen.type(typed)
        await seen.sees(words[:60])
        await seen.press("enter", "escape")
        assert seen.yard.heard == []


async def test_add_proposes_the_next_free_id_and_what_was_typed_last(broker: RealBroker) -> None:
    async with looking(broker) as seen:
        await seen.press("a", "enter")
        await seen.sees("CP_1 started")
        await seen.press("a")
        await seen.sees("Starts CP_2")


async def test_remove_asks_and_removes_from_list_and_broker(broker: RealBroker) -> None:
    """S0-17."""
    async with looking(broker, "CP_1", "CP_2") as seen:
        await seen.press("d")
        await seen.sees("Remove CP_1?", "Its data are deleted")
        await seen.press("enter")
        assert seen.yard.heard == []
        await seen.press("d", "y")
        await seen.hears("launcher/cmd", {"type": "remove", "charge_points": [{"id": "CP_1"}]})
        await seen.sees("CP_1 removed", "1 of 1", "─ CP_2 ─")


async def test_the_same_key_kills_a_living_one_and_restarts_a_dead_one(broker: RealBroker) -> None:
    """S0-18."""
    async with looking(broker, "CP_1") as seen:
        await seen.sees("x Kill")
        await seen.press("x")
        await seen.hears("launcher/cmd", {"type": "kill", "charge_points": [{"id": "CP_1"}]})
        await seen.sees("✕ Dead", "x Restart", "not running")
        await seen.press("x")
        await seen.hears("launcher/cmd", {"type": "restart", "charge_points": [{"id": "CP_1"}]})
        await seen.sees("● Accepted", "x Kill")


async def test_kill_and_restart_have_keys_of_their_own(broker: RealBroker) -> None:
    """S0-18."""
    async with looking(broker, "CP_1") as seen:
        await seen.press("K")
        await seen.sees("✕ Dead")
        await seen.press("K")
        await seen.sees("Kill: not now", "CP_1 is Dead already.")
        await seen.press("r")
        await seen.sees("● Accepted")


async def test_kill_all_and_restart_all_ask_first(broker: RealBroker) -> None:
    """S0-18: for all of them."""
    async with looking(broker, "CP_1", "CP_2", "CP_3") as seen:
        await seen.add("CP_4", Registration.DEAD)
        await seen.sees("CP_4")
        await seen.press("ctrl+k")
        await seen.sees("Kill 3 charge points?")
        await seen.press("n")
        assert seen.yard.heard == []
        await seen.press("ctrl+k", "y")
        living = [{"id": f"CP_{n}"} for n in (1, 2, 3)]
        await seen.hears("launcher/cmd", {"type": "kill", "charge_points": living})
        await seen.sees("3 killed", "✕ 4 Dead")
        await seen.press("ctrl+r")
        await seen.sees("Restart 4 charge points?", "All start with their data.")
        await seen.press("y")
        await seen.hears("launcher/cmd", {"type": "restart", "charge_points": [*living, {"id": "CP_4"}]})
        await seen.sees("4 restarted", "● 4 Accepted")


async def test_the_launchers_refusal_is_shown_in_its_words(broker: RealBroker) -> None:
    async with looking(broker, "CP_1") as seen:
        seen.yard.stations.clear()
        await seen.press("x")
        await seen.sees("CP_1 refused", "id: 'CP_1' is not")


async def test_a_key_that_cannot_do_anything_says_why(broker: RealBroker) -> None:
    async with looking(broker) as seen:
        await seen.add("CP_1", Registration.DEAD)
        await seen.sees("CP_1")
        await seen.press("p")
        await seen.sees("Plug: not now", "CP_1 is Dead: restart it first (x).")
        assert seen.yard.heard == []


async def test_saving_and_loading_a_setup_recreates_the_yard(broker: RealBroker, tmp_path: Path) -> None:
    """S0-19, S0-20."""
    file = tmp_path / "my yard.json"
    async with looking(broker) as seen:
        await seen.add("CP_1", nb_connectors=2, max_setpoint=20)
        await seen.add("CP_2", type="DC")
        await seen.sees("CP_2")
        specs = {station_id: station.spec for station_id, station in seen.yard.stations.items()}
        await seen.press("w")
        await seen.type(str(file))
        await seen.sees("Saves 2 charge points.")
        await seen.press("enter")
        await seen.sees("2 charge points saved to")
        saved = json.loads(file.read_text())
        assert {entry["id"]: parse_spec(entry) for entry in saved["charge_points"]} == specs

        await seen.press("d", "y")
        await eventually_async(lambda: seen.app.fleet.get("CP_1") is None)
        await seen.press("o")
        await seen.sees("+ starts 1 charge point: CP_1", "= 1 as in the file already")
        await seen.press("enter")
        await seen.hears("launcher/cmd", {"type": "start", "charge_points": [specs["CP_1"].to_entry()]})
        await seen.sees("CP_1 started")
        assert {station_id: station.spec for station_id, station in seen.yard.stations.items()} == specs


async def test_saving_over_a_file_says_so_and_a_folder_that_is_not_there_is_refused(
    broker: RealBroker, tmp_path: Path
) -> None:
    """S0-19."""
    file = tmp_path / "setup.json"
    file.write_text("old")
    async with looking(broker, "CP_1") as seen:
        await seen.press("w")
        await seen.type(str(file))
        await seen.sees("replaces the file that is there")
        await seen.type(str(tmp_path / "nowhere" / "setup.json"))
        await seen.sees("not in a folder that exists")
        await seen.press("enter", "escape")
        assert file.read_text() == "old"


async def test_a_wrong_setup_file_says_where_it_is_wrong(broker: RealBroker, tmp_path: Path) -> None:
    """S0-20."""
    file = tmp_path / "setup.json"
    file.write_text('[{"id": "A"}, {"id": "B", "nb_phases": 7}]')
    async with looking(broker) as seen:
        await seen.press("o")
        await seen.type(str(file))
        await seen.sees("charge_points[1].nb_phases: 7 is not a whole number")
        await seen.press("enter", "escape")
        assert seen.yard.heard == []


async def test_paths_are_completed(broker: RealBroker, tmp_path: Path) -> None:
    """S0-20: the path can be completed with the right arrow."""
    (tmp_path / "depot_north.json").write_text('[{"id": "A", "central_system": "ws://x"}]')
    async with looking(broker) as seen:
        await seen.press("o")
        await seen.type(str(tmp_path / "dep"))

        while "+ starts 1 charge point: A" not in seen.screen:
            await seen.press("right")


async def test_a_fault_of_the_station_itself_can_be_set(broker: RealBroker) -> None:
    async with looking(broker, "CP_1") as seen:
        connector = replace(seen.yard.stations["CP_1"].connectors[1], status=ConnectorState.AVAILABLE)
        seen.yard.stations["CP_1"].connectors[0] = connector
        seen.yard.tell("CP_1")
        await seen.sees("0 station ○ Available", "┏━ 1 ○")
        await seen.press("left_square_bracket", "f", "enter")
        await seen.hears("cps/CP_1/connectors/0/faulted", {"faulted": True, "error_code": "OtherError"})
