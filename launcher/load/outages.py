"""Outages of a load: ``--outage '45s at 2m'``, ``'45s at 2m of 50%'``, ``'2s every 30s of 20%'`` (flapping)."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chargepoint.api.errors import InputError

WANTED = "an outage like '45s at 2m', '45s at 2m of 50%' (of the charge points) or '2s every 30s of 20%'"
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST_S = 86_400.0

_FORM = re.compile(
    r"\s*(?P<length>\d+(?:\.\d+)?)(?P<length_unit>ms|s|m|h)\s+(?P<when>at|every)"
    r"\s+(?P<time>\d+(?:\.\d+)?)(?P<time_unit>ms|s|m|h)(?:\s+of\s+(?P<share>\d+(?:\.\d+)?)\s*%)?\s*"
)


@dataclass(frozen=True, slots=True)
class Outage:
    """The link of a part of the stations is down for ``for_s``; charging goes on meanwhile.

    ``at_s`` (s since the beginning of the load) is the first time; ``every_s``: it comes again so often, 0 for never.
    ``share`` of the stations, above 0 to 1, are concerned, each time others.
    """

    text: str
    for_s: float
    at_s: float
    every_s: float = 0.0
    share: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Outage:
        """The outage in ``text``; raises InputError."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise InputError("--outage", text, WANTED)
        for_s = float(match["length"]) * UNITS[match["length_unit"]]
        time_s = float(match["time"]) * UNITS[match["time_unit"]]
        share = float(match["share"] or 100) / 100
        if not (0 < for_s <= LONGEST_S and time_s <= LONGEST_S and 0 < share <= 1):
            raise InputError("--outage", text, WANTED)
        if match["when"] == "at":
            return cls(text.strip(), for_s, time_s, share=share)
        if time_s <= for_s:
            raise InputError("--outage", text, "a time between two that is longer than the outage")
        return cls(text.strip(), for_s, time_s, time_s, share)

    def concerned(self, ids: Sequence[str], seed: int) -> Iterator[tuple[float, list[str]]]:
        """When it comes, and whom it concerns then; without end when it comes again and again."""
        draw = random.Random(f"{seed} {self.text}")
        count = max(1, round(self.share * len(ids)))
        for number in itertools.count():
            yield self.at_s + number * self.every_s, sorted(draw.sample(list(ids), count))
            if not self.every_s:
                return
