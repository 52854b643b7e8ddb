"""The numbers of something that is to be wrong: each kind asks for those that it has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from chargepoint.api.amounts import Amount
from chargepoint.api.damage import DAMAGES, DamageKind
from chargepoint.api.disturbances import (
    DISTURBANCES,
    OF_MESSAGES,
    DisturbanceKind,
    Frames,
    Shape,
    Side,
)
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Misbehave, OrderType, parse_order
from chargepoint.api.payloads import FaultInput
from chargepoint.api.quirks import QUIRKS, QuirkName
from tui.screens.dialog import Dialog, entry, labelled, row
from tui.screens.mischief_choice import Wanted
from tui.state.deviations import Sort
from tui.state.drafts import number_or_text
from tui.state.mischief import FaultAt, SwitchOn
from tui.widgets.choice import Choice

FOR_S: Final = "60"
LONG_FOR_S: Final = "600"
"""Of what begins as late as all else is over."""
CHANCE: Final = "0.3"
"""Of what may hit each message: all of them lost would be an outage."""

AMOUNTS: Final = {"energy_wh": 100_000.0, "skew_s": 3_600.0, "drift_ppm": 1_000.0}
"""What is proposed where there is no default."""

_BY_CHANCE: Final = OF_MESSAGES - {DisturbanceKind.LATENCY, DisturbanceKind.BANDWIDTH}
_UNITS: Final = {"bytes_per_s": "B/s", "s": "s", "wh": "Wh", "ppm": "ppm", "pct": "%", "size": "B"}
_TYPES: Final = {Sort.LINE: OrderType.DISTURB, Sort.PART: OrderType.DAMAGE, Sort.QUIRK: OrderType.QUIRKS}
_BESIDE, _ALONE = "stay", "go"


class MischiefForm(Dialog[SwitchOn]):
    """Asks for the numbers of ``wanted``; ``who`` it is for, ``connector`` is proposed where one is needed."""

    accept_word = "Switch on"
    size_class = ""

    def __init__(self, wanted: Wanted, who: str, connector: int) -> None:
        super().__init__()
        self.heading = f"{wanted.name}: {who}"
        self._wanted = wanted
        self._connector = connector

    def fields(self) -> Iterable[Widget]:
        """What the kind has, each with what it means."""
        match self._wanted.sort:
            case Sort.LINE:
                yield from self._of_line(DisturbanceKind(self._wanted.name))
            case Sort.PART:
                yield from self._of_part(DamageKind(self._wanted.name))
            case Sort.FAULT:
                yield row(labelled("Connector", entry("connector", str(self._connector))), _does("0: all of it"))
                yield row(labelled("Vendor code", entry("vendor_code")), _does("vendorErrorCode"))
                yield row(labelled("Info", entry("info")), _does("told with it"))
            case _:
                yield _note(QUIRKS[QuirkName(self._wanted.name)].does)
                yield from _chance("1", "of each message")
                yield row(labelled("Its others", Choice((_BESIDE, _ALONE), _BESIDE, id="others")), _does("quirks"))

    def read(self) -> SwitchOn:
        """What is to be switched on; raises InputError."""
        typed = {str(one.id): one.value.strip() for one in self.query(Input)}
        body = {name: number_or_text(text) for name, text in typed.items() if text}
        if self._wanted.sort is Sort.FAULT:
            return self._fault(body)
        body["type"] = str(_TYPES[self._wanted.sort])
        if self._wanted.sort is Sort.QUIRK:
            body["quirks"] = [self._wanted.name]
        else:
            body["kind"] = self._wanted.name
        for one in self.query(Choice):
            if one.id in ("direction", "frames", "shape"):
                body[one.id] = one.chosen
        order = parse_order(json.dumps(body))
        assert isinstance(order, Misbehave)
        beside = self._wanted.sort is not Sort.QUIRK or self.query_one("#others", Choice).chosen == _BESIDE
        return SwitchOn(order, beside)

    def hint(self, result: SwitchOn) -> str:
        """As it will be seen."""
        return f"~ {result}"

    @on(Choice.Changed)
    def rejudge(self) -> None:
        """Another word was chosen."""
        self.judge()

    def _fault(self, body: dict[str, object]) -> SwitchOn:
        connector = body.pop("connector", None)
        if not isinstance(connector, int) or connector < 0:
            raise InputError("connector", connector, "the number of a connector, 0 for the charge point itself")
        texts = {name: str(value) for name, value in body.items()}
        fault = {"faulted": True, "error_code": self._wanted.name, **texts}
        return SwitchOn(FaultAt(connector, FaultInput.from_json(json.dumps(fault).encode())))

    def _of_line(self, kind: DisturbanceKind) -> Iterator[Widget]:
        declared = DISTURBANCES[kind]
        yield _note(declared.does)
        yield from map(_amount, declared.amounts)
        if kind is DisturbanceKind.LATENCY:
            yield row(labelled("Jitter's shape", Choice(list(map(str, Shape)), str(Shape.UNIFORM), id="shape")))
        if declared.of_messages:
            yield row(labelled("Direction", Choice(list(map(str, Side)), str(Side.BOTH), id="direction")))
            yield row(labelled("Messages", Choice(list(map(str, Frames)), str(Frames.ALL), id="frames")))
        yield from _chance(CHANCE if kind in _BY_CHANCE else "1", f"of each {declared.each}")
        needed = "needed" if declared.lasting else "empty: until it is switched off"
        yield row(
            labelled("For", entry("for_s", LONG_FOR_S if kind is DisturbanceKind.IDLE_KILL else FOR_S), "s"),
            _does(needed),
        )

    def _of_part(self, kind: DamageKind) -> Iterator[Widget]:
        declared = DAMAGES[kind]
        yield _note(declared.does)
        yield from map(_amount, declared.amounts)
        if declared.of_connector or declared.of_either:
            number = entry("connector", str(self._connector or 1))
            yield row(labelled("Connector", number), _does("0: all of it" if declared.of_either else ""))
        lasts = "It happens once." if declared.at_once else "It lasts until it is switched off, over power cuts too."
        yield _note(lasts)


def _amount(amount: Amount) -> Widget:
    default = AMOUNTS.get(amount.name, 0.0) if amount.default is None else amount.default
    name, _, unit = amount.name.rpartition("_")
    label = "Speed" if amount.name == "bytes_per_s" else (name or unit).replace("_", " ").capitalize()
    unit = _UNITS.get(amount.name) or (_UNITS.get(unit, "") if name else "")
    return row(labelled(label, entry(amount.name, f"{default:g}"), unit), _does(amount.does))


def _chance(probability: str, of: str) -> Iterator[Widget]:
    yield row(labelled("Probability", entry("probability", probability)), _does(f"0 to 1, {of}"))
    yield row(labelled("Seed", entry("seed", "0")), _does("the same draws again"))


def _does(words: str) -> Widget:
    return Label(words, classes="does")


def _note(words: str) -> Widget:
    return Static(words, classes="note what", markup=False)
