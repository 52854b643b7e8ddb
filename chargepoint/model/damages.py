"""What is broken in a station: a relay that sticks, meters and a clock that lie, a full storage; what comes of it.

Loaded with the first damage. The physical quantity is wrong, so that whatever is told of it agrees. A power cut
forgets all of it, as it does faults, but for a button that is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chargepoint.api.damage import Damage, DamageKind
from chargepoint.api.payloads import ErrorCode
from chargepoint.model.connector import Connector
from chargepoint.model.electrical import Phases
from chargepoint.model.faults import Fault
from chargepoint.model.metering import Reading

DRIFT_STEP_S = 10.0
"""How often a clock that drifts is put where it should not be."""

SPIKE = 10.0

ISOLATION_TIMEOUT_S = 60.0
"""How long a station tries to charge a car whose isolation it finds wanting."""

_K = DamageKind


def _warning(what: str, info: str) -> Fault:
    return Fault(ErrorCode.OTHER_ERROR, what, info, blocking=False)


WARNINGS = {
    _K.PHASE_LOSS: _warning("PhaseLoss", "a phase has no voltage"),
    _K.PHASE_IMBALANCE: _warning("CurrentImbalance", "the phases carry different currents"),
    _K.RECTIFIER_FAILURE: _warning("RectifierFailure", "a power module has failed"),
    _K.ISOLATION_FAULT: Fault(ErrorCode.GROUND_FAILURE, "IsolationFault", "the isolation test fails", blocking=False),
}
"""What is told of what is broken at a connector."""


@dataclass(slots=True)
class Damages:
    """Everything broken in one station: kind and connector (0: the station)."""

    broken: dict[tuple[DamageKind, int], Damage] = field(default_factory=dict)
    drifts_at: float | None = None
    isolation_at: dict[int, float] = field(default_factory=dict)
    """When the isolation of a connector failed."""

    def has(self, kind: DamageKind, connector: int = 0) -> bool:
        """Whether that is broken."""
        return (kind, connector) in self.broken

    def faults(self, connector: Connector) -> tuple[Fault, ...]:
        """What of it is told at ``connector``."""
        number = connector.number
        faults = tuple(fault for kind, fault in WARNINGS.items() if self.has(kind, number))
        if self.stuck(connector) and connector.car.wants and connector.transaction is None:
            # A station sees power where no transaction is.
            faults += (Fault.of(ErrorCode.POWER_SWITCH_FAILURE),)
        return faults

    # Power

    def stuck(self, connector: Connector) -> bool:
        """Whether the relay of ``connector`` does not open."""
        return self.has(_K.STUCK_RELAY, connector.number)

    def uncooled(self, connector: Connector) -> bool:
        """Whether nothing cools ``connector``."""
        return self.has(_K.COOLING_FAILURE, connector.number)

    def share(self, connector: Connector) -> float:
        """How much of its limit ``connector`` can give, from 0 to 1."""
        if self.has(_K.ISOLATION_FAULT, connector.number):
            return 0.0
        modules = self.broken.get((_K.RECTIFIER_FAILURE, connector.number))
        return modules.share_pct / 100 if modules else 1.0

    def flowing(self, connector: Connector, target: Phases) -> Phases:
        """What of ``target`` can flow on the phases as they are."""
        values = list(target.values)
        if lost := self.lost_phase(connector):
            values[lost - 1] = 0.0
        if imbalance := self.broken.get((_K.PHASE_IMBALANCE, connector.number)):
            values[0] *= imbalance.share_pct / 100
        return Phases(*values)

    def lost_phase(self, connector: Connector) -> int:
        """The phase without voltage; 0 for none."""
        loss = self.broken.get((_K.PHASE_LOSS, connector.number))
        return int(loss.phase) if loss else 0

    # The meter

    def frozen(self, connector: int) -> bool:
        """Whether the register of ``connector`` stands still."""
        return self.has(_K.METER_FREEZE, connector)

    def shown(self, reading: Reading, connector: Connector) -> Reading:
        """``reading`` as the broken meter of ``connector`` shows it."""
        number = connector.number
        if self.has(_K.METER_SPIKE, number):
            current_a = Phases(*(SPIKE * value for value in reading.current_a.values))
            reading = replace(reading, power_w=reading.power_w * SPIKE, current_a=current_a)
        if self.has(_K.METER_NEGATIVE, number):
            reading = replace(reading, power_w=-reading.power_w)
        if self.has(_K.METER_MISSING, number):
            reading = replace(reading, register_only=True)
        if self.uncooled(connector) and reading.fan_rpm is not None:
            reading = replace(reading, fan_rpm=0.0)
        return replace(reading, lost_phase=self.lost_phase(connector))

    # The station

    @property
    def skew_s(self) -> float:
        """How far ahead of the time that it is told the clock goes."""
        skew = self.broken.get((_K.CLOCK_SKEW, 0))
        return skew.skew_s if skew else 0.0

    @property
    def storage_full(self) -> bool:
        """Whether nothing can be stored."""
        return self.has(_K.STORAGE_FULL)

    def drift(self, now: float) -> float:
        """How much further the clock has gone by itself, in seconds, when it is time to see that; else 0."""
        if self.drifts_at is None or now < self.drifts_at:
            return 0.0
        self.drifts_at = now + DRIFT_STEP_S
        return DRIFT_STEP_S * self.broken[_K.CLOCK_DRIFT, 0].drift_ppm / 1e6

    def gives_up_at(self, connector: Connector) -> float | None:
        """When the transaction of ``connector`` ends for its isolation."""
        failed_at = self.isolation_at.get(connector.number)
        if failed_at is None or connector.transaction is None:
            return None
        return max(failed_at, connector.transaction.started_at) + ISOLATION_TIMEOUT_S

    def in_words(self) -> tuple[str, ...]:
        """What the status of the charge point says."""
        return tuple(map(str, self.broken.values()))
