"""What has been typed into the form of new charge points, and what it makes."""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import dataclass, replace

from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec, CurrentType, parse_spec
from tui.state.naming import expand_ids, following


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of the form, under the names of the start entry's keys."""

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
        if kind is self.type:
            return self
        if kind is CurrentType.DC:
            limits = {"max_setpoint": "150000", "max_setpoint_per_connector": "150000", "voltage": "400"}
            return replace(self, type=kind, nb_phases="1", **limits)
        limits = {"max_setpoint": "32", "max_setpoint_per_connector": "32", "voltage": "230"}
        return replace(self, type=kind, nb_phases="3", **limits)

    def _entry(self, name: str) -> dict[str, object]:
        typed: dict[str, object] = {
            "id": name,
            "central_system": self.central_system,
            "type": self.type.value,
            "vendor": self.vendor,
            "model": self.model,
            "serial": self.serial or None,
        }
        for key in ("nb_connectors", "nb_phases", "max_setpoint", "max_setpoint_per_connector", "voltage"):
            text: str = getattr(self, key)
            typed[key] = number_or_text(text) if text else None
        return typed


def number_or_text(text: str) -> object:
    """The number ``text`` is, or the text itself, for the check of the field to refuse in its own words."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
