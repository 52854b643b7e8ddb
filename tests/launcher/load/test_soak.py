"""The soak of the benchmarks, short: mischief of all kinds, and nothing lost by it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from launcher.load.profiles import PROFILES
from tests.benchmarks.soak import soak

pytestmark = pytest.mark.end_to_end


def test_nothing_is_lost_or_doubled_by_bad_lines_and_power_cuts(tmp_path: Path) -> None:
    lively = replace(PROFILES["busy"], session_s=8.0)
    result = soak(tmp_path, lively, 30, 24.0, mischief_every_s=6.0)
    assert result.findings == ()
    assert sum(result.weather.counts.values()) > 20
    account = result.outcome.account
    assert account.begun == account.told == account.closed > 0
