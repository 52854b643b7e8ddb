"""A broker in memory for each test, or brokers as processes, started once for each file that asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.launcher.broker.in_memory import Network
from tests.launcher.broker.processes import MOSQUITTO, BrokerProcess, running


@pytest.fixture(
    scope="module",
    params=[
        "embedded",
        pytest.param(
            "mosquitto",
            marks=pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed on this machine"),
        ),
    ],
)
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerProcess]:
    """Either broker; what holds for it has to hold for both."""
    with running(request.param, tmp_path_factory.mktemp("broker")) as process:
        yield process


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerProcess]:
    """The embedded broker."""
    with running("embedded", tmp_path_factory.mktemp("broker")) as process:
        yield process


@pytest.fixture
def network() -> Network:
    """A broker in memory that nobody is connected to yet."""
    return Network()
