"""One profile in time: when it is valid, where its schedule starts, which period runs, what comes next.

A schedule counts whole seconds, from the whole second its start falls into: timestamps carry milliseconds that
nobody means, and what was installed to start now shall rule now. Validity is taken to the letter.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from chargepoint.model.smartcharging.profiles import Kind, Period, Profile


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a schedule, ``starts_at`` <= t < ``ends_at``, unless a recurring one starts again before its end,
    at ``again_at``. What never happens is at infinity.
    """

    starts_at: int
    ends_at: float
    again_at: float


def is_valid(profile: Profile, now: float) -> bool:
    """Whether ``now`` is in the profile's validity, ``valid_from`` included, ``valid_to`` not."""
    return (profile.valid_from is None or profile.valid_from <= now) and (
        profile.valid_to is None or now < profile.valid_to
    )


def period_at(profile: Profile, now: float, tx_started_at: float | None) -> Period | None:
    """The period of ``profile`` that runs at ``now``; None when it is not valid, has not begun, or is over.

    ``tx_started_at`` is when the transaction began; without one, a schedule that counts from it is at its start.
    """
    if not is_valid(profile, now):
        return None
    second = math.floor(now)
    start = _start(profile, tx_started_at)
    run = _run(profile, second if start is None else start, second)
    if not run.starts_at <= second < run.ends_at:
        return None
    periods = profile.schedule.periods
    begun = bisect_right(periods, second - run.starts_at, key=_start_s)
    return periods[begun - 1] if begun else None


def next_boundary(profile: Profile, now: float, tx_started_at: float | None) -> float | None:
    """The next moment after ``now`` at which ``period_at`` may answer differently; None when it never will."""
    earliest = -math.inf if profile.valid_from is None else profile.valid_from
    latest = math.inf if profile.valid_to is None else profile.valid_to
    moments = chain(_edges_of_validity(profile), _edges_of_schedule(profile, now, tx_started_at))
    ahead = (moment for moment in moments if now < moment < math.inf and earliest <= moment <= latest)
    return min(ahead, default=None)


def counts_from_transaction(profile: Profile) -> bool:
    """Whether its schedule starts with the transaction."""
    return profile.kind is Kind.RELATIVE or profile.schedule.starts_at is None


def _edges_of_validity(profile: Profile) -> Iterator[float]:
    yield from (moment for moment in (profile.valid_from, profile.valid_to) if moment is not None)


def _edges_of_schedule(profile: Profile, now: float, tx_started_at: float | None) -> Iterator[float]:
    start = _start(profile, tx_started_at)
    if start is None:
        return
    run = _run(profile, start, math.floor(now))
    yield from (run.ends_at, run.again_at)
    # Nothing before now is wanted, nor before the profile is valid, where it has a boundary of its own anyway.
    periods = profile.schedule.periods
    earliest = now if profile.valid_from is None else max(now, profile.valid_from)
    first = bisect_left(periods, earliest - run.starts_at, key=_start_s)
    moments = (run.starts_at + period.start_s for period in periods[first : first + 2])
    yield from (moment for moment in moments if moment < run.ends_at)


def _start_s(period: Period) -> int:
    return period.start_s


def _start(profile: Profile, tx_started_at: float | None) -> int | None:
    """The second the schedule first starts in: its own, or, for a relative one and one that lacks it, the
    transaction's."""
    starts_at = tx_started_at if counts_from_transaction(profile) else profile.schedule.starts_at
    return None if starts_at is None else math.floor(starts_at)


def _run(profile: Profile, start: int, second: int) -> Run:
    """The latest run begun at ``second``, or the first one when none has."""
    duration_s = math.inf if profile.schedule.duration_s is None else profile.schedule.duration_s
    if profile.kind is not Kind.RECURRING or profile.recurrency is None:
        return Run(start, start + duration_s, math.inf)
    interval_s = profile.recurrency.interval_s
    starts_at = start + max(0, (second - start) // interval_s) * interval_s
    return Run(starts_at, starts_at + duration_s, starts_at + interval_s)
