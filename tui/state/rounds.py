"""Orders that were given to several charge points at once: told of once, with all of their answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tui.state import units
from tui.state.answers import Notice, Severity
from tui.state.cells import clean
from tui.state.fleet import Change, StationObeyed, StationRefused
from tui.state.progress import Progress

PATIENCE_S: Final = 10.0
"""So long after the last answer nobody else is waited for."""

_SHOWN_REASONS: Final = 3


@dataclass(slots=True)
class Round:
    """One of them: ``waiting`` has the charge point of each request that has no answer yet."""

    title: str
    waiting: dict[str, str]
    heard_at: float
    total: int = 0
    refused: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.total = len(self.waiting)

    def notice(self) -> Notice:
        """What became of it, in words."""
        failed = sum(map(len, self.refused.values()))
        done = self.total - failed - len(self.waiting)
        lines = [f"{self.title}: {done} of {units.plural(self.total, 'order')} done"]
        if self.total == 1 and done == 1:
            lines = [f"{self.title}: done"]
        lines += [_reason(reason, ids) for reason, ids in list(self.refused.items())[:_SHOWN_REASONS]]
        if len(self.refused) > _SHOWN_REASONS:
            lines.append(f"… and {units.plural(len(self.refused) - _SHOWN_REASONS, 'more reason')}")
        if self.waiting:
            lines.append(_reason("no answer", list(self.waiting.values())))
        severity = Severity.INFORMATION if done == self.total else Severity.WARNING if done else Severity.ERROR
        return Notice("", "\n".join(lines), severity)


class Rounds:
    """All that are under way."""

    def __init__(self) -> None:
        self._rounds: list[Round] = []

    @property
    def progress(self) -> Iterable[Progress]:
        """How far those of several orders are."""
        return [Progress(one.title, one.total - len(one.waiting), one.total) for one in self._rounds if one.total > 1]

    def begin(self, title: str, waiting: dict[str, str], now: float) -> None:
        """``waiting``: the charge point of each request id."""
        if waiting:
            self._rounds.append(Round(title, waiting, now))

    def take(self, change: Change, now: float) -> bool:
        """Whether ``change`` is an answer that is told with others."""
        match change:
            case StationObeyed(_, result) | StationRefused(_, result):
                found = next((one for one in self._rounds if result.request_id in one.waiting), None)
            case _:
                return False
        if found is None:
            return False
        station_id = found.waiting.pop(result.request_id)
        found.heard_at = now
        if isinstance(change, StationRefused):
            found.refused.setdefault(clean(result.reason), []).append(station_id)
        return True

    def ended(self, now: float) -> list[Notice]:
        """Tell of those that have all answers, or wait no longer."""
        over = [one for one in self._rounds if not one.waiting or now > one.heard_at + PATIENCE_S]
        self._rounds = [one for one in self._rounds if one not in over]
        return [one.notice() for one in over]

    def abandon(self) -> None:
        """The broker is lost: answers will not come."""
        self._rounds.clear()


def _reason(reason: str, ids: list[str]) -> str:
    who = clean(ids[0]) if len(ids) == 1 else f"{clean(ids[0])} and {len(ids) - 1} more"
    return f"{who}: {reason}"
