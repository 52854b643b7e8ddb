"""How warm a connector gets, and how fast its fan turns: a first-order model, exact over any stride of time.

The contacts heat up with the square of the current, towards RISE_K above AMBIENT_C at the connector's rating, and
are two thirds of the way there after TIME_CONSTANT_S. A ramp counts as the load it begins with.
"""

from __future__ import annotations

import math

AMBIENT_C = 20.0
RISE_K = 30.0
TIME_CONSTANT_S = 600.0

FAN_FROM_C = 30.0
FAN_FULL_C = 50.0
FAN_LEAST_RPM = 1_000.0
FAN_MOST_RPM = 3_000.0


def warmed(temperature_c: float, load: float, elapsed_s: float, ambient_c: float = AMBIENT_C) -> float:
    """The temperature after ``elapsed_s`` at ``load``, which is the share of the rated current."""
    final_c = ambient_c + RISE_K * load * load
    return final_c + (temperature_c - final_c) * math.exp(-elapsed_s / TIME_CONSTANT_S)


def fan_rpm(temperature_c: float) -> float:
    """The speed of a direct current station's fan, which stands while it is cool."""
    if temperature_c < FAN_FROM_C:
        return 0.0
    warmth = min(1.0, (temperature_c - FAN_FROM_C) / (FAN_FULL_C - FAN_FROM_C))
    return FAN_LEAST_RPM + (FAN_MOST_RPM - FAN_LEAST_RPM) * warmth
