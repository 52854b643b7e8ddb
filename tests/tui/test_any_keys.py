"""Thousands of keys in any sequence, while charge points come, change and go: nothing of it ends the screen."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from textual import events
from textual.keys import _character_to_key

from tests.chargepoint.brokers import RealBroker
from tests.tui.looking import looking
from tui.keymap import ACTIONS

_LEAVING = {"q", "ctrl+c"}
KEYS = sorted({key for action in ACTIONS for key in action.keys} - _LEAVING)
FORM_KEYS = [
    "enter",
    "escape",
    "tab",
    "shift+tab",
    "space",
    "backspace",
    "y",
    "n",
    "7",
    "ctrl+p",
    "left_curly_bracket",
]
WORDS = ["status:charging", "power>", "-id:x*", "CP_{1..9}", "/tmp/", "0.2", "[/]", "漢"]
SIZES = [(80, 24), (160, 50), (60, 20), (30, 8), (200, 60)]
TOGETHER_S = 15.0
"""How long all sequences may take; then the rest of them is empty."""


_SIGNS = {_character_to_key(chr(code)): chr(code) for code in range(33, 127)}


def key_event(key: str) -> events.Key:
    """The event of a key that has a character, as a terminal sends it."""
    return events.Key(key, _SIGNS.get(key, " " if key == "space" else None))


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setups that random keys save belong to the test."""
    monkeypatch.chdir(tmp_path)


KEY = st.sampled_from(KEYS) | st.sampled_from(FORM_KEYS)
STEPS = st.lists(
    st.lists(KEY, min_size=10, max_size=60).map(lambda keys: [key_event(key) for key in keys])
    | st.sampled_from(WORDS).map(lambda word: [events.Paste(word)])
    | st.sampled_from(SIZES)
    | st.none(),
    min_size=20,
    max_size=60,
)
"""Keys, a pasted word, another size of the terminal, or (None) a charge point that comes."""


def test_no_sequence_of_keys_ends_the_screen(broker: RealBroker) -> None:
    until = time.monotonic() + TOGETHER_S
    pressed = 0

    @settings(max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def any_sequence(steps: list[list[events.Event] | tuple[int, int] | None]) -> None:
        nonlocal pressed
        if time.monotonic() < until:
            pressed += asyncio.run(walk(broker, steps, until))

    any_sequence()
    assert pressed > 200


async def walk(broker: RealBroker, steps: list[list[events.Event] | tuple[int, int] | None], until: float) -> int:
    """Do the steps; how many keys there were."""
    dice = random.Random(1)
    pressed = 0
    async with looking(broker, populate=8) as seen:
        for step in steps:
            match step:
                case None:
                    seen.comes(f"new-{dice.randint(1, 5)}")
                case (int(columns), int(rows)):
                    await seen.pilot.resize_terminal(columns, rows)
                case _:
                    for event in step:
                        seen.app.post_message(event)
                    pressed += len(step)
                    await seen.pilot.pause()
            seen.yard.change_something(dice)
            assert seen.app.is_running
            if time.monotonic() > until:
                break
        assert seen.screen
    return pressed
