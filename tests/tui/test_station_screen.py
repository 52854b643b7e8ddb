"""The screen of one charge point, key by key, on a pretended yard and a real broker."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargepoint.api.description import ConfigurationEntry, Description, LocalList, Queue
from chargepoint.api.orders import CallRefusal, StationResult, Verdict
from chargepoint.api.payloads import ConnectorState
from chargepoint.api.traffic import TracedFrame
from launcher.api.commands import Remove
from tests.chargepoint.brokers import RealBroker
from tests.support.waiting import eventually_async
from tests.tui.looking import PATIENCE_S, Looking, looking
from tests.tui.state.conversations import CONVERSATION, heartbeat
from tui.messages import LauncherOrdered
from tui.station_keys import bindings

CMD = "cps/CP_1/cmd"
_ANY_KEYS = [*sorted({binding.key for binding in bindings()} - {"q"}), "ctrl+s", "backspace", "z", "7", "{"]
WATCH = {"type": "watch", "for_s": 20.0}
KEYS = Description(
    configuration=(
        ConfigurationEntry("HeartbeatInterval", "300", False, "a whole number from 1"),
        ConfigurationEntry("NumberOfConnectors", "2", True, "a whole number from 0"),
    )
)


@contextlib.asynccontextmanager
async def opened(broker: RealBroker, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Looking]:
    """The screen of CP_1, which has two connectors."""
    async with looking(broker, size=size) as seen:
        await seen.add("CP_1", nb_connectors=2)
        await seen.add("CP_2")
        await seen.sees("CP_1", "CP_2")
        await seen.press("g", "enter")
        await seen.sees("▐1 ", "7 Log")
        yield seen


def tell(seen: Looking, *frames: TracedFrame) -> None:
    for frame in frames:
        seen.yard.say("CP_1", "frames", frame.to_json())


def orders(seen: Looking, kind: str) -> int:
    """How many orders of a type the yard has heard."""
    return sum(f'"type": "{kind}"'.encode() in message.payload for message in seen.yard.heard)


async def ordered(seen: Looking, kind: str) -> str:
    """Wait for an order of that type; its request id."""
    await eventually_async(lambda: orders(seen, kind) > 0, PATIENCE_S, what=f"{kind} ordered")
    text = next(m.payload.decode() for m in reversed(seen.yard.heard) if f'"type": "{kind}"' in m.payload.decode())
    return text.partition('"request_id": "')[2].partition('"')[0]


async def test_it_opens_and_closes_and_digits_and_tab_choose_the_tab(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        for key, words in (("2", "No frame yet"), ("3", "Asking the charge point"), ("7", "machine of the yard")):
            await seen.press(key)
            await seen.sees(words)
        await seen.press("tab")
        await seen.sees("▐1 Overview▌", "1 ○ Available")
        await seen.press("shift+tab")
        await seen.sees("▐7 Log▌")
        await seen.press("h", "h")
        await seen.sees("▐5 Tags▌")
        await seen.press("escape")
        await seen.sees("charge points", "1 of 2")
        await seen.press("down", "enter")
        await seen.sees(" CP_2  ● Accepted", "1 Overview")


async def test_everything_that_can_be_done_to_a_connector_is_done_here_too(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        await seen.press("right_square_bracket", "p")
        await seen.hears("cps/CP_1/connectors/2/car", {"cable": 32.0})
        await seen.sees("2 ◔ Preparing")
        await seen.press("V")
        await seen.sees("The car at CP_1 connector 2", "mid_400V", "3 × 16 A", "the usual case")
        await seen.press("down", "enter")
        wants = {"consumption_l1": 32.0, "consumption_l2": 0.0, "consumption_l3": 0.0}
        await seen.hears("cps/CP_1/connectors/2/car", wants)
        await seen.press("t")
        await seen.type("ALICE")
        await seen.press("enter")
        await seen.connector("CP_1", 2, lambda told: told.status is ConnectorState.CHARGING)
        await seen.press("t")
        await seen.sees("Id tag at CP_1 connector 2", "ALICE", "TAG1")
        await seen.press("down", "enter")
        await seen.connector("CP_1", 2, lambda told: told.transaction_id is None)
        await seen.press("f", "enter")
        await seen.sees("! Faulted")


async def test_traffic_is_asked_for_while_it_is_looked_at_and_only_then(
    broker: RealBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screens.asking.WATCH_EVERY", 1)
    async with opened(broker) as seen:
        await seen.press("2")
        await seen.hears(CMD, WATCH)
        await eventually_async(lambda: orders(seen, "watch") > 2, PATIENCE_S, what="the watch renewed")
        await seen.press("7")
        await seen.sees("▐7 Log▌")
        await seen.yard.drained()
        watched = orders(seen, "watch")
        await seen.pilot.pause(2.5)
        assert orders(seen, "watch") <= watched + 1
        await seen.press("2", "escape")
        await seen.sees("1 of 2")
        await seen.yard.drained()
        watched = orders(seen, "watch")
        await seen.pilot.pause(2.5)
        assert orders(seen, "watch") <= watched + 1


async def test_frames_appear_paired_inspected_filtered_held_copied_and_saved(
    broker: RealBroker, tmp_path: Path
) -> None:
    async with opened(broker, (120, 40)) as seen:
        await seen.press("2")
        tell(seen, *CONVERSATION)
        await seen.sees("→ Heartbeat", "✓ 12 ms", "← Reset", "✕ 1 ms", "… waits", "! stray", "not JSON")
        await seen.press("g")
        await seen.sees("→ CALL Heartbeat", "← CALLRESULT Heartbeat", "after 12 ms", "✓ as the schema wants it")
        await seen.press("down")
        await seen.sees("! PropertyConstraintViolation: type must be")

        await seen.press("slash")
        await seen.type("alice")
        await seen.no_longer_sees("Reset")
        await seen.press("enter")
        await seen.sees("/alice", 'idTag: "ALICE"')
        await seen.press("escape")
        await seen.sees("← Reset")

        await seen.press("g", "a")
        await seen.sees("only Heartbeat", "a All")
        await seen.no_longer_sees("Authorize")
        await seen.press("space")
        tell(seen, *heartbeat("2", 20))
        await seen.sees("‖ 1 more", "space Go on")
        await seen.press("space")
        await seen.sees("12:00:20.000")

        await seen.press("y")
        await seen.sees("Heartbeat copied")
        assert seen.app.clipboard.splitlines()[0] == '[2, "1", "Heartbeat", {}]'

        file = tmp_path / "trace.jsonl"
        await seen.press("w")
        await seen.type(str(file))
        await seen.sees("Writes 4 frames.")
        await seen.press("enter")
        await seen.sees("4 frames saved to")
        assert [TracedFrame.from_json(line) for line in file.read_text().splitlines()] == [
            *CONVERSATION[:2],
            *heartbeat("2", 20),
        ]
        await seen.press("enter")
        await seen.no_longer_sees("CALLRESULT")


async def test_a_frame_of_another_charge_point_is_not_shown(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        await seen.press("2")
        seen.yard.say("CP_2", "frames", heartbeat("1", 1)[0].to_json())
        seen.yard.say("CP_1", "frames", b"rubbish")
        tell(seen, CONVERSATION[4])
        screen = await seen.sees("Authorize")
        assert "Heartbeat" not in screen


async def test_a_key_is_edited_in_place_and_a_refusal_is_told_in_its_words(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        await seen.press("3")
        await seen.hears(CMD, {"type": "describe", "what": ["configuration"]})
        seen.yard.say("CP_1", "description", KEYS.to_json())
        await seen.sees("HeartbeatInterval", "300", "read-only")
        await seen.press("enter")
        await seen.sees("HeartbeatInterval of CP_1", "It takes a whole number from 1.", "Nothing changes.")
        await seen.type("60")
        await seen.press("enter")
        await seen.hears(CMD, {"type": "configure", "key": "HeartbeatInterval", "value": "60"})
        request_id = await ordered(seen, "configure")
        described = orders(seen, "describe")
        done = StationResult("topic", "", Verdict.DONE, "configure", request_id)
        seen.yard.say("CP_1", "result", done.to_json())
        await seen.sees("CP_1: configure done")
        await eventually_async(lambda: orders(seen, "describe") > described, PATIENCE_S, what="described anew")
        seen.yard.say("CP_1", "result", StationResult("topic", "60 is no good").to_json())
        await seen.sees("CP_1 refused", "60 is no good")
        await seen.press("G", "enter")
        await seen.sees("NumberOfConnectors is read-only.")


async def test_any_message_is_sent_by_hand_from_an_example_that_validates(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        await seen.press("m")
        await seen.sees("Send from CP_1", "Heartbeat", "✓ as the schema wants it")
        await seen.press("home", "enter")
        await seen.sees('"idTag": "TAG1"')
        await seen.press("ctrl+s")
        await seen.hears(CMD, {"type": "send", "action": "Authorize", "payload": {"idTag": "TAG1"}})
        answer = StationResult(
            "topic",
            "",
            Verdict.DONE,
            "send",
            await ordered(seen, "send"),
            answer={"idTagInfo": {"status": "Accepted"}},
        )
        seen.yard.say("CP_1", "result", answer.to_json())
        await seen.sees("CP_1 was answered", '"status": "Accepted"')

        await seen.press("m", "enter", "f7", "delete")
        await seen.sees("payload: '' is not JSON")
        await seen.press("ctrl+s", *"{}")
        await seen.sees("must contain ['idTag']", "It can be sent all the same.")
        await seen.press("ctrl+s")
        await seen.hears(CMD, {"type": "send", "action": "Authorize", "payload": {}, "force": True})
        error = CallRefusal("ProtocolError", "idTag is missing")
        refused = StationResult("topic", "", Verdict.DONE, "send", await ordered(seen, "send"), error=error)
        seen.yard.say("CP_1", "result", refused.to_json())
        await seen.sees("CP_1: CALLERROR", "ProtocolError: idTag is missing")


async def test_any_text_is_sent_by_hand_as_it_is(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        await seen.press("m", "end", "enter")
        await seen.sees("any text", '[2,"1","Heartbeat",{]', "It is sent as it is, JSON or not.")
        await seen.press("ctrl+s")
        await seen.hears(CMD, {"type": "send_text", "text": '[2,"1","Heartbeat",{]'})
        seen.yard.say("CP_1", "result", StationResult("topic", "no connection").to_json())
        await seen.sees("CP_1 refused", "no connection")


async def test_killed_under_the_eyes_it_says_so_and_comes_back(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        await seen.press("5")
        nothing = Description(local_list=LocalList(0, True, ()), cache=(), reservations=(), queue=Queue(0, ()))
        seen.yard.say("CP_1", "description", nothing.to_json())
        await seen.sees("Local list  version 0")
        await seen.press("x")
        await seen.hears("launcher/cmd", {"type": "kill", "charge_points": [{"id": "CP_1"}]})
        await seen.sees("✕ Dead")
        await seen.press("3")
        await seen.sees("CP_1 is Dead: what is inside can be seen while it lives", "x restarts it")
        await seen.press("m")
        await seen.sees("Send: not now", "CP_1 is Dead")
        await seen.press("x")
        await seen.sees("● Accepted")
        await seen.press("B")
        await seen.hears(CMD, {"type": "reboot"})


async def test_one_that_is_removed_under_the_eyes_is_unknown_and_nothing_breaks(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        seen.app.post_message(LauncherOrdered(Remove.of(["CP_1"])))
        await seen.sees("CP_1  · Unknown")
        for key in ("2", "3", "4", "5", "6", "7", "1", "p", "m", "enter", "y", "w", "escape"):
            await seen.press(key)
        await seen.sees("charge points")


@pytest.mark.parametrize("size", [(60, 20), (160, 50)])
async def test_every_key_does_something_harmless_at_every_size(broker: RealBroker, size: tuple[int, int]) -> None:
    async with opened(broker, size) as seen:
        tell(seen, *CONVERSATION)
        for tab in "1234567":
            await seen.press(tab, "up", "down", "pagedown", "home", "G", "ctrl+t")
        await seen.press("question_mark", "escape")
        await seen.pilot.resize_terminal(60, 20)
        await seen.press("2", "enter", "enter", "1")
        await seen.sees("? Keys")


async def test_tabs_rows_and_footer_answer_to_the_mouse(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        await seen.pilot.click("TabStrip", offset=(16, 1))
        await seen.sees("▐2 Traffic▌")
        tell(seen, *CONVERSATION)
        await seen.sees("Authorize")
        await seen.pilot.click("#sheet", offset=(5, 0))
        await seen.sees("→ CALL Heartbeat")
        await seen.pilot.click("KeyBar", offset=(78, 0))
        await seen.sees("1 of 2")


async def test_the_log_of_a_yard_on_this_machine_is_followed(broker: RealBroker, tmp_path: Path) -> None:
    async with looking(broker, "CP_1") as seen:
        seen.app._logs = tmp_path
        await seen.press("enter", "7")
        await seen.sees("Its log cannot be read: No such file")
        (tmp_path / "CP_1.log").write_text("2026-06-15T12:00:00.000Z INFO    CP_1: connected to the moon\n")
        await seen.sees("12:00:00.000 info    connected to the moon")


async def test_a_lost_broker_is_said_here_too(broker: RealBroker) -> None:
    async with opened(broker) as seen:
        status = replace(seen.app.link, state="lost", reason="gone")  # type: ignore[arg-type]
        seen.app._close.show_link(status)  # type: ignore[union-attr]
        await seen.sees("NO BROKER")
        await seen.press("p")
        await seen.sees("there is no connection to the broker")


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(keys=st.lists(st.sampled_from(_ANY_KEYS), min_size=30, max_size=60))
def test_no_sequence_of_keys_ends_it(broker: RealBroker, tmp_path: Path, keys: list[str]) -> None:
    async def press_them() -> None:
        async with opened(broker) as seen:
            tell(seen, *CONVERSATION)
            seen.yard.say("CP_1", "description", KEYS.to_json())
            await seen.press(*keys)
            assert seen.app.is_running
            assert seen.screen

    # Traces that random keys save belong to the test.
    with contextlib.chdir(tmp_path):
        asyncio.run(press_them())
