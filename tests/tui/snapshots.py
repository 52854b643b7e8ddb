"""Screens as text, kept beside the tests and looked at before they are accepted.

``CP_SIMU_ACCEPT=1 python -m pytest tests/tui/test_snapshots.py`` writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "accepted"


def check(name: str, screen: str) -> None:
    """Compare ``screen`` with what was accepted under ``name``."""
    file = FOLDER / f"{name}.txt"
    text = "\n".join(line.rstrip() for line in screen.splitlines()).rstrip() + "\n"
    if os.environ.get("CP_SIMU_ACCEPT"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.exists(), f"{file.name} was never accepted:\n{text}"
    accepted = file.read_text(encoding="utf-8")
    assert text == accepted, f"{name} differs; it was\n{accepted}\nand is\n{text}"
