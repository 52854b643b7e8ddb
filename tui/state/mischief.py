"""What somebody wants to be wrong with charge points, or no longer: which orders that takes at each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from chargepoint.api.damage import Damage, DamageKind
from chargepoint.api.disturbances import Clear, DisturbanceKind, Quirks
from chargepoint.api.orders import Misbehave, OrderType
from chargepoint.api.payloads import ErrorCode, FaultInput
from chargepoint.api.quirks import QuirkName
from tui.state.deviations import Deviation, Sort, deviations_of
from tui.state.station import Station


@dataclass(frozen=True, slots=True)
class FaultAt:
    """A fault of a connector (0: of the charge point) appears, or is gone."""

    connector: int
    fault: FaultInput

    def __str__(self) -> str:
        """In words, for people."""
        place = f" connector {self.connector}" if self.connector else ""
        return f"fault {self.fault.error_code}{place}" if self.fault.faulted else f"no fault{place}"


Deed = Misbehave | FaultAt
"""What is told one charge point."""


@dataclass(frozen=True, slots=True)
class SwitchOn:
    """From now on. ``beside``: quirks that it has already stay."""

    deed: Deed
    beside: bool = True

    def __str__(self) -> str:
        """In words, for people."""
        return str(self.deed.what if isinstance(self.deed, Misbehave) else self.deed)

    def at(self, station: Station) -> tuple[Deed, ...]:
        """What that takes at ``station``."""
        if isinstance(self.deed, Misbehave) and isinstance(self.deed.what, Quirks) and self.beside:
            names = dict.fromkeys((*_quirks(station), *self.deed.what.names))
            return (replace(self.deed, what=replace(self.deed.what, names=tuple(names))),)
        return (self.deed,)


@dataclass(frozen=True, slots=True)
class SwitchOff:
    """No longer: ``what``, or everything."""

    what: Deviation | None = None

    def __str__(self) -> str:
        """In words, for people."""
        if self.what is None:
            return "nothing deviates"
        return f"no {self.what.name}" + (f" connector {self.what.connector}" if self.what.connector else "")

    def at(self, station: Station) -> tuple[Deed, ...]:
        """What that takes at ``station``; nothing where it is not on."""
        found = deviations_of(station)
        if self.what is None:
            return tuple(_all_right(found))
        return _ended(self.what, station) if self.what in found else ()


Wish = SwitchOn | SwitchOff


def _all_right(found: tuple[Deviation, ...]) -> Iterator[Deed]:
    sorts = {one.sort for one in found}
    if Sort.LINE in sorts:
        yield Misbehave(OrderType.DISTURB, Clear())
    if Sort.QUIRK in sorts:
        yield Misbehave(OrderType.QUIRKS, Quirks())
    if Sort.PART in sorts:
        yield Misbehave(OrderType.DAMAGE, Damage(None, clear=True))
    for connector in dict.fromkeys(one.connector for one in found if one.sort is Sort.FAULT):
        yield FaultAt(connector, FaultInput(False))


def _ended(what: Deviation, station: Station) -> tuple[Deed, ...]:
    match what.sort:
        case Sort.LINE:
            return (Misbehave(OrderType.DISTURB, Clear(DisturbanceKind(what.name))),)
        case Sort.QUIRK:
            return (Misbehave(OrderType.QUIRKS, _without(station, what.name)),)
        case Sort.PART:
            return (Misbehave(OrderType.DAMAGE, Damage(DamageKind(what.name), what.connector, clear=True)),)
        case Sort.FAULT:
            return (FaultAt(what.connector, FaultInput(False, ErrorCode(what.name))),)
        case Sort.OTHER:
            return ()


_KNOWN: Final = {str(name): name for name in QuirkName}
_NUMBERS: Final = re.compile(r" ([\d.e-]+) %(?: seed (\d+))?$")


def _quirks(station: Station) -> tuple[QuirkName, ...]:
    found = (one.name for one in deviations_of(station) if one.sort is Sort.QUIRK)
    return tuple(_KNOWN[name] for name in found if name in _KNOWN)


def _without(station: Station, name: str) -> Quirks:
    """The quirks that stay, as likely as they are."""
    words = next(one.words for one in deviations_of(station) if one.sort is Sort.QUIRK and one.name == name)
    staying = tuple(one for one in _quirks(station) if one != name)
    if (numbers := _NUMBERS.search(words)) is None or not staying:
        return Quirks(staying)
    return Quirks(staying, probability=float(numbers[1]) / 100, seed=int(numbers[2] or 0))
