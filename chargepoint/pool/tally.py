"""What a pool counts, station by station and frame by frame."""

from __future__ import annotations

from collections.abc import Iterable

from chargepoint.adapters.websocket import Closed, Opened
from chargepoint.api.figures import Figures
from chargepoint.ocpp.endpoint import Answered, CallReceived, Refused, Unanswered
from chargepoint.runtime import Observed, Runtime


class Tally:
    """Everything that has happened to the stations of one pool."""

    def __init__(self) -> None:
        self._figures = Figures()
        self._connected: set[str] = set()

    def observe(self, station_id: str, event: Observed) -> None:
        """Count what happened to a station."""
        figures = self._figures
        match event:
            case Answered(request, took_s=took_s):
                figures.sent[request.action] += 1
                figures.answered(request.action, took_s)
            case Refused(request, _, took_s):
                figures.sent[request.action] += 1
                figures.refused[request.action] += 1
                figures.answered(request.action, took_s)
            case Unanswered(request, _, sent=True):
                figures.sent[request.action] += 1
                figures.unanswered[request.action] += 1
            case CallReceived(_, action):
                figures.received[action] += 1
            case Opened():
                self._connected.add(station_id)
            case Closed() if station_id in self._connected:
                self._connected.discard(station_id)
                figures.connections_lost += 1
            case _:
                pass

    def figures(self, stations: Iterable[Runtime | None]) -> Figures:
        """What was counted, and how the ``stations`` are now; None is one without power."""
        figures = self._figures
        figures.registrations.clear()
        figures.connectors.clear()
        figures.queued, figures.power_w, figures.energy_wh = 0, 0.0, 0.0
        for runtime in stations:
            if runtime is None:
                figures.registrations["Dead"] += 1
                continue
            figures.registrations[runtime.registration] += 1
            figures.queued += runtime.queued
            for connector in runtime.connectors():
                figures.connectors[connector.status] += 1
                figures.power_w += connector.meter.power_w
                figures.energy_wh += connector.meter.energy_wh
        return figures
