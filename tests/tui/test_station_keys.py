"""The keys of the screen of one charge point: one registry, tab by tab."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.tui.test_keymap import WELL
from tui.footer import footer
from tui.state.close_up import Tab
from tui.station_keys import TAB_KEYS, action_of, actions, bindings, groups


@pytest.mark.parametrize("tab", Tab)
def test_in_a_tab_no_key_does_two_things_and_every_name_is_unique(tab: Tab) -> None:
    keys = Counter(key for action in actions(tab) for key in action.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    names = Counter(action.name for action in actions(tab))
    assert set(names.values()) == {1}
    weights = [action.weight for action in actions(tab) if action.weight]
    assert len(weights) == len(set(weights))


def test_every_key_is_bound_once() -> None:
    bound = Counter(binding.key for binding in bindings())
    assert set(bound.values()) == {1}
    assert {key for tab in Tab for action in actions(tab) for key in action.keys} == set(bound)


def test_enter_does_what_the_tab_is_for() -> None:
    for tab, name in ((Tab.TRAFFIC, "inspect"), (Tab.CONFIGURATION, "edit")):
        action = action_of(tab, "enter")
        assert action is not None
        assert action.name == name
    assert action_of(Tab.LOG, "enter") is None


def test_every_tab_has_its_digit() -> None:
    assert len(TAB_KEYS) == len(Tab)


def test_the_footer_names_first_what_belongs_to_the_tab() -> None:
    names = [item.name for item in footer(WELL, 80, actions(Tab.TRAFFIC))]
    assert names[:3] == ["filter", "only", "hold"]
    assert names[-2:] == ["help", "back"]


def test_what_would_be_undone_is_called_so() -> None:
    titles = {action.name: action.title for action in actions(Tab.TRAFFIC, {"hold"})}
    assert (titles["hold"], titles["only"]) == ("Go on", "Only these")


def test_the_help_tells_the_tabs_own_keys_first() -> None:
    assert next(iter(groups(Tab.TRAFFIC))) == "Traffic"
    assert next(iter(groups(Tab.LOG))) == "Connector"
