"""Orders, groups and marks of the list."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chargepoint.api.payloads import Registration
from tests.tui.state.payloads import AVAILABLE, CHARGING, STATUS, TOPICS, fleet_of, status_topic, tell, text
from tui.state.alarms import alarm_count, next_alarm
from tui.state.cells import text_of, width_of
from tui.state.columns import COLUMNS
from tui.state.filters import parse_filter
from tui.state.fleet import Fleet
from tui.state.groups import Grouping, Heading, heading_line
from tui.state.moment import Moment
from tui.state.ordering import BY_ID, Order
from tui.state.rows import layout
from tui.state.titles import list_place, list_title
from tui.state.view import View


def yard() -> Fleet:
    """Four charge points in two groups: one charges a lot, one a little, one is dead, one has nothing to tell."""
    fleet = Fleet(TOPICS)
    tell(fleet, "depot-1", STATUS, replace(CHARGING, power_w=3000.0))
    tell(fleet, "depot-2", STATUS, CHARGING, AVAILABLE)
    tell(fleet, "street-1", replace(STATUS, status=Registration.DEAD), AVAILABLE)
    tell(fleet, "street-10", STATUS, AVAILABLE)
    return fleet


def view_of(fleet: Fleet) -> View:
    """A view that has settled."""
    view = View(fleet)
    view.rebuild()
    view.pin()
    return view


def ids(view: View) -> list[str]:
    """The rows: ids, and names of groups behind a #."""
    rows = range(len(view))
    names = [(view.at(row), view.heading_at(row)) for row in rows]
    return [station.id if station else heading.key if heading else "?" for station, heading in names]


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        (BY_ID, ["depot-1", "depot-2", "street-1", "street-10"]),
        (Order("id", True), ["street-10", "street-1", "depot-2", "depot-1"]),
        (Order("power", True), ["depot-2", "depot-1", "street-1", "street-10"]),
        (Order("power", False), ["depot-1", "depot-2", "street-1", "street-10"]),
        (Order("status", True), ["street-1", "depot-1", "depot-2", "street-10"]),
    ],
)
def test_what_has_no_value_is_last_whatever_the_order(order: Order, rows: list[str]) -> None:
    view = view_of(yard())
    view.order = order
    assert ids(view) == rows


def test_sorting_by_a_number_begins_with_the_highest_and_again_turns_it_round() -> None:
    assert BY_ID.by("power") == Order("power", descending=True)
    assert BY_ID.by("power").by("power") == Order("power", descending=False)
    assert BY_ID.by("status") == Order("status", descending=False)
    assert BY_ID.by("id") == Order("id", descending=True)


@pytest.mark.parametrize("column", [column.name for column in COLUMNS])
def test_every_column_can_be_shown_and_sorted_by(column: str) -> None:
    fleet = yard()
    moment = Moment(2e9, {"depot-1": 1e9})
    view = view_of(fleet)
    view.order = Order(column, descending=True)
    assert sorted(ids(view)) == [station.id for station in fleet]
    columns = layout(60, (column,), view.order)
    assert "▼" in columns.heading
    for station in fleet:
        assert width_of(columns.row(station, moment)) == len(columns.heading)


def test_a_sorted_list_rests_until_the_second_is_over() -> None:
    fleet = yard()
    view = view_of(fleet)
    view.order = Order("power", descending=True)
    tell(fleet, "depot-1", STATUS, replace(CHARGING, power_w=22_000.0))
    assert not view.update(["depot-1"], listed=False)
    assert ids(view)[0] == "depot-2"
    assert view.tidy()
    assert ids(view)[0] == "depot-1"
    assert not view.tidy()


def test_chosen_columns_that_have_no_room_are_named() -> None:
    columns = layout(40, ("status", "error", "power"))
    assert [column.name for column in columns.columns] == ["status", "power"]
    assert [column.name for column in columns.hidden] == ["error"]
    assert columns.column_at(3) == "id"
    assert columns.column_at(columns.id_width + 3) == "status"
    assert columns.column_at(200) is None


def test_groups_have_headings_and_fold() -> None:
    view = view_of(yard())
    view.grouping = Grouping.PREFIX
    assert ids(view) == ["#depot", "depot-1", "depot-2", "#street", "street-1", "street-10"]
    view.fold("depot")
    assert ids(view) == ["#depot", "#street", "street-1", "street-10"]
    assert view.matching == 4
    view.fold_all()
    assert ids(view) == ["#depot", "#street"]
    view.fold_all()
    assert len(view) == 6
    view.grouping = Grouping.STATUS
    assert ids(view) == ["#Accepted", "depot-1", "depot-2", "street-10", "#Dead", "street-1"]
    view.setups = {"depot-1": "demo"}
    view.grouping = Grouping.SETUP
    assert ids(view)[:2] == ["#demo", "depot-1"]


@pytest.mark.parametrize("width", range(8, 120, 7))
def test_the_heading_of_a_group_tells_its_size_states_and_power(width: int) -> None:
    fleet = yard()
    line = heading_line(Heading("depot", ("depot-1", "depot-2"), folded=True), [*fleet][:2], 1, width)
    assert width_of(line) == width
    if width > 60:
        assert text_of(line).split() == ["▸", "depot", "2", "✓", "1", "●", "2", "►", "2", "14.0", "kW"]


def test_an_action_goes_to_what_is_marked_else_to_the_group_else_to_the_selected_one() -> None:
    view = view_of(yard())
    view.select("depot-2")
    assert [station.id for station in view.targets] == ["depot-2"]
    view.grouping = Grouping.PREFIX
    view.select_position(3)
    assert (view.selected, [station.id for station in view.targets]) == (None, ["street-1", "street-10"])
    view.marks.toggle(["depot-1"])
    assert [station.id for station in view.targets] == ["depot-1"]


def test_a_range_follows_the_selection_and_keeps_what_was_marked_before() -> None:
    view = view_of(fleet_of(*(f"CP_{number}" for number in range(1, 8))))
    view.marks.toggle(["CP_7"])
    view.select("CP_3")
    view.begin_range(lasting=True)
    view.select_position(4)
    assert sorted(view.marks) == ["CP_3", "CP_4", "CP_5", "CP_7"]
    view.select_position(1)
    assert sorted(view.marks) == ["CP_2", "CP_3", "CP_7"]
    view.marks.keep_range()
    view.select_position(6)
    assert sorted(view.marks) == ["CP_2", "CP_3", "CP_7"]


def test_all_that_match_are_marked_and_what_a_filter_hides_stays_marked_and_is_told() -> None:
    view = view_of(yard())
    view.filter = parse_filter("depot")
    view.toggle_all()
    assert sorted(view.marks) == ["depot-1", "depot-2"]
    view.filter = parse_filter("depot-1")
    assert list_place(view, 4) == "✓ 2 marked, 1 not shown · 1 of 1 (4 in all)"
    view.filter = parse_filter("depot")
    view.toggle_all()
    assert len(view.marks) == 0


def test_the_title_tells_filter_groups_and_order() -> None:
    view = view_of(yard())
    assert list_title(view) == "charge points"
    view.filter, view.order, view.grouping = parse_filter("power>1"), Order("power", True), Grouping.PREFIX
    assert list_title(view) == "charge points /power>1 · by id prefix · kW▼"
    assert list_place(view, 4) == "2 (4 in all)"


def test_what_is_removed_is_marked_no_longer() -> None:
    fleet = yard()
    view = view_of(fleet)
    view.toggle_all()
    for number in (1,):
        fleet.apply(TOPICS.connector("street-1", number, "status"), b"")
    fleet.apply(status_topic("street-1"), b"")
    view.update(["street-1"], listed=True)
    assert "street-1" not in view.marks


def test_alarms_are_found_one_after_the_other() -> None:
    fleet = yard()
    tell(fleet, "depot-1", replace(STATUS, status=Registration.REJECTED), CHARGING)
    assert alarm_count(fleet.totals) == 2
    after, found = "", []
    for _ in range(3):
        alarm = next_alarm(fleet, after)
        assert alarm is not None
        after = alarm.id
        found.append(after)
    assert found == ["depot-1", "street-1", "depot-1"]
    assert next_alarm(fleet_of("CP_1"), "CP_1") is None


def test_ages_are_of_what_was_said_since_somebody_looks() -> None:
    fleet = Fleet(TOPICS)
    fleet.apply(status_topic("CP_1"), STATUS.to_json())
    assert fleet.heard_at == {}
    fleet.apply(status_topic("CP_1"), STATUS.to_json(), 50.0)
    view = view_of(fleet)
    view.moment.now = 110.0
    assert "1m00s" in text([layout(40, ("age",)).row(next(iter(fleet)), view.moment)])


class AnyList(RuleBasedStateMachine):
    """Filter, order, groups, folds, marks and moves in any sequence, while charge points come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.fleet = Fleet(TOPICS)
        self.view = view_of(self.fleet)

    @rule(number=st.integers(1, 9), status=st.sampled_from(Registration), charging=st.booleans())
    def told(self, number: int, status: Registration, charging: bool) -> None:
        station_id = f"{'ab'[number % 2]}-{number}"
        known = self.fleet.get(station_id) is not None
        tell(self.fleet, station_id, replace(STATUS, status=status), CHARGING if charging else AVAILABLE)
        self.view.update([station_id], listed=not known)

    @rule(number=st.integers(1, 9))
    def gone(self, number: int) -> None:
        station_id = f"{'ab'[number % 2]}-{number}"
        if self.fleet.get(station_id):
            self.fleet.apply(status_topic(station_id), b"")
            self.fleet.apply(TOPICS.connector(station_id, 1, "status"), b"")
            self.view.update([station_id], listed=True)

    @rule(position=st.integers(-2, 14))
    def moved(self, position: int) -> None:
        self.view.select_position(position)

    @rule(text=st.sampled_from(["", "a", "status:charging", "power>5", "-status:dead"]))
    def filtered(self, text: str) -> None:
        self.view.filter = parse_filter(text)

    @rule(order=st.builds(Order, st.sampled_from(["id", "power", "status", "age"]), st.booleans()))
    def sorted(self, order: Order) -> None:
        self.view.order = order

    @rule(grouping=st.sampled_from(Grouping))
    def grouped(self, grouping: Grouping) -> None:
        self.view.grouping = grouping

    @rule()
    def folded(self) -> None:
        if heading := self.view.heading_at(self.view.position):
            self.view.fold(heading.name)

    @rule(what=st.sampled_from(["toggle", "all", "range", "keep", "clear", "tidy", "fold_all"]))
    def marked(self, what: str) -> None:
        view = self.view
        {
            "toggle": view.toggle_mark,
            "all": view.toggle_all,
            "range": lambda: view.begin_range(lasting=True),
            "keep": view.marks.keep_range,
            "clear": view.marks.clear,
            "tidy": view.tidy,
            "fold_all": view.fold_all,
        }[what]()

    @invariant()
    def every_row_is_there_once_and_knows_its_place(self) -> None:
        rows = ids(self.view)
        assert len(rows) == len(set(rows))
        assert "?" not in rows
        assert all(self.view.position_of(row) == at for at, row in enumerate(rows))

    @invariant()
    def what_matches_is_shown_or_folded_away(self) -> None:
        view = self.view
        wanted = {s.id for s in self.fleet if view.filter.shows(s, view.moment)}
        assert set(view.matching_ids) == wanted
        shown = {row for row in ids(view) if not row.startswith("#")}
        folded = {i for at in range(len(view)) if (h := view.heading_at(at)) and h.folded for i in h.ids}
        assert (shown | folded, shown & folded) == (wanted, set())

    @invariant()
    def marks_and_targets_exist(self) -> None:
        assert all(self.fleet.get(station_id) for station_id in self.view.marks)
        assert list_place(self.view, len(self.fleet))


TestAnyList = AnyList.TestCase
TestAnyList.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
