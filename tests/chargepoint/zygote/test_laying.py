"""Names and classes laid side by side: they are where they were put, and nobody notices."""

from __future__ import annotations

import subprocess
import sys

FOUND_OUT = """
import sys
from chargepoint.zygote import laying, pilot

{before}
names, classes = pilot.find_out()
assert "chargepoint.cli" not in sys.modules, "only the child has loaded it"
assert "typing" not in sys.modules, "with names that nobody uses"
{after}
"""

NAMES = """
laying.lay_names(names)
import chargepoint.model.station
where = {name: id(name) for name in laying._laid}
used = [name for name in chargepoint.model.station.Station.tell.__code__.co_names if name in where]
print(len(names), len(used), all(id(name) == where[name] for name in used))
"""

CLASSES = """
laying.lay_classes(classes)
import chargepoint.cli
from chargepoint.api.spec import ChargePointSpec
from chargepoint.model.metering import Meter
from chargepoint.model.connector import Connector
wanted = {f"{each.__module__}.{each.__qualname__}" for each in (ChargePointSpec, Meter, Connector)}
everything = [each for each in object.__subclasses__() if f"{each.__module__}.{each.__qualname__}" in classes]
others = [each for each in object.__subclasses__() if each.__flags__ & 512 and each not in everything]
spread = lambda kinds: len({id(each) // 4096 for each in kinds}) / len(kinds)
print(wanted <= set(classes), len(classes), ChargePointSpec("x", "ws://here").id, spread(everything) < spread(others))
"""


def found_out(after: str = "print(len(names), len(classes))", before: str = "") -> list[str]:
    program = FOUND_OUT.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def test_code_that_is_loaded_later_has_the_names_that_were_laid() -> None:
    count, used, same = found_out(NAMES)
    assert int(count) > 1000
    assert int(used) > 0
    assert same == "True"


def test_the_classes_that_are_used_share_pages() -> None:
    found, count, station, denser = found_out(CLASSES)
    assert int(count) > 200
    assert (found, station, denser) == ("True", "x", "True")


def test_without_a_life_to_learn_from_there_are_none() -> None:
    assert found_out(before="pilot._tell = lambda writer: 1 / 0") == ["0", "0"]


def test_what_a_class_statement_raises_is_raised() -> None:
    raised = """
laying.lay_classes(["__main__.Wrong"])
try:
    class Wrong(int, str): pass
except TypeError as error:
    print(str(error).split()[0], Wrong if "Wrong" in globals() else "none")
"""
    assert found_out(raised) == ["multiple", "none"]
