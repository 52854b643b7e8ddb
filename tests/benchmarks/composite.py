"""What a composite schedule costs: 20 stacked profiles over 24 h, beside the naive evaluator of the tests.

The naive one asks for the limit once a second, as a reader of the standard would; both must agree on every second.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable

from chargepoint.model.smartcharging.composite import CompositeSchedule, composite_schedule
from chargepoint.model.smartcharging.profiles import Kind, Profile, Profiles, Purpose, RateUnit, Recurrency
from tests.benchmarks._rows import row
from tests.chargepoint.model.smartcharging.builders import AC_STATION, CHARGING, NOW, profile
from tests.chargepoint.model.smartcharging.naive import naive_total

DAY_S = 86_400
MINIMUM_S = 2.0
"""How long each is measured, at least."""

_ids = itertools.count(1)


def stacked() -> list[Profile]:
    """20 profiles of all purposes and kinds, with a period every quarter of an hour to every two hours."""

    def steps(every_s: int, base_a: float) -> dict[int, float]:
        return {at: base_a + (at // every_s) % 7 for at in range(0, DAY_S, every_s)}

    daily: list[Profile] = []
    for level in range(10):
        daily.append(
            profile(
                Purpose.TX_DEFAULT,
                steps(900 * (level % 8 + 1), 6.0 + level),
                id=next(_ids),
                stack_level=level,
                kind=Kind.RECURRING,
                recurrency=Recurrency.DAILY,
                duration_s=DAY_S - 3_600 * level,
                starts_at=NOW - 1_800 * level,
            )
        )
    absolute = [
        profile(Purpose.TX, steps(1_800, 8.0), id=next(_ids), stack_level=level, valid_to=NOW + 7_200 * (6 - level))
        for level in range(5)
    ]
    maximum = [
        profile(Purpose.STATION_MAX, steps(3_600, 16.0), id=next(_ids), stack_level=level, duration_s=40_000)
        for level in range(5)
    ]
    return daily + absolute + maximum


def seconds_each(work: Callable[[], object]) -> float:
    """CPU seconds of one run of ``work``."""
    runs, began = 0, time.process_time()
    while (spent := time.process_time() - began) < MINIMUM_S:
        work()
        runs += 1
    return spent / runs


def at_second(composite: CompositeSchedule, second: int) -> float:
    """The limit that ``composite`` has for a second."""
    return next(period.limit for period in reversed(composite.periods) if period.start_s <= second)


def main() -> int:
    """Measure both, and compare what they say."""
    profiles = stacked()
    installed = Profiles(tuple(profiles))

    def ours() -> CompositeSchedule:
        return composite_schedule(installed, [CHARGING], AC_STATION, NOW, DAY_S, RateUnit.A)

    def naive(every_s: int = 1) -> list[float]:
        return [
            naive_total(profiles, [CHARGING], AC_STATION, NOW + second, RateUnit.A)
            for second in range(0, DAY_S, every_s)
        ]

    composite = ours()
    for number, limit in enumerate(naive(every_s=60)):
        assert abs(at_second(composite, 60 * number) - limit) < 0.1, (number, limit)
    ours_s, naive_s = seconds_each(ours), seconds_each(naive)
    row(f"composite schedule of {len(profiles)} profiles over 24 h", f"{1000 * ours_s:.1f} ms")
    row(
        f"its periods, of {sum(len(one.schedule.periods) for one in profiles)} in the profiles",
        f"{len(composite.periods)}",
    )
    row("the naive evaluator, once a second", f"{1000 * naive_s:.0f} ms")
    row("times as fast", f"{naive_s / ours_s:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
