"""What a charge point may be made to do wrong: its line for a minute, parts and quirks until they are cleared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from chargepoint.api.damage import DAMAGES
from chargepoint.api.disturbances import DISTURBANCES, OF_CHANCE, OF_MESSAGES, DisturbanceKind
from chargepoint.api.orders import Order, OrderType, parse_order
from chargepoint.api.quirks import QUIRKS
from tui.screens.overlay import Overlay

FOR_S: Final = 60.0
CLEAR: Final = "clear"

CHANCE: Final = 0.3
"""Of what may hit each message: all of them lost would be an outage."""

BY_CHANCE: Final = (OF_MESSAGES & OF_CHANCE) - {DisturbanceKind.LATENCY, DisturbanceKind.BANDWIDTH}
AMOUNTS: Final = {"energy_wh": 100_000.0, "skew_s": 3_600.0, "drift_ppm": 1_000.0}
"""Of damages whose numbers have no default."""

WIDTH: Final = max(map(len, (*DISTURBANCES, *DAMAGES, *QUIRKS))) + 1


class DisturbChoice(Overlay[Order | None]):
    """Asks what is to be wrong; the answer is the order for it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def __init__(self, station_id: str) -> None:
        super().__init__()
        self._heading = f"Disturb the line of {station_id} for {FOR_S:.0f} s"

    def compose(self) -> ComposeResult:
        """A kind a line."""
        with Vertical(id="dialog", classes="vehicles") as dialog:
            dialog.border_title = self._heading
            yield OptionList(*options(), compact=True, markup=False)
            yield Label("enter orders · esc leaves · more with `cp-simu disturb`", classes="note")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Leave with the order."""
        self.dismiss(order_of(str(event.option.id)))


def options() -> Iterator[Option]:
    # What is wanted most is at both ends of the list.
    kinds = sorted(DISTURBANCES, key=lambda kind: kind is not DisturbanceKind.OUTAGE)
    yield from (_option(OrderType.DISTURB, kind, DISTURBANCES[kind].does) for kind in kinds)
    yield Option("Break something, until it is cleared", disabled=True)
    yield from (_option(OrderType.DAMAGE, kind, one.does) for kind, one in DAMAGES.items())
    yield _option(OrderType.DAMAGE, CLEAR, "everything is repaired")
    yield Option("Give it a quirk, until it is cleared", disabled=True)
    yield from (_option(OrderType.QUIRKS, name, one.does) for name, one in QUIRKS.items())
    yield _option(OrderType.QUIRKS, CLEAR, "it has no quirks")
    yield Option("Its line", disabled=True)
    yield _option(OrderType.DISTURB, CLEAR, "is right again")


def _option(type: OrderType, name: str, does: str) -> Option:
    return Option(f"{name:<{WIDTH}} {does}", id=f"{type} {name}")


def order_of(chosen: str) -> Order:
    """The order of a line of the list, by its type and name."""
    type, _, name = chosen.partition(" ")
    body: dict[str, object] = {"type": type}
    if type == OrderType.QUIRKS:
        body["quirks"] = [] if name == CLEAR else [name]
    elif name == CLEAR:
        body["clear"] = True
    else:
        body["kind"] = name
    if type == OrderType.DISTURB and name != CLEAR:
        body["for_s"] = FOR_S
        if name in BY_CHANCE:
            body["probability"] = CHANCE
    if type == OrderType.DAMAGE and name != CLEAR:
        wanted = (one.name for kind, declared in DAMAGES.items() if kind == name for one in declared.amounts)
        body |= {amount: AMOUNTS[amount] for amount in wanted if amount in AMOUNTS}
    return parse_order(json.dumps(body))
