"""How durations are written in the reports of a load."""

from __future__ import annotations

from chargepoint.api.figures import Latencies

PERCENTILES = (50, 95, 99)


def short(seconds: float) -> str:
    """For people: in ms, or in s from 10 s on."""
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"


def span(seconds: float) -> str:
    """As it is written on the command line: ``90s``, or ``500ms``."""
    return f"{seconds:g}s" if seconds >= 1 or not seconds else f"{seconds * 1000:g}ms"


def quantiles(latencies: Latencies) -> dict[str, float | None]:
    """For machines: percentiles and the longest, in s; None when nothing was answered."""
    found = {f"p{percent}_s": latencies.percentile(percent) for percent in PERCENTILES} | {
        "max_s": latencies.longest_s
    }
    return {name: round(time_s, 6) if latencies else None for name, time_s in found.items()}
