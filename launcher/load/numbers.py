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


def quantiles(latencies: Latencies) -> dict[str, float]:
    """For machines: percentiles and the longest, in s."""
    found = {f"p{percent}_s": round(latencies.percentile(percent), 6) for percent in PERCENTILES}
    return found | {"max_s": round(latencies.longest_s, 6)}
