"""The fleet is what is retained: nothing more, nothing less, whatever is retained."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.orders import StationResult
from chargepoint.api.payloads import ConnectorState, Registration
from launcher.api.commands import CommandResult, EntryResult, Verdict
from tests.tui.state.payloads import (
    AVAILABLE,
    CHARGING,
    STATUS,
    TOPICS,
    connector_topic,
    fleet_of,
    status_topic,
    tell,
)
from tui.state.fleet import (
    AnswerUnreadable,
    Fleet,
    LauncherAnswered,
    LauncherChanged,
    LauncherState,
    StationChanged,
    StationRefused,
)
from tui.state.station import Standing, Station, Totals


def ids(fleet: Fleet) -> list[str]:
    """The ids in the order of the list."""
    return [station.id for station in fleet]


def test_a_status_makes_a_charge_point_appear() -> None:
    fleet = Fleet(TOPICS)
    assert fleet.apply(status_topic("CP_1"), STATUS.to_json()) == StationChanged("CP_1", listed=True)
    assert fleet.apply(status_topic("CP_1"), STATUS.to_json()) == StationChanged("CP_1")
    station = fleet.get("CP_1")
    assert station is not None
    assert station.standing is Standing.ACCEPTED


@pytest.mark.parametrize("registration", list(Registration))
def test_every_registration_is_a_standing_of_its_own(registration: Registration) -> None:
    """S0-12: the registration status, not only alive or dead."""
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", replace(STATUS, status=registration))
    station = fleet.get("CP_1")
    assert station is not None
    assert station.standing.value == registration.value
    assert station.alive is (registration is not Registration.DEAD)


def test_the_list_counts_as_people_do() -> None:
    assert ids(fleet_of("CP_10", "cp_3", "CP_2", "A", "CP_1")) == ["A", "CP_1", "CP_2", "cp_3", "CP_10"]


def test_connectors_stand_in_their_order_however_they_arrive() -> None:
    fleet = Fleet(TOPICS)
    for number in (10, 2, 1):
        fleet.apply(connector_topic("CP_1", number), AVAILABLE.to_json())
    station = fleet.get("CP_1")
    assert station is not None
    assert list(station.connectors) == [1, 2, 10]
    assert station.standing is Standing.UNKNOWN


def test_an_empty_status_removes_the_charge_point_and_empty_connectors_do_not_bring_it_back() -> None:
    """S0-17: removed from the broker is removed from the list."""
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", STATUS, CHARGING)
    assert fleet.apply(status_topic("CP_1"), b"") == StationChanged("CP_1", listed=True)
    assert fleet.apply(connector_topic("CP_1", 1), b"") == StationChanged("CP_1")
    assert len(fleet) == 0
    assert +fleet.totals.standings == {}
    assert fleet.totals.power_w == 0


def test_totals_follow_every_change() -> None:
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", STATUS, CHARGING, AVAILABLE)
    tell(fleet, "CP_2", replace(STATUS, status=Registration.DEAD), CHARGING)
    assert fleet.totals.standings[Standing.ACCEPTED] == 1
    assert fleet.totals.standings[Standing.DEAD] == 1
    assert fleet.totals.living == 1
    assert fleet.totals.connectors[ConnectorState.CHARGING] == 2
    assert fleet.totals.power_w == 22_080
    fleet.apply(connector_topic("CP_2", 1), AVAILABLE.to_json())
    assert fleet.totals.connectors[ConnectorState.CHARGING] == 1
    assert fleet.totals.power_w == 11_040


@pytest.mark.parametrize(
    "payload",
    [
        b"5",
        b"[]",
        b"{}",
        b"{",
        b"\xff\xfe",
        b'{"status":"Lost"}',
        b'{"status":5}',
        b"null",
        b'{"status":"Dead","pid":-1}',
    ],
)
def test_a_status_that_cannot_be_read_is_shown_as_such_and_heals(payload: bytes) -> None:
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", STATUS, CHARGING)
    fleet.apply(status_topic("CP_1"), payload)
    station = fleet.get("CP_1")
    assert station is not None
    assert station.standing is Standing.UNREADABLE
    assert station.problem
    assert list(station.connectors) == [1]
    fleet.apply(status_topic("CP_1"), STATUS.to_json())
    healed = fleet.get("CP_1")
    assert healed is not None
    assert (healed.standing, healed.problem) == (Standing.ACCEPTED, "")


def test_a_connector_that_cannot_be_read_says_why() -> None:
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", STATUS)
    fleet.apply(connector_topic("CP_1", 1), b'{"status":"Available","setpoint":"x"}')
    station = fleet.get("CP_1")
    assert station is not None
    assert station.connectors[1].state is None
    assert "setpoint: 'x' is not a number" in station.connectors[1].problem


@pytest.mark.parametrize(
    ("payload", "state"),
    [
        (b"Alive", LauncherState.ALIVE),
        (b"Dead", LauncherState.DEAD),
        (b"", LauncherState.UNKNOWN),
        (b"\xff", LauncherState.UNKNOWN),
    ],
)
def test_the_launcher_is_what_it_says(payload: bytes, state: LauncherState) -> None:
    fleet = Fleet(TOPICS)
    assert fleet.apply(TOPICS.launcher("status"), payload) == LauncherChanged(state)
    assert fleet.launcher is state


def test_answers_are_handed_on_and_unreadable_ones_too() -> None:
    fleet = Fleet(TOPICS)
    result = CommandResult("kill", (EntryResult("CP_1", Verdict.KILLED),), "r1")
    assert fleet.apply(TOPICS.launcher("result"), result.to_json()) == LauncherAnswered(result)
    refusal = StationResult("cp_simu/cps/CP_1/connectors/1/car", "cable: -1 is not a number from 0")
    assert fleet.apply(TOPICS.station("CP_1", "result"), refusal.to_json()) == StationRefused("CP_1", refusal)
    assert isinstance(fleet.apply(TOPICS.launcher("result"), b"5"), AnswerUnreadable)
    assert isinstance(fleet.apply(TOPICS.station("CP_1", "result"), b"[]"), AnswerUnreadable)
    assert len(fleet) == 0


@pytest.mark.parametrize(
    "topic",
    ["", "cp_simu", "other/cps/CP_1/status", "cp_simu/cps/CP 1/status", "cp_simu/cps/CP_1/connectors/x/status"],
)
def test_topics_of_others_change_nothing(topic: str) -> None:
    fleet = Fleet(TOPICS)
    assert fleet.apply(topic, STATUS.to_json()) is None
    assert len(fleet) == 0


def test_after_a_reconnection_what_is_not_told_again_is_gone() -> None:
    """S0-08: what is retained is shown, and nothing else."""
    fleet = Fleet(TOPICS)
    fleet.apply(TOPICS.launcher("status"), b"Alive")
    for station_id in ("CP_1", "CP_2", "CP_3"):
        tell(fleet, station_id, STATUS, AVAILABLE, AVAILABLE)
    fleet.begin()
    tell(fleet, "CP_2", STATUS, AVAILABLE)
    fleet.apply(connector_topic("CP_3", 2), AVAILABLE.to_json())
    changes = fleet.settle()
    assert ids(fleet) == ["CP_2", "CP_3"]
    ghost = fleet.get("CP_3")
    assert ghost is not None
    assert (ghost.standing, list(ghost.connectors)) == (Standing.UNKNOWN, [2])
    assert fleet.launcher is LauncherState.UNKNOWN
    assert StationChanged("CP_1", listed=True) in changes
    assert fleet.settle() == []


def totals_counted_anew(stations: Iterable[Station]) -> Totals:
    """What the totals should be."""
    totals = Totals()
    for station in stations:
        totals.add(station)
    return totals


_TOPIC = st.one_of(
    st.builds(status_topic, st.sampled_from(["A", "B", "C_2"])),
    st.builds(connector_topic, st.sampled_from(["A", "B", "C_2"]), st.integers(0, 3)),
    st.sampled_from([TOPICS.launcher("status"), TOPICS.launcher("result"), TOPICS.station("A", "result")]),
    st.text(max_size=30),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["status", "pid", "results"]), inner),
    max_leaves=5,
)
_PAYLOAD = st.one_of(
    st.just(b""),
    st.binary(max_size=20),
    st.builds(lambda value: json.dumps(value).encode(), _JSON),
    st.sampled_from([STATUS.to_json(), CHARGING.to_json(), AVAILABLE.to_json(), b"Alive"]),
)


@settings(deadline=None)
@given(st.lists(st.tuples(_TOPIC, _PAYLOAD), max_size=30))
def test_whatever_is_said_never_breaks_the_fleet_and_its_totals_stay_exact(messages: list[tuple[str, bytes]]) -> None:
    fleet = Fleet(TOPICS)
    for topic, payload in messages:
        fleet.apply(topic, payload)
    counted = totals_counted_anew(fleet)
    assert +fleet.totals.standings == counted.standings
    assert +fleet.totals.connectors == +counted.connectors
    assert fleet.totals.power_w == counted.power_w
    assert sorted(ids(fleet)) == sorted({station.id for station in fleet})
