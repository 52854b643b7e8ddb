"""``cp-simu disturb``, ``quirks`` and ``damage``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import fields

from chargepoint.api.amounts import Amount
from chargepoint.api.damage import DAMAGES, Damage
from chargepoint.api.disturbances import DISTURBANCES, Disturbance
from chargepoint.api.orders import Misbehave, OrderType, parse_order
from chargepoint.api.quirks import QUIRKS
from chargepoint.api.topics import check_id
from launcher.diagnostics import Exit, say
from launcher.stations import ordered
from launcher.verbs.reach import ask, remote_of

_DISTURB = tuple(field.name for field in fields(Disturbance))
_DAMAGE = tuple(field.name for field in fields(Damage) if field.name != "clear")
_QUIRKS = ("probability", "seed")
"""The fields of the orders, which are checked where orders are."""


def disturb(options: argparse.Namespace) -> int:
    """Disturb the line of a charge point, or no longer; without one, tell how that can be done."""
    if options.id is None:
        for kind, declared in DISTURBANCES.items():
            say(f"{kind}\t{declared.does}\t{_in_words(declared.amounts)}".rstrip())
        return Exit.DONE
    return _order(options, OrderType.DISTURB, _given(options, _DISTURB) | _cleared(options))


def damage(options: argparse.Namespace) -> int:
    """Break something inside a charge point, or repair it; without one, tell what can break."""
    if options.id is None:
        for kind, declared in DAMAGES.items():
            say(f"{kind}\t{declared.does}\t{_in_words(declared.amounts)}".rstrip())
        return Exit.DONE
    return _order(options, OrderType.DAMAGE, _given(options, _DAMAGE) | _cleared(options))


def quirks(options: argparse.Namespace) -> int:
    """Give a charge point these quirks and no others; without one, tell which there are."""
    if options.id is None:
        for name, quirk in QUIRKS.items():
            say(f"{name}\t{quirk.does}\t{quirk.seen_at}".rstrip())
        return Exit.DONE
    names = [] if options.clear else options.names
    return _order(options, OrderType.QUIRKS, {"quirks": names} | _given(options, _QUIRKS))


def _in_words(amounts: Iterable[Amount]) -> str:
    return ", ".join(
        f"{one.name}: {one.does}" + ("" if one.default is None else f" ({one.default:g})") for one in amounts
    )


def _cleared(options: argparse.Namespace) -> dict[str, object]:
    return {"clear": True} if options.clear else {}


def _given(options: argparse.Namespace, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _order(options: argparse.Namespace, type: OrderType, body: dict[str, object]) -> int:
    station_id = check_id(options.id, "ID")
    order = parse_order(json.dumps({"type": str(type), **body}))
    assert isinstance(order, Misbehave)
    remote = remote_of(options)
    ask(remote, ordered(remote, station_id, order))
    say(f"{station_id}\t{order.what}")
    return Exit.DONE
