"""The timeline of a yard: seeded, in order, and with as many cars as the profile says."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launcher.cli import PROFILE_NAMES
from launcher.load.profiles import PROFILES, Profile
from launcher.load.traffic import Event, Input, PowerCut, timeline

TAGS = ["A", "B"]
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
    settled_s = end_s / 4
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
