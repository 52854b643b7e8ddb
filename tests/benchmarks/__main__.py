"""``python -m tests.benchmarks [name ...]``: run all benchmarks, or those that are named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run one after the other, each in a process of its own."""
    available = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    chosen = sys.argv[1:] or available
    for name in chosen:
        if name not in available:
            print(f"{name!r} is not one of the benchmarks: {', '.join(available)}", file=sys.stderr)
            return 2
        print(f"\n== {name} ==", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
