"""Charge points by the process that they share."""

from __future__ import annotations

from dataclasses import replace

from chargepoint.api.payloads import ConnectorStatus
from tests.tui.state.payloads import AVAILABLE, STATUS, TOPICS
from tui.state.cells import text_of
from tui.state.filters import parse_filter
from tui.state.fleet import Fleet
from tui.state.groups import Grouping, heading_line
from tui.state.rows import layout
from tui.state.view import View


def yard() -> Fleet:
    fleet = Fleet(TOPICS)
    for station_id, pool in (("CP_1", "1"), ("CP_2", "1"), ("CP_3", "east"), ("CP_4", "")):
        fleet.apply(TOPICS.station(station_id, "status"), replace(STATUS, pool=pool).to_json())
        status: ConnectorStatus = AVAILABLE
        fleet.apply(TOPICS.connector(station_id, 1, "status"), status.to_json())
    fleet.apply(TOPICS.pool("1", "status"), b"Alive")
    fleet.apply(TOPICS.pool("east", "status"), b"Dead")
    return fleet


def headings(view: View) -> list[str]:
    found = [view.heading_at(row) for row in range(len(view))]
    return [
        text_of(heading_line(one, view.members(one), 0, 50, view.process_of(one))).split("●")[0].strip()
        for one in found
        if one
    ]


def test_the_heading_of_a_pool_says_whether_its_process_lives() -> None:
    fleet = yard()
    view = View(fleet)
    view.grouping = Grouping.POOL
    view.fold_all()
    assert headings(view) == ["▸ no pool  1", "▸ pool 1  2  Alive", "▸ pool east  1  Dead"]
    fleet.apply(TOPICS.pool("east", "status"), b"Alive")
    assert headings(view)[-1] == "▸ pool east  1  Alive"


def test_a_pool_that_is_not_told_again_is_gone() -> None:
    fleet = yard()
    fleet.begin()
    fleet.apply(TOPICS.pool("1", "status"), b"Alive")
    fleet.settle()
    assert fleet.pools == {"1": "Alive"}
    fleet.apply(TOPICS.pool("1", "status"), b"")
    assert fleet.pools == {}


def test_a_filter_and_a_column_know_pools() -> None:
    view = View(yard())
    for words, ids in (("pool:east", ["CP_3"]), ("pool=1", ["CP_1", "CP_2"]), ("-pool:*", ["CP_4"])):
        view.filter = parse_filter(words)
        assert view.matching_ids == ids
    rows = [text_of(layout(40, ("pool",)).row(station)).split() for station in yard()]
    assert rows == [["CP_1", "1"], ["CP_2", "1"], ["CP_3", "east"], ["CP_4", "–"]]
