"""Waiting for what is expected of stations, and for what must not happen."""

from __future__ import annotations

from chargepoint.api.payloads import Registration
from launcher.scenario.expect import Expectation, Look, Met, Never, NotYet, look
from launcher.scenario.record import Record
from launcher.scenario.scope import Scope
from launcher.scenario.stage import Stage
from launcher.scenario.verdicts import StepFailed, Verdict

REFUSED_WITHIN_S = 5.0
"""The station itself decides; nobody else is asked."""
_NOTHING_SERVED: frozenset[int] = frozenset()


class Lookout:
    """Looks at the stations of one scenario."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def met(
        self, what: Expectation, station: str, scope: Scope, within_s: float, *, from_start: bool = False
    ) -> Met:
        """What met the expectation, now or in time; its frames meet no other one. Raises StepFailed."""
        record = self._stage.records[station]
        seen: list[Look] = []

        def decided() -> bool:
            seen[:] = [self._look(what, station, scope, from_start)]
            return not isinstance(seen[0], NotYet) or bool(record.refusals)

        await self._stage.until([station], decided, within_s)
        self.check_refusals(station)
        match seen[0]:
            case Met() as met:
                scope.served[station] = scope.served.get(station, _NOTHING_SERVED) | met.frames
                return met
            case Never(why, frame):
                raise StepFailed(Verdict.FAILED, f"{station}: {why}", station, frame)
            case NotYet(why):
                reason = f"{station}: within {within_s:g} s: {why}{_cut_off(record, why, within_s)}"
                raise StepFailed(Verdict.FAILED, reason, station)

    async def not_met(
        self, what: Expectation, station: str, scope: Scope, for_s: float, *, from_start: bool = False
    ) -> None:
        """Make sure that it does not happen for ``for_s``. Raises StepFailed."""
        seen: list[Met] = []

        def happened() -> bool:
            now = self._look(what, station, scope, from_start)
            seen.extend([now] if isinstance(now, Met) else [])
            return bool(seen)

        await self._stage.until([station], happened, for_s / self._stage.speed)
        self.check_refusals(station)
        if seen:
            frame = max(seen[0].frames, default=None)
            raise StepFailed(Verdict.FAILED, f"{station}: it has happened", station, frame)

    async def refusal(self, station: str, what: str) -> None:
        """Wait until the station has refused ``what``. Raises StepFailed."""
        refusals = self._stage.records[station].refusals
        if not await self._stage.until([station], lambda: bool(refusals), REFUSED_WITHIN_S):
            raise StepFailed(Verdict.ERROR, f"{station} has not refused {what}", station)
        refusals.clear()

    def check_refusals(self, station: str) -> None:
        """Raise StepFailed when the station has refused an input of a step before."""
        if refusals := self._stage.records[station].refusals:
            raise StepFailed(Verdict.ERROR, f"{station} refused {refusals[0]}", station)

    def _look(self, what: Expectation, station: str, scope: Scope, from_start: bool) -> Look:
        record = self._stage.records[station]
        if from_start:
            return look(what, record, 0, _NOTHING_SERVED)
        return look(what, record, scope.marks.get(station, 0), scope.served.get(station, _NOTHING_SERVED))


def _cut_off(record: Record, told: str, waited_s: float) -> str:
    """Why the station has no connection, which explains most of what does not happen; "" when it has one."""
    if record.registration is Registration.DISCONNECTED and record.last_error:
        return f"; it is not connected: {record.last_error}" if record.last_error not in told else ""
    return f"; {silence}" if (silence := record.silence(waited_s)) else ""
