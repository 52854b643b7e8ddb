"""A charge point in the hands of a test, with every step of a scenario as a method."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import Any, Generic, TypeVar

from chargepoint.api.errors import InputError
from launcher.testing.crew import Crew, Found

R = TypeVar("R")

__tracebackhide__ = True  # pytest shows the line of the test, and why


class _ChargePoint(ABC, Generic[R]):
    """``R`` is what an act gives: what was found, now or awaited."""

    def __init__(self, id: str, crew: Crew) -> None:
        self.id = id
        self._crew = crew

    @abstractmethod
    def act(self, step: str, **arguments: Any) -> R:
        """Any step of a scenario with its arguments; ``with_`` and ``for_`` stand for ``with`` and ``for``."""

    def start(self, **change: Any) -> R:
        """Switch it on with fresh data; ``change``: members of its start entry."""
        return self.act("start", change=change)

    def kill(self) -> R:
        """Cut its power."""
        return self.act("kill")

    def restart(self) -> R:
        """Switch it on with the data it has."""
        return self.act("restart")

    def plug(self, connector: int = 1, **car: Any) -> R:
        """Plug a car in: ``asks_for`` A per phase (W for DC), ``cable``."""
        return self.act("plug", connector=connector, **car)

    def unplug(self, connector: int = 1) -> R:
        """Unplug the car."""
        return self.act("unplug", connector=connector)

    def suspend(self, connector: int = 1) -> R:
        """The car pauses."""
        return self.act("suspend", connector=connector)

    def resume(self, connector: int = 1) -> R:
        """The car goes on."""
        return self.act("resume", connector=connector)

    def tap(self, tag: str, connector: int = 1) -> R:
        """Hold an id tag to the reader."""
        return self.act("tap", tag=tag, connector=connector)

    def fault(self, code: str, connector: int = 1, **told: str) -> R:
        """A fault appears; ``vendor_code`` and ``info`` are told with it."""
        return self.act("fault", code=code, connector=connector, **told)

    def clear_fault(self, connector: int = 1, **code: str) -> R:
        """The fault of this ``code`` is gone; without one, all of them are."""
        return self.act("clear_fault", connector=connector, **code)

    def disturb(self, kind: str, **amounts: Any) -> R:
        """Disturb its line: ``disturb("outage", for_="30s")``, ``disturb("drop", probability=0.1)``."""
        return self.act("disturb", kind=kind, **amounts)

    def clear_disturbance(self, **kind: str) -> R:
        """The line is as it should be, or without the disturbance of this ``kind``."""
        return self.act("clear_disturbance", **kind)

    def quirks(self, *names: str) -> R:
        """It has these quirks of real charge points from now on, and no others."""
        return self.act("quirks", names=list(names))

    def damage(self, kind: str, **amounts: Any) -> R:
        """Something breaks inside: ``damage("meter_jump", energy_wh=1000)``."""
        return self.act("damage", kind=kind, **amounts)

    def clear_damage(self, **what: Any) -> R:
        """It is repaired, or what of it is of this ``kind``."""
        return self.act("clear_damage", **what)

    def configure(self, key: str, value: str) -> R:
        """Give a configuration key a value."""
        return self.act("configure", key=key, value=value)

    def send(self, action: str, payload: dict[str, Any] | None = None, **expected: Any) -> R:
        """Send any CALL; ``force=True`` also a wrong one; ``answer``, ``error``, ``latency``: what has to come."""
        return self.act("send", action=action, payload=payload or {}, **expected)

    def send_text(self, text: str, **expected: Any) -> R:
        """Send any text as it is; ``error``: the code of the CALLERROR that has to come back."""
        return self.act("send_text", text=text, **expected)

    def command(self, action: str, payload: dict[str, Any] | None = None, **expected: Any) -> R:
        """Let the central system send a command; ``answer``: what this charge point has to answer."""
        return self.act("command", action=action, payload=payload or {}, **expected)

    def expect(self, **what: Any) -> R:
        """Wait for what is expected, and give what was found: ``expect(sent="Authorize", answer={...})``."""
        return self.act("expect", **what)

    def expect_no(self, **what: Any) -> R:
        """Make sure that something does not happen: ``expect_no(sent="StopTransaction", for_="2s")``."""
        return self.act("expect_no", **what)


class ChargePoint(_ChargePoint[Found]):
    """For tests without an event loop."""

    def act(self, step: str, **arguments: Any) -> Found:
        """Do it."""
        try:
            return self._crew.submit(self._crew.act(self.id, step, _named(arguments))).result()
        except (AssertionError, InputError) as error:
            raise error.with_traceback(None) from None

    def frames(self) -> list[str]:
        """Its OCPP traffic so far."""
        return self._crew.submit(self._crew.frames(self.id)).result()


class AsyncChargePoint(_ChargePoint[Awaitable[Found]]):
    """For tests with an event loop, whose turns it leaves to others meanwhile."""

    def act(self, step: str, **arguments: Any) -> Awaitable[Found]:
        """Do it, when awaited or before."""
        return _awaited(asyncio.wrap_future(self._crew.submit(self._crew.act(self.id, step, _named(arguments)))))

    def frames(self) -> Awaitable[list[str]]:
        """Its OCPP traffic so far."""
        return asyncio.wrap_future(self._crew.submit(self._crew.frames(self.id)))


async def _awaited(acting: asyncio.Future[Found]) -> Found:
    try:
        return await acting
    except (AssertionError, InputError) as error:
        raise error.with_traceback(None) from None


def _named(arguments: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments under their names in scenario files; None for none."""
    return {name.removesuffix("_"): value for name, value in arguments.items()} or None
