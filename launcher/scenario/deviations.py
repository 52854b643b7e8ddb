"""The declaration of the steps that let stations deviate from what is right, made of the orders' own declarations: a
new kind of disturbance or damage, a new amount, a new quirk is a word of scenarios as soon as it is one of orders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from functools import partial
from typing import Any, get_type_hints

from chargepoint.api.amounts import Amount
from chargepoint.api.damage import DAMAGES, OF_CONNECTOR, Damage, DamageKind
from chargepoint.api.disturbances import DISTURBANCES, Disturbance, DisturbanceKind, Quirks
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Misbehave, OrderType, parse_order
from chargepoint.api.quirks import QUIRKS, QuirkName
from launcher.scenario.kinds import ANY_NUMBER, SPAN, Kind, Member, choice, form, list_of, whole
from launcher.scenario.later import LATER
from launcher.scenario.steps import Deviate, Stations

_NOTES = {
    "for_s": "how long; default: until it is cleared",
    "direction": "seen from the station; default: both",
    "probability": "of each message, attempt to connect, connection or time it is due, by kind; default: 1",
    "seed": "of its draws; default: made of the seed of the run",
    "frames": "which messages; default: all",
    "shape": "of the jitter of latency; default: uniform",
}
_IN_SECONDS = "_s"
_SECONDS_OF_WHAT = "_per_s"
_LARGEST = 2**62


def word(name: str) -> str:
    """What a field of an order is called in a step: durations have units there, and need none in their names."""
    timed = name.endswith(_IN_SECONDS) and not name.endswith(_SECONDS_OF_WHAT)
    return name.removesuffix(_IN_SECONDS) if timed else name


def _members(record: type, told_elsewhere: Iterable[str]) -> dict[str, Member]:
    """The members of a step for the fields of an order."""
    hints = get_type_hints(record)
    return {
        word(each.name): Member(
            _kind(each.name, hints[each.name]), _NOTES.get(each.name) or _of_kinds(each.name), name=each.name
        )
        for each in fields(record)
        if each.name not in told_elsewhere
    }


def _of_kinds(name: str) -> str:
    """What the amount ``name`` is of each kind that has it."""
    of_disturbances = {str(kind): one.amounts for kind, one in DISTURBANCES.items()}
    of_damages = {str(kind): one.amounts for kind, one in DAMAGES.items()}
    told = [
        f"{kind}: {amount.does}{_default(amount)}"
        for kind, amounts in (of_disturbances | of_damages).items()
        for amount in amounts
        if amount.name == name
    ]
    return "; ".join(told)


def _default(amount: Amount) -> str:
    return "" if amount.default is None else f" ({amount.default:g})"


def _kind(name: str, hint: Any) -> Kind[Any]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return choice(map(str, hint))
    if hint is int:
        return whole(0, _LARGEST)
    return SPAN if word(name) != name else ANY_NUMBER


def _deviate(type: OrderType, stations: Stations = (), *, clear: bool = False, **given: Any) -> Deviate:
    for name, value in given.items():
        if isinstance(value, LATER):
            raise InputError(name, value.node.value, "a number that is known when the file is read")
    body = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    order = parse_order(json.dumps({"type": str(type), **body} | ({"clear": True} if clear else {})))
    assert isinstance(order, Misbehave)
    return Deviate(order, stations, seeded="seed" in given)


def _checked(type: OrderType) -> Callable[..., Deviate]:
    """Builds the step; what does not belong to its kind is refused in the words of the file."""

    def build(**given: Any) -> Deviate:
        try:
            return _deviate(type, **given)
        except InputError as error:
            if isinstance(error.value, str) and error.value in given:
                kind, name = given.get("kind"), error.value
                raise InputError(name, given[name], f"part of {kind}: leave {word(name)} out") from None
            raise

    return build


def deviations(stations: Member, connector: Member) -> Mapping[str, Kind[Deviate]]:
    """The steps by name; ``stations`` and ``connector`` are members that other steps have too."""
    where = {"station": stations}
    quirks = "; ".join(f"{name}: {quirk.does}" for name, quirk in QUIRKS.items())
    of_connector = ", ".join(str(kind) for kind in DamageKind if kind in OF_CONNECTOR)
    disturbance = Member(choice(map(str, DisturbanceKind)), "what is wrong with the line", required=True)
    damage = Member(choice(map(str, DamageKind)), "what breaks", required=True)
    at = {"connector": Member(connector.kind, f"of {of_connector}; default: 1")}
    return {
        "disturb": form(
            _checked(OrderType.DISTURB),
            {"kind": disturbance, **_members(Disturbance, ["kind"]), **where},
            "Disturb the line between stations and the central system.",
            short="kind",
        ),
        "clear_disturbance": form(
            partial(_deviate, OrderType.DISTURB, clear=True),
            {"kind": Member(disturbance.kind, "default: all of them"), **where},
            "The line is as it should be.",
            short="kind",
        ),
        "quirks": form(
            partial(_deviate, OrderType.QUIRKS),
            {
                "names": Member(list_of(choice(map(str, QuirkName)), one=True), quirks, required=True, name="quirks"),
                **_members(Quirks, ["names"]),
                **where,
            },
            "Stations have these quirks of real charge points from now on, and no others; [] for none.",
            short="names",
        ),
        "damage": form(
            _checked(OrderType.DAMAGE),
            {"kind": damage, **_members(Damage, ["kind", "connector", "clear"]), **at, **where},
            "Something breaks inside stations.",
            short="kind",
        ),
        "clear_damage": form(
            partial(_deviate, OrderType.DAMAGE, clear=True),
            {"kind": Member(damage.kind, "default: all of it"), **at, **where},
            "It is repaired.",
            short="kind",
        ),
    }
