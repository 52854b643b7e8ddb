"""The card of one connector: its state, its limits, what the car draws, its transaction."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from chargepoint.api.payloads import ConnectorStatus
from tui.state import units
from tui.state.boxes import box, inner_width
from tui.state.cells import Cell, Line, Tone, clean, fit, joined, left, right
from tui.state.columns import transaction_text
from tui.state.graphs import graph
from tui.state.looks import look_of
from tui.state.station import Connector, Station
from tui.state.traces import LENGTH

LOWEST: Final = 7
"""Lines of a card that tells no more than it must."""

HIGHEST: Final = 16
"""Lines of a card with a meter, an id tag and a curve."""

_LEFT_WIDTH = 15
_GAP = 2


def card(
    station: Station, connector: Connector, samples_w: Sequence[float], width: int, height: int, *, chosen: bool
) -> list[Line]:
    """The card of ``connector``: ``width`` columns, ``height`` lines from ``LOWEST`` on."""
    look = look_of(connector)
    name = "0 station" if connector.number == 0 else str(connector.number)
    title: list[Cell] = [Cell(f"{name} ", Tone.STRONG), *look.line]
    inside = inner_width(width)
    status = connector.status
    if status is None:
        body = [(Cell(line, Tone.BAD),) for line in textwrap.wrap(clean(connector.problem), inside)]
        return box(tuple(title), (), [*body, *[()] * height][: height - 2], width, chosen=chosen)
    if status.error_code != "NoError":
        title.append(Cell(f" · {clean(status.error_code)}", Tone.BAD))
    lines = _values(station, status, inside, with_tag=height == LOWEST)
    if height > LOWEST:
        lines.append(_meter(status))
        lines += _curve(station, status, samples_w, inside, height - LOWEST - 1)
    return box(tuple(title), _corner(status), lines, width, chosen=chosen)


def _corner(status: ConnectorStatus) -> Line:
    parts: list[Line] = []
    if status.transaction_id is not None:
        parts.append((Cell(units.energy(status.transaction_energy_wh)),))
    if status.power_w or status.transaction_id is not None:
        parts.append((Cell(units.power(status.power_w), Tone.STRONG),))
    return joined(parts)


def _values(station: Station, status: ConnectorStatus, width: int, *, with_tag: bool) -> list[Line]:
    direct = station.direct
    phases = _phases(station, status, width - _LEFT_WIDTH - _GAP)
    starts = (
        _value("limit", units.setpoint(status.max_setpoint, direct)),
        _value("ocpp", units.setpoint(status.ocpp_setpoint, direct), _ocpp_tone(status)),
        _value("set", units.setpoint(status.setpoint, direct)),
        _cable(status, direct),
        _value("car", "ready") if status.car_ready else _value("car", "suspended", Tone.WARN),
    )
    ends = (*phases, *[()] * (3 - len(phases)), _demand(station, status), _session(status, with_tag=with_tag))
    return [_beside(start, end) for start, end in zip(starts, ends, strict=True)]


def _beside(start: Line, end: Line) -> Line:
    return (*fit(start, _LEFT_WIDTH), Cell(" " * _GAP), *end)


def _value(label: str, value: str, tone: Tone = Tone.PLAIN) -> Line:
    return (Cell(left(label, 5), Tone.DIM), Cell(right(value, _LEFT_WIDTH - 5), tone))


def _ocpp_tone(status: ConnectorStatus) -> Tone:
    return Tone.WARN if status.ocpp_setpoint < status.max_setpoint else Tone.PLAIN


def _cable(status: ConnectorStatus, direct: bool) -> Line:
    if not status.car_cable_capacity:
        return _value("cable", "unplugged", Tone.DIM)
    return _value("cable", units.setpoint(status.car_cable_capacity, direct))


def _phases(station: Station, status: ConnectorStatus, width: int) -> list[Line]:
    draws = (status.consumption_l1, status.consumption_l2, status.consumption_l3)
    if station.direct:
        return [_phase("DC", draws[0], status, True, width)]
    return [_phase(f"L{n}", draws[n - 1], status, False, width) for n in range(1, station.phases + 1)]


def _phase(name: str, draw: float, status: ConnectorStatus, direct: bool, width: int) -> Line:
    value = right(units.setpoint(draw, direct), 8 if direct else 6)
    room = width - len(name) - len(value) - 2
    tone = Tone.STRONG if draw else Tone.DIM
    return (
        Cell(f"{name} ", Tone.DIM),
        *bar(draw, status.setpoint, status.max_setpoint, room),
        Cell(f" {value}", tone),
    )


def bar(draw: float, offered: float, limit: float, width: int) -> Line:
    """What is drawn (heavy), what else is offered (light), and what is not offered (dots), of ``limit``."""
    if width < 1:
        return ()
    scale = max(limit, offered, draw)
    drawn = round(width * draw / scale) if scale > 0 and draw > 0 else 0
    if draw > 0:
        drawn = max(1, drawn)
    reach = max(drawn, round(width * offered / scale)) if scale > 0 and offered > 0 else drawn
    return (
        Cell("━" * drawn, Tone.BUSY),
        Cell("─" * (reach - drawn), Tone.TRACK),
        Cell("·" * (width - reach), Tone.TRACK),
    )


def _demand(station: Station, status: ConnectorStatus) -> Line:
    wants = (status.car_consumption_l1, status.car_consumption_l2, status.car_consumption_l3)[: station.phases]
    direct = station.direct
    if len(wants) > 1 and len(set(wants)) == 1:
        shown = f"{len(wants)} × {units.setpoint(wants[0], direct)}"
    elif len(wants) == 1:
        shown = units.setpoint(wants[0], direct)
    else:
        shown = " ".join(units.setpoint_number(want, direct) for want in wants)
    return (Cell("wants ", Tone.DIM), Cell(shown, Tone.PLAIN if any(wants) else Tone.DIM))


def _session(status: ConnectorStatus, *, with_tag: bool) -> Line:
    parts: list[Line] = []
    if status.transaction_id is not None:
        parts.append((Cell("tx ", Tone.DIM), Cell(transaction_text(status.transaction_id), Tone.STRONG)))
    if status.soc_pct is not None:
        parts.append((Cell(f"{status.soc_pct:.0f} %"),))
    if with_tag and status.id_tag:
        parts.append((Cell(clean(status.id_tag)),))
    return joined(parts) or (Cell("no transaction", Tone.DIM),)


def _meter(status: ConnectorStatus) -> Line:
    reading = right(units.energy(status.energy_wh), _LEFT_WIDTH - 5)
    tag = clean(status.id_tag)
    end = (Cell("tag ", Tone.DIM), Cell(tag or units.NONE, Tone.PLAIN if tag else Tone.DIM))
    return _beside((Cell("meter", Tone.DIM), Cell(reading)), end)


def _curve(
    station: Station, status: ConnectorStatus, samples_w: Sequence[float], width: int, height: int
) -> list[Line]:
    full_w = status.max_setpoint * station.watts_per_setpoint
    columns = width - _LEFT_WIDTH - _GAP
    labels = [""] * height
    if height > 1:
        labels[0], labels[-1] = units.power(full_w), f"{min(LENGTH, 2 * columns)} s"
    curve = graph(samples_w, columns, height, full_w)
    return [
        _beside((Cell(right(label, _LEFT_WIDTH), Tone.DIM),), (Cell(line, Tone.BUSY),))
        for label, line in zip(labels, curve, strict=True)
    ]
