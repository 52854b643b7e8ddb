"""The list of what a charge point may be made to do wrong: every line of it is an order that it understands."""

from __future__ import annotations

from chargepoint.api.damage import DAMAGES
from chargepoint.api.disturbances import DISTURBANCES
from chargepoint.api.orders import Misbehave
from chargepoint.api.quirks import QUIRKS
from tui.screens.disturb_choice import options, order_of


def test_every_line_is_an_order() -> None:
    lines = [str(option.id) for option in options() if not option.disabled]
    assert len(lines) == len(DISTURBANCES) + len(DAMAGES) + len(QUIRKS) + 3
    orders = [order_of(line) for line in lines]
    assert all(isinstance(one, Misbehave) for one in orders)
    assert len({one.to_json() for one in orders}) == len(orders)
