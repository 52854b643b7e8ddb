"""What a load's storms did: how long until all were back, until the backlog was delivered, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chargepoint.api.figures import Figures, Latencies

TOLD_APART = 100
"""Of so many storms, the newest, the latencies are told one by one; those of all before are one sum: a line that is
down for two seconds in every thirty has thousands of storms in a night."""


@dataclass(slots=True)
class Storm:
    """One outage or power cut, and the way back from it. Moments are POSIX seconds.

    ``back_at`` is when the link or the power is back. ``connected_s`` and ``drained_s`` count from there, None for
    never: until as many stations are connected as before, and until all is delivered that had waited for it.
    ``backlog`` messages were waiting at most, ``delivered`` were delivered until it was over.
    """

    what: str
    began_at: float
    back_at: float
    stations: int
    before: Figures
    backlog: int = 0
    connected_s: float | None = None
    drained_s: float | None = None
    connections_per_s: int = 0
    delivered: int = 0
    delivered_per_s: int = 0
    latencies: dict[str, Latencies] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether all is as it was before."""
        return self.drained_s is not None

    def tell(self, now: Figures) -> None:
        """The figures go on."""
        self.backlog = max(self.backlog, now.backlog)
        before = self.before.latencies
        self.latencies = {
            action: each.since(before.get(action, Latencies())) for action, each in now.latencies.items()
        }
        self.connections_per_s = max(self.connections_per_s, _peak(now.opened_in, self.began_at))
        self.delivered_per_s = max(self.delivered_per_s, _peak(now.delivered_in, self.back_at))
        if now.at <= self.back_at:
            return
        if self.connected_s is None and now.connected >= self.before.connected:
            self.connected_s = max(0.0, now.last_opened_at - self.back_at)
        if self.connected_s is not None and not now.backlog:
            self.drained_s = max(self.connected_s, now.last_drained_at - self.back_at)
        self.delivered = now.delivered - self.before.delivered


class Storms:
    """Every storm of a load, one after the other: when the next begins, the one before is over or never will be."""

    def __init__(self) -> None:
        self.all: list[Storm] = []
        self._earlier: dict[str, Latencies] = {}

    def begin(self, what: str, began_at: float, dark_s: float, stations: int, before: Figures) -> None:
        """A storm over ``stations`` begins, ``dark_s`` of darkness first."""
        if self.all:
            # Nothing is compared with it any more.
            self.all[-1].before = Figures()
        if len(self.all) >= TOLD_APART:
            oldest = self.all[-TOLD_APART]
            _merge(self._earlier, oldest.latencies)
            oldest.latencies = {}
        # What the figures still hold of the time before must not count as this one's.
        self.all.append(Storm(what, began_at, began_at + dark_s, stations, Figures.of([before])))

    def tell(self, now: Figures) -> None:
        """The figures go on."""
        if self.all and not self.all[-1].over:
            self.all[-1].tell(now)

    def stormy(self) -> dict[str, Latencies]:
        """The latencies of all storms."""
        stormy: dict[str, Latencies] = {}
        for part in (self._earlier, *(storm.latencies for storm in self.all)):
            _merge(stormy, part)
        return stormy

    def calm(self, total: Figures) -> dict[str, Latencies]:
        """The latencies of the time without storms."""
        stormy = self.stormy()
        return {action: each.since(stormy.get(action, Latencies())) for action, each in total.latencies.items()}


def _merge(total: dict[str, Latencies], part: Mapping[str, Latencies]) -> None:
    for action, latencies in part.items():
        total.setdefault(action, Latencies()).merge(latencies)


def _peak(by_second: dict[str, int], since: float) -> int:
    return max((count for second, count in by_second.items() if int(second) >= int(since)), default=0)
