"""The soak of the benchmarks, short: mischief of all kinds, and nothing lost by it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from launcher.load.profiles import PROFILES
from tests.benchmarks._memory import Course
from tests.benchmarks.soak import soak


@pytest.mark.end_to_end
def test_nothing_is_lost_or_doubled_by_bad_lines_and_power_cuts(tmp_path: Path) -> None:
    lively = replace(PROFILES["busy"], session_s=8.0)
    result = soak(tmp_path, lively, 30, 24.0, mischief_every_s=6.0)
    assert result.findings == ()
    assert sum(result.weather.counts.values()) > 20
    account = result.outcome.account
    assert account.begun == account.told == account.closed > 0


@pytest.mark.parametrize(
    ("course", "told"),
    [
        ([50.0 + number / 360 for number in range(360)], "+1.0 MB/h in the second half: levels off"),
        ([50.0 + number / 36 for number in range(360)], "+10.0 MB/h in the second half: does NOT level off"),
        ([20.0 + number for number in range(180)] + [200.0] * 180, "+0.0 MB/h in the second half: levels off"),
        ([50.0] * 30, "too short to say"),
    ],
    ids=["a little", "too much", "at first", "short"],
)
def test_the_second_half_of_a_soak_says_whether_memory_levels_off(course: list[float], told: str) -> None:
    """A look every ten seconds; the second half counts, if it is long enough."""
    looks = Course("the pools", [10.0 * number for number in range(len(course))], course)
    assert told in str(looks)
