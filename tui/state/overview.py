"""The overview of one charge point: who it is, its connectors, and the live curve of the chosen one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chargepoint.api.payloads import ConnectorStatus
from tui.state import units
from tui.state.boxes import box, inner_width
from tui.state.cells import Cell, Line, Tone, joined, right
from tui.state.details import Details, details
from tui.state.graphs import area, stretched
from tui.state.looks import look_of
from tui.state.station import Connector, Station
from tui.state.traces import LENGTH, Traces

_AXIS: Final = 9
_LOWEST: Final = 5
"""Lines of a curve that is worth drawing, without its frame."""

_HIGHEST: Final = 22

_MOST_DEVIATIONS: Final = 8

_BESIDE: Final = 110
"""From this width on the curve stands beside the cards."""


def overview(station: Station, connector: Connector | None, traces: Traces, width: int, height: int) -> Details:
    """All of it in ``width`` columns; the curve takes the room that the cards leave, in ``height`` lines."""
    number = connector.number if connector else None
    if connector is None or connector.status is None:
        return details(station, number, traces, width, height, most_deviations=_MOST_DEVIATIONS)
    if width >= _BESIDE:
        beside = width * 2 // 5
        found = details(station, number, traces, beside, height, most_deviations=_MOST_DEVIATIONS)
        room = max(height, len(found.lines)) - 2
        drawn = _curve(station, connector, connector.status, traces, width - beside - 1, min(room, _HIGHEST))
        lines = []
        for row in range(max(len(found.lines), len(drawn))):
            start = found.lines[row] if row < len(found.lines) else (Cell(" " * beside),)
            end = drawn[row] if row < len(drawn) else ()
            lines.append((*start, Cell(" "), *end))
        return replace(found, lines=tuple(lines))
    # Laid out for as little as they need, the cards leave the rest to the curve.
    found = details(station, number, traces, width, 0, most_deviations=_MOST_DEVIATIONS)
    room = height - len(found.lines) - 2
    if room < _LOWEST and len(found.lines) <= height:
        return found
    if room < _LOWEST:
        return details(station, number, traces, width, height, most_deviations=_MOST_DEVIATIONS)
    drawn = _curve(station, connector, connector.status, traces, width, min(room, _HIGHEST))
    return replace(found, lines=(*found.lines, *drawn))


def _curve(
    station: Station, connector: Connector, status: ConnectorStatus, traces: Traces, width: int, height: int
) -> list[Line]:
    columns = inner_width(width) - _AXIS
    powers = stretched(traces.of(station.id, connector.number), LENGTH, columns)
    limits = stretched(traces.limits_of(station.id, connector.number), LENGTH, columns)
    full_w = status.max_setpoint * station.watts_per_setpoint
    top_w = max([full_w, *powers[-2 * columns :], *limits[-2 * columns :]])
    graph = area(powers, limits, columns, height - 1, full_w)
    body: list[Line] = []
    for row, line in enumerate(graph):
        label = {0: units.power(top_w), len(graph) // 2: units.power(top_w / 2), len(graph) - 1: "0.0 kW"}.get(
            row, ""
        )
        body.append((Cell(right(label, _AXIS - 1) + " ", Tone.DIM), *line))
    span_s = min(LENGTH, 2 * columns)
    ends = f"{span_s} s ago"
    body.append((Cell(" " * _AXIS + ends + right("now", columns - len(ends)), Tone.DIM),))
    title = (Cell(f"connector {connector.number} ", Tone.STRONG), *look_of(connector).line)
    return box(title, _legend(station, status), body, width)


def _legend(station: Station, status: ConnectorStatus) -> Line:
    return joined(
        (
            (Cell("█ ", Tone.BUSY), Cell(units.power(status.power_w), Tone.STRONG)),
            (Cell("─ ", Tone.WARN), Cell(f"limit {units.setpoint(status.setpoint, station.direct)}")),
        )
    )
