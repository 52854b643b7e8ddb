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

COUNTERS = (
    *("registrations", "connectors", "sent", "received", "refused", "unanswered"),
    *("opened_in", "delivered_in", "link_failures"),
)
LAST_MOMENTS = ("last_opened_at", "last_accepted_at", "last_drained_at")
WHOLE_NUMBERS = ("connections_lost", "connected", "connections", "queued", "backlog", "delivered")


class Latencies:
    """A histogram of durations in s, with classes that grow in proportion; histograms of many pools add up."""

    def __init__(self, counts: Mapping[int, int] | None = None, longest_s: float = 0.0, total_s: float = 0.0) -> None:
        self.counts: Counter[int] = Counter(counts or {})
        self.longest_s = longest_s
        self.total_s = total_s

    def __len__(self) -> int:
        return self.counts.total()

    def add(self, duration_s: float) -> None:
        """Count one."""
        self.counts[math.ceil(STEPS_PER_DECADE * math.log10(max(duration_s, SHORTEST_S) / SHORTEST_S))] += 1
        self.longest_s = max(self.longest_s, duration_s)
        self.total_s += duration_s

    def merge(self, other: Latencies) -> None:
        """Count all of ``other``."""
        self.counts.update(other.counts)
        self.longest_s = max(self.longest_s, other.longest_s)
        self.total_s += other.total_s

    def since(self, before: Latencies) -> Latencies:
        """Those that were counted after ``before``. The longest of them may be an earlier one."""
        return Latencies(self.counts - before.counts, self.longest_s, self.total_s - before.total_s)

    def to_value(self) -> dict[str, object]:
        """As a JSON value."""
        counts = {str(step): count for step, count in self.counts.items()}
        return {"counts": counts, "longest_s": self.longest_s, "total_s": self.total_s}

    @classmethod
    def from_value(cls, raw: object, name: str) -> Latencies:
        """Those of a JSON value; raises InputError."""
        fields = Fields(raw, name)
        counts = {int(step): int(str(count)) for step, count in fields.object("counts").items()}
        return cls(counts, fields.number("longest_s"), fields.number("total_s"))

    def within(self, bound_s: float) -> int:
        """How many were not longer; of those in the class that has ``bound_s`` in it, none."""
        highest = math.floor(STEPS_PER_DECADE * math.log10(bound_s / SHORTEST_S) + 1e-9)
        return sum(count for step, count in self.counts.items() if step <= highest)

    def percentile(self, percent: float) -> float:
        """What ``percent`` of the durations do not exceed, in s; 0 when there are none."""
        return self.nth(math.ceil(len(self) * percent / 100))

    def nth(self, rank: int) -> float:
        """The shortest but ``rank`` - 1, in s; 0 when there are none."""
        for step, count in sorted(self.counts.items()):
            rank -= count
            if rank <= 0:
                return min(float(SHORTEST_S * 10 ** (step / STEPS_PER_DECADE)), self.longest_s)
        return 0.0


@dataclass(slots=True)
class Figures:
    """``registrations`` and ``connectors``: stations and connectors by status now. By action: ``sent`` and
    ``received`` frames, requests ``refused`` by a CALLERROR, ``unanswered`` ones, and the latencies of those that
    were answered. ``power_w`` and ``energy_wh`` are sums over all connectors.

    ``connections`` is how often stations connected, ``connecting`` how long that took (TCP, TLS and handshake
    together, of those that were made), ``connected`` how many are now. ``queued`` transaction messages
    wait now; the ``backlog`` is what of them waited when its station was last connected, or waits for that;
    ``delivered`` counts those that the central system took. ``opened_in`` and ``delivered_in`` are connections and
    deliveries by POSIX second, of the last minute. ``link_failures``: why there was no connection, or no more, in
    words, but for what was ordered; ``<id>`` stands for the id. Moments (POSIX seconds, 0 for never): ``at`` is when
    this was told, ``last_opened_at`` when the last station connected, ``last_accepted_at`` when the last one was
    accepted at its boot, ``last_drained_at`` when the last backlog was delivered.
    """

    registrations: Counter[str] = field(default_factory=Counter)
    connectors: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, Latencies] = field(default_factory=dict)
    connecting: Latencies = field(default_factory=Latencies)
    opened_in: Counter[str] = field(default_factory=Counter)
    delivered_in: Counter[str] = field(default_factory=Counter)
    link_failures: Counter[str] = field(default_factory=Counter)
    connections_lost: int = 0
    connected: int = 0
    connections: int = 0
    queued: int = 0
    backlog: int = 0
    delivered: int = 0
    power_w: float = 0.0
    energy_wh: float = 0.0
    at: float = 0.0
    last_opened_at: float = 0.0
    last_accepted_at: float = 0.0
    last_drained_at: float = 0.0

    @classmethod
    def of(cls, parts: Iterable[Figures]) -> Figures:
        """The sum of several pools'."""
        total = cls(at=math.inf)
        for part in parts:
            for name in COUNTERS:
                getattr(total, name).update(getattr(part, name))
            for action, latencies in part.latencies.items():
                total.latencies.setdefault(action, Latencies()).merge(latencies)
            total.connecting.merge(part.connecting)
            for name in (*WHOLE_NUMBERS, "power_w", "energy_wh"):
                setattr(total, name, getattr(total, name) + getattr(part, name))
            total.at = min(total.at, part.at)
            for name in LAST_MOMENTS:
                setattr(total, name, max(getattr(total, name), getattr(part, name)))
        return total if total.at < math.inf else cls()

    def answered(self, action: str, duration_s: float) -> None:
        """A request was answered after ``duration_s``."""
        latencies = self.latencies.get(action)
        if latencies is None:
            latencies = self.latencies[action] = Latencies()
        latencies.add(duration_s)

    def to_json(self) -> bytes:
        """The payload."""
        body = {name: getattr(self, name) for name in (*COUNTERS, *WHOLE_NUMBERS, *LAST_MOMENTS)} | {
            "latencies": {action: each.to_value() for action, each in self.latencies.items()},
            "connecting": self.connecting.to_value(),
            "power_w": round(self.power_w, 1),
            "energy_wh": round(self.energy_wh, 1),
            "at": self.at,
        }
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> Figures:
        """The figures in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "figures"), "figures")

        def counter(name: str) -> Counter[str]:
            raw = Fields(fields.object(name), name)
            return Counter({key: raw.integer(key, minimum=0, maximum=2**62) for key in fields.object(name)})

        latencies = fields.object("latencies")
        figures = cls(
            latencies={each: Latencies.from_value(raw, f"latencies.{each}") for each, raw in latencies.items()},
            connecting=Latencies.from_value(fields.object("connecting"), "connecting"),
            power_w=fields.number("power_w"),
            energy_wh=fields.number("energy_wh"),
            at=fields.number("at"),
        )
        for name in COUNTERS:
            setattr(figures, name, counter(name))
        for name in LAST_MOMENTS:
            setattr(figures, name, fields.number(name))
        for name in WHOLE_NUMBERS:
            setattr(figures, name, fields.integer(name, minimum=0, maximum=2**62))
        return figures
