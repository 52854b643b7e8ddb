"""A connector: the facts about it, from which its state follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from chargepoint.api.fields import Fields
from chargepoint.api.payloads import ConnectorState
from chargepoint.model.electrical import NOTHING, Phases
from chargepoint.model.faults import NO_FAULT, Fault, blocks
from chargepoint.model.metering import Meter
from chargepoint.model.smartcharging.profiles import Profile
from chargepoint.model.statuses import Situation
from chargepoint.model.thermal import AMBIENT_C
from chargepoint.model.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Car:
    """What is at the cable. ``cable`` is its capacity, ``demand`` per phase: A for AC, W for DC."""

    cable: float = 0.0
    ready: bool = True
    demand: Phases = NOTHING
    demand_given: bool = False
    soc_pct: float = 0.0

    @property
    def plugged(self) -> bool:
        """Whether the cable connects the car."""
        return self.cable > 0

    @property
    def wants(self) -> bool:
        """Whether it would take energy now."""
        return self.plugged and self.ready and self.soc_pct < 100.0

    def at_soc(self, soc_pct: float) -> Car:
        """The same, with so much in its battery; ``replace`` takes four times as long, and this is asked often."""
        return Car(self.cable, self.ready, self.demand, self.demand_given, soc_pct)

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        demand = self.demand
        return {
            "cable": self.cable,
            "ready": self.ready,
            "demand": {"l1": demand.l1, "l2": demand.l2, "l3": demand.l3},
            "demand_given": self.demand_given,
            "soc_pct": self.soc_pct,
        }


@dataclass(frozen=True, slots=True)
class Grant:
    """An id tag that may start a transaction here, and waits for the cable; ``profile`` is for that transaction."""

    id_tag: str
    parent_id_tag: str = ""
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Whose cable stays locked in the socket: that of an id tag, or of anybody of its group."""

    id_tag: str
    parent_id_tag: str = ""

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        return {"id_tag": self.id_tag, "parent_id_tag": self.parent_id_tag}


class Heat(Enum):
    """What the thermostat of a connector does: nothing, let it give half, or switch it off."""

    COOL = 0
    WARM = 1
    TRIPPED = 2


@dataclass(slots=True)
class Connector:
    """Connector ``number`` (from 1). ``setpoint`` is what its car may take now, ``consumption`` what it takes.

    ``operative_after`` is an availability that waits for the end of the transaction. ``waiting_since`` is when a
    cable came without authorization, or the reverse; the other is waited for. ``interrupted``: a fault or a power cut
    keeps its transaction from charging. ``hold``: for whom its cable stays locked after the transaction. ``faults``
    are those it was given; ``StationState.faults_of`` knows them all. ``told``: what was last told of them.
    ``light_signal``: what its lighting signalled last; ``light_blinks``: how often it has blinked since the boot.
    """

    number: int
    meter: Meter
    status: ConnectorState = ConnectorState.AVAILABLE
    told: Fault = NO_FAULT
    car: Car = field(default_factory=Car)
    grant: Grant | None = None
    transaction: Transaction | None = None
    finishing: bool = False
    operative: bool = True
    operative_after: bool | None = None
    faults: tuple[Fault, ...] = ()
    waiting_since: float | None = None
    setpoint: float = 0.0
    ocpp_limit: float = 0.0
    phases_in_use: int = 3
    temperature_c: float = AMBIENT_C
    ambient_c: float = AMBIENT_C
    heat: Heat = Heat.COOL
    interrupted: bool = False
    hold: Hold | None = None
    light_signal: str = ""
    light_blinks: int = 0

    @property
    def consumption(self) -> Phases:
        """What its car takes at ``meter.at``."""
        return self.meter.flow.at(self.meter.at)

    @property
    def faulted(self) -> bool:
        """Whether a fault takes it out of service."""
        return blocks(self.faults)

    @property
    def ev_side_open(self) -> bool:
        """Whether the car's end of the cable is out while the station holds the other one."""
        return not self.car.plugged and (self.transaction is not None or self.hold is not None)

    @property
    def hanging(self) -> bool:
        """Whether a cable without a car hangs from the locked socket."""
        return self.hold is not None and not self.car.plugged

    @property
    def handle(self) -> int | None:
        """The handle of the transaction that runs here."""
        return self.transaction.handle if self.transaction is not None else None

    def situation(self, minimum: float, *, faulted: bool, reserved: bool, held: bool, wants: bool) -> Situation:
        """The facts that make its state; an offer below ``minimum`` is none. ``held``: its station keeps it out of
        service; ``wants``: its car would take what is offered."""
        return Situation(
            faulted=faulted,
            transaction=self.transaction is not None,
            offers=self.setpoint >= minimum,
            wants=wants,
            reserved=reserved,
            operative=self.operative and not held,
            finishing=self.finishing and (self.car.plugged or self.hold is not None),
            preparing=self.car.plugged or self.grant is not None,
        )

    def to_record(self) -> dict[str, object]:
        """What has to survive a power cut, as JSON values."""
        return {
            "at": self.meter.at,
            "energy_wh": self.meter.energy_wh,
            "reactive_varh": self.meter.reactive_varh,
            "car": self.car.to_record(),
            "transaction": self.transaction.to_record() if self.transaction else None,
            "finishing": self.finishing,
            "operative": self.operative,
            "operative_after": self.operative_after,
            "interrupted": self.interrupted,
            "hold": self.hold.to_record() if self.hold else None,
        }

    def restore(self, record: Mapping[str, object]) -> float:
        """Take over what was stored; returns the moment it was stored at. Grants and faults do not survive."""
        fields = Fields(record, "connector")
        stored_at = fields.number("at", minimum=0)
        self.meter.energy_wh = fields.number("energy_wh", minimum=0)
        self.meter.reactive_varh = fields.number("reactive_varh", 0.0, minimum=0)
        car = Fields(fields.object("car"), "car")
        demand = Fields(car.object("demand"), "demand")
        self.car = Car(
            cable=car.number("cable", 0.0),
            ready=car.boolean("ready", True),
            demand=Phases(demand.number("l1", 0.0), demand.number("l2", 0.0), demand.number("l3", 0.0)),
            demand_given=car.boolean("demand_given", False),
            soc_pct=car.number("soc_pct", 0.0),
        )
        if fields.has("transaction"):
            self.transaction = Transaction.from_record(fields.object("transaction"))
        self.finishing = fields.boolean("finishing", False)
        self.operative = fields.boolean("operative", True)
        self.operative_after = fields.boolean("operative_after") if fields.has("operative_after") else None
        self.interrupted = fields.boolean("interrupted", False)
        if fields.has("hold"):
            hold = Fields(fields.object("hold"), "hold")
            self.hold = Hold(hold.text("id_tag"), hold.text("parent_id_tag", ""))
        return stored_at
