"""The columns of the fleet list: what each tells of a charge point, and what the list is sorted by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, clip, joined, right, width_of
from tui.state.looks import STANDINGS, look_of
from tui.state.measures import NUMBERS, energy_wh, errors, session_wh, tags
from tui.state.moment import Moment
from tui.state.station import Standing, Station

Key = float | str | None
"""What a column sorts by; None is nothing to tell, and always last."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, how wide it is, the cells of a charge point in it, and what it sorts by.

    ``says`` explains it where columns are chosen; ``costs``: it needs a look at the processes of this machine.
    """

    name: str
    heading: str
    width: int
    says: str
    cells: Callable[[Station, Moment, int], Line]
    key: Callable[[Station, Moment], Key]
    numeric: bool = False
    costs: bool = False


def _nothing(width: int, *, numeric: bool = True) -> Line:
    return (Cell(right(units.NONE, width) if numeric else units.NONE, Tone.DIM),)


def _standing(station: Station, moment: Moment, width: int) -> Line:
    return STANDINGS[station.standing].line


_SEVERITY: Final = {standing: float(place) for place, standing in enumerate(Standing)}


def _power(station: Station, moment: Moment, width: int) -> Line:
    power_w = station.power_w
    if round(power_w) == 0:
        return _nothing(width)
    return (Cell(right(units.power_kw(power_w), width), Tone.STRONG),)


def _soc(station: Station, moment: Moment, width: int) -> Line:
    soc_pct = station.soc_pct
    return _nothing(width) if soc_pct is None else (Cell(right(f"{soc_pct:.0f}", width)),)


def _transaction(station: Station, moment: Moment, width: int) -> Line:
    transactions = station.transactions
    if not transactions:
        return _nothing(width)
    shown = transaction_text(transactions[0])
    if len(transactions) > 1:
        shown += f"+{len(transactions) - 1}"
    return (Cell(right(shown, width)),)


def transaction_text(transaction_id: int) -> str:
    """A transaction's id; one that the central system has not numbered yet reads "new"."""
    return "new" if transaction_id == -1 else str(transaction_id)


def _connector_glyphs(station: Station, moment: Moment, width: int) -> Line:
    looks = [look_of(connector) for connector in station.connectors.values()]
    if len(looks) > width:
        return (*(Cell(look.glyph, look.tone) for look in looks[: width - 1]), Cell("…", Tone.DIM))
    return tuple(Cell(look.glyph, look.tone) for look in looks)


def _connector_words(station: Station, moment: Moment, width: int) -> Line:
    counts = Counter(look_of(connector) for connector in station.connectors.values())
    line: Line = ()
    for look, count in counts.items():
        number = f"{count} " if count > 1 else ""
        worded = joined((line, (Cell(f"{look.glyph} {number}{look.word}", look.tone),)))
        brief = joined((line, (Cell(f"{look.glyph} {number}".rstrip(), look.tone),)))
        line = worded if width_of(worded) <= width else brief
    return line


def _busy(station: Station, moment: Moment) -> Key:
    return ",".join(sorted(look_of(connector).word for connector in station.connectors.values())) or None


def _energy(of_wh: Callable[[Station], float]) -> Callable[[Station, Moment, int], Line]:
    def cells(station: Station, moment: Moment, width: int) -> Line:
        told_wh = of_wh(station)
        return (Cell(right(units.energy(told_wh), width)),) if told_wh else _nothing(width)

    return cells


def _uptime(station: Station, moment: Moment, width: int) -> Line:
    uptime_s = moment.uptime_s(station)
    return _nothing(width) if uptime_s is None else (Cell(right(units.duration(uptime_s), width)),)


def _age(station: Station, moment: Moment, width: int) -> Line:
    age_s = moment.age_s(station)
    return _nothing(width) if age_s is None else (Cell(right(units.duration(age_s), width), Tone.DIM),)


def _pid(station: Station, moment: Moment, width: int) -> Line:
    running = station.alive and station.status and station.status.pid
    return (Cell(right(str(running), width), Tone.DIM),) if running else _nothing(width)


def _cpu(station: Station, moment: Moment, width: int) -> Line:
    process = moment.process(station)
    return (Cell(right(f"{process.cpu_pct:.1f}", width)),) if process else _nothing(width)


def _memory(station: Station, moment: Moment, width: int) -> Line:
    process = moment.process(station)
    return (Cell(right(f"{process.memory_bytes / 1e6:.0f}", width)),) if process else _nothing(width)


def _error(station: Station, moment: Moment, width: int) -> Line:
    error = next(iter(errors(station)), "")
    return (Cell(clip(clean(error), width), Tone.BAD),) if error else _nothing(width, numeric=False)


def _deviations(station: Station, moment: Moment, width: int) -> Line:
    words = station.status.deviations if station.status and station.deviates else ()
    more = f" +{len(words) - 1}" if len(words) > 1 else ""
    return (
        (Cell(clip(clean(words[0]), width - len(more)) + more, Tone.WARN),)
        if words
        else _nothing(width, numeric=False)
    )


def _pool(station: Station, moment: Moment, width: int) -> Line:
    name = station.status.pool if station.status else ""
    return (Cell(clip(clean(name), width), Tone.DIM),) if name else _nothing(width, numeric=False)


def _tag(station: Station, moment: Moment, width: int) -> Line:
    shown = " ".join(tags(station))
    return (Cell(clip(clean(shown), width)),) if shown else _nothing(width, numeric=False)


def _told(name: str) -> tuple[Callable[[Station, Moment, int], Line], Callable[[Station, Moment], Key]]:
    def key(station: Station, moment: Moment) -> Key:
        return str(getattr(station.status, name)).casefold() if station.status else None

    def cells(station: Station, moment: Moment, width: int) -> Line:
        return (Cell(clean(str(getattr(station.status, name))) if station.status else "", Tone.DIM),)

    return cells, key


def _number(name: str) -> Callable[[Station, Moment], Key]:
    return NUMBERS[name].of


def _positive(of: Callable[[Station], float]) -> Callable[[Station, Moment], Key]:
    return lambda station, moment: of(station) or None


CONNECTOR_GLYPHS: Final = Column("con", "con", 3, "A glyph for each connector", _connector_glyphs, _busy)
CONNECTOR_WORDS: Final = Column(
    "connectors", "connectors", 24, "The connectors' states in words", _connector_words, _busy
)

COLUMNS: Final = (
    Column("status", "status", 14, "Its registration at the central system", _standing,
           lambda station, _: _SEVERITY[station.standing]),
    CONNECTOR_GLYPHS,
    CONNECTOR_WORDS,
    Column("power", "kW", 5, "What its connectors deliver, kW", _power, _positive(lambda s: s.power_w), numeric=True),
    Column("energy", "meter", 10, "What its meters read", _energy(energy_wh), _positive(energy_wh), numeric=True),
    Column("session", "session", 10, "What its transactions have delivered", _energy(session_wh),
           _positive(session_wh), numeric=True),
    Column("soc", "SoC%", 4, "State of charge of its first car, %", _soc, _number("soc"), numeric=True),
    Column("tx", "tx", 7, "Its transaction", _transaction,
           lambda station, _: float(station.transactions[0]) if station.transactions else None, numeric=True),
    Column("tag", "tag", 14, "The id tags at its connectors", _tag,
           lambda station, _: next(iter(tags(station)), "").casefold() or None),
    Column("pid", "pid", 7, "Its process", _pid, _number("pid"), numeric=True),
    Column("uptime", "up", 6, "How long its process runs", _uptime, _number("uptime"), numeric=True),
    Column("cpu", "cpu%", 5, "CPU of its process on this machine, % of a core", _cpu,
           _number("cpu"), numeric=True, costs=True),
    Column("memory", "MB", 4, "Memory of its process on this machine, MB", _memory,
           _number("memory"), numeric=True, costs=True),
    Column("version", "ocpp", 5, "The OCPP version it speaks", *_told("ocpp_version")),
    Column("age", "heard", 6, "How long ago it last said something", _age, _number("age"), numeric=True),
    Column("error", "last error", 28, "Why it is not connected, or what is faulted", _error,
           lambda station, _: next(iter(errors(station)), "").casefold() or None),
    Column("deviates", "deviates", 24, "What it is made to do wrong", _deviations,
           lambda station, _: (station.status.deviations if station.status and station.deviates else (None,))[0]),
    Column("pool", "pool", 6, "The pool whose process it shares", _pool,
           lambda station, _: station.status.pool.casefold() if station.status and station.status.pool else None),
    Column("type", "kind", 4, "AC or DC", *_told("type")),
    Column("model", "model", 20, "Its model", *_told("model")),
    Column("vendor", "vendor", 14, "Its vendor", *_told("vendor")),
    Column("firmware", "firmware", 10, "Its firmware", *_told("firmware_version")),
    Column("central", "central system", 24, "Where it connects to", *_told("central_system")),
)  # fmt: skip
"""Every column but the id, which is always the first, in the order they stand in."""

BY_NAME: Final = {column.name: column for column in COLUMNS}
