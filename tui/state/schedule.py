"""Charging profiles as a list, and the composite schedule drawn over its 24 hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from chargepoint.api.description import Composite
from chargepoint.api.fields import Fields
from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, fit, left, right

_AXIS: Final = 9
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


def limits(schedule: Composite, columns: int) -> list[float]:
    """The lowest limit that rules within each of ``columns`` equal parts of the schedule."""
    if not schedule.periods or columns < 1:
        return []
    starts = [step.start_s for step in schedule.periods]
    ends = [*starts[1:], schedule.duration_s]
    part_s = schedule.duration_s / columns
    found = []
    for column in range(columns):
        begin, end = column * part_s, (column + 1) * part_s
        ruling = [
            step.limit
            for step, start, until in zip(schedule.periods, starts, ends, strict=True)
            if start < end and until > begin
        ]
        found.append(min(ruling, default=0.0))
    return found


def chart(schedule: Composite, width: int, height: int, top: float) -> list[Line]:
    """The limit over time as an area of ``height`` lines, and below it the hours (UTC). ``top`` is at the top."""
    columns = width - _AXIS - 1
    if columns < 12 or height < 3:
        return [_sentence(schedule, width)]
    lines: list[Line] = []
    rows = height - 1
    top = max([top, *(step.limit for step in schedule.periods)]) or 1.0
    levels = [round(limit / top * rows * 8) for limit in limits(schedule, columns)]
    for row in range(rows):
        base = (rows - 1 - row) * 8
        drawn = _row(levels, base)
        label = {0: _amount(top, schedule.unit), rows - 1: _amount(0, schedule.unit)}.get(row, "")
        lines.append((Cell(right(label, _AXIS - 2) + " ┤", Tone.DIM), *drawn))
    return [*lines, _hours(schedule, columns)]


def _row(levels: Sequence[int], base: int) -> Line:
    """The edge is what is told; what lies below it is only shaded."""
    cells: list[Cell] = []
    for level in levels:
        edge = 0 <= level - base <= 8 and (level > base or base == 0)
        cell = (
            Cell(_EIGHTHS[max(1, level - base)], Tone.BUSY)
            if edge
            else Cell("░" if level > base else " ", Tone.TRACK)
        )
        if cells and cells[-1].tone is cell.tone:
            cell = Cell(cells.pop().text + cell.text, cell.tone)
        cells.append(cell)
    return tuple(cells)


def _hours(schedule: Composite, columns: int) -> Line:
    begin = _moment(schedule.starts_at)
    every = next((hours for hours in (1, 2, 3, 4, 6, 12) if columns * hours / 24 >= 7), 24)
    text = [" "] * columns
    hour = begin.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour < begin + timedelta(seconds=schedule.duration_s):
        place = int((hour - begin).total_seconds() / max(1, schedule.duration_s) * columns)
        if hour.hour % every == 0 and place + 5 <= columns:
            text[place : place + 5] = hour.strftime("%H:%M")
        hour += timedelta(hours=1)
    return (Cell(right("UTC", _AXIS - 2) + " └", Tone.DIM), Cell("".join(text), Tone.DIM))


def steps(schedule: Composite, width: int) -> list[Line]:
    """The schedule in words, a line a step."""
    begin = _moment(schedule.starts_at)
    lines: list[Line] = []
    for step in schedule.periods:
        at = begin + timedelta(seconds=step.start_s)
        when = "now" if step.start_s == 0 else at.strftime("%a %H:%M:%S")
        lines.append(fit((Cell("   " + left(when, 14), Tone.DIM), Cell(_amount(step.limit, schedule.unit))), width))
    return lines


def profile_line(profile: Mapping[str, object], width: int) -> Line:
    """One installed profile: where, what for, how strong, what it says."""
    fields = Fields(profile, "profile")
    connector = fields.integer("connectorId", 0, minimum=0, maximum=10_000)
    schedule = Fields(fields.object("chargingSchedule"), "chargingSchedule")
    unit = schedule.text("chargingRateUnit", "A")
    periods = schedule.array("chargingSchedulePeriod") if schedule.has("chargingSchedulePeriod") else []
    shown = ", ".join(_period(period, unit) for period in periods[:6]) + (" …" if len(periods) > 6 else "")
    kind = fields.text("recurrencyKind", "") or fields.text("chargingProfileKind", "")
    return fit(
        (
            Cell(right(f"#{profile.get('chargingProfileId')}", 6) + "  ", Tone.STRONG),
            Cell(left("station" if connector == 0 else f"connector {connector}", 13)),
            Cell(left(fields.text("chargingProfilePurpose", ""), 24), Tone.HOLD),
            Cell(left(f"level {profile.get('stackLevel')}", 10), Tone.DIM),
            Cell(left(kind, 10), Tone.DIM),
            Cell(clean(shown)),
        ),
        width,
    )


def _period(raw: object, unit: str) -> str:
    fields = Fields(raw, "period")
    start_s = fields.integer("startPeriod", 0, minimum=0, maximum=2**62)
    return f"+{timedelta(seconds=start_s % 864_000)} {_amount(fields.number('limit', 0.0), unit)}"


def _sentence(schedule: Composite, width: int) -> Line:
    now = schedule.periods[0].limit if schedule.periods else 0.0
    return fit((Cell(f" now {_amount(now, schedule.unit)}"),), width)


def _amount(limit: float, unit: str) -> str:
    return units.setpoint(limit, unit == "W")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
