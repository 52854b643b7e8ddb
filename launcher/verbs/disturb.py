"""``cp-simu disturb``, ``quirks`` and ``damage``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from chargepoint.api.amounts import Amount
from chargepoint.api.damage import DAMAGES, Damage, DamageKind
from chargepoint.api.disturbances import DISTURBANCES, Disturbance, DisturbanceKind, one_of_many
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Misbehave, OrderType, parse_order
from chargepoint.api.quirks import QUIRKS
from chargepoint.api.topics import check_id
from launcher.diagnostics import Exit, narrate, say
from launcher.fleet.ids import chosen, is_pattern
from launcher.stations import all_ordered, ordered
from launcher.verbs.reach import ask, remote_of

_DISTURB = tuple(field.name for field in fields(Disturbance))
_DAMAGE = tuple(field.name for field in fields(Damage) if field.name != "clear")
_QUIRKS = ("probability", "seed")
_IN_FULL = ("bytes_per_s", "skew_s")
"""The fields of the orders, which are checked where orders are."""


def disturb(options: argparse.Namespace) -> int:
    """Disturb the line of a charge point, or no longer; without one, tell how that can be done."""
    if _is_question(options):
        for kind, declared in DISTURBANCES.items():
            say(_listed(kind, declared.does, _of_disturbance(kind)))
        return Exit.DONE
    return _order(options, OrderType.DISTURB, _given(options, _DISTURB) | _cleared(options))


def damage(options: argparse.Namespace) -> int:
    """Break something inside a charge point, or repair it; without one, tell what can break."""
    if _is_question(options):
        for kind, declared in DAMAGES.items():
            say(_listed(kind, declared.does, _of_damage(kind)))
        return Exit.DONE
    return _order(options, OrderType.DAMAGE, _given(options, _DAMAGE) | _cleared(options))


def quirks(options: argparse.Namespace) -> int:
    """Give a charge point these quirks and no others; without one, tell which there are."""
    if _is_question(options):
        for name, quirk in QUIRKS.items():
            say(f"{name}\t{quirk.does}\t{quirk.seen_at}".rstrip())
        return Exit.DONE
    names = [] if options.clear else options.names
    return _order(options, OrderType.QUIRKS, {"quirks": names} | _given(options, _QUIRKS))


def _is_question(options: argparse.Namespace) -> bool:
    """Whether nobody is to be ordered anything. Raises InputError when nobody is told what is for somebody."""
    if options.id is None and options.clear:
        raise InputError("ID", None, "a charge point, or a glob like 'simu_*', where it is to be over")
    return options.id is None


def _listed(kind: str, does: str, options: Mapping[str, str]) -> str:
    told = (_option(name) + (f": {words}" if words else "") for name, words in options.items())
    return f"{kind}\t{does}\t{', '.join(told)}".rstrip()


def _cleared(options: argparse.Namespace) -> dict[str, object]:
    return {"clear": True} if options.clear else {}


def _given(options: argparse.Namespace, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _order(options: argparse.Namespace, type: OrderType, body: dict[str, object]) -> int:
    order = _parsed(type, body)
    remote = remote_of(options)
    if not is_pattern(options.id):
        station_id = check_id(options.id, "ID")
        ask(remote, ordered(remote, station_id, order))
        say(f"{station_id}\t{order.what}")
        return Exit.DONE
    statuses = ask(remote, remote.statuses())
    ids = chosen([options.id], [station_id for station_id, status in statuses.items() if status.alive])
    orders = {each: replace(order, what=one_of_many(order.what, place)) for place, each in enumerate(ids)}
    results = ask(remote, all_ordered(remote, orders))
    for station_id, reason in results.items():
        if reason:
            narrate(f"{station_id}: {reason}")
        else:
            say(f"{station_id}\t{orders[station_id].what}")
    return Exit.FAILED if any(results.values()) else Exit.DONE


def _parsed(type: OrderType, body: Mapping[str, object]) -> Misbehave:
    _check_options(type, body)
    try:
        order = parse_order(json.dumps({"type": str(type), **body}))
    except InputError as error:
        known = error.field in (*_DISTURB, *_DAMAGE) and error.field != "kind"
        raise InputError(_option(error.field), error.value, error.expected) if known else error from None
    assert isinstance(order, Misbehave)
    return order


def _check_options(type: OrderType, body: Mapping[str, object]) -> None:
    """Raise InputError for an option that does not belong to what is ordered."""
    if type is OrderType.QUIRKS:
        return
    kinds: Mapping[str, Mapping[str, str]] = (
        {kind: _of_disturbance(kind) for kind in DISTURBANCES}
        if type is OrderType.DISTURB
        else {kind: _of_damage(kind) for kind in DAMAGES}
    )
    kind, cleared = body.get("kind"), "clear" in body
    if (kind is None and not cleared) or (kind is not None and kind not in kinds):
        raise InputError("KIND", kind, f"one of {', '.join(kinds)}" + ("" if cleared else "; or --clear ends it"))
    what = f"--clear {kind or ''}".rstrip() if cleared else str(kind)
    takes = _CLEARED[type] if cleared else kinds[str(kind)]
    options = ", ".join(map(_option, takes)) or "none"
    for name, value in body.items():
        if name not in ("kind", "clear", *takes):
            raise InputError(_option(name), value, f"an option of {what}, which takes {options}")


_CLEARED: Mapping[OrderType, Mapping[str, str]] = {OrderType.DISTURB: {}, OrderType.DAMAGE: {"connector": ""}}
"""What can be said of the end of something."""


def _of_disturbance(kind: DisturbanceKind) -> dict[str, str]:
    """What can be said of ``kind``, by the names of the order, with what is to be known of it."""
    declared = DISTURBANCES[kind]
    return {
        "for_s": "needed" if declared.lasting else "",
        **_of_amounts(declared.amounts),
        **({"direction": "", "frames": ""} if declared.of_messages else {}),
        **({"shape": ""} if kind is DisturbanceKind.LATENCY else {}),
        "probability": f"of each {declared.each} (1)",
        "seed": "",
    }


def _of_damage(kind: DamageKind) -> dict[str, str]:
    declared = DAMAGES[kind]
    return {
        **({"connector": ""} if declared.of_connector or declared.of_either else {}),
        **_of_amounts(declared.amounts),
    }


def _of_amounts(amounts: Iterable[Amount]) -> dict[str, str]:
    return {one.name: one.does + ("" if one.default is None else f" ({one.default:g})") for one in amounts}


def _option(name: str) -> str:
    """How a field is called on the command line."""
    return "--" + (name if name in _IN_FULL else name.removesuffix("_s")).replace("_", "-")
