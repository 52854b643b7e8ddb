"""One central system for all tests that leave it running; each test brings charge points with ids of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.csms.program import Program, running


@pytest.fixture(scope="session")
def csms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A running central system, shared."""
    with running(tmp_path_factory.mktemp("csms")) as program:
        yield program


@pytest.fixture
async def http(csms: Program) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its HTTP API."""
    async with csms.client() as client:
        yield client
