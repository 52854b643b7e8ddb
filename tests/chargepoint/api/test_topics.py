"""The topic tree: what is made here is understood here, and no id reaches another topic, folder or program."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.topics import (
    LONGEST_ROOT,
    RESERVED_IDS,
    ConnectorTopic,
    LauncherTopic,
    StationTopic,
    Topics,
    check_id,
)
from tests.chargepoint.api import strategies

ids = st.from_regex(re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:=@-]{0,47}"), fullmatch=True).filter(
    lambda one: one not in RESERVED_IDS
)
roots = st.from_regex(re.compile(r"[A-Za-z0-9_.-]{1,10}(/[A-Za-z0-9_.-]{1,10}){0,3}"), fullmatch=True)

TOPICS = Topics()


@given(roots, ids, st.integers(0, 9999), st.sampled_from(["status", "car", "id_tag", "faulted", "cmd", "result"]))
def test_every_topic_made_is_taken_apart_to_what_it_was_made_of(root: str, id: str, number: int, leaf: str) -> None:
    topics = Topics(root)
    assert topics.parse(topics.launcher(leaf)) == LauncherTopic(leaf)
    assert topics.parse(topics.station(id, leaf)) == StationTopic(id, leaf)
    assert topics.parse(topics.connector(id, number, leaf)) == ConnectorTopic(id, number, leaf)


@given(st.text(max_size=60) | st.text(alphabet="/+#cps019connectors_imulahrt.", max_size=60).map("cp_simu/".__add__))
def test_any_other_topic_is_taken_apart_to_nothing(topic: str) -> None:
    match TOPICS.parse(topic):
        case LauncherTopic(leaf):
            assert topic == TOPICS.launcher(leaf)
        case StationTopic(id, leaf):
            assert topic == TOPICS.station(id, leaf)
        case ConnectorTopic(id, number, leaf):
            assert topic == TOPICS.connector(id, number, leaf)
        case None:
            pass


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "cp_simu",
        "cp_simu/",
        "cp_simu2/cps/CP1/status",
        "other/cp_simu/cps/CP1/status",
        "cp_simu/cps/CP1",
        "cp_simu/cps//status",
        "cp_simu/cps/a b/status",
        "cp_simu/cps/+/status",
        "cp_simu/cps/CP1/connectors/1",
        "cp_simu/cps/CP1/connectors/01/car",
        "cp_simu/cps/CP1/connectors/-1/car",
        "cp_simu/cps/CP1/connectors/1.0/car",
        "cp_simu/cps/CP1/connectors/٣/car",
        "cp_simu/cps/CP1/connectors/99999/car",
        "cp_simu/cps/CP1/connectors/1/car/",
    ],
)
def test_what_is_not_quite_a_topic_addresses_nothing(topic: str) -> None:
    assert TOPICS.parse(topic) is None


def test_the_documented_topics_of_the_open_ocpp_simulator() -> None:
    """S0-21."""
    assert TOPICS.launcher("cmd") == "cp_simu/launcher/cmd"
    assert TOPICS.launcher("status") == "cp_simu/launcher/status"
    assert TOPICS.station("simu_cp_001", "status") == "cp_simu/cps/simu_cp_001/status"
    assert TOPICS.station("simu_cp_001", "cmd") == "cp_simu/cps/simu_cp_001/cmd"
    assert TOPICS.station("simu_cp_001", "ocpp_config") == "cp_simu/cps/simu_cp_001/ocpp_config"
    for leaf in ("status", "car", "id_tag", "faulted"):
        assert TOPICS.connector("simu_cp_001", 2, leaf) == f"cp_simu/cps/simu_cp_001/connectors/2/{leaf}"


def test_wildcards_stand_for_ids_and_connectors_in_subscriptions() -> None:
    assert TOPICS.station("+", "status") == "cp_simu/cps/+/status"
    assert TOPICS.connector("+", "+", "status") == "cp_simu/cps/+/connectors/+/status"


@pytest.mark.parametrize("id", ["CP1", "simu_cp_001", "_", "DE*X".replace("*", "-"), "a.b:c=d@e-f", "0", "x" * 48])
def test_ids_that_are_fit_for_a_topic_a_folder_a_program_and_a_url(id: str) -> None:
    assert check_id(id) == id


@pytest.mark.parametrize(
    "id",
    [
        None, 5, True, [], {}, "", " ", "a b", "a/b", "a\\b", "../x", "..", ".", ".hidden", "-rf", ":x", "=x",
        "a+b", "a#b", "+", "#", "$SYS", "a;b", "a&b", "a|b", "a`b", "a$b", "a'b", 'a"b', "a\nb", "CP1\n", "a\x00b",
        "a%b", "a~b", "ä", "CP１", "\ud800", "x" * 49, *sorted(RESERVED_IDS),
    ],
)  # fmt: skip
def test_an_id_that_could_mean_something_else_somewhere_is_refused(id: object) -> None:
    with pytest.raises(InputError) as caught:
        check_id(id, "charge_points[0].id")
    assert str(caught.value).startswith("charge_points[0].id: ")


@given(st.text(max_size=50))
def test_whatever_is_an_id_has_no_separator_wildcard_blank_or_quote(text: str) -> None:
    if isinstance(strategies.outcome(check_id, text), InputError):
        return
    assert not set(text) & set("/\\+#$~;&|`'\"<>(){}[]*?!% \t\r\n\x00")
    assert text.isascii()
    assert not text.startswith(".")


@pytest.mark.parametrize("root", ["", "/", "a/", "/a", "a//b", "a/+/b", "#", "a b", "$SYS", "x" * (LONGEST_ROOT + 1)])
def test_a_root_that_is_no_topic_is_refused(root: str) -> None:
    with pytest.raises(InputError, match="root"):
        Topics(root)
