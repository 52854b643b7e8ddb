"""``cp-simu disturb`` and ``quirks``."""

from __future__ import annotations

import argparse
import json

from chargepoint.api.orders import Misbehave, OrderType, parse_order
from chargepoint.api.quirks import QUIRKS
from chargepoint.api.topics import check_id
from launcher.diagnostics import Exit, say
from launcher.stations import ordered
from launcher.verbs.reach import ask, remote_of

_FIELDS = {
    "kind": "kind",
    "for_s": "for_s",
    "direction": "direction",
    "probability": "probability",
    "seed": "seed",
    "delay": "delay_s",
    "jitter": "jitter_s",
    "bytes_per_s": "bytes_per_s",
    "every": "every_s",
}
"""Options to the fields of the order, which are checked where orders are."""


def disturb(options: argparse.Namespace) -> int:
    """Disturb the line of a charge point, or no longer."""
    given = {field: getattr(options, option) for option, field in _FIELDS.items()}
    body = {field: value for field, value in given.items() if value is not None}
    if options.clear:
        body["clear"] = True
    return _order(options, OrderType.DISTURB, body)


def quirks(options: argparse.Namespace) -> int:
    """Give a charge point these quirks and no others; without one, tell which there are."""
    if options.id is None:
        for name, quirk in QUIRKS.items():
            say(f"{name}\t{quirk.does}\t{quirk.seen_at}".rstrip())
        return Exit.DONE
    return _order(options, OrderType.QUIRKS, {"quirks": [] if options.clear else options.names})


def _order(options: argparse.Namespace, type: OrderType, body: dict[str, object]) -> int:
    station_id = check_id(options.id, "ID")
    order = parse_order(json.dumps({"type": str(type), **body}))
    assert isinstance(order, Misbehave)
    remote = remote_of(options)
    ask(remote, ordered(remote, station_id, order))
    say(f"{station_id}\t{order.what}")
    return Exit.DONE
