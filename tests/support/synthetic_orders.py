"""What pretended charge points make of orders: what is on, in the words of real ones."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Final

from chargepoint.api.damage import AT_ONCE, Damage
from chargepoint.api.disturbances import Clear, Disturbance, Quirks
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Misbehave, Order, Reboot, StationResult, Verdict, asked_by, parse_order
from chargepoint.api.payloads import ErrorCode, FaultInput
from chargepoint.model.faults import WARNINGS

AT: Final = "2026-11-21T11:42:07.000Z"
"""Since when everything is on."""


@dataclass
class Deviations:
    """What is on at one charge point."""

    line: dict[object, Disturbance] = field(default_factory=dict)
    quirks: tuple[str, ...] = ()
    broken: dict[tuple[object, int], Damage] = field(default_factory=dict)
    faults: dict[int, list[ErrorCode]] = field(default_factory=dict)

    @property
    def in_words(self) -> tuple[str, ...]:
        """As its status has it."""
        faults = (
            f"fault {code}" + (f" connector {number}" if number else "")
            for number, codes in self.faults.items()
            for code in codes
        )
        return (
            *map(str, self.line.values()),
            *(f"quirk {name}" for name in self.quirks),
            *faults,
            *map(str, self.broken.values()),
        )

    def obey(self, order: Misbehave) -> None:
        """Something is on from now on, or no longer."""
        match order.what:
            case Clear(None):
                self.line.clear()
            case Clear(kind):
                self.line.pop(kind, None)
            case Quirks(names):
                self.quirks = tuple(map(str, names))
            case Disturbance() as disturbance:
                self.line[disturbance.kind] = disturbance
            case Damage(None):
                self.broken.clear()
            case Damage(kind, connector, clear=True):
                self.broken.pop((kind, connector), None)
            case Damage(kind, connector) as damage if kind not in AT_ONCE:
                self.broken[kind, connector] = damage

    def take_fault(self, number: int, fault: FaultInput) -> None:
        """One more error code of a connector, or one less, or none at all."""
        codes = self.faults.setdefault(number, [])
        if fault.faulted:
            codes += [fault.error_code] if fault.error_code and fault.error_code not in codes else []
        elif fault.error_code in (None, ErrorCode.NO_ERROR):
            codes.clear()
        elif fault.error_code in codes:
            codes.remove(fault.error_code)

    def told_of(self, number: int) -> tuple[ErrorCode, bool]:
        """The error code that a connector tells of, a fault before a warning; whether it is Faulted."""
        codes = sorted(
            itertools.chain(self.faults.get(number, ()), self.faults.get(0, ())), key=WARNINGS.__contains__
        )
        return (codes[0], codes[0] not in WARNINGS) if codes else (ErrorCode.NO_ERROR, False)


def answer(topic: str, payload: bytes, deviations: Deviations, *, alive: bool) -> StationResult | None:
    """What becomes of an order: done, refused, or nothing when nobody is there."""
    if not alive:
        return None
    type, request_id = asked_by(payload)
    try:
        order: Order = parse_order(payload)
    except InputError as error:
        return StationResult(topic, str(error), type=type, request_id=request_id)
    if isinstance(order, Misbehave):
        deviations.obey(order)
    elif not isinstance(order, Reboot):
        # What else is answered, tests say themselves.
        return None
    return StationResult(topic, result=Verdict.DONE, type=type, request_id=request_id) if request_id else None
