"""Who plugs in when: the inputs of a whole yard as one seeded, endless timeline. Pure: moments are numbers.

Cars come to each connector as a Poisson process would have it: the wait for the next one is drawn anew when the last
has left, so that ``occupancy`` of the connectors have one. Before the beginning nobody is there.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chargepoint.api.payloads import CarInput, ErrorCode, FaultInput, TokenInput
from launcher.load.profiles import Profile

CABLE_A = 32.0
SETTLING_S = 60.0
"""In which those come that are there from the beginning: all at once would be a storm of its own."""

TAG_DELAY_S = (2.0, 15.0)
"""From the cable to the tag, or the other way round."""

FAULTS = (ErrorCode.GROUND_FAILURE, ErrorCode.OVER_CURRENT_FAILURE, ErrorCode.HIGH_TEMPERATURE, ErrorCode.OTHER_ERROR)


@dataclass(frozen=True, slots=True)
class Input:
    """At ``at`` (s since the beginning) ``payload`` goes to connector ``connector`` of ``station``, by ``leaf``."""

    at: float
    station: str
    connector: int
    leaf: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class PowerCut:
    """At ``at`` the power of every station fails; they come back within ``spread_s``."""

    at: float
    spread_s: float


Event = Input | PowerCut


def timeline(profile: Profile, connectors: Mapping[str, int], tags: Sequence[str], seed: int) -> Iterator[Event]:
    """Every event of the yard in order, without end. ``connectors``: how many each station has."""
    draw = random.Random(seed)
    sources = [_power_cuts(profile)]
    places = [(station, number) for station, count in connectors.items() for number in range(1, count + 1)]
    for station, number in places:
        one = random.Random(draw.getrandbits(64))
        sources.append(_cars(profile, station, number, tags, one))
        sources.append(_faults(profile, station, number, one))
    return heapq.merge(*sources, key=lambda event: event.at)


def _power_cuts(profile: Profile) -> Iterator[Event]:
    if profile.storm_every_s > 0:
        for number in itertools.count(1):
            yield PowerCut(number * profile.storm_every_s, profile.storm_spread_s)


def _cars(
    profile: Profile, station: str, connector: int, tags: Sequence[str], draw: random.Random
) -> Iterator[Event]:
    if profile.occupancy <= 0:
        return
    at = 0.0
    mean_pause_s = profile.session_s * (1 - profile.occupancy) / profile.occupancy
    # As if the yard had been at work for ever: some have a car from the beginning, others get one in their time.
    settling_s = min(SETTLING_S, profile.session_s)
    wait_s = draw.uniform(0, settling_s) if draw.random() < profile.occupancy else 0.0
    for number in itertools.count():
        wait_s = wait_s if number == 0 and wait_s else draw.expovariate(1 / mean_pause_s)
        at += wait_s
        delay_s = draw.uniform(*TAG_DELAY_S)
        tag = TokenInput(draw.choice(tags)).to_json()
        car = _plugged(profile, draw).to_json()
        tag_at, car_at = (at, at + delay_s) if draw.random() < profile.tag_first else (at + delay_s, at)
        gone_at = max(tag_at, car_at) + draw.expovariate(1 / profile.session_s)
        yield from sorted(
            (
                Input(car_at, station, connector, "car", car),
                Input(tag_at, station, connector, "id_tag", tag),
                Input(gone_at, station, connector, "car", CarInput(cable=0.0).to_json()),
            ),
            key=lambda event: event.at,
        )
        at = gone_at


def _plugged(profile: Profile, draw: random.Random) -> CarInput:
    if profile.vehicles:
        return CarInput(CABLE_A, True)
    demand = draw.choice(profile.demands_a)
    return CarInput(CABLE_A, True, demand, demand, demand)


def vehicle_at(profile: Profile, station: str, seed: int) -> str:
    """The kind of vehicle that comes to ``station``."""
    return random.Random(f"{seed} {station}").choice(profile.vehicles) if profile.vehicles else "generic"


def _faults(profile: Profile, station: str, connector: int, draw: random.Random) -> Iterator[Event]:
    if profile.fault_every_s <= 0:
        return
    at = 0.0

    def faulted(fault: FaultInput) -> Input:
        return Input(at, station, connector, "faulted", fault.to_json())

    while True:
        at += draw.expovariate(1 / profile.fault_every_s)
        yield faulted(FaultInput(True, draw.choice(FAULTS)))
        at += profile.fault_s
        yield faulted(FaultInput(False))
