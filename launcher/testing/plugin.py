"""The pytest plugin: fixtures ``charge_point`` and ``async_charge_point``, ``yard`` and ``async_yard``.

``--cp-simu-central-system URL`` names the one to test; without it the bundled one runs for the session.
"""

from __future__ import annotations

import argparse
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TypeVar

import pytest

if TYPE_CHECKING:
    from launcher.scenario.peer import Peer
    from launcher.testing.charge_point import AsyncChargePoint, ChargePoint
    from launcher.testing.crew import Crew

C = TypeVar("C")

_numbers = itertools.count(1)


class Yard(Generic[C]):
    """Charge points of one test; they end with it."""

    def __init__(self, crew: Crew, kind: Callable[[str, Crew], C], test: str) -> None:
        self._crew = crew
        self._kind = kind
        self._prefix = re.sub(r"[^A-Za-z0-9_]", "_", test)[:36]
        self._ids: list[str] = []
        self.violations_allowed = False
        """Whether a central system may do something against the standard without failing the test."""

    @property
    def central_system(self) -> Peer:
        """The one under test: its ``url``, and for the bundled one its HTTP ``api``."""
        return self._crew.peer

    def charge_point(self, id: str = "", **entry: object) -> C:
        """A charge point that is not started yet; ``entry``: members of its start entry. Raises InputError."""
        __tracebackhide__ = True
        id = id or f"{self._prefix}_{next(_numbers)}"
        try:
            self._crew.submit(self._crew.add(id, entry)).result()
        except Exception as error:
            raise error.with_traceback(None) from None
        self._ids.append(id)
        return self._kind(id, self._crew)

    def end(self) -> None:
        """End them all. Raises AssertionError for what the central system did against the standard."""
        __tracebackhide__ = True
        problems = []
        for id in self._ids:
            try:
                self._crew.submit(self._crew.remove(id, violations_allowed=self.violations_allowed)).result()
            except AssertionError as error:
                problems.append(str(error))
        if problems:
            raise AssertionError("\n".join(problems))


def _central_system(text: str) -> str:
    from chargepoint.api.spec import check_central_system

    return _checked(check_central_system, text)


def _commands(text: str) -> str:
    from launcher.scenario.peer import check_commands

    return _checked(check_commands, text)


def _checked(check: Callable[[str], str], text: str) -> str:
    from chargepoint.api.errors import InputError

    try:
        return check(text) if text else ""
    except InputError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not {error.expected}") from None


def _speed(text: str) -> float:
    from launcher.command_line.arguments import speed

    return speed(text)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options."""
    group = parser.getgroup("cp-simu", "simulated charge points")
    group.addoption(
        "--cp-simu-central-system",
        type=_central_system,
        metavar="URL",
        default="",
        help="ws(s):// URL (default: the bundled one)",
    )
    group.addoption(
        "--cp-simu-commands",
        type=_commands,
        metavar="URL",
        default="",
        help="where it takes commands: http://.../{id}/{action}",
    )
    group.addoption(
        "--cp-simu-speed", type=_speed, metavar="X", default=1.0, help="clocks and cars go X times as fast"
    )


@pytest.fixture(scope="session")
def _crew(pytestconfig: pytest.Config) -> Iterator[Crew]:
    # Imported when a test wants a charge point: the other tests of a suite wait for nothing.
    from launcher.scenario.peer import Unreachable
    from launcher.testing.crew import Crew

    wanted = map(pytestconfig.getoption, ("--cp-simu-central-system", "--cp-simu-commands", "--cp-simu-speed"))
    crew = Crew(*wanted)
    try:
        crew.open()
    except Unreachable as error:
        pytest.fail(str(error), pytrace=False)
    with closing(crew):
        yield crew


@pytest.fixture
def yard(_crew: Crew, request: pytest.FixtureRequest) -> Iterator[Yard[ChargePoint]]:
    """A place for charge points."""
    from launcher.testing.charge_point import ChargePoint

    place = Yard(_crew, ChargePoint, request.node.name)
    yield place
    place.end()


@pytest.fixture
def async_yard(_crew: Crew, request: pytest.FixtureRequest) -> Iterator[Yard[AsyncChargePoint]]:
    """A place for charge points of a test with an event loop."""
    from launcher.testing.charge_point import AsyncChargePoint

    place = Yard(_crew, AsyncChargePoint, request.node.name)
    yield place
    place.end()


@pytest.fixture
def charge_point(yard: Yard[ChargePoint]) -> ChargePoint:
    """A charge point that is not started yet."""
    return yard.charge_point()


@pytest.fixture
def async_charge_point(async_yard: Yard[AsyncChargePoint]) -> AsyncChargePoint:
    """A charge point, not started yet, of a test with an event loop."""
    return async_yard.charge_point()
