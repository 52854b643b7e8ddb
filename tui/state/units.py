"""Numbers with their units, always of one shape so that columns align."""

from __future__ import annotations

NONE = "–"
"""What stands where there is nothing to tell."""


def power(power_w: float) -> str:
    """``power_w`` in kW with one decimal, from 1 MW on in MW with two."""
    if abs(power_w) >= 999_950:
        return f"{power_w / 1e6:.2f} MW"
    return f"{_kilo(power_w)} kW"


def power_kw(power_w: float) -> str:
    """The number of kW alone, for a column whose heading names the unit; from 1 MW on without a decimal."""
    return _kilo(power_w) if abs(power_w) < 999_950 else f"{power_w / 1000:.0f}"


def energy(energy_wh: float) -> str:
    """``energy_wh`` in kWh, from 1 MWh on in MWh; at most ten characters up to 1 GWh."""
    if abs(energy_wh) >= 999_950:
        return f"{energy_wh / 1e6:.2f} MWh"
    return f"{energy_wh / 1000:.{2 if abs(energy_wh) < 99_995 else 1}f} kWh"


def setpoint(value: float, direct: bool) -> str:
    """A limit or a consumption: A for AC; W, shown in kW, for DC."""
    return power(value) if direct else f"{setpoint_number(value, direct)} A"


def setpoint_number(value: float, direct: bool) -> str:
    """The same without the unit; of a current that no cable carries, without a decimal."""
    if direct:
        return _kilo(value)
    return f"{value + 0.0:.1f}" if abs(value) < 999.95 else f"{value:.0f}"


def plural(count: int, noun: str) -> str:
    """``count`` and the noun: "1 charge point", "3 charge points"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def duration(length_s: float) -> str:
    """``length_s`` in its two largest units, six characters at most up to 99 days: "42s", "3m05s", "4d03h"."""
    seconds = int(length_s)
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m{seconds % 60:02}s"
    if seconds < 86_400:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02}m"
    return f"{seconds // 86_400}d{seconds % 86_400 // 3600:02}h"


def _kilo(value: float) -> str:
    shown = f"{value / 1000:.1f}"
    return "0.0" if shown == "-0.0" else shown
