"""What a real meter shows beside the truth: an error within its accuracy class, the same at every run.

Nothing is drawn: an error is a function of the meter and the moment, so that a yard that is started again shows the
same, and a value that is read twice is read alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from chargepoint.model.electrical import Phases
from chargepoint.model.metering import Reading

WANDER_S = 20.0
"""An error turns to a new random value that often, and goes there straight."""

_MASK = 2**64 - 1


@dataclass(frozen=True, slots=True)
class MeterClass:
    """A kind of meter: every value it shows is within ``class_pct`` of the truth; 0 shows the truth itself.

    ``seed`` tells the meters of one station from those of another.
    """

    class_pct: float = 0.0
    seed: int = 0

    def gain(self, connector: int) -> float:
        """What the register of ``connector`` counts of 1 Wh. It is constant: no register runs back."""
        return 1.0 + self._error(_fixed(self.seed, connector))

    def shown(self, reading: Reading, connector: int, power_factor: float) -> Reading:
        """``reading`` as the meter of ``connector`` shows it; the powers are those of what it shows."""
        if not self.class_pct:
            return reading
        # One grid: the voltage is the same for all of a station. Half of the class each, for their product.
        voltage_v = reading.voltage_v * (1.0 + self._error(_wander(self.seed, 0, reading.at)) / 2)
        factor = 1.0 + self._error(_wander(self.seed, connector, reading.at)) / 2
        current_a = Phases(*(value * factor for value in reading.current_a.values))
        apparent_va = voltage_v * current_a.total
        return replace(
            reading,
            voltage_v=voltage_v,
            current_a=current_a,
            power_w=apparent_va * power_factor,
            reactive_var=apparent_va * math.sqrt(1.0 - power_factor * power_factor),
        )

    def _error(self, unit: float) -> float:
        return self.class_pct / 100.0 * unit


def _fixed(*numbers: int) -> float:
    """-1 to 1, by ``numbers`` alone (the finalizer of SplitMix64, over one after the other)."""
    mixed = 0
    for number in numbers:
        mixed = (mixed + number + 0x9E3779B97F4A7C15) & _MASK
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        mixed ^= mixed >> 31
    return mixed / 2**63 - 1.0


def _wander(seed: int, meter: int, at: float) -> float:
    step = math.floor(at / WANDER_S)
    left, right = _fixed(seed, meter, step), _fixed(seed, meter, step + 1)
    return left + (right - left) * (at / WANDER_S - step)


TRUE_METER = MeterClass()
