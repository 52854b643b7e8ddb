"""What kind of yard a load plays: how often cars come, how long they stay, what they want, what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Profile:
    """Mean values; the draws around them are seeded.

    ``occupancy``: the part of the connectors that have a car once the load has settled, which takes a minute;
    ``session_s``: how long one stays; ``vehicles``: those of the catalogue that come, one kind to each station, drawn
    evenly, and what they take is what such a car takes; ``demands_a``: without them what cars ask for, A per phase,
    drawn evenly; ``tag_first``: the part of drivers who present
    the tag before the cable; ``fault_every_s``: mean time between two faults of one connector, 0 for none, each
    ``fault_s`` long; ``storm_every_s``: every so often all stations lose power at once, 0 for never, and come back
    within ``storm_spread_s``.
    """

    name: str
    note: str
    occupancy: float = 0.0
    session_s: float = 600.0
    vehicles: tuple[str, ...] = ()
    demands_a: tuple[float, ...] = (16.0,)
    tag_first: float = 0.0
    fault_every_s: float = 0.0
    fault_s: float = 30.0
    storm_every_s: float = 0.0
    storm_spread_s: float = 0.0


_CITY = Profile(
    "mixed",
    "a third have a car, for minutes; now and then a fault",
    occupancy=0.33,
    session_s=300.0,
    vehicles=("plugin_hybrid", "city_small", "mid_400V", "large_400V", "premium_800V"),
    tag_first=0.3,
    fault_every_s=3600.0,
)

_ALL = (
    Profile("idle", "connected, nobody charges: heartbeats alone"),
    _CITY,
    Profile(
        "depot", "nearly all have a car, for long", occupancy=0.9, session_s=7200.0, vehicles=("van", "bus_depot")
    ),
    Profile("busy", "one short session after the other", occupancy=0.8, session_s=30.0, tag_first=0.2),
    replace(
        _CITY,
        name="storm",
        note="as mixed, and every two minutes the power of all fails for a moment",
        storm_every_s=120.0,
        storm_spread_s=5.0,
    ),
    replace(_CITY, name="herd", note="as storm, but all come back at the same moment", storm_every_s=120.0),
)

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in _ALL}
