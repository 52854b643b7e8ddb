"""One broker for all tests of the screen; each test has a yard of its own below a root of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chargepoint.brokers import RealBroker, real_broker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealBroker]:
    """A broker that runs."""
    with real_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(autouse=True)
def _quick_to_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is near: what is retained has been told sooner than over a slow line."""
    monkeypatch.setattr("tui.link.SETTLE_S", 0.2)
