"""What a load must keep to: ``--fail-if 'p99(BootNotification) > 2s'``, read once, judged at the end."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chargepoint.api.errors import InputError
from chargepoint.api.figures import Figures, Latencies
from launcher.load.storms import Storm

WANTED = (
    "a condition like 'p99(BootNotification) > 2s', 'max(StartTransaction) > 500ms', 'unanswered > 0', "
    "'refused(Authorize) > 1%', 'lost > 10', 'accepted < 100%', 'reconnected > 30s', 'drained > 1m'"
)
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
UNITS = {"m": 60.0, "s": 1.0, "ms": 0.001, "%": 0.01, "": 1.0}
COUNTS = ("unanswered", "refused", "sent", "received")
OF_STORMS = ("reconnected", "drained")
"""How long it took after the worst of the load's storms; longer than any bound when it never came to that."""

_FORM = re.compile(
    r"\s*(?P<what>p\d{1,2}(?:\.\d+)?|max|[a-z]+)\s*(?:\(\s*(?P<action>[A-Za-z]+)\s*\))?"
    r"\s*(?P<comparison>[<>]=?)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|ms|m|%|)\s*"
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition under which the load has failed."""

    text: str
    what: str
    action: str
    comparison: str
    bound: float
    relative: bool

    @classmethod
    def parse(cls, text: str) -> Criterion:
        """The condition in ``text``; raises InputError."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise InputError("--fail-if", text, WANTED)
        what, action, unit = match["what"], match["action"] or "", match["unit"]
        is_latency = what == "max" or re.fullmatch(r"p\d.*", what) is not None
        fits = unit in ("s", "ms", "m") if is_latency or what in OF_STORMS else unit in ("", "%")
        known = is_latency or what in (*COUNTS, *OF_STORMS, "lost", "accepted")
        if not known or not fits or (action and not is_latency and what not in COUNTS):
            raise InputError("--fail-if", text, WANTED)
        return cls(text.strip(), what, action, match["comparison"], float(match["number"]) * UNITS[unit], unit == "%")

    def value(self, figures: Figures, stations: int, storms: Sequence[Storm] = ()) -> float:
        """What is compared: seconds, a count, or with % a part of 1."""
        if self.what in OF_STORMS:
            times = [storm.connected_s if self.what == "reconnected" else storm.drained_s for storm in storms]
            return max((math.inf if time is None else time for time in times), default=0.0)
        if self.what == "lost":
            return figures.connections_lost / (stations if self.relative else 1)
        if self.what == "accepted":
            return figures.registrations["Accepted"] / (stations if self.relative else 1)
        if self.what in COUNTS:
            counter = getattr(figures, self.what)
            count = counter[self.action] if self.action else counter.total()
            sent = figures.sent[self.action] if self.action else figures.sent.total()
            return count / max(1, sent) if self.relative else float(count)
        return self._latency(figures)

    def fails(self, figures: Figures, stations: int, storms: Sequence[Storm] = ()) -> bool:
        """Whether the load has failed by it."""
        return COMPARISONS[self.comparison](self.value(figures, stations, storms), self.bound)

    def _latency(self, figures: Figures) -> float:
        concerned = Latencies()
        for action, latencies in figures.latencies.items():
            if self.action in ("", action):
                concerned.merge(latencies)
        return concerned.longest_s if self.what == "max" else concerned.percentile(float(self.what[1:]))
