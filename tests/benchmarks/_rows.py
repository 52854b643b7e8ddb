"""How benchmarks print."""

from __future__ import annotations


def row(what: str, value: str) -> None:
    """One line: what was measured, and the number with its unit."""
    print(f"  {what:<58} {value:>12}", flush=True)
