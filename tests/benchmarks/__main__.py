"""``python -m tests.benchmarks [name ...]``: run all benchmarks, or those that are named.

``python -m tests.benchmarks soak --minutes 2``: a single one, with what it takes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LONG = ("soak",)
"""Those that are run by name only: they take many minutes."""


def main() -> int:
    """Run one after the other, each in a process of its own."""
    available = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    words = sys.argv[1:]
    chosen, options = words, list[str]()
    if len(words) > 1 and any(word.startswith("-") for word in words):
        chosen, options = words[:1], words[1:]
    for name in chosen or [each for each in available if each not in LONG]:
        if name not in available:
            print(f"{name!r} is not one of the benchmarks: {', '.join(available)}", file=sys.stderr)
            return 2
        print(f"\n== {name} ==", flush=True)
        if code := subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.{name}", *options], check=False
        ).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
