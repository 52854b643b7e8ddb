"""What can be seen: list, details, sizes, and that it is always what is retained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chargepoint.api.payloads import Registration
from tests.chargepoint.brokers import RealBroker
from tests.support.waiting import eventually_async
from tests.tui.looking import looking
from tests.tui.state.payloads import CHARGING, STATUS


async def test_the_list_shows_every_instance_with_its_status(broker: RealBroker) -> None:
    """S0-11, S0-12: all instances on the left, with more than alive or dead."""
    async with looking(broker, size=(80, 24)) as seen:
        for number, registration in enumerate(Registration, start=1):
            await seen.add(f"CP_{number}", registration)
        await seen.sees(*(f"CP_{n}" for n in range(1, 6)), *(registration.value for registration in Registration))


async def test_selecting_an_instance_fills_the_right_side(broker: RealBroker) -> None:
    """S0-11, S0-12, S0-13: name, registration, configuration, every connector with id and status."""
    async with looking(broker, "CP_1") as seen:
        await seen.add(
            "CP_2", vendor="ACME", model="Wallbox", serial="S/N 42", nb_connectors=2, nb_phases=1, max_setpoint=16
        )
        await seen.sees("CP_2")
        await seen.press("down")
        await seen.sees(
            "─ CP_2 ─", "ACME · Wallbox", "S/N 42", "AC 1 phase · 230 V · 16.0 A", "ws://localhost:9000",
            "1 ○ Available", "2 ○ Available", "2 of 2",
        )  # fmt: skip


async def test_what_another_client_changes_appears_at_once(broker: RealBroker) -> None:
    """S0-37: limits, set points and consumption as they are retained."""
    async with looking(broker, "CP_1") as seen:
        topic = seen.yard.topics.connector("CP_1", 1, "status")
        seen.yard.publish(topic, CHARGING.to_json())
        await seen.sees("1 ► Charging", "11.0 kW", "ocpp     16.0 A", "wants 3 × 20.0 A", "63 %", "TAG1")
        seen.yard.publish(topic, replace(CHARGING, ocpp_setpoint=6.0, power_w=4140.0).to_json())
        await seen.sees("ocpp      6.0 A", "4.1 kW")


async def test_a_charge_point_that_was_there_before_is_found_and_can_be_controlled(broker: RealBroker) -> None:
    """S0-08: a screen that comes later shows and controls what already runs."""
    async with looking(broker) as first:
        await first.add("CP_1")
        await first.sees("CP_1")
        await first.press("b")
        await first.sees("DISCONNECTED")
        await first.press("b")
        await first.sees("● launcher Alive")
        await first.no_longer_sees("DISCONNECTED")
        await first.press("x")
        await first.hears("launcher/cmd", {"type": "kill", "charge_points": [{"id": "CP_1"}]})


async def test_the_selection_stays_with_its_id_when_others_come_and_go(broker: RealBroker) -> None:
    async with looking(broker, "CP_5", "CP_7") as seen:
        await seen.press("end")
        await seen.sees("─ CP_7 ─", "2 of 2")
        for number in (1, 6, 9):
            await seen.add(f"CP_{number}")
        await seen.sees("─ CP_7 ─", "4 of 5")
        seen.yard.publish(seen.yard.topics.station("CP_1", "status"), b"")
        await seen.sees("─ CP_7 ─", "3 of 4")


async def test_what_cannot_be_read_is_shown_as_such_and_disturbs_nothing(broker: RealBroker) -> None:
    async with looking(broker, "CP_2") as seen:
        await seen.sees("─ CP_2 ─")
        topics = seen.yard.topics
        for payload in (b"5", b"[]", b"{", b"\xff\x00", b'{"status":"Nonsense"}'):
            seen.yard.publish(topics.station("CP_1", "status"), payload)
            seen.yard.publish(topics.connector("CP_2", 1, "status"), payload)
            seen.yard.publish(topics.launcher("result"), payload, retain=False)
            seen.yard.publish(topics.station("CP_2", "result"), payload, retain=False)
        await seen.sees("unreadable answer on")
        seen.app.clear_notifications()
        await seen.sees("CP_1", "? Unreadable", "─ CP_2 ─", "1 ? Unreadable")
        await seen.press("up")
        await seen.sees("problem")
        seen.yard.publish(topics.station("CP_1", "status"), replace(STATUS, vendor="Healed").to_json())
        await seen.sees("Healed")


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (60, 20), (120, 36), (300, 90), (40, 12)])
async def test_every_size_shows_list_and_details(broker: RealBroker, size: tuple[int, int]) -> None:
    async with looking(broker, size=size, populate=12) as seen:
        screen = await seen.sees("simu_cp_001", "Accepted", "12")
        lines = screen.splitlines()
        assert len(lines) >= size[1]
        assert max(len(line) for line in lines) <= size[0]
        if size[0] >= 60:
            await seen.sees("broker 127.0.0.1", "launcher Alive", "? Keys", "q Quit", "model", "limit")
        if size == (160, 50):
            await seen.sees("connectors", "SoC%", "charging", "limits", "started", "120 s")


async def test_it_can_be_resized_while_it_runs(broker: RealBroker) -> None:
    async with looking(broker, populate=12) as seen:
        for size in ((60, 20), (200, 60), (30, 8), (80, 24)):
            await seen.pilot.resize_terminal(*size)
            await seen.pilot.pause()
        await seen.sees("simu_cp_001", "model", "q Quit")


async def test_what_is_typed_ahead_belongs_to_the_filter(broker: RealBroker) -> None:
    async with looking(broker) as seen:
        await seen.add("CP_1")
        await seen.sees("CP_1")
        await seen.burst("/depot/")
        await seen.sees("depot/", "none")
        await seen.press("escape", "escape")
        await seen.burst("\r2/boot/")
        await seen.sees("boot/", "▐2 Traffic")


async def test_what_is_typed_after_enter_or_escape_in_a_filter_is_for_the_list_that_it_has_narrowed(
    broker: RealBroker,
) -> None:
    async with looking(broker, "CP_1", "CP_2", "depot_1", "depot_2") as seen:
        await seen.burst("/depot\rjp")
        await seen.hears("cps/depot_2/connectors/1/car", {"cable": 32.0})
        await seen.burst("/x\x1bgjp")
        await seen.hears("cps/CP_2/connectors/1/car", {"cable": 32.0})
        await seen.burst("tID\rkp")
        await seen.hears("cps/CP_2/connectors/1/id_tag", {"id": "ID"})
        await seen.hears("cps/CP_1/connectors/1/car", {"cable": 32.0})
        await seen.burst("\r2/boot\r3/Interval\x1b4")
        await seen.sees("▐4 Schedule")
        await seen.burst("2")
        await seen.sees("▐2 Traffic", "/boot")


async def test_keys_typed_ahead_act_in_their_order(broker: RealBroker) -> None:
    """Each on what the one before has selected, each form has what is typed after its key."""
    async with looking(broker, "CP_1", "CP_2", "CP_3", "CP_4") as seen:
        await seen.burst("jjp")
        await seen.hears("cps/CP_3/connectors/1/car", {"cable": 32.0})
        await seen.burst("ktID\r")
        await seen.hears("cps/CP_2/connectors/1/id_tag", {"id": "ID"})
        await seen.burst("   ry")
        await seen.hears("launcher/cmd", {"type": "restart", "charge_points": [{"id": f"CP_{n}"} for n in (2, 3, 4)]})


async def test_the_filter_narrows_the_list_and_escape_shows_all_again(broker: RealBroker) -> None:
    async with looking(broker, "depot_1", "depot_2", "street_1") as seen:
        await seen.press("slash", *"depot", "enter")
        await seen.sees("/depot", "1 of 2 (3 in all)")
        await seen.no_longer_sees("street_1")
        await seen.press("down")
        await seen.sees("─ depot_2 ─")
        await seen.press("escape")
        await seen.sees("street_1", "2 of 3")
        await seen.press("slash", *"zzz")
        await seen.sees("Nothing is like that.")


@pytest.mark.parametrize("text", ["[red]", "\\", "[/]\\", "{", "漢字"])
async def test_a_filter_is_text_and_nothing_else(broker: RealBroker, text: str) -> None:
    async with looking(broker, "CP_1") as seen:
        await seen.press("slash")
        await seen.type(text)
        await seen.sees(f"/{text}", "none (1 in all)")


async def test_a_new_yard_says_how_to_begin(broker: RealBroker) -> None:
    async with looking(broker) as seen:
        await seen.sees("No charge points yet.", "adds one or many", "loads a setup", "none")


async def test_two_thousand_charge_points_are_all_there_and_move_correctly(broker: RealBroker) -> None:
    async with looking(broker, populate=2000) as seen:
        await seen.sees("2000")
        await seen.press("end")
        await seen.sees("─ simu_cp_2000 ─", "2000 of 2000")
        await seen.press("pageup", "home", "pagedown", "up", "k", "j", "G", "g", "down")
        await seen.sees("─ simu_cp_002 ─", "2 of 2000")
        totals = seen.app.fleet.totals
        assert sum(totals.standings.values()) == 2000
        powers = sum(round(c.power_w) for s in seen.yard.stations.values() for c in s.connectors.values())
        await eventually_async(lambda: seen.app.fleet.totals.power_w == powers)


async def test_the_mouse_selects_rows_and_connectors_presses_keys_and_scrolls(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", "CP_3") as seen:
        await seen.add("CP_2", nb_connectors=2)
        await seen.sees("CP_2")
        await seen.pilot.click("FleetList", offset=(5, 1))
        await seen.sees("─ CP_2 ─", "┏━ 1 ○ Available")
        await seen.pilot.click("DetailsPane", offset=(5, 16))
        await seen.sees("┏━ 2 ○ Available")
        await seen.pilot.click("KeyBar", offset=(3, 0))
        await seen.hears("cps/CP_2/connectors/2/car", {"cable": 32.0})


async def test_help_lists_every_key_and_says_what_cannot_be_done_now(broker: RealBroker) -> None:
    async with looking(broker, size=(100, 80)) as seen:
        await seen.press("question_mark")
        await seen.sees(
            "Plug the car in, or unplug it", "not now: no charge point is selected", "ctrl+k", "esc closes"
        )
        await seen.press("escape")
        await seen.no_longer_sees("esc closes")


async def test_the_command_palette_finds_actions(broker: RealBroker) -> None:
    async with looking(broker, "CP_1") as seen:
        await seen.press("ctrl+p")
        await seen.sees("Search")
        await seen.press(*"living one")
        await seen.sees("Kill a living one, restart a dead one", "key x")
        await seen.press("enter")
        await seen.hears("launcher/cmd", {"type": "kill", "charge_points": [{"id": "CP_1"}]})


async def test_both_themes_show_the_same(broker: RealBroker) -> None:
    async with looking(broker, populate=5) as seen:
        dark = (seen.app.theme, await seen.sees("simu_cp_001"))
        await seen.press("ctrl+t")
        assert seen.app.theme != dark[0]
        await seen.sees("simu_cp_001", "● launcher Alive")


async def test_without_colour_everything_is_still_told(broker: RealBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with looking(broker, populate=5) as seen:
        assert seen.app.no_color
        await seen.sees("▌simu_cp_001", "┏━ 1", "● Accepted")


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_the_screen_leaves_the_yard_alone(broker: RealBroker, key: str) -> None:
    """S0-07: charge points keep running when the screen stops."""
    async with looking(broker, "CP_1") as seen:
        await seen.press(key)
        await eventually_async(lambda: not seen.app.is_running)
        assert seen.app.return_code == 0
        assert seen.yard.heard == []
