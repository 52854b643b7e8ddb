"""The catalogue of vehicles, as somebody chooses from it."""

from __future__ import annotations

from dataclasses import dataclass

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.api.payloads import CarInput
from chargepoint.settings import etc_dir


@dataclass(frozen=True, slots=True)
class VehicleOffer:
    """What a kind of car asks for; ``note`` says in words what it is good for."""

    name: str
    ac_current_a: float
    ac_phases: int
    dc_power_w: float
    note: str

    def car(self, *, direct: bool) -> CarInput:
        """The input that asks for what this car asks for: W for DC, A per phase for AC."""
        if direct:
            return CarInput(consumption_l1=self.dc_power_w)
        amperes = [self.ac_current_a if phase <= self.ac_phases else 0.0 for phase in (1, 2, 3)]
        return CarInput(None, None, *amperes)

    def wants(self, *, direct: bool) -> str:
        """The same in words."""
        return f"{self.dc_power_w / 1000:g} kW" if direct else f"{self.ac_phases} × {self.ac_current_a:g} A"


def offers() -> tuple[VehicleOffer, ...]:
    """The vehicles of ``etc/vehicles.json``; raises InputError when it cannot be read."""
    file = etc_dir() / "vehicles.json"
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError("vehicles", str(file), f"a file that can be read ({error.strerror})") from None
    return tuple(_offer(raw) for raw in Fields(parse_json(content, str(file)), str(file)).array("vehicles"))


def _offer(raw: object) -> VehicleOffer:
    fields = Fields(raw, "vehicles")
    return VehicleOffer(
        name=fields.text("name", min_length=1, max_length=50),
        ac_current_a=fields.number("ac_current_a", minimum=0),
        ac_phases=fields.integer("ac_phases", minimum=1, maximum=3),
        dc_power_w=fields.number("dc_power_w", minimum=0),
        note=fields.text("note", ""),
    )
