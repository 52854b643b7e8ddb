"""Which charge points the list shows: a few words that narrow it.

::

    depot                 the text is somewhere: id, status, vendor, model, serial, id tag
    status:charging       a field begins with it (status) or has it; id:depot-* with wildcards; = is all of it
    status:charging,dead  one of several
    power>5  age<=2m      numbers: kW, kWh, %, seconds; with units where others are meant; soc:20..80 from to
    -status:dead          not
    "open ocpp"           blanks and signs inside quotes are text

Terms beside each other must all hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import translate
from typing import Final

from chargepoint.api.errors import InputError
from tui.state.cells import clean
from tui.state.measures import NUMBERS, STATES, TEXTS, Number, statuses, tags
from tui.state.moment import Moment
from tui.state.station import Station

Test = Callable[[Station, Moment], bool]

_TERM: Final = re.compile(
    r'(?P<no>-?)(?:(?P<field>[A-Za-z_]+)(?P<sign>>=|<=|!=|[:=<>]))?(?P<value>(?:"[^"]*"?|[^\s"])*)'
)
_NUMBER: Final = re.compile(r"(-?\d+(?:\.\d*)?|-?\.\d+)\s*([A-Za-z%]*)")
_PIECE: Final = re.compile(r'"([^"]*)"?|([^,"]+)')
_FIELD: Final = "filter"


@dataclass(frozen=True, slots=True)
class Filter:
    """Shows the charge points for which all its terms hold; without terms, all. Case is no matter.

    ``passes``: what it shows changes by the clock alone.
    """

    text: str = ""
    terms: tuple[Test, ...] = ()
    passes: bool = False

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def words(self) -> list[str]:
        """The terms, as somebody reads them."""
        return [f"/{word}" for word in clean(self.text).split()]

    def shows(self, station: Station, moment: Moment) -> bool:
        """Whether every term holds for ``station``."""
        return all(test(station, moment) for test in self.terms)


def parse_filter(text: str) -> Filter:
    """The filter that ``text`` means; raises InputError with what would be right."""
    terms: list[Test] = []
    passes = False
    for match in _TERM.finditer(text):
        if not match.group():
            continue
        term, by_the_clock = _term(match)
        terms.append(term)
        passes = passes or by_the_clock
    return Filter(text, tuple(terms), passes)


def _term(match: re.Match[str]) -> tuple[Test, bool]:
    field, sign, value = match["field"], match["sign"], match["value"]
    if field is None:
        return _negated(_free_text(value), match["no"] and value), False
    name = field.casefold()
    if name in TEXTS:
        return _negated(_text(name, sign, value), match["no"]), False
    if name in NUMBERS:
        return _negated(_number(name, sign, value), match["no"]), NUMBERS[name].passes
    known = [*TEXTS, *NUMBERS]
    close = get_close_matches(name, known, 1)
    meant = f"did you mean {close[0]}?" if close else f"fields are {', '.join(known)}; quotes make it text"
    raise InputError(_FIELD, field, f"a field: {meant}")


def _negated(test: Test, no: str) -> Test:
    return (lambda station, moment: not test(station, moment)) if no else test


def _pieces(value: str) -> list[str]:
    return [quoted or bare for quoted, bare in _PIECE.findall(value) if quoted or bare]


def _free_text(value: str) -> Test:
    wanted = value.replace('"', "").casefold() if value else "-"

    def holds(station: Station, moment: Moment) -> bool:
        if wanted in station.id.casefold():
            return True
        told = [*statuses(station), *tags(station)]
        if status := station.status:
            told += [status.vendor, status.model, status.serial]
        return wanted in " ".join(told).casefold()

    return holds


def _text(name: str, sign: str, value: str) -> Test:
    if sign not in (":", "=", "!="):
        raise InputError(_FIELD, f"{name}{sign}", f"possible: {name} is a text; write {name}:… or {name}=…")
    pieces = [piece.casefold() for piece in _pieces(value)]
    if not pieces:
        raise InputError(_FIELD, f"{name}{sign}", f"complete: {_example(name)}")
    exact = sign != ":"
    if name == "status":
        _check_states(pieces)
    tests = [_matcher(piece, exact=exact, begins=name == "status") for piece in pieces]
    of = TEXTS[name]

    def holds(station: Station, moment: Moment) -> bool:
        return any(test(told.casefold()) for told in of(station) for test in tests)

    return _negated(holds, "-" if sign == "!=" else "")


def _matcher(wanted: str, *, exact: bool, begins: bool) -> Callable[[str], bool]:
    if "*" in wanted or "?" in wanted:
        # In a filter brackets are text: ids are looked for as they are written.
        pattern = re.compile(translate(wanted.replace("[", "[[]")))
        return lambda told: pattern.match(told) is not None
    if exact:
        return lambda told: told == wanted
    if begins:
        return lambda told: told.startswith(wanted)
    return lambda told: wanted in told


def _check_states(wanted: list[str]) -> None:
    for piece in wanted:
        if not ("*" in piece or "?" in piece or any(state.casefold().startswith(piece) for state in STATES)):
            close = get_close_matches(piece, [state.casefold() for state in STATES], 1)
            words = f"did you mean {close[0]}?" if close else "as it is written in the list, like charging or dead"
            raise InputError(_FIELD, piece, f"a status: {words}")


def _example(name: str) -> str:
    return {"status": "status:charging", "id": "id:depot-*"}.get(name, f"{name}:…")


def _number(name: str, sign: str, value: str) -> Test:
    number = NUMBERS[name]
    first, dots, last = value.partition("..")
    if dots:
        if sign not in (":", "="):
            raise InputError(_FIELD, f"{name}{sign}{value}", f"possible: a range is {name}:{value}")
        low = _amount(name, number, first) if first else float("-inf")
        high = _amount(name, number, last) if last else float("inf")
        return _compared(number, lambda told: low <= told <= high)
    wanted = _amount(name, number, value)
    match sign:
        case ">":
            return _compared(number, lambda told: told > wanted)
        case "<":
            return _compared(number, lambda told: told < wanted)
        case ">=":
            return _compared(number, lambda told: told >= wanted)
        case "<=":
            return _compared(number, lambda told: told <= wanted)
        case "!=":
            return _negated(_compared(number, lambda told: _equal(told, wanted)), "-")
        case _:
            return _compared(number, lambda told: _equal(told, wanted))


def _compared(number: Number, holds: Callable[[float], bool]) -> Test:
    def test(station: Station, moment: Moment) -> bool:
        told = number.of(station, moment)
        return told is not None and holds(told)

    return test


def _equal(told: float, wanted: float) -> bool:
    """As they are shown: numbers of the list have one decimal at most."""
    return abs(told - wanted) < 0.05


def _amount(name: str, number: Number, text: str) -> float:
    match = _NUMBER.fullmatch(text)
    unit = match[2].casefold() if match else ""
    if match is None or (unit and unit not in number.suffixes):
        units = " or ".join(number.suffixes)
        wanted = f"a number{f' of {number.unit}' if number.unit else ''}{f' ({units})' if units else ''}"
        raise InputError(_FIELD, text or None, f"{wanted}, like {name}>5")
    return float(match[1]) * number.suffixes.get(unit, 1.0)
