"""The order ``damage``: what breaks inside a charge point, besides what has an error code of its own.

Loaded with the first such order.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from chargepoint.api.spec import MAX_CONNECTORS

MOST_WH = 1e9
LONGEST_SKEW_S = 100 * 365 * 86_400.0
MOST_PPM = 100_000.0


class DamageKind(StrEnum):
    """What can break."""

    STUCK_RELAY = "stuck_relay"
    METER_FREEZE = "meter_freeze"
    METER_JUMP = "meter_jump"
    METER_RESET = "meter_reset"
    METER_NEGATIVE = "meter_negative"
    METER_SPIKE = "meter_spike"
    CLOCK_SKEW = "clock_skew"
    CLOCK_DRIFT = "clock_drift"
    STORAGE_FULL = "storage_full"
    RESET_FAILURE = "reset_failure"
    EMERGENCY_STOP = "emergency_stop"
    TAMPERING = "tampering"
    SECURITY_LOG_CLEARED = "security_log_cleared"
    REPLAY = "replay"


_K = DamageKind
OF_CONNECTOR = frozenset(
    {_K.STUCK_RELAY, _K.METER_FREEZE, _K.METER_JUMP, _K.METER_RESET, _K.METER_NEGATIVE, _K.METER_SPIKE}
)
"""Kinds that break something of one connector; the others break something of the station. An emergency stop is of
either."""

AT_ONCE = frozenset({_K.METER_JUMP, _K.METER_RESET, _K.SECURITY_LOG_CLEARED, _K.REPLAY})
"""Kinds that happen, and leave nothing that could be cleared."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something breaks, or with ``clear`` is repaired. ``kind`` None: all of it is; ``connector`` 0: of the station.

    Not all of it is damage: an emergency-stop button that is pressed is released by ``clear``, and tampering ends; a
    cleared security log and a replayed message happen. With a reset failure a Reset does not succeed.

    Meter jump: the register is ``energy_wh`` further, or behind, though not below 0. Clock skew: ``skew_s`` ahead of
    what the central system tells. Clock drift: ``drift_ppm`` millionths too fast, until it is told the time again.
    """

    kind: DamageKind | None
    connector: int = 0
    clear: bool = False
    energy_wh: float = 0.0
    skew_s: float = 0.0
    drift_ppm: float = 0.0

    def __str__(self) -> str:
        """In words, for people: ``meter_jump 1000 Wh connector 1``."""
        if self.clear:
            return f"no {self.kind}" if self.kind else "nothing is broken"
        amounts = {"Wh": self.energy_wh, "s": self.skew_s, "ppm": self.drift_ppm}
        words = [str(self.kind), *(f"{amount:g} {unit}" for unit, amount in amounts.items() if amount)]
        return " ".join(words + ([f"connector {self.connector}"] if self.connector else []))

    def body(self) -> dict[str, object]:
        """The fields of its order."""
        body: dict[str, object] = {"kind": str(self.kind)} if self.kind else {}
        if self.clear:
            body["clear"] = True
        names = ("connector", "energy_wh", "skew_s", "drift_ppm")
        return body | {name: getattr(self, name) for name in names if getattr(self, name)}


def parse_damage(fields: Fields) -> Damage:
    """The order ``damage``; raises InputError."""
    clear = fields.boolean("clear", False)
    if clear and not fields.has("kind"):
        return Damage(None, clear=True)
    kind = fields.choice("kind", DamageKind)
    least = int(kind in OF_CONNECTOR)
    connector = (
        fields.integer("connector", least, minimum=least, maximum=MAX_CONNECTORS)
        if kind in OF_CONNECTOR or kind is _K.EMERGENCY_STOP
        else 0
    )
    if clear and kind in AT_ONCE:
        raise InputError("kind", str(kind), "something that lasts: what has jumped is where it is")
    if clear:
        return Damage(kind, connector, clear=True)
    energy_wh = fields.number("energy_wh", minimum=-MOST_WH, maximum=MOST_WH) if kind is _K.METER_JUMP else 0.0
    skewed = kind is _K.CLOCK_SKEW
    skew_s = fields.number("skew_s", minimum=-LONGEST_SKEW_S, maximum=LONGEST_SKEW_S) if skewed else 0.0
    drift_ppm = fields.number("drift_ppm", minimum=-MOST_PPM, maximum=MOST_PPM) if kind is _K.CLOCK_DRIFT else 0.0
    return Damage(kind, connector, energy_wh=energy_wh, skew_s=skew_s, drift_ppm=drift_ppm)
