"""What reports and traces say of a run, without one."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import fastjsonschema
import pytest

from chargepoint.api.dialogue import Dialogue
from chargepoint.api.traffic import Direction, TracedFrame
from launcher.scenario import trace
from launcher.scenario.format import load
from launcher.scenario.report import as_json, github, html, junit, text
from launcher.scenario.verdicts import Outcome, Run, StepOutcome, Verdict

TRACE_RECORD = {
    "type": "object",
    "required": ["schemaVersion", "timestamp", "transport", "direction", "messageType"],
    "properties": {
        "schemaVersion": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
        "transport": {"enum": ["json", "soap"]},
        "chargePointId": {"type": "string"},
        "connectorId": {"type": "integer", "minimum": 0},
        "direction": {"enum": ["cp-to-csms", "csms-to-cp"]},
        "messageType": {"enum": ["CALL", "CALLRESULT", "CALLERROR"]},
        "messageId": {"type": "string"},
        "raw": {"type": "string"},
        "meta": {"type": "object"},
    },
    "allOf": [
        {"if": {"properties": {"messageType": {"const": "CALL"}}}, "then": {"required": ["action"]}},
        {
            "if": {"properties": {"messageType": {"const": "CALLERROR"}}},
            "then": {"required": ["error"]},
            "else": {"properties": {"error": False}},
        },
    ],
}
"""What github.com/open-ocpp-trace/specification demands of a record of version 1."""

FRAMES = [
    (Direction.OUT, '[2, "1", "StatusNotification", {"connectorId": 1, "status": "Available"}]', None),
    (Direction.IN, '[3, "1", {}]', None),
    (Direction.OUT, '[2, "2", "Authorize", {"idTag": "<b>&"}]', None),
    (Direction.IN, '[4, "2", "InternalError", "out of order", {}]', None),
    (Direction.IN, "nonsense\x00", "it is no JSON"),
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    file = tmp_path / "s.yaml"
    file.write_text("name: A <name> & more\nproves: That it fails.\nstations: CP_1\nsteps:\n  - start\n  - tap: T\n")
    scenario = load(file)
    dialogue = Dialogue()
    frames = tuple(
        dialogue.take(TracedFrame(f"2026-01-01T00:00:0{number}.000Z", direction, raw, problem))
        for number, (direction, raw, problem) in enumerate(FRAMES)
    )
    steps = (
        StepOutcome(scenario.steps[0], 0.0, 1.0, Verdict.PASSED),
        StepOutcome(scenario.steps[1], 1.0, 2.0, Verdict.FAILED, "it was\x01 refused, 100%\nreally"),
    )
    failed = Outcome(
        scenario,
        Verdict.FAILED,
        "it was\x01 refused, 100%\nreally",
        scenario.steps[1],
        station="CP_1",
        frame=3,
        began_at=1767225600.0,
        took_s=2.0,
        steps=steps,
        frames={"CP_1": frames},
        reached=True,
    )
    passed = Outcome(scenario, Verdict.PASSED, took_s=1.0, reached=True)
    skipped = Outcome(scenario, Verdict.NOT_APPLICABLE, "no --commands")
    return Run((failed, passed, skipped), "ws://host", 7, 3.0, 1767225600.0, "cp-simu run s.yaml --seed 7")


def test_junit_has_a_case_for_each_scenario(run: Run) -> None:
    suite = ElementTree.fromstring(junit.render(run))
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    failed, passed, skipped = suite.findall("testcase")
    assert set(failed.attrib) == {"name", "classname", "time"}, "others are not in the schema of Jenkins"
    assert failed.get("name") == "A <name> & more"
    failure = failed.find("failure")
    assert failure is not None
    assert "InternalError" in (failure.text or "")
    assert list(passed) == []
    assert [each.tag for each in skipped] == ["skipped"]


def test_json_has_every_step_and_every_frame(run: Run) -> None:
    told = json.loads(as_json.render(run))
    assert told["counts"] == {"passed": 1, "failed": 1, "error": 0, "not applicable": 1}
    assert (told["passed"], told["seed"], told["again"]) == (False, 7, "cp-simu run s.yaml --seed 7")
    first = told["scenarios"][0]
    assert [step["verdict"] for step in first["steps"]] == ["passed", "failed"]
    assert [frame["action"] for frame in first["frames"]["CP_1"]][:4] == ["StatusNotification"] * 2 + [
        "Authorize"
    ] * 2


def test_github_gets_one_line_for_what_is_not_passed(run: Run) -> None:
    error, notice = github.lines(run)
    assert error.startswith("::error file=")
    assert error.endswith(",line=6,title=A <name> & more%3A failed::it was\x01 refused, 100%25%0Areally")
    assert notice.startswith("::notice ")


def test_the_page_stands_alone_and_escapes_what_it_shows(run: Run) -> None:
    page = html.render(run)
    assert "A &lt;name&gt; &amp; more" in page
    assert "&lt;b&gt;&amp;" in page
    tags: list[str] = []
    links: list[tuple[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            links.extend(each for each in attributes if each[0] in ("src", "href"))

    Reader().feed(page)
    assert links == []
    assert "script" not in tags
    assert tags.count("svg") == 3
    assert tags.count("rect") == 2


def test_the_text_shows_the_frames_around_the_failure_and_marks_the_one_that_decided(run: Run) -> None:
    lines = list(text.lines(run.outcomes[0], 1, 3))
    assert lines[0] == "[1/3] FAILED  A <name> & more (2.0 s)"
    [decisive] = [line for line in lines if line.lstrip().startswith(">")]
    assert "InternalError" in decisive
    assert any("!! it is no JSON" in line for line in lines)
    assert list(text.summary(run))[-1] == (
        "3 scenarios: 1 passed, 1 failed, 1 not applicable; 3.0 s, seed 7, ws://host"
    )


def test_a_trace_is_one_by_the_open_format(run: Run, tmp_path: Path) -> None:
    trace.write(run.outcomes, tmp_path / "traces", run.seed)
    [file] = (tmp_path / "traces").iterdir()
    records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    validate = fastjsonschema.compile(TRACE_RECORD)
    for record in records:
        validate(record)
    assert [record["messageType"] for record in records] == ["CALL", "CALLRESULT", "CALL", "CALLERROR"]
    assert records[0]["connectorId"] == 1
    assert records[1]["action"] == "StatusNotification"
    assert records[3]["error"] == {"code": "InternalError", "description": "out of order", "details": {}}
    assert [json.loads(record["raw"])[1] for record in records] == ["1", "1", "2", "2"]
    assert records[0]["meta"] == {"scenario": "A <name> & more", "verdict": "failed", "seed": 7}


def test_a_trace_is_json_whatever_was_on_the_wire(run: Run, tmp_path: Path) -> None:
    """NaN is none (RFC 8259 section 6), though Python reads and writes it; half a surrogate pair is no UTF-8."""
    odd = (
        '[2, "4", "MeterValues", {"connectorId": NaN}]',
        '[2, "5", "Authorize", {"idTag": "\udcff"}]',
        '[4, "5", "InternalError", "", {"limit": Infinity}]',
    )
    dialogue = Dialogue()
    spoken = [dialogue.take(TracedFrame("2026-01-01T00:00:00Z", Direction.OUT, text)) for text in odd]
    trace.write([replace(run.outcomes[0], frames={"CP": spoken})], tmp_path / "traces", 7)
    [file] = (tmp_path / "traces").iterdir()

    def refuse(word: str) -> object:
        raise AssertionError(f"{word} is no JSON")

    records = [json.loads(line, parse_constant=refuse) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [record["raw"] for record in records] == list(odd)
    assert ["payload" in record for record in records] == [False, True, False]


def test_nothing_tested_is_not_passed(run: Run) -> None:
    assert not Run((run.outcomes[2],), "ws://host", 1, 0.0, 0.0).passed
    assert Run((run.outcomes[1], run.outcomes[2]), "ws://host", 1, 0.0, 0.0).passed
