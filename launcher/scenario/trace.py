"""Traces of stations in the Open OCPP Trace Format 1.1 (github.com/open-ocpp-trace/specification): a frame a line."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from chargepoint.api.dialogue import Kind, Spoken
from chargepoint.api.traffic import Direction
from launcher.scenario.verdicts import Outcome

SCHEMA_VERSION = "1.1"
BODIES = ("payload", "connectorId")
_WAYS = {Direction.OUT: "cp-to-csms", Direction.IN: "csms-to-cp"}


def record(station: str, spoken: Spoken, meta: Mapping[str, object]) -> dict[str, object] | None:
    """One frame; None for a text that is none, which the format has no place for."""
    if spoken.kind is Kind.NONE:
        return None
    written: dict[str, object] = {
        "schemaVersion": SCHEMA_VERSION,
        "timestamp": spoken.frame.at,
        "ocppVersion": "1.6",
        "transport": "json",
        "chargePointId": station,
        "direction": _WAYS[spoken.frame.direction],
        "messageType": str(spoken.kind),
        "messageId": spoken.id,
    }
    if spoken.action:
        written["action"] = spoken.action
    if isinstance(spoken.body, Mapping) and isinstance(spoken.body.get("connectorId"), int):
        written["connectorId"] = spoken.body["connectorId"]
    if spoken.kind is Kind.ERROR:
        written["error"] = {"code": spoken.code, "description": spoken.description, "details": spoken.body}
    else:
        written["payload"] = spoken.body
    written["raw"] = spoken.frame.text
    remarks = {"violation": spoken.frame.problem, "deviation": spoken.frame.deviation}
    told = dict(meta) | {name: remark for name, remark in remarks.items() if remark}
    return written | ({"meta": told} if told else {})


def lines(station: str, frames: Iterable[Spoken], meta: Mapping[str, object]) -> str:
    """The trace of a station, as JSONL."""
    numbers: dict[str, int] = {}

    def told(spoken: Spoken) -> dict[str, object] | None:
        if (made_at := spoken.frame.connected_at) is None:
            return record(station, spoken, meta)
        number = numbers.setdefault(made_at, len(numbers) + 1)
        return record(station, spoken, {**meta, "connection": number})

    records = map(told, frames)
    return "".join(_line(each) + "\n" for each in records if each is not None)


def _line(record: dict[str, object]) -> str:
    try:
        return json.dumps(record, ensure_ascii=False, allow_nan=False)
    except ValueError:
        # NaN and Infinity, which a peer may have sent, are no JSON: what was on the wire stays in ``raw``.
        kept = {key: value for key, value in record.items() if key not in BODIES}
        if isinstance(error := kept.get("error"), dict):
            kept["error"] = error | {"details": {}}
        return json.dumps(kept, ensure_ascii=False, allow_nan=False)


def write(outcomes: Iterable[Outcome], folder: Path, seed: int) -> None:
    """A file for each station of each scenario in ``folder``, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    written: Counter[str] = Counter()
    for outcome in outcomes:
        meta = {"scenario": outcome.scenario.name, "verdict": str(outcome.verdict), "seed": seed}
        for station, frames in outcome.frames.items():
            name = re.sub(r"[^A-Za-z0-9_.-]", "_", f"{Path(outcome.scenario.file).stem}-{station}")
            # Files of one name in two folders, with stations of one id.
            written[name] += 1
            name += f"-{written[name]}" if written[name] > 1 else ""
            # Half a surrogate pair, a byte that was no UTF-8, becomes the JSON escape of itself.
            (folder / f"{name}.jsonl").write_bytes(lines(station, frames, meta).encode(errors="backslashreplace"))
