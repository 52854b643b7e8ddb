"""The timeline of a yard: seeded, in order, and with as many cars as the profile says."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launcher.command_line.load import PROFILE_NAMES
from launcher.load.profiles import PROFILES, Profile
from launcher.load.traffic import SETTLING_S, Event, Input, PowerCut, timeline, vehicle_at

TAGS = ["A", "B"]
VEHICLES = Path(__file__).parents[3] / "etc" / "vehicles.json"
YARD = {f"P{number}": 2 for number in range(50)}


def until(profile: Profile, end_s: float, seed: int = 1) -> list[Event]:
    return list(itertools.takewhile(lambda event: event.at < end_s, timeline(profile, YARD, TAGS, seed)))


def test_the_help_text_names_every_profile() -> None:
    assert sorted(PROFILES) == list(PROFILE_NAMES)


def test_one_seed_is_one_timeline_and_another_is_another() -> None:
    assert until(PROFILES["mixed"], 600) == until(PROFILES["mixed"], 600)
    assert until(PROFILES["mixed"], 600) != until(PROFILES["mixed"], 600, seed=2)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(PROFILES)), st.integers(0, 2**32))
def test_events_are_in_order_and_each_connector_has_one_car_at_a_time(name: str, seed: int) -> None:
    events = until(PROFILES[name], 900, seed)
    assert [event.at for event in events] == sorted(event.at for event in events)
    plugged: dict[tuple[str, int], bool] = defaultdict(bool)
    for event in events:
        if isinstance(event, Input) and event.leaf == "car":
            is_plugged = json.loads(event.payload)["cable"] > 0
            assert plugged[event.station, event.connector] is not is_plugged
            plugged[event.station, event.connector] = is_plugged


@pytest.mark.parametrize("name", ["mixed", "depot", "busy"])
def test_as_many_connectors_as_the_profile_says_have_a_car_once_it_has_settled(name: str) -> None:
    profile = PROFILES[name]
    end_s = 4 * profile.session_s
    settled_s = min(SETTLING_S, profile.session_s) + 20
    occupied_s, since = 0.0, dict[tuple[str, int], float]()
    for event in until(profile, end_s):
        if isinstance(event, Input) and event.leaf == "car":
            place = event.station, event.connector
            if json.loads(event.payload)["cable"]:
                since[place] = event.at
            else:
                occupied_s += max(0.0, event.at - max(since.pop(place), settled_s))
    occupied_s += sum(end_s - max(at, settled_s) for at in since.values())
    part = occupied_s / (len(YARD) * 2 * (end_s - settled_s))
    assert part == pytest.approx(profile.occupancy, abs=0.15)


def test_nobody_comes_to_an_idle_yard() -> None:
    assert list(timeline(PROFILES["idle"], YARD, TAGS, 1)) == []


def test_storms_come_as_often_as_the_profile_says() -> None:
    storms = [event for event in until(PROFILES["storm"], 400) if isinstance(event, PowerCut)]
    assert [(storm.at, storm.spread_s) for storm in storms] == [(120.0, 5.0), (240.0, 5.0), (360.0, 5.0)]


def test_a_fault_that_comes_also_goes() -> None:
    faults = [
        event for event in until(PROFILES["mixed"], 3600) if isinstance(event, Input) and event.leaf == "faulted"
    ]
    assert faults
    by_place: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for fault in faults:
        by_place[fault.station, fault.connector].append(json.loads(fault.payload)["faulted"])
    for told in by_place.values():
        assert told == [number % 2 == 0 for number in range(len(told))]


def test_after_a_minute_a_depot_is_as_full_as_it_says() -> None:
    """However long its cars stay: who asks for ten minutes of a depot wants one."""
    there = 0
    for event in until(PROFILES["depot"], SETTLING_S + 20):
        if isinstance(event, Input) and event.leaf == "car":
            there += 1 if json.loads(event.payload)["cable"] else -1
    assert there / (len(YARD) * 2) == pytest.approx(0.9, abs=0.06)


def test_cars_are_of_the_catalogue_and_a_seed_says_which() -> None:
    catalogue = {each["name"] for each in json.loads(VEHICLES.read_text())["vehicles"]}
    for profile in PROFILES.values():
        assert set(profile.vehicles) <= catalogue
    mixed = PROFILES["mixed"]
    came = [vehicle_at(mixed, station, 1) for station in YARD]
    assert set(came) == set(mixed.vehicles)
    assert came == [vehicle_at(mixed, station, 1) for station in YARD]
    assert came != [vehicle_at(mixed, station, 2) for station in YARD]
    assert {json.loads(e.payload).get("consumption_l1") for e in until(mixed, 60) if isinstance(e, Input)} == {None}
