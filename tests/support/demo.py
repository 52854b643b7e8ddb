"""What makes a demo worth looking at: some of the yard's cars are plugged in and charge."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CP_SIMU = Path(sys.executable).with_name("cp-simu")

SCENE = [
    ("plug", "depot-01", "1"),
    ("tap", "depot-01", "1", "ALICE"),
    ("plug", "depot-02", "1", "--l1", "10", "--l2", "10", "--l3", "10"),
    ("tap", "depot-02", "1", "BOB"),
    ("plug", "depot-02", "2"),
    ("tap", "depot-02", "2", "CAROL"),
    ("plug", "hpc-01", "1"),
    ("tap", "hpc-01", "1", "DAVE"),
    ("plug", "depot-03", "1"),
    ("fault", "depot-04", "1"),
]


def main() -> int:
    """Play the scene; the yard of ``etc/setups/demo.json`` is up."""
    for words in SCENE:
        done = subprocess.run([CP_SIMU, *words], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            print(done.stderr, file=sys.stderr, end="")
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
