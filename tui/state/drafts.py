"""What has been typed into the form of new charge points, and what it makes."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec, CurrentType, parse_spec
from tui.state.naming import expand_ids, following

_NUMBERS: Final = ("nb_connectors", "nb_phases", "max_setpoint", "max_setpoint_per_connector", "voltage")
_SECURITY: Final[Mapping[str, frozenset[str]]] = {
    "authorization_key": frozenset("12"),
    "central_system_root": frozenset("23"),
    "client_certificate": frozenset("3"),
    "client_key": frozenset("3"),
}
"""What is typed for which security profiles."""

_TYPED: Final = frozenset({"id", "central_system", "type", "vendor", "model", "serial", "pool", *_NUMBERS})
_SECURED: Final = frozenset({"security_profile", "tls_verify", *_SECURITY})
_ITS_OWN: Final = frozenset({"meter_serial", "iccid", "imsi"})
"""What no two charge points have in common."""


def _ac(phases: int, limit_a: int) -> tuple[CurrentType, dict[str, Any]]:
    limit = str(limit_a)
    limits = {"max_setpoint": limit, "max_setpoint_per_connector": limit, "voltage": "230"}
    return CurrentType.AC, {"nb_phases": str(phases), **limits}


def _dc(limit_w: int) -> tuple[CurrentType, dict[str, Any]]:
    limit = str(limit_w)
    limits = {"max_setpoint": limit, "max_setpoint_per_connector": limit, "voltage": "400"}
    return CurrentType.DC, {"nb_phases": "1", **limits}


TEMPLATES: Final[Mapping[str, tuple[CurrentType, dict[str, Any]]]] = {
    "AC 11": _ac(3, 16),
    "AC 22": _ac(3, 32),
    "DC 50": _dc(50_000),
    "DC 150": _dc(150_000),
    "DC 350": _dc(350_000),
}
"""The usual kinds, by their name and their power in kW."""


YES, NO = "yes", "no"
_POOL_WORDS: Final[Mapping[object, str]] = {None: "", True: YES, False: NO}


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of the form, under the names of the start entry's keys; ``beyond`` is what a clone has besides.

    ``pool``: yes, no, a pool's name, or nothing, which leaves it to the yard.
    """

    id: str = "CP_1"
    count: str = "1"
    central_system: str = "ws://localhost:9000"
    type: CurrentType = CurrentType.AC
    nb_connectors: str = "1"
    nb_phases: str = "3"
    max_setpoint: str = "32"
    max_setpoint_per_connector: str = "32"
    voltage: str = "230"
    vendor: str = "Open OCPP"
    model: str = "Simulated CP"
    serial: str = ""
    pool: str = ""
    security_profile: str = "0"
    authorization_key: str = ""
    central_system_root: str = ""
    client_certificate: str = ""
    client_key: str = ""
    tls_verify: str = YES
    beyond: Mapping[str, object] = field(default_factory=dict)

    def ids(self, taken: Container[str] = ()) -> tuple[str, ...]:
        """The ids it describes; ``taken`` ones are refused. Raises InputError."""
        count = number_or_text(self.count)
        if not isinstance(count, int):
            raise InputError("count", count, "a whole number of charge points")
        ids = expand_ids(self.id, count)
        if double := next((name for name in ids if name in taken), None):
            raise InputError("id", double, "a free id: it is in the yard already")
        return ids

    def free(self, taken: Container[str]) -> Draft:
        """The same with the next id that is free, where it names one that is not."""
        draft = self
        while draft.id in taken:
            draft = replace(draft, id=following(draft.id))
        return draft

    def spec(self, station_id: str) -> ChargePointSpec:
        """The charge point of that id, checked. Raises InputError."""
        return parse_spec(self._entry(station_id))

    def of_type(self, kind: CurrentType) -> Draft:
        """The same for the other kind of current, with limits that make sense there."""
        return self if kind is self.type else self.of_template("DC 150" if kind is CurrentType.DC else "AC 22")

    @classmethod
    def like(cls, entry: Mapping[str, object]) -> Draft:
        """What makes charge points like the one that ``entry`` starts; each with a serial of its own."""
        spec = parse_spec(entry)
        complete = spec.to_entry()
        secured = {key: str(complete[key]) for key in _SECURED & complete.keys()} if spec.security.profile else {}
        if secured:
            secured["tls_verify"] = YES if spec.security.tls_verify else NO
        kept = _TYPED | _ITS_OWN | secured.keys()
        beyond = {key: value for key, value in complete.items() if key not in kept}
        numbers = {key: f"{complete[key]:g}" for key in _NUMBERS}
        return cls(
            id=following(spec.id),
            central_system=spec.central_system,
            type=spec.type,
            vendor=spec.vendor,
            model=spec.model,
            pool=_POOL_WORDS.get(spec.pool, str(spec.pool)),
            beyond=beyond,
            **numbers,
            **secured,
        )

    def of_template(self, name: str) -> Draft:
        """The same with the limits of a template."""
        kind, limits = TEMPLATES[name]
        return replace(self, type=kind, **limits)

    @property
    def template(self) -> str:
        """The name of the template whose limits it has, else "own"."""
        for name, (kind, values) in TEMPLATES.items():
            if kind is self.type and all(getattr(self, key) == value for key, value in values.items()):
                return name
        return "own"

    def _entry(self, name: str) -> dict[str, object]:
        typed: dict[str, object] = {
            **self.beyond,
            "id": name,
            "central_system": self.central_system,
            "type": self.type.value,
            "vendor": self.vendor,
            "model": self.model,
            "serial": self.serial or None,
        }
        for key in _NUMBERS:
            text: str = getattr(self, key)
            typed[key] = number_or_text(text) if text else None
        if self.pool:
            typed["pool"] = {YES: True, NO: False}.get(self.pool, self.pool)
        return typed | self._secured()

    def asks(self, name: str) -> bool:
        """Whether its security profile has a use for that field."""
        if name == "tls_verify":
            return self.security_profile in "23"
        return self.security_profile in _SECURITY.get(name, self.security_profile)

    def _secured(self) -> dict[str, object]:
        if self.security_profile == "0":
            return {}
        given: dict[str, object] = {"security_profile": int(self.security_profile)}
        given |= {key: getattr(self, key) for key in _SECURITY if self.asks(key) and getattr(self, key)}
        return given | ({"tls_verify": False} if self.asks("tls_verify") and self.tls_verify == NO else {})


def number_or_text(text: str) -> object:
    """The number ``text`` is, or the text itself, for the check of the field to refuse in its own words."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
