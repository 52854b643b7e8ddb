"""``python -m tests.support.scenario_schema`` writes the JSON schema of scenario files, for editors."""

from __future__ import annotations

import json

from chargepoint.settings import etc_dir
from launcher.scenario.format import schema

FILE = etc_dir() / "scenarios" / "scenario.schema.json"


def text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
