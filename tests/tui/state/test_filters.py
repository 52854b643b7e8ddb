"""The filter language: what each term shows, and what is said of one that is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.payloads import ConnectorState, Registration
from tests.tui.state.payloads import AVAILABLE, CHARGING, STATUS, station
from tui.state.filters import parse_filter
from tui.state.measures import NUMBERS, TEXTS
from tui.state.moment import Moment, Process
from tui.state.station import Station

FAULTED = replace(AVAILABLE, status=ConnectorState.FAULTED, error_code="GroundFailure")
YARD = [
    station(CHARGING, AVAILABLE, station_id="depot-1"),
    station(AVAILABLE, station_id="depot-2", status=replace(STATUS, status=Registration.DEAD, pid=0, type="DC")),
    station(FAULTED, station_id="street-1", status=replace(STATUS, vendor="ACME", last_error="refused by host")),
    station(replace(CHARGING, power_w=3000.0, soc_pct=None, id_tag="BOB"), station_id="street-2"),
]
MOMENT = Moment(
    now=1000.0,
    heard_at={"depot-1": 999.0, "street-1": 400.0},
    processes={"depot-1": Process(2.5, 23_000_000)},
)


def shown(text: str, yard: list[Station] = YARD, moment: Moment = MOMENT) -> list[str]:
    """The ids that a filter shows."""
    wanted = parse_filter(text)
    return [one.id for one in yard if wanted.shows(one, moment)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ["depot-1", "depot-2", "street-1", "street-2"]),
        ("DEPOT", ["depot-1", "depot-2"]),
        ("depot charging", ["depot-1"]),
        ("-depot", ["street-1", "street-2"]),
        ('"Open OCPP" street', ["street-2"]),
        ("status:charging", ["depot-1", "street-2"]),
        ("status:available", ["depot-1", "depot-2"]),
        ("status:char,dead", ["depot-1", "depot-2", "street-2"]),
        ("-status:charging", ["depot-2", "street-1"]),
        ("status=Dead", ["depot-2"]),
        ("status!=Dead", ["depot-1", "street-1", "street-2"]),
        ("id:depot-*", ["depot-1", "depot-2"]),
        ("id:*-1", ["depot-1", "street-1"]),
        ("id:?????-2", ["depot-2"]),
        ("tag:bob", ["street-2"]),
        ("error:ground", ["street-1"]),
        ("error:*", ["street-1"]),
        ('error:"by host"', ["street-1"]),
        ("type:dc", ["depot-2"]),
        ("vendor:acme", ["street-1"]),
        ("power>5", ["depot-1"]),
        ("power>2999w", ["depot-1", "street-2"]),
        ("power<=3", ["depot-2", "street-1", "street-2"]),
        ("power:2..4", ["street-2"]),
        ("power:..4kw status:charging", ["street-2"]),
        ("soc:63", ["depot-1"]),
        ("connectors=2", ["depot-1"]),
        ("age<5s", ["depot-1"]),
        ("age>5m", ["street-1"]),
        ("cpu>1 memory<30", ["depot-1"]),
        ("pid>0", ["depot-1", "street-1", "street-2"]),
        ("-", ["depot-1", "depot-2", "street-1", "street-2"]),
        ("status:charging power>5 id:depot-*", ["depot-1"]),
    ],
)
def test_a_filter_shows_what_its_terms_say(text: str, ids: list[str]) -> None:
    assert shown(text) == ids


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("statsu:dead", "'statsu' is not a field: did you mean status?"),
        ("foo:bar", "'foo' is not a field: fields are id, status"),
        ("status:", "'status:' is not complete: status:charging"),
        ("status:chrging", "'chrging' is not a status: did you mean charging?"),
        ("power>", "nothing is not a number of kW (w or kw or mw), like power>5"),
        ("power>many", "'many' is not a number of kW"),
        ("power>5%", "'5%' is not a number of kW"),
        ("power>1..2", "'power>1..2' is not possible: a range is power:1..2"),
        ("id>5", "'id>' is not possible: id is a text"),
    ],
)
def test_a_wrong_filter_says_what_would_be_right(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_filter(text)
    assert str(refused.value).startswith(f"filter: {words}")


@pytest.mark.parametrize("text", ["[red]", "\\", "[/]\\", "{", "漢字", '"', 'a"', "*", "id:[a-z]*", "--", "-[", ")("])
def test_signs_are_text_and_match_only_themselves(text: str) -> None:
    assert parse_filter(text)
    shown(text)


def test_ids_with_brackets_of_a_pattern_are_looked_for_as_they_are_written() -> None:
    assert shown("id:[ds]*") == []


FIELDS = st.sampled_from([*TEXTS, *NUMBERS])
ANY_TEXT = st.text(max_size=30) | st.builds(
    "".join,
    st.lists(FIELDS | st.sampled_from([":", ">", "<=", "-", '"', "..", ",", "*", "5", " ", "kw"]), max_size=8),
)


def refusal_of(text: str) -> str:
    """Why ``text`` is no filter; empty for one that is."""
    try:
        parse_filter(text)
    except InputError as error:
        return str(error)
    return ""


@given(text=ANY_TEXT)
def test_any_text_is_a_filter_or_refused_in_one_line(text: str) -> None:
    if refusal := refusal_of(text):
        assert "\n" not in refusal
        return
    wanted = parse_filter(text)
    assert all(wanted.shows(one, MOMENT) in (True, False) for one in YARD)
    assert bool(wanted) is bool(text.split())


@given(text=ANY_TEXT.filter(lambda text: '"' not in text), more=ANY_TEXT)
def test_each_further_term_shows_fewer(text: str, more: str) -> None:
    try:
        assert set(shown(f"{text} {more}")) <= set(shown(text))
    except InputError:
        return


@given(name=FIELDS, value=st.sampled_from(["dead", "a*", "5", "1..3"]), sign=st.sampled_from([":", "=", ">", "!="]))
def test_a_term_and_its_negation_share_nothing_and_leave_nothing_out(name: str, value: str, sign: str) -> None:
    try:
        with_it, without = shown(f"{name}{sign}{value}"), shown(f"-{name}{sign}{value}")
    except InputError:
        return
    assert sorted(with_it + without) == sorted(one.id for one in YARD)
