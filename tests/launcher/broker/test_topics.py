"""Names, filters and the tree that matches them (section 4.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.broker.reason_codes import ProtocolError
from launcher.broker.topics import LEVELS_MAX, TopicTree, check_filter, check_name
from tests.launcher.broker.strategies import few_filters, few_names


def tree_of(*paths: str) -> TopicTree[str]:
    tree: TopicTree[str] = TopicTree()
    for path in paths:
        tree.put(path, path)
    return tree


def matches(topic_filter: str, name: str) -> bool:
    """The rules of 4.7 said once more, level by level, as slow as they are plain."""

    def rest(filter_levels: list[str], name_levels: list[str]) -> bool:
        if not filter_levels:
            return not name_levels
        if filter_levels[0] == "#":
            return True
        if not name_levels:
            return False
        return filter_levels[0] in ("+", name_levels[0]) and rest(filter_levels[1:], name_levels[1:])

    if name.startswith("$") and topic_filter[0] in "+#":
        return False
    return rest(topic_filter.split("/"), name.split("/"))


@pytest.mark.parametrize(
    ("topic_filter", "name", "expected"),
    [
        # The examples of the standard, 4.7.1.2, 4.7.1.3, 4.7.2 and 4.7.3.
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("#", "sport/tennis", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/uptime", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
        ("a/+", "a/$b", True),
        ("ACCOUNTS", "Accounts", False),
        ("finance", "/finance", False),
        ("Accounts payable", "Accounts payable", True),
    ],
)
def test_the_examples_of_the_standard(topic_filter: str, name: str, expected: bool) -> None:
    assert tree_of(topic_filter).filters_matching(name) == [topic_filter] * expected
    assert tree_of(name).names_matching(topic_filter) == [name] * expected
    assert matches(topic_filter, name) is expected


@given(st.sets(few_filters, max_size=20), few_names)
def test_a_tree_of_filters_finds_those_that_match_a_name(filters: set[str], name: str) -> None:
    found = tree_of(*filters).filters_matching(name)
    assert sorted(found) == sorted(f for f in filters if matches(f, name))


@given(st.sets(few_names, max_size=20), few_filters)
def test_a_tree_of_names_finds_those_that_a_filter_matches(names: set[str], topic_filter: str) -> None:
    found = tree_of(*names).names_matching(topic_filter)
    assert sorted(found) == sorted(name for name in names if matches(topic_filter, name))


@given(st.lists(st.tuples(st.booleans(), few_names), max_size=30))
def test_a_tree_is_a_mapping_that_leaves_nothing_behind(changes: list[tuple[bool, str]]) -> None:
    tree = tree_of()
    model: dict[str, str] = {}
    for number, (puts, name) in enumerate(changes):
        if puts:
            tree.put(name, str(number))
            model[name] = str(number)
        else:
            tree.remove(name)
            model.pop(name, None)
        assert all(tree.get(path) == model.get(path) for _, path in changes)
    for name in model:
        tree.remove(name)
    assert not tree._root.children, "branches that lead nowhere"


def test_a_topic_may_be_deep_but_not_without_end() -> None:
    deepest = "/".join("x" * LEVELS_MAX)
    check_name(deepest)
    check_filter(deepest)
    with pytest.raises(ProtocolError, match=f"more than {LEVELS_MAX} levels"):
        check_name(deepest + "/x")
    with pytest.raises(ProtocolError, match=f"more than {LEVELS_MAX} levels"):
        check_filter(deepest + "/#")


def test_refusals_quote_no_more_of_a_topic_than_a_line_holds() -> None:
    with pytest.raises(ProtocolError) as refused:
        check_name("x" * 60_000 + "#")
    assert len(str(refused.value)) < 200
