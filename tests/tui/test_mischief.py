"""What charge points are made to do wrong, from the screen: switched on with numbers, seen, switched off."""

from __future__ import annotations

import pytest

from chargepoint.api.damage import DAMAGES
from chargepoint.api.disturbances import DISTURBANCES
from chargepoint.api.payloads import ErrorCode
from chargepoint.api.quirks import QUIRKS
from tests.chargepoint.brokers import RealBroker
from tests.tui.looking import looking
from tui.screens.mischief_choice import Wanted
from tui.screens.mischief_form import MischiefForm
from tui.state.deviations import Sort
from tui.state.mischief import FaultAt

EVERYTHING = [
    *(Wanted(Sort.LINE, kind) for kind in DISTURBANCES),
    *(Wanted(Sort.PART, kind) for kind in DAMAGES),
    *(Wanted(Sort.FAULT, code) for code in ErrorCode if code is not ErrorCode.NO_ERROR),
    *(Wanted(Sort.QUIRK, name) for name in QUIRKS),
]


async def test_a_disturbance_is_switched_on_with_its_numbers_seen_and_switched_off(broker: RealBroker) -> None:
    async with looking(broker, "CP_1") as seen:
        await seen.burst("D/drop\r")
        await seen.sees("drop: CP_1", "Probability", "Seed", "~ drop 30 % for 60 s")
        await seen.press("tab", "tab")
        await seen.type("0.25")
        await seen.press("tab")
        await seen.type("7")
        await seen.sees("~ drop 25 % seed 7 for 60 s")
        await seen.press("enter")
        body = {"type": "disturb", "kind": "drop", "direction": "both", "probability": 0.25, "seed": 7, "for_s": 60.0}
        await seen.hears("cps/CP_1/cmd", body)
        await seen.sees(
            "CP_1       ~● Accepted", "~ drop 25 % seed 7 for 60 s", "CP_1: drop 25 % seed 7 for 60 s: done"
        )
        await seen.burst("D")
        await seen.sees("On now", "~ drop 25 % seed 7 for 60 s   since")
        await seen.press("down", "enter")
        await seen.hears("cps/CP_1/cmd", {"type": "disturb", "clear": True, "kind": "drop"})
        await seen.no_longer_sees("~●")


async def test_wrong_numbers_are_said_at_once(broker: RealBroker) -> None:
    async with looking(broker, "CP_1") as seen:
        await seen.burst("D/drop\r")
        await seen.press("tab", "tab")
        await seen.type("2")
        await seen.sees("probability: 2 is not")
        await seen.press("escape")
        await seen.sees("What is wrong with CP_1", "messages do not arrive")


async def test_all_that_are_marked_deviate_and_are_right_again(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", "CP_2", "CP_3", size=(100, 30)) as seen:
        seen.yard.stations["CP_3"].die()
        seen.yard.tell("CP_3")
        await seen.sees("✕ Dead")
        await seen.press("ctrl+a")
        await seen.burst("D/celcius\r\r")
        for station_id in ("CP_1", "CP_2"):
            await seen.hears(f"cps/{station_id}/cmd", {"type": "quirks", "quirks": ["celcius"]})
        await seen.sees("celcius: 2 of 2 orders done", "~ quirk celcius", "~ 2 deviating")
        await seen.burst("/deviates:celcius\r")
        await seen.sees("2 of 3")
        await seen.burst("D")
        await seen.sees("What is wrong with 2 charge points", "celcius   at 2 of 2")
        await seen.press("enter")
        await seen.sees("nothing deviates: 2 of 2 orders done")
        assert all(not one.deviations.in_words for one in seen.yard.stations.values())


async def test_each_of_those_that_are_marked_draws_for_itself(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", "CP_2", size=(100, 30)) as seen:
        await seen.press("ctrl+a")
        await seen.burst("D/half_open\r")
        await seen.sees("half_open: 2 charge points", "0 to 1, of each time it is due")
        await seen.press("tab", "tab")
        await seen.type("0.5")
        await seen.press("enter")
        for seed, station_id in enumerate(("CP_1", "CP_2")):
            body = {"kind": "half_open", "probability": 0.5, "seed": seed, "for_s": 60.0, "every_s": 0, "range_s": 0}
            await seen.hears(f"cps/{station_id}/cmd", {"type": "disturb", **body})


async def test_faults_come_one_beside_the_other_and_a_warning_is_no_fault(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", size=(100, 30)) as seen:
        await seen.burst("D/WeakSignal\r\r")
        await seen.sees("○ Available · WeakSignal", "~ fault WeakSignal connector 1", "f Clear")
        await seen.burst("D/GroundFailure\r\r")
        await seen.sees("! Faulted · GroundFailure", "~ fault GroundFailure connector 1")
        await seen.press("f")
        await seen.no_longer_sees("~ fault")


@pytest.mark.parametrize("sort", Sort)
async def test_every_kind_has_a_form_whose_proposals_are_right(broker: RealBroker, sort: Sort) -> None:
    async with looking(broker, "CP_1", size=(100, 40)) as seen:
        for wanted in (one for one in EVERYTHING if one.sort is sort):
            form = MischiefForm(wanted, "CP_1", 1)
            await seen.app.push_screen(form)
            deed = form.read().deed
            if isinstance(deed, FaultAt):
                assert deed.fault.error_code == wanted.name
            else:
                assert wanted.name in (deed.what.body().get("kind"), *deed.what.body().get("quirks", ()))  # type: ignore[misc]
            form.dismiss(None)
            await seen.pilot.pause()


async def test_a_read_only_screen_says_why_on_one_charge_point_too(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", size=(100, 30), read_only=True) as seen:
        await seen.press("D")
        await seen.sees("Disturb: not now", "this screen is read-only")
        await seen.press("enter", "p")
        await seen.sees("Plug: not now", "this screen is read-only")
