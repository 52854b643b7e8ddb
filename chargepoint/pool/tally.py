"""What a pool counts, station by station and frame by frame."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping

from chargepoint.adapters.link_events import Closed, Opened
from chargepoint.api.figures import Figures
from chargepoint.inputs import Observed
from chargepoint.ocpp.events import Answered, CallReceived, Lane, Refused, Silence, Unanswered
from chargepoint.ocpp.v16 import RegistrationStatus
from chargepoint.pool.books import Books
from chargepoint.runtime import Runtime

SECONDS_KEPT = 60
FAILURES_KEPT = 50
"""How many link failures are told apart; a reason may have a number in it that is never the same."""


class Tally:
    """Everything that has happened to the stations of one pool."""

    def __init__(self, books: Books, queued: Callable[[str], int], clock: Callable[[], float] = time.time) -> None:
        """``queued`` tells how much a station has to deliver; ``clock`` gives POSIX seconds."""
        self.books = books
        self._queued = queued
        self._clock = clock
        self._figures = Figures()
        self._connected: set[str] = set()
        self._broken_off: set[str] = set()
        self._backlog: dict[str, int] = {}

    def observe(self, station_id: str, event: Observed) -> None:
        """Count what happened to a station."""
        figures = self._figures
        self.books.observe(station_id, event)
        match event:
            case Answered(request, answer, took_s=took_s):
                figures.sent[request.action] += 1
                figures.answered(request.action, took_s)
                if request.lane is Lane.TRANSACTION:
                    self._delivered(station_id)
                elif request.lane is Lane.BOOT and answer.get("status") == RegistrationStatus.accepted:
                    figures.last_accepted_at = self._clock()
            case Refused(request, _, took_s):
                figures.sent[request.action] += 1
                figures.refused[request.action] += 1
                figures.answered(request.action, took_s)
            case Unanswered(request, why, sent=True):
                figures.sent[request.action] += 1
                # What the line was ordered to do is not the central system's silence.
                if why is not Silence.CLOSED or station_id not in self._broken_off:
                    figures.unanswered[request.action] += 1
            case CallReceived(_, action):
                figures.received[action] += 1
            case Opened(took_s):
                figures.connecting.add(took_s)
                self._opened(station_id)
            case Closed():
                self._closed(station_id, event)
            case _:
                pass

    def went_down(self, station_id: str, runtime: Runtime) -> None:
        """A station has gone, with its power or in good order."""
        self._connected.discard(station_id)
        self.books.went_down(station_id, runtime.undelivered())

    def figures(self, stations: Mapping[str, Runtime | None]) -> Figures:
        """What was counted, and how the ``stations`` are now; None is one without power."""
        figures = self._figures
        figures.at = self._clock()
        figures.registrations.clear()
        figures.connectors.clear()
        figures.queued, figures.backlog, figures.power_w, figures.energy_wh = 0, 0, 0.0, 0.0
        figures.connected = len(self._connected)
        for station_id, runtime in stations.items():
            if runtime is None:
                figures.registrations["Dead"] += 1
                continue
            queued = runtime.queued
            figures.registrations[runtime.registration] += 1
            figures.queued += queued
            connected = station_id in self._connected
            figures.backlog += min(queued, self._backlog.get(station_id, 0)) if connected else queued
            for connector in runtime.connectors():
                figures.connectors[connector.status] += 1
                figures.power_w += connector.meter.power_w
                figures.energy_wh += connector.meter.energy_wh
        for by_second in (figures.opened_in, figures.delivered_in):
            for second in [each for each in by_second if int(each) < figures.at - SECONDS_KEPT]:
                del by_second[second]
        return figures

    def _closed(self, station_id: str, event: Closed) -> None:
        was_connected = station_id in self._connected
        self._connected.discard(station_id)
        if not event.by_order:
            reason, known = event.reason.replace(station_id, "<id>"), self._figures.link_failures
            known[reason if reason in known or len(known) < FAILURES_KEPT else "other reasons"] += 1
            self._figures.connections_lost += was_connected
        elif was_connected:
            self._broken_off.add(station_id)

    def _opened(self, station_id: str) -> None:
        self._connected.add(station_id)
        self._broken_off.discard(station_id)
        self._figures.connections += 1
        self._figures.last_opened_at = self._now(self._figures.opened_in)
        if waiting := self._queued(station_id):
            self._backlog[station_id] = waiting

    def _delivered(self, station_id: str) -> None:
        self._figures.delivered += 1
        delivered_at = self._now(self._figures.delivered_in)
        if station_id in self._backlog:
            self._backlog[station_id] -= 1
            if self._backlog[station_id] <= 0:
                del self._backlog[station_id]
                self._figures.last_drained_at = delivered_at

    def _now(self, by_second: Counter[str]) -> float:
        now = self._clock()
        by_second[str(int(now))] += 1
        return now
