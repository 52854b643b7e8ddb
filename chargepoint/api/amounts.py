"""Numbers that an order carries, declared once: what checks them, and what command lines and screens offer."""

from __future__ import annotations

from dataclasses import dataclass

from chargepoint.api.fields import Fields


@dataclass(frozen=True, slots=True)
class Amount:
    """One number of an order, in the unit of its name. ``default`` None: it has to be given."""

    name: str
    does: str
    default: float | None
    minimum: float
    maximum: float
    whole: bool = False

    def taken(self, fields: Fields) -> float:
        """Its value in ``fields``; raises InputError."""
        if self.whole:
            default = None if self.default is None else int(self.default)
            return fields.integer(self.name, default, minimum=int(self.minimum), maximum=int(self.maximum))
        return fields.number(self.name, self.default, minimum=self.minimum, maximum=self.maximum)
