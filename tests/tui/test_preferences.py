"""What is kept between two runs: keys of one's own, and the last layout."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from tests.chargepoint.brokers import RealBroker
from tests.tui.looking import looking
from tui.keymap import BY_NAME, Group
from tui.preferences import Preferences
from tui.state.columns import COLUMNS
from tui.state.groups import Grouping
from tui.state.layouts import ScreenLayout, Zoom
from tui.user_keys import groups_with, parse_keys


def test_keys_of_ones_own_replace_those_of_the_registry() -> None:
    keys = parse_keys('plug = "f5"\nremove = ["ctrl+d", "delete"]', "keys.toml")
    assert keys == {"plug": ("f5",), "remove": ("ctrl+d", "delete")}
    connector = {action.name: action for action in groups_with(keys)[Group.CONNECTOR]}
    assert connector["plug"].keys == ("f5",)
    assert connector["tap"] == BY_NAME["tap"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plug =", "keys.toml: nothing is not a file of lines like plug"),
        ('plugg = "p"', "'plugg' is not an action with keys of its own: did you mean plug?"),
        ('choose = "9"', "'choose' is not an action with keys of its own"),
        ("plug = 5", 'keys.toml: plug: 5 is not a key like "f5"'),
        ("plug = []", "keys.toml: plug: [] is not a key like"),
        ('plug = "t"', "'t' is not a key of one action: plug and tap have it"),
    ],
)
def test_a_wrong_key_file_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_keys(text, "keys.toml")
    assert words in str(refused.value)


async def test_a_key_of_ones_own_works_and_stands_in_the_footer_and_the_old_one_is_free(broker: RealBroker) -> None:
    async with looking(broker, "CP_1", keys={"plug": ("f5",)}) as seen:
        await seen.sees("f5 Plug")
        await seen.press("p", "f5")
        await seen.hears("cps/CP_1/connectors/1/car", {"cable": 32.0})
        assert len(seen.yard.heard) == 1


LAYOUTS = st.builds(
    ScreenLayout,
    theme=st.sampled_from(["", "yard-dark"]),
    columns=st.lists(st.sampled_from([column.name for column in COLUMNS]), unique=True).map(tuple),
    sort_by=st.sampled_from(["id", "power"]),
    descending=st.booleans(),
    grouping=st.sampled_from(Grouping),
    folded=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    zoom=st.sampled_from(Zoom),
    setups=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)


@given(layout=LAYOUTS)
def test_every_layout_is_found_again_as_it_was(layout: ScreenLayout) -> None:
    assert ScreenLayout.from_json(layout.to_json().encode(), "screen.json") == layout


@pytest.mark.parametrize("content", [b"", b"[]", b'{"zoom": 5}', b"\xff", b'{"columns": [5]}'])
def test_a_layout_that_cannot_be_read_is_the_usual_one(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    file.write_bytes(content)
    assert Preferences(layout_file=file).read_layout() == ScreenLayout()
    assert Preferences(layout_file=tmp_path / "none").read_layout() == ScreenLayout()


def test_a_disk_that_refuses_is_no_obstacle() -> None:
    Preferences(layout_file=Path("/proc/nowhere/screen.json")).write_layout(ScreenLayout())


def test_keys_are_in_the_xdg_configuration_and_the_layout_in_the_yards_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    preferences = Preferences.of_user(tmp_path / "yard")
    assert preferences.keys_file == tmp_path / "config" / "cp-simu" / "keys.toml"
    assert preferences.layout_file == tmp_path / "yard" / "screen.json"
    assert preferences.read_keys() == {}
    assert Preferences.of_user(tmp_path, read_only=True).layout_file is None
