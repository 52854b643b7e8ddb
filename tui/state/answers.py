"""What the launcher and the charge points answer, in words for a notification."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chargepoint.api.orders import StationResult
from launcher.api.commands import CommandResult
from tui.state import units
from tui.state.cells import clean
from tui.state.fleet import AnswerUnreadable, Change, LauncherAnswered, StationObeyed, StationRefused

_SHOWN_REASONS: Final = 3
_SHOWN_NOTICES: Final = 3
_LONGEST_ANSWER: Final = 200


class Severity(StrEnum):
    """How much a notice matters; the values are Textual's."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell at once."""

    title: str
    text: str
    severity: Severity


def notice_of(change: Change, own_requests: Container[str] = ()) -> Notice | None:
    """What there is to tell of ``change``; an answer to nobody of ``own_requests`` is another client's."""
    match change:
        case LauncherAnswered(result):
            return _of_result(result, result.request_id in own_requests)
        case StationRefused(station_id, refusal):
            return Notice(f"{station_id} refused", clean(refusal.reason), Severity.ERROR)
        case StationObeyed(station_id, result) if result.request_id in own_requests:
            return _of_order(station_id, result)
        case AnswerUnreadable(topic, reason):
            return Notice(f"unreadable answer on {topic}", reason, Severity.WARNING)
        case _:
            return None


def _of_order(station_id: str, result: StationResult) -> Notice:
    if result.error is not None:
        words = f"{result.error.code}: {result.error.description}".rstrip(": ")
        return Notice(f"{station_id}: CALLERROR", clean(words), Severity.WARNING)
    if result.answer is not None:
        words = clean(json.dumps(result.answer, ensure_ascii=False))[:_LONGEST_ANSWER]
        return Notice(f"{station_id} was answered", words, Severity.INFORMATION)
    return Notice("", f"{station_id}: {clean(result.type)} {result.result}", Severity.INFORMATION)


def few(notices: list[Notice]) -> list[Notice]:
    """``notices`` if there are few; else the first ones and how many more there are."""
    if len(notices) <= _SHOWN_NOTICES:
        return notices
    shown, rest = notices[:_SHOWN_NOTICES], notices[_SHOWN_NOTICES:]
    worst = Severity.ERROR if any(notice.severity is Severity.ERROR for notice in rest) else Severity.WARNING
    return [*shown, Notice("", f"… and {units.plural(len(rest), 'more notice')}; the log has them all", worst)]


def _of_result(result: CommandResult, own: bool) -> Notice:
    title = clean(result.type or "command") + ("" if own else " by another client")
    if not result.results:
        words = result.reason or str(result.result or "done")
        return Notice(title, words, Severity.INFORMATION if result.good else Severity.ERROR)
    told = [entry for entry in result.results if entry.reason]
    counts = Counter(entry.result.value for entry in result.results)
    if len(result.results) == 1:
        only = result.results[0]
        words = f"{only.id} {only.result.value}"
    else:
        words = ", ".join(f"{count} {word}" for word, count in counts.items())
    lines = [clean(words)]
    lines += [clean(f"{entry.id}: {entry.reason}") for entry in told[:_SHOWN_REASONS]]
    if len(told) > _SHOWN_REASONS:
        lines.append(f"… and {units.plural(len(told) - _SHOWN_REASONS, 'more reason')}")
    if result.good and own:
        return Notice("", "\n".join(lines), Severity.INFORMATION)
    return Notice(title, "\n".join(lines), Severity.INFORMATION if result.good else Severity.ERROR)
