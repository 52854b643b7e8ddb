"""Where a station connects to in each security profile."""

from __future__ import annotations

import pytest

from chargepoint.security.link import LinkTarget, url_in_profile


@pytest.mark.parametrize("profile", range(4))
@pytest.mark.parametrize("rest", ["host/CP1", "host:9000/ocpp/CP%3A1?a=b", "[::1]:80/CP1", "host"])
def test_from_profile_2_on_tls_is_spoken_with_the_same_host_port_and_path(rest: str, profile: int) -> None:
    secure = profile >= 2
    url = url_in_profile(f"ws://{rest}", profile)
    assert url == f"{'wss' if secure else 'ws'}://{rest}"
    assert LinkTarget(url).secure is secure
    assert url_in_profile(f"wss://{rest}", profile) == f"wss://{rest}"


def test_a_scheme_may_be_in_capital_letters() -> None:
    assert LinkTarget("WSS://host/CP1").secure
    assert not LinkTarget("WS://host/CP1").secure
