"""2.2 Start charging session."""

from __future__ import annotations

from tests.compliance.v16.tool import authorize, ready, said, start, status
from tests.support.bench import NOON


def test_TC_003_CS_regular_charging_session_plugin_first() -> None:
    bench = ready()
    bench.plug()
    assert said(bench) == [status("Preparing")]
    bench.advance(10)
    bench.tap("TAG")
    assert said(bench) == [authorize("TAG"), start("TAG", at=NOON + 10), status("Charging", at=NOON + 10)]


def test_TC_004_1_CS_regular_charging_session_identification_first() -> None:
    bench = ready()
    bench.tap("TAG")
    assert said(bench) == [authorize("TAG"), status("Preparing")]
    bench.advance(20)
    bench.plug()
    assert said(bench) == [start("TAG", at=NOON + 20), status("Charging", at=NOON + 20)]


def test_TC_004_2_CS_regular_charging_session_identification_first_connection_time_out() -> None:
    bench = ready(config={"ConnectionTimeOut": "30"})
    bench.tap("TAG")
    assert said(bench) == [authorize("TAG"), status("Preparing")]
    bench.advance(29)
    assert said(bench) == []
    bench.advance(1)
    assert said(bench) == [status("Available", at=NOON + 30)]
    bench.plug()
    assert said(bench) == [status("Preparing", at=NOON + 30)], "the id tag is forgotten"
