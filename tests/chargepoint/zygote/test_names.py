"""Names laid side by side: they are there before the code that has them, and nobody notices."""

from __future__ import annotations

import subprocess
import sys

LAID = """
import sys
from chargepoint.zygote import names

{before}
count = names.lay_names()
assert "chargepoint.cli" not in sys.modules, "only the child has loaded it"
import chargepoint.model.station
where = {{name: id(name) for name in names._laid}}
used = [name for name in chargepoint.model.station.Station.tell.__code__.co_names if name in where]
print(count, len(used), all(id(name) == where[name] for name in used))
"""


def laid(before: str = "") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", LAID.format(before=before)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_code_that_is_loaded_later_has_the_names_that_were_laid() -> None:
    count, used, same = laid()
    assert int(count) > 1000
    assert int(used) > 0
    assert same == "True"


def test_without_a_life_to_learn_from_there_are_none() -> None:
    count, _, _ = laid("names._tell_names = lambda writer: 1 / 0")
    assert count == "0"
