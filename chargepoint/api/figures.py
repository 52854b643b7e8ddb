"""What a pool counts: its stations by state, its traffic, and how long the central system takes to answer.

Published on ``<root>/pools/<name>/figures`` as totals since the pool began; whoever wants rates subtracts.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chargepoint.api.fields import Fields, parse_json

STEPS_PER_DECADE = 50
"""A percentile is right to 4.7 %: a class is that much wider than its lower bound."""

SHORTEST_S = 1e-4

COUNTERS = ("registrations", "connectors", "sent", "received", "refused", "unanswered")


class Latencies:
    """A histogram of durations in s, with classes that grow in proportion; histograms of many pools add up."""

    def __init__(self, counts: Mapping[int, int] | None = None, longest_s: float = 0.0) -> None:
        self.counts: Counter[int] = Counter(counts or {})
        self.longest_s = longest_s

    def __len__(self) -> int:
        return self.counts.total()

    def add(self, duration_s: float) -> None:
        """Count one."""
        self.counts[math.ceil(STEPS_PER_DECADE * math.log10(max(duration_s, SHORTEST_S) / SHORTEST_S))] += 1
        self.longest_s = max(self.longest_s, duration_s)

    def merge(self, other: Latencies) -> None:
        """Count all of ``other``."""
        self.counts.update(other.counts)
        self.longest_s = max(self.longest_s, other.longest_s)

    def percentile(self, percent: float) -> float:
        """What ``percent`` of the durations do not exceed, in s; 0 when there are none."""
        wanted = math.ceil(len(self) * percent / 100)
        for step, count in sorted(self.counts.items()):
            wanted -= count
            if wanted <= 0:
                return min(float(SHORTEST_S * 10 ** (step / STEPS_PER_DECADE)), self.longest_s)
        return 0.0


@dataclass(slots=True)
class Figures:
    """``registrations`` and ``connectors``: stations and connectors by status now. The rest are totals by action:
    ``sent`` and ``received`` frames, requests ``refused`` by a CALLERROR, ``unanswered`` ones, and the latencies of
    those that were answered. ``power_w`` and ``energy_wh`` are sums over all connectors."""

    registrations: Counter[str] = field(default_factory=Counter)
    connectors: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, Latencies] = field(default_factory=dict)
    connections_lost: int = 0
    queued: int = 0
    power_w: float = 0.0
    energy_wh: float = 0.0

    @classmethod
    def of(cls, parts: Iterable[Figures]) -> Figures:
        """The sum of several pools'."""
        total = cls()
        for part in parts:
            for name in COUNTERS:
                getattr(total, name).update(getattr(part, name))
            for action, latencies in part.latencies.items():
                total.latencies.setdefault(action, Latencies()).merge(latencies)
            total.connections_lost += part.connections_lost
            total.queued += part.queued
            total.power_w += part.power_w
            total.energy_wh += part.energy_wh
        return total

    def answered(self, action: str, duration_s: float) -> None:
        """A request was answered after ``duration_s``."""
        self.latencies.setdefault(action, Latencies()).add(duration_s)

    def to_json(self) -> bytes:
        """The payload."""
        latencies = {
            action: {"counts": {str(step): count for step, count in each.counts.items()}, "longest_s": each.longest_s}
            for action, each in self.latencies.items()
        }
        body = {name: getattr(self, name) for name in COUNTERS} | {
            "latencies": latencies,
            "connections_lost": self.connections_lost,
            "queued": self.queued,
            "power_w": round(self.power_w, 1),
            "energy_wh": round(self.energy_wh, 1),
        }
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> Figures:
        """The figures in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "figures"), "figures")

        def counter(name: str) -> Counter[str]:
            raw = Fields(fields.object(name), name)
            return Counter({key: raw.integer(key, minimum=0, maximum=2**62) for key in fields.object(name)})

        latencies = {}
        for action, raw in fields.object("latencies").items():
            each = Fields(raw, f"latencies.{action}")
            counts = {int(step): int(str(count)) for step, count in each.object("counts").items()}
            latencies[action] = Latencies(counts, each.number("longest_s"))
        return cls(
            **{name: counter(name) for name in COUNTERS},
            latencies=latencies,
            connections_lost=fields.integer("connections_lost", minimum=0, maximum=2**62),
            queued=fields.integer("queued", minimum=0, maximum=2**62),
            power_w=fields.number("power_w"),
            energy_wh=fields.number("energy_wh"),
        )
