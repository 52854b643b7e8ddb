"""2.4 Cache."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, authorize, charging, ready, said, start, status
from tests.support.bench import Bench

CONFIG = {"LocalPreAuthorize": "true", "AuthorizationCacheEnabled": "true"}


def cached(id_tag: str = "TAG") -> Bench:
    """A station whose cache knows ``id_tag``."""
    bench = ready(config=CONFIG)
    charging(bench, id_tag)
    bench.tap(id_tag)
    bench.unplug()
    bench.forget()
    return bench


def test_TC_007_CS_regular_start_charging_session_cached_id() -> None:
    bench = cached("TAG")
    bench.plug()
    bench.tap("TAG")
    assert said(bench) == [status("Preparing"), start("TAG"), status("Charging")]


def test_TC_061_CS_clear_authorization_data_in_authorization_cache() -> None:
    bench = cached("TAG")
    bench.call("ClearCache")
    assert said(bench) == [answer(status="Accepted")]
    bench.plug()
    bench.tap("TAG")
    assert said(bench) == [status("Preparing"), authorize("TAG"), start("TAG"), status("Charging")]
