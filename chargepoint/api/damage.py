"""The order ``damage``: what breaks inside a charge point, besides what has an error code of its own.

Loaded with the first such order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chargepoint.api.amounts import Amount
from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from chargepoint.api.spec import MAX_CONNECTORS

MOST_WH = 1e9
LONGEST_SKEW_S = 100 * 365 * 86_400.0
MOST_PPM = 100_000.0


class DamageKind(StrEnum):
    """What can break."""

    STUCK_RELAY = "stuck_relay"
    PHASE_LOSS = "phase_loss"
    PHASE_IMBALANCE = "phase_imbalance"
    RECTIFIER_FAILURE = "rectifier_failure"
    ISOLATION_FAULT = "isolation_fault"
    COOLING_FAILURE = "cooling_failure"
    METER_FREEZE = "meter_freeze"
    METER_JUMP = "meter_jump"
    METER_RESET = "meter_reset"
    METER_NEGATIVE = "meter_negative"
    METER_SPIKE = "meter_spike"
    METER_MISSING = "meter_missing"
    CLOCK_SKEW = "clock_skew"
    CLOCK_DRIFT = "clock_drift"
    CLOCK_JUMP = "clock_jump"
    CLOCK_RESET = "clock_reset"
    STORAGE_FULL = "storage_full"
    STORAGE_CORRUPT = "storage_corrupt"
    WATCHDOG = "watchdog"
    RESET_FAILURE = "reset_failure"
    EMERGENCY_STOP = "emergency_stop"
    TAMPERING = "tampering"
    SECURITY_LOG_CLEARED = "security_log_cleared"
    REPLAY = "replay"


_K = DamageKind


@dataclass(frozen=True, slots=True)
class Declared:
    """What is to be known of a kind of damage.

    ``of_connector``: it breaks something of one connector, else of the station; ``of_either``: of one, or of the
    station (0) without one. ``at_once``: it happens, and leaves nothing that could be repaired.
    """

    does: str
    amounts: tuple[Amount, ...] = ()
    of_connector: bool = False
    of_either: bool = False
    at_once: bool = False


def _skew_s(does: str) -> Amount:
    return Amount("skew_s", does, None, -LONGEST_SKEW_S, LONGEST_SKEW_S)


DAMAGES = {
    _K.STUCK_RELAY: Declared(
        "power goes on without a transaction while a car wants it: PowerSwitchFailure", of_connector=True
    ),
    _K.PHASE_LOSS: Declared(
        "nothing flows on one phase, which has no voltage: the warning OtherError PhaseLoss; AC",
        (Amount("phase", "the one", 1, 1, 3, whole=True),),
        of_connector=True,
    ),
    _K.PHASE_IMBALANCE: Declared(
        "L1 carries less than the others: the warning OtherError CurrentImbalance; AC",
        (Amount("share_pct", "so much of what it should", 50.0, 0, 100),),
        of_connector=True,
    ),
    _K.RECTIFIER_FAILURE: Declared(
        "a part of the power modules is left: the warning OtherError RectifierFailure; DC",
        (Amount("share_pct", "so much of the power", 66.0, 0, 100),),
        of_connector=True,
    ),
    _K.ISOLATION_FAULT: Declared(
        "the isolation test fails: a transaction is suspended, with a GroundFailure, and ends after 60 s; DC",
        of_connector=True,
    ),
    _K.COOLING_FAILURE: Declared(
        "the fan stands: the connector gets hot by itself, then gives half: the warning HighTemperature",
        of_connector=True,
    ),
    _K.METER_FREEZE: Declared("the register stands still while the car charges", of_connector=True),
    _K.METER_JUMP: Declared(
        "the register jumps, though not below 0",
        (Amount("energy_wh", "so far", None, -MOST_WH, MOST_WH),),
        of_connector=True,
        at_once=True,
    ),
    _K.METER_RESET: Declared("the register jumps to 0", of_connector=True, at_once=True),
    _K.METER_NEGATIVE: Declared("power has the wrong sign", of_connector=True),
    _K.METER_SPIKE: Declared("power and current are ten times as large", of_connector=True),
    _K.METER_MISSING: Declared("the meter shows neither power nor current nor voltage", of_connector=True),
    _K.CLOCK_SKEW: Declared("the clock is ahead of what it is told", (_skew_s("so far, or behind"),)),
    _K.CLOCK_DRIFT: Declared(
        "the clock is too fast, until it is told the time",
        (Amount("drift_ppm", "by so many millionths", None, -MOST_PPM, MOST_PPM),),
    ),
    _K.CLOCK_JUMP: Declared(
        "the clock jumps, and stays there until it is told the time", (_skew_s("so far, or back"),), at_once=True
    ),
    _K.CLOCK_RESET: Declared("the clock begins at 1970, until it is told the time", at_once=True),
    _K.STORAGE_FULL: Declared(
        "nothing can be stored, so that keys and lists are refused; what is not stored is lost by a power cut"
    ),
    _K.STORAGE_CORRUPT: Declared(
        "charging profiles, local list, cache, reservations and queued messages are lost", at_once=True
    ),
    _K.WATCHDOG: Declared("the watchdog lets the charge point boot again", at_once=True),
    _K.RESET_FAILURE: Declared("a Reset does not succeed"),
    _K.EMERGENCY_STOP: Declared(
        "the button is pressed: transactions end, Faulted until it is cleared, over power cuts too", of_either=True
    ),
    _K.TAMPERING: Declared("somebody opens the housing: TamperDetectionActivated"),
    _K.SECURITY_LOG_CLEARED: Declared("the security log is empty but for SecurityLogWasCleared", at_once=True),
    _K.REPLAY: Declared("AttemptedReplayAttacks in the security log", at_once=True),
}

OF_CONNECTOR = frozenset(kind for kind, declared in DAMAGES.items() if declared.of_connector)
"""Kinds that break something of one connector; the others break something of the station."""

AT_ONCE = frozenset(kind for kind, declared in DAMAGES.items() if declared.at_once)
"""Kinds that happen, and leave nothing that could be cleared."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something breaks, or with ``clear`` is repaired. ``kind`` None: all of it is; ``connector`` 0: of the station.

    Not all of it is damage: an emergency-stop button that is pressed is released by ``clear``, and tampering ends; a
    cleared security log and a replayed message happen. What its numbers are is in ``DAMAGES``.
    """

    kind: DamageKind | None
    connector: int = 0
    clear: bool = False
    energy_wh: float = 0.0
    skew_s: float = 0.0
    drift_ppm: float = 0.0
    phase: float = 0
    share_pct: float = 0.0

    def __str__(self) -> str:
        """In words, for people: ``meter_jump 1000 Wh connector 1``."""
        if self.clear:
            return f"no {self.kind}" if self.kind else "nothing is broken"
        amounts = {
            "Wh": self.energy_wh,
            "s": self.skew_s,
            "ppm": self.drift_ppm,
            "%": self.share_pct,
        }
        words = [str(self.kind), *(f"{amount:g} {unit}" for unit, amount in amounts.items() if amount)]
        words += [f"L{self.phase:g}"] if self.phase else []
        return " ".join(words + ([f"connector {self.connector}"] if self.connector else []))

    def body(self) -> dict[str, object]:
        """The fields of its order."""
        body: dict[str, object] = {"kind": str(self.kind)} if self.kind else {}
        if self.connector:
            body["connector"] = self.connector
        if self.clear or self.kind is None:
            return body | {"clear": True}
        return body | {amount.name: getattr(self, amount.name) for amount in DAMAGES[self.kind].amounts}


def parse_damage(fields: Fields) -> Damage:
    """The order ``damage``; raises InputError."""
    clear = fields.boolean("clear", False)
    if clear and not fields.has("kind"):
        return Damage(None, clear=True)
    kind = fields.choice("kind", DamageKind)
    declared = DAMAGES[kind]
    connector, least = 0, int(declared.of_connector)
    if declared.of_connector or declared.of_either:
        connector = fields.integer("connector", least, minimum=least, maximum=MAX_CONNECTORS)
    if clear and declared.at_once:
        raise InputError("kind", str(kind), "something that lasts: what has happened cannot be cleared")
    if clear:
        return Damage(kind, connector, clear=True)
    amounts: dict[str, Any] = {amount.name: amount.taken(fields) for amount in declared.amounts}
    return Damage(kind, connector, **amounts)
