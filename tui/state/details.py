"""The right side: who the selected charge point is, and the cards of its connectors."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

from chargepoint.api.payloads import ChargePointStatus
from tui.state import units
from tui.state.boxes import box, inner_width, side_by_side
from tui.state.cards import HIGHEST, LOWEST, card
from tui.state.cells import Cell, Line, Tone, clean, clip, clip_middle, left, width_of
from tui.state.deviations import Deviation, deviations_of
from tui.state.looks import STANDINGS
from tui.state.station import Station
from tui.state.traces import Traces
from tui.state.when import clock_time

_MOST_CARDS: Final = 64
_TWO_CARDS_WIDTH: Final = 100
_BRIEF_BELOW: Final = 14
_LABEL: Final = 8
_FACTS: Final = 7
"""Lines of the facts that are always told, and of their frame."""

_MOST_DEVIATIONS: Final = 6


@dataclass(frozen=True, slots=True)
class Area:
    """Where the card of one connector lies: columns ``left`` up to ``right``, lines ``top`` up to ``bottom``."""

    connector: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Details:
    """The lines of the right side and where its cards are."""

    lines: tuple[Line, ...]
    areas: tuple[Area, ...] = ()

    def area_of(self, connector: int) -> Area | None:
        """Where the card of that connector is."""
        return next((area for area in self.areas if area.connector == connector), None)

    def connector_at(self, x: int, y: int) -> int | None:
        """The connector whose card lies at a place."""
        for area in self.areas:
            if area.left <= x < area.right and area.top <= y < area.bottom:
                return area.connector
        return None


def details(
    station: Station | None,
    connector: int | None,
    traces: Traces,
    width: int,
    height: int,
    *,
    lit: bool = False,
    most_deviations: int = 1,
) -> Details:
    """Everything about ``station`` in ``width`` columns; ``height`` lines decide how much each part tells, but for
    ``most_deviations``, which have a line each."""
    if station is None:
        return Details(())
    numbers = list(station.connectors)[:_MOST_CARDS]
    abreast = 2 if width >= _TWO_CARDS_WIDTH and len(numbers) > 1 else 1
    rows = -(-len(numbers) // abreast)
    spare = height - rows * LOWEST - _FACTS
    most = max(most_deviations, min(_MOST_DEVIATIONS, spare))
    lines = _identity(station, width, most, brief=height < _BRIEF_BELOW, lit=lit)
    card_height = max(LOWEST, min(HIGHEST, (height - len(lines)) // max(1, rows)))
    card_width = (width - (abreast - 1)) // abreast
    areas: list[Area] = []
    for row in range(rows):
        here = numbers[row * abreast : (row + 1) * abreast]
        cards = [
            card(
                station,
                station.connectors[n],
                traces.of(station.id, n),
                card_width,
                card_height,
                chosen=n == connector,
            )
            for n in here
        ]
        top, bottom = len(lines), len(lines) + len(cards[0])
        for place, number in enumerate(here):
            start = place * (card_width + 1)
            areas.append(Area(number, start, top, start + card_width, bottom))
        lines += cards[0] if len(cards) == 1 else side_by_side(cards[0], cards[1], card_width, 1)
    if left_out := len(station.connectors) - len(numbers):
        lines.append((Cell(f" and {units.plural(left_out, 'more connector')}", Tone.DIM),))
    return Details(tuple(lines), tuple(areas))


def _identity(station: Station, width: int, most_deviations: int, *, brief: bool, lit: bool) -> list[Line]:
    standing = STANDINGS[station.standing].line
    room = width - 6 - width_of(standing) - 4
    title = (Cell(clip_middle(station.id, max(8, room)), Tone.STRONG),)
    facts = (_brief_facts if brief else _facts)(station, inner_width(width), most_deviations)
    return box(title, standing, facts, width, lit=lit)


def _brief_facts(station: Station, width: int, most_deviations: int) -> list[Line]:
    status = station.status
    if status is None:
        return _problem(station, width)
    facts = [_fact("model", f"{status.model} · {_current(station, status)}")]
    facts += deviation_lines(station, width, most_deviations)
    if status.last_error:
        return facts + _wrapped("error", status.last_error, width, most_lines=1)
    return [*facts, _fact("central", status.central_system)]


def _problem(station: Station, width: int) -> list[Line]:
    reason = station.problem or "only its connectors have told anything: its own status is not retained"
    return _wrapped("problem", reason, width)


def _facts(station: Station, width: int, most_deviations: int) -> list[Line]:
    status = station.status
    if status is None:
        return _problem(station, width)
    serial = status.serial or units.NONE
    if status.firmware_version:
        serial += f" · firmware {status.firmware_version}"
    process = f"OCPP {status.ocpp_version} · "
    process += f"pid {status.pid}" if station.alive and status.pid else "not running"
    process += f" · pool {status.pool}" if status.pool else ""
    facts = [
        _fact("model", f"{status.vendor} · {status.model}"),
        _fact("serial", serial),
        _fact("current", _current(station, status)),
        _fact("process", process),
        _fact("central", status.central_system),
        *deviation_lines(station, width, most_deviations),
    ]
    if width > 60:
        blinks = sum(one.status.light_blinks for one in station.connectors.values() if one.status)
        facts += [
            _fact("lights", f"{status.light_intensity_pct} % · {units.plural(blinks, 'blink')}"),
            _fact("limits", _limits(station, status.max_setpoint_per_connector, len(station.connectors))),
            _fact("started", status.started_at or units.NONE),
        ]
    if status.last_error:
        facts += _wrapped("error", status.last_error, width)
    return facts


def _current(station: Station, status: ChargePointStatus) -> str:
    limit = units.setpoint(status.max_setpoint, station.direct)
    if station.direct:
        return f"DC · {status.voltage:.0f} V · {limit}"
    phases = "1 phase" if status.nb_phases == 1 else f"{status.nb_phases} phases"
    return f"{status.type} {phases} · {status.voltage:.0f} V · {limit}"


def _limits(station: Station, per_connector: float, connectors: int) -> str:
    told = units.plural(connectors, "connector")
    return f"{told}, {units.setpoint(per_connector, station.direct)} each" if per_connector else told


def deviation_lines(station: Station, width: int, most: int) -> list[Line]:
    """What it is made to do wrong, with its numbers, and since when."""
    found = deviations_of(station)
    shown = found if len(found) <= most else found[: most - 1] if most > 1 else ()
    lines = [_deviation(one, width) for one in shown]
    if rest := found[len(shown) :]:
        names = ", ".join(one.name for one in rest)
        lines.append((Cell("~ ", Tone.WARN), Cell(clip(f"{len(rest)} deviations: {names}", width - 2), Tone.WARN)))
    return lines


def _deviation(one: Deviation, width: int) -> Line:
    words = clean(one.words)
    at = clock_time(one.since) if one.since else ""
    since = next((said for said in (f"since {at}", at) if len(words) + len(said) + 3 <= width), "") if at else ""
    room = width - 2 - (len(since) + 1 if since else 0)
    return (Cell("~ ", Tone.WARN), Cell(left(words, room), Tone.WARN), Cell(f" {since}" if since else "", Tone.DIM))


def _fact(label: str, value: str) -> Line:
    return (Cell(left(label, _LABEL), Tone.DIM), Cell(clean(value)))


def _wrapped(label: str, text: str, width: int, most_lines: int = 4) -> list[Line]:
    shown = textwrap.wrap(clean(text), max(10, width - _LABEL), max_lines=most_lines, placeholder="…")
    return [
        (Cell(left(label if row == 0 else "", _LABEL), Tone.DIM), Cell(line, Tone.BAD))
        for row, line in enumerate(shown)
    ]
