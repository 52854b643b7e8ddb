"""2.10 Core profile - basic actions, non-happy flow. A lock that fails (TC_024_CS) is where the lock is tested."""

from __future__ import annotations

import pytest

from tests.compliance.v16.tool import authorize, ready, said, status
from tests.support.bench import NOON, verdict


@pytest.mark.parametrize("answered", ["Invalid", "Blocked", "Expired", "ConcurrentTx"])
def test_TC_023_CS_start_charging_session_authorize_invalid(answered: str) -> None:
    bench = ready()
    bench.script["Authorize"] = lambda _: verdict(answered)
    bench.plug()
    assert said(bench) == [status("Preparing")]
    bench.tap("TAG")
    assert said(bench) == [authorize("TAG")]
    bench.advance(59)
    assert said(bench) == [], "no transaction, and still Preparing"
    bench.unplug()
    assert said(bench) == [status("Available", at=NOON + 59)]
    bench.tap("TAG")
    assert said(bench) == [authorize("TAG")], "without the cable as well"
