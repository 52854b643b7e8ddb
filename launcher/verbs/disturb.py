"""``cp-simu disturb``, ``quirks`` and ``damage``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable

from chargepoint.api.orders import Misbehave, OrderType, parse_order
from chargepoint.api.quirks import QUIRKS
from chargepoint.api.topics import check_id
from launcher.diagnostics import Exit, say
from launcher.stations import ordered
from launcher.verbs.reach import ask, remote_of

_DISTURB = ("kind", "for_s", "direction", "probability", "seed", "delay_s", "jitter_s", "bytes_per_s", "every_s")
_DAMAGE = ("kind", "connector", "energy_wh", "skew_s", "drift_ppm")
"""The fields of the orders, which are checked where orders are."""


def disturb(options: argparse.Namespace) -> int:
    """Disturb the line of a charge point, or no longer."""
    return _order(options, OrderType.DISTURB, _given(options, _DISTURB))


def damage(options: argparse.Namespace) -> int:
    """Break something inside a charge point, or repair it."""
    return _order(options, OrderType.DAMAGE, _given(options, _DAMAGE))


def quirks(options: argparse.Namespace) -> int:
    """Give a charge point these quirks and no others; without one, tell which there are."""
    if options.id is None:
        for name, quirk in QUIRKS.items():
            say(f"{name}\t{quirk.does}\t{quirk.seen_at}".rstrip())
        return Exit.DONE
    return _order(options, OrderType.QUIRKS, {"quirks": [] if options.clear else options.names})


def _given(options: argparse.Namespace, names: Iterable[str]) -> dict[str, object]:
    body = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return body | ({"clear": True} if options.clear else {})


def _order(options: argparse.Namespace, type: OrderType, body: dict[str, object]) -> int:
    station_id = check_id(options.id, "ID")
    order = parse_order(json.dumps({"type": str(type), **body}))
    assert isinstance(order, Misbehave)
    remote = remote_of(options)
    ask(remote, ordered(remote, station_id, order))
    say(f"{station_id}\t{order.what}")
    return Exit.DONE
