"""The list as it is looked at: selection by id, filter, connector."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chargepoint.api.payloads import Registration
from tests.tui.state.payloads import AVAILABLE, CHARGING, STATUS, TOPICS, fleet_of, status_topic, tell
from tui.state.filters import parse_filter
from tui.state.fleet import Fleet
from tui.state.moment import Moment
from tui.state.view import View


def selected(view: View) -> str:
    """The id of the selected charge point, "" for none."""
    return view.selected.id if view.selected else ""


def view_of(fleet: Fleet) -> View:
    """A view that has settled."""
    view = View(fleet)
    view.pin()
    view.rebuild()
    return view


def test_an_empty_list_has_nothing_selected() -> None:
    view = view_of(fleet_of())
    assert (len(view), view.selected, view.position, view.connector) == (0, None, 0, None)
    view.select_position(5)
    assert view.selected is None


def test_the_selection_is_an_id_and_survives_what_comes_before_it() -> None:
    fleet = fleet_of("CP_2", "CP_4")
    view = view_of(fleet)
    view.select("CP_4")
    tell(fleet, "CP_1")
    tell(fleet, "CP_3")
    assert view.update(["CP_1", "CP_3"], listed=True)
    assert (selected(view), view.position) == ("CP_4", 3)


def test_when_the_selected_one_goes_its_place_is_selected_and_it_is_selected_again_when_it_returns() -> None:
    fleet = fleet_of("CP_1", "CP_2", "CP_3")
    view = view_of(fleet)
    view.select("CP_2")
    fleet.apply(status_topic("CP_2"), b"")
    view.update(["CP_2"], listed=True)
    assert selected(view) == "CP_3"
    tell(fleet, "CP_2")
    view.update(["CP_2"], listed=True)
    assert selected(view) == "CP_2"


def test_before_the_list_has_settled_the_first_row_is_selected_afterwards_it_is_an_id() -> None:
    fleet = fleet_of("CP_5")
    view = View(fleet)
    view.rebuild()
    tell(fleet, "CP_3")
    view.update(["CP_3"], listed=True)
    assert selected(view) == "CP_3"
    view.pin()
    tell(fleet, "CP_1")
    view.update(["CP_1"], listed=True)
    assert selected(view) == "CP_3"


def test_a_filter_narrows_and_follows_what_changes() -> None:
    fleet = fleet_of("CP_1", "CP_2")
    view = view_of(fleet)
    view.filter = parse_filter("dead")
    assert len(view) == 0
    tell(fleet, "CP_2", replace(STATUS, status=Registration.DEAD))
    assert view.update(["CP_2"], listed=False)
    assert selected(view) == "CP_2"
    assert not view.update(["CP_1"], listed=False)
    view.filter = parse_filter("")
    assert len(view) == 2


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("", ["CP_1", "CP_2"]),
        ("cp_1", ["CP_1"]),
        ("CHARGING tag1", ["CP_1"]),
        ("dead", ["CP_2"]),
        ("charging dead", []),
    ],
)
def test_every_word_of_a_filter_must_be_there(words: str, ids: list[str]) -> None:
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", STATUS, CHARGING)
    tell(fleet, "CP_2", replace(STATUS, status=Registration.DEAD), AVAILABLE)
    assert [station.id for station in fleet if parse_filter(words).shows(station, Moment())] == ids


def test_the_connector_is_the_wanted_one_where_there_is_such_a_one() -> None:
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", STATUS, AVAILABLE, CHARGING)
    tell(fleet, "CP_2", STATUS, AVAILABLE)
    view = view_of(fleet)
    numbers = []
    view.wanted_connector = 2
    for station_id in ("CP_1", "CP_2", "CP_1"):
        view.select(station_id)
        assert view.connector is not None
        numbers.append(view.connector.number)
    assert numbers == [2, 1, 2]
    view.step_connector(-5)
    assert view.connector is not None
    assert view.connector.number == 1


def test_connector_zero_is_the_station_and_chosen_only_on_purpose() -> None:
    fleet = Fleet(TOPICS)
    tell(fleet, "CP_1", STATUS, AVAILABLE)
    fleet.apply(TOPICS.connector("CP_1", 0, "status"), AVAILABLE.to_json())
    view = view_of(fleet)
    view.wanted_connector = 7
    assert view.connector is not None
    assert view.connector.number == 1
    view.step_connector(-1)
    assert view.connector.number == 0


class AnyChanges(RuleBasedStateMachine):
    """Charge points come, go and change while somebody moves and filters."""

    def __init__(self) -> None:
        super().__init__()
        self.fleet = Fleet(TOPICS)
        self.view = view_of(self.fleet)
        self.wanted = ""

    @rule(number=st.integers(1, 8), registration=st.sampled_from(Registration))
    def told(self, number: int, registration: Registration) -> None:
        known = self.fleet.get(f"CP_{number}") is not None
        tell(self.fleet, f"CP_{number}", replace(STATUS, status=registration))
        self.view.update([f"CP_{number}"], listed=not known)

    @rule(number=st.integers(1, 8))
    def removed(self, number: int) -> None:
        known = self.fleet.get(f"CP_{number}") is not None
        self.fleet.apply(status_topic(f"CP_{number}"), b"")
        self.view.update([f"CP_{number}"], listed=known)

    @rule(position=st.integers(-2, 10))
    def moved(self, position: int) -> None:
        self.view.select_position(position)
        self.wanted = selected(self.view)

    @rule(words=st.sampled_from(["", "dead", "accepted", "cp_1", "nothing"]))
    def filtered(self, words: str) -> None:
        self.view.filter = parse_filter(words)

    @invariant()
    def the_rows_are_what_the_filter_shows_in_order(self) -> None:
        shown = [station.id for station in self.fleet if self.view.filter.shows(station, self.view.moment)]
        rows = [self.view.at(position) for position in range(len(self.view))]
        assert [row.id for row in rows if row] == shown
        assert [self.view.position_of(station_id) for station_id in shown] == list(range(len(shown)))

    @invariant()
    def the_selection_is_what_was_wanted_as_long_as_it_is_there(self) -> None:
        if self.wanted and self.view.position_of(self.wanted) is not None:
            assert selected(self.view) == self.wanted
        assert (self.view.selected is None) is (len(self.view) == 0)


TestAnyChanges = AnyChanges.TestCase
TestAnyChanges.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
