"""What may be wrong with a charge point's line to its central system for a minute."""

from __future__ import annotations

import json
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from chargepoint.api.disturbances import DISTURBANCES, OF_CHANCE, OF_MESSAGES, DisturbanceKind
from chargepoint.api.orders import Order, OrderType, parse_order
from tui.screens.overlay import Overlay

FOR_S: Final = 60.0
CLEAR: Final = "clear"

CHANCE: Final = 0.3
"""Of what may hit each message: all of them lost would be an outage."""

BY_CHANCE: Final = (OF_MESSAGES & OF_CHANCE) - {DisturbanceKind.LATENCY}
WIDTH: Final = max(map(len, DisturbanceKind)) + 1


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
        """A kind a line, the end of all of them last."""
        with Vertical(id="dialog", classes="vehicles") as dialog:
            dialog.border_title = self._heading
            options = [
                Option(f"{kind:<{WIDTH}} {declared.does}", id=kind.value) for kind, declared in DISTURBANCES.items()
            ]
            yield OptionList(
                *options, Option(f"{CLEAR:<{WIDTH}} the line is right again", id=CLEAR), compact=True, markup=False
            )
            yield Label("enter disturbs · esc leaves · more with `cp-simu disturb`", classes="note")

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Leave with the order."""
        self.dismiss(order_of(str(event.option.id)))


def order_of(chosen: str) -> Order:
    """The order of a line of the list."""
    body: dict[str, object] = {"type": str(OrderType.DISTURB)}
    if chosen == CLEAR:
        body["clear"] = True
    else:
        body |= {"kind": chosen, "for_s": FOR_S}
        if chosen in BY_CHANCE:
            body["probability"] = CHANCE
    return parse_order(json.dumps(body))
