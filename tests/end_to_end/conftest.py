"""What several stories between real processes share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chargepoint.brokers import RealBroker, real_broker


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealBroker]:
    """Where the driver's acts go by."""
    with real_broker(tmp_path_factory.mktemp("broker")) as one:
        yield one
