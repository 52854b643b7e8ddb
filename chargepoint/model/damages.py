"""What is broken in a station: a relay that sticks, meters and a clock that lie, a full storage; what comes of it.

Loaded with the first damage. The physical quantity is wrong, so that whatever is told of it agrees. A power cut
forgets all of it, as it does faults, but for a button that is pressed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from chargepoint.api.damage import Damage, DamageKind
from chargepoint.api.payloads import ErrorCode
from chargepoint.model import emergency
from chargepoint.model.commands import ACCEPTED, Outcome, Verdict
from chargepoint.model.connector import Connector
from chargepoint.model.electrical import Phases
from chargepoint.model.metering import Reading
from chargepoint.model.state import StationState

DRIFT_STEP_S = 10.0
"""How often a clock that drifts is put where it should not be."""

SPIKE = 10.0

_K = DamageKind


@dataclass(slots=True)
class Damages:
    """Everything broken in one station: kind and connector (0: the station)."""

    broken: dict[tuple[DamageKind, int], Damage] = field(default_factory=dict)
    drifts_at: float | None = None

    def has(self, kind: DamageKind, connector: int = 0) -> bool:
        """Whether that is broken."""
        return (kind, connector) in self.broken

    @property
    def skew_s(self) -> float:
        """How far ahead of the time that it is told the clock goes."""
        skew = self.broken.get((_K.CLOCK_SKEW, 0))
        return skew.skew_s if skew else 0.0

    @property
    def storage_full(self) -> bool:
        """Whether nothing can be stored."""
        return self.has(_K.STORAGE_FULL)

    def frozen(self, connector: int) -> bool:
        """Whether the register of ``connector`` stands still."""
        return self.has(_K.METER_FREEZE, connector)

    def shown(self, reading: Reading, connector: int) -> Reading:
        """``reading`` as the broken meter of ``connector`` shows it."""
        if self.has(_K.METER_SPIKE, connector):
            current_a = Phases(*(SPIKE * value for value in reading.current_a.values))
            reading = replace(reading, power_w=reading.power_w * SPIKE, current_a=current_a)
        if self.has(_K.METER_NEGATIVE, connector):
            reading = replace(reading, power_w=-reading.power_w)
        return reading

    def welds(self, connector: Connector) -> bool:
        """Whether power goes on at ``connector`` although it should not."""
        return self.has(_K.STUCK_RELAY, connector.number) and connector.car.wants

    def notice(self, connectors: Iterable[Connector]) -> None:
        """A station sees power where no transaction is: its relay is stuck."""
        for connector in connectors:
            free = connector.transaction is None and connector.error_code is ErrorCode.NO_ERROR
            if free and self.welds(connector):
                connector.error_code = ErrorCode.POWER_SWITCH_FAILURE

    def drift(self, now: float) -> float:
        """How much further the clock has gone by itself, in seconds, when it is time to see that; else 0."""
        if self.drifts_at is None or now < self.drifts_at:
            return 0.0
        self.drifts_at = now + DRIFT_STEP_S
        return DRIFT_STEP_S * self.broken[_K.CLOCK_DRIFT, 0].drift_ppm / 1e6

    def in_words(self) -> tuple[str, ...]:
        """What the status of the charge point says."""
        return tuple(map(str, self.broken.values()))


def damage(state: StationState, order: Damage, now: float) -> Outcome:
    """Something breaks, or is repaired."""
    if order.connector and order.connector not in state.connectors:
        return Outcome(Verdict.UNKNOWN_CONNECTOR, f"there is no connector {order.connector}")
    damages = state.damages = state.damages or Damages()
    if order.clear:
        chosen = [one for one in damages.broken if order.kind is None or one == (order.kind, order.connector)]
        for kind, number in chosen:
            _repair(state, damages, kind, number)
        return ACCEPTED
    match order.kind:
        case _K.METER_JUMP | _K.METER_RESET:
            connector = state.connectors[order.connector]
            jumped_wh = connector.meter.energy_wh + order.energy_wh
            connector.meter.energy_wh = 0.0 if order.kind is _K.METER_RESET else max(0.0, jumped_wh)
            state.touch(connector)
            return ACCEPTED
        case _K.SECURITY_LOG_CLEARED:
            state.security_log.clear()
            state.record_security("SecurityLogWasCleared", now, "by hand")
            return ACCEPTED
        case _K.REPLAY:
            state.record_security("AttemptedReplayAttacks", now, "an old message was sent again")
            return ACCEPTED
        case _K.TAMPERING:
            state.record_security("TamperDetectionActivated", now, "the housing was opened")
        case _K.EMERGENCY_STOP:
            emergency.press(state, order.connector, now)
        case _K.CLOCK_SKEW:
            state.clock_offset_s += order.skew_s - damages.skew_s
        case _K.CLOCK_DRIFT:
            damages.drifts_at = now + DRIFT_STEP_S
        case None:
            raise AssertionError("what breaks has a kind")
        case _:
            pass
    damages.broken[order.kind, order.connector] = order
    return ACCEPTED


def still_pressed(state: StationState, buttons: Iterable[object]) -> None:
    """After a power cut: the emergency-stop ``buttons`` latch."""
    pressed = frozenset(number for number in buttons if isinstance(number, int))
    state.emergency_stops = pressed
    state.damages = Damages({(_K.EMERGENCY_STOP, one): Damage(_K.EMERGENCY_STOP, one) for one in sorted(pressed)})


def _repair(state: StationState, damages: Damages, kind: DamageKind, number: int) -> None:
    if kind is _K.CLOCK_SKEW:
        state.clock_offset_s -= damages.skew_s
    if kind is _K.CLOCK_DRIFT:
        damages.drifts_at = None
    if kind is _K.STUCK_RELAY and state.connectors[number].error_code is ErrorCode.POWER_SWITCH_FAILURE:
        state.connectors[number].error_code = ErrorCode.NO_ERROR
    if kind is _K.EMERGENCY_STOP:
        emergency.release(state, number)
    if kind is _K.RESET_FAILURE:
        state.reset_failed = False
    del damages.broken[kind, number]
