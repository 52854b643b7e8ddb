"""How a connection ends that is ended by order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parting:
    """How a connection ends: with a close ``code``, with a TCP reset (0), or not at all, as far as its peer sees."""

    why: str
    code: int = 0
    leave_open: bool = False
