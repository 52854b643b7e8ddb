"""Hours of transactions on lines that do everything to them, in seconds of virtual time.

``python -m tests.scenarios.mischief 0 60`` tries the seeds from 0 to 59, in two minutes.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from threading import Event
from unittest.mock import patch

from csms.timestamps import moment
from launcher.scenario.format import load
from launcher.scenario.verdicts import Outcome, Verdict
from launcher.scenario.virtual import world
from tests.benchmarks.soak import PATIENCE, QUIRKS

STATION = {"ocpp_config": {**PATIENCE, "AllowOfflineTxForUnknownId": "true"}}

DISTURBANCES: tuple[dict[str, object], ...] = (
    {"kind": "outage"},
    {"kind": "outage"},
    {"kind": "duplicate", "probability": 0.5},
    {"kind": "reorder", "delay": "1500ms", "probability": 0.3},
    {"kind": "drop", "probability": 0.3},
    {"kind": "latency", "delay": "300ms", "jitter": "1s"},
    {"kind": "cut", "every": "4s"},
    {"kind": "half_open"},
    {"kind": "refuse", "probability": 0.7},
)
POWER_CUTS, DEVIATIONS = 0.2, 0.15

Beginning = tuple[str, float, int]
"""Of a transaction: the charge point, the moment in POSIX seconds, the meter in Wh."""


def played(folder: Path, seed: int, stations: int = 4, transactions: int = 60) -> tuple[int, list[str]]:
    """So many stations, each with so many transactions and something else at each of them; how many have begun, and
    what the central system, whose database is left in ``folder``, has lost or doubled of them."""
    file = folder / "mischief.yaml"
    file.write_text(
        "\n".join(_lines(random.Random(seed), [f"S{number}" for number in range(stations)], transactions))
    )
    with patch.object(world, "TemporaryDirectory", lambda **_: nullcontext(str(folder))):
        outcome = world.play(load(file), seed, lambda *_: None, Event())
    assert outcome.verdict is Verdict.PASSED, outcome.reason
    begun = _begun(outcome)
    return len(begun), list(_wrong(begun, folder / "csms.db"))


def _lines(draw: random.Random, stations: list[str], transactions: int) -> Iterator[str]:
    yield "violations: allowed"
    yield "clock: virtual"
    yield f"stations: {json.dumps(dict.fromkeys(stations, STATION))}"
    yield "steps:"
    yield "- start"
    yield "- parallel:"
    for station in stations:
        yield f"  - - wait: {draw.uniform(0.5, 3.0):.1f}s"
        for _ in range(transactions):
            for step in (*_mischief(draw, station), *_transaction(draw, station)):
                yield f"    - {json.dumps(step)}"
        yield f"    - clear_disturbance: {{station: {station}}}"
        yield f"    - quirks: {{station: {station}, names: []}}"
    yield "- wait: 5m"
    yield "- check: {value: 1, is: 1}"


def _mischief(draw: random.Random, station: str) -> Iterator[object]:
    chance = draw.random()
    if chance < POWER_CUTS:
        yield {"kill": station}
        yield _wait(draw, 10.0)
        yield {"restart": station}
    elif chance < POWER_CUTS + DEVIATIONS:
        yield {"quirks": {"station": station, "names": draw.sample(QUIRKS, draw.randint(0, 2))}}
    else:
        yield {"disturb": {"station": station, "for": f"{draw.uniform(2, 20):.1f}s", **draw.choice(DISTURBANCES)}}
    yield _wait(draw, 6.0)


def _transaction(draw: random.Random, station: str) -> Iterator[object]:
    yield {"plug": {"station": station, "asks_for": 16}}
    yield {"tap": {"station": station, "tag": "TAG1"}}
    yield _wait(draw, 12.0)
    yield {"unplug": station}
    yield _wait(draw, 6.0)


def _wait(draw: random.Random, longest_s: float) -> object:
    return {"wait": f"{draw.uniform(0.5, longest_s):.1f}s"}


def _begun(outcome: Outcome) -> set[Beginning]:
    """By all that was on the wire."""
    return {
        (station, moment(call[3]["timestamp"]), call[3]["meterStart"])
        for station, frames in outcome.frames.items()
        for call in (json.loads(each.frame.text) for each in frames if '"StartTransaction"' in each.frame.text)
        if call[0] == 2
    }


def _wrong(begun: set[Beginning], database: Path) -> Iterator[str]:
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT charge_point, started_at, meter_start_wh, stopped_at FROM transactions"
        told = connection.execute(query).fetchall()
    times = Counter((station, at, meter) for station, at, meter, _ in told)
    yield from (f"{each}: {times[each]} times" for each in begun | times.keys() if times[each] != 1)
    yield from (f"{station}, {at}, {meter}: not ended" for station, at, meter, stopped in told if stopped is None)


def main(first: int, end: int) -> int:
    """Try these seeds; 1 when anything was lost or doubled."""
    count, all_wrong = 0, list[str]()
    for seed in range(first, end):
        with tempfile.TemporaryDirectory() as folder:
            begun, wrong = played(Path(folder), seed)
        count += begun
        all_wrong += [f"seed {seed}: {each}" for each in wrong]
    print(f"{count} transactions, {len(all_wrong)} wrong", *all_wrong, sep="\n")
    return 1 if all_wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
