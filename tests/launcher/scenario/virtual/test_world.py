"""Scenarios in virtual time are the same scenarios."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from chargepoint.settings import etc_dir
from launcher.scenario import runner
from launcher.scenario.format import load
from launcher.scenario.verdicts import Outcome, Verdict
from launcher.scenario.virtual.world import play

pytestmark = pytest.mark.end_to_end

HOUR = """
{head}
stations: {{V: {{vehicle: van, ocpp_config: {{MeterValueSampleInterval: 600, MeterValuesSampledData: {measurand}}}}}}}
steps:
  - start
  - expect: {{registration: Accepted}}
  - plug: {{asks_for: 16}}
  - tap: TAG1
  - expect: {{sent: StartTransaction, answer: {{transactionId: "> 0"}}, save: {{TX: answer.transactionId}}}}
  - wait: 3630s
  - tap: TAG1
  - expect: {{sent: StopTransaction, with: {{transactionId: "${{TX}}"}}, answer: {{}}}}
"""


def hour(folder: Path, head: str) -> Path:
    file = folder / "hour.yaml"
    file.write_text(HOUR.format(head=head, measurand="Energy.Active.Import.Register"))
    return file


def energies_wh(outcome: Outcome) -> list[float]:
    """What the meter values of the station said."""
    [frames] = outcome.frames.values()
    payloads = [frame.body for frame in frames if frame.action == "MeterValues" and isinstance(frame.body, dict)]
    return [
        float(payload["meterValue"][0]["sampledValue"][0]["value"]) for payload in payloads if "meterValue" in payload
    ]


def said(outcome: Outcome) -> list[str]:
    """All frames with their moments, but for their message ids."""
    [frames] = outcome.frames.values()
    return [
        f"{each.frame.at} {each.frame.direction} {json.dumps([*json.loads(each.frame.text)[2:]])}" for each in frames
    ]


def test_an_hour_is_the_same_hour_each_time(tmp_path: Path) -> None:
    scenario = load(hour(tmp_path, "clock: virtual\nbegins: 2026-03-29T00:00:00Z"))
    first, second = (play(scenario, 1, lambda of, step: None, Event()) for _ in range(2))
    assert (first.verdict, first.reason) == (Verdict.PASSED, "")
    assert first.took_s == second.took_s == 3630
    assert said(first) == said(second)
    assert said(first)[0].startswith("2026-03-29T00:00:00.000Z out")


def test_who_plays_in_this_process_logs_afterwards_as_before(tmp_path: Path) -> None:
    log = logging.getLogger("chargepoint")
    before = log.level
    play(load(hour(tmp_path, "clock: virtual")), 1, lambda of, step: None, Event())
    assert log.level == before


async def test_an_hour_of_virtual_time_charges_what_an_accelerated_one_does(tmp_path: Path) -> None:
    plans = [
        runner.Plan((load(hour(tmp_path, "clock: virtual")),)),
        runner.Plan((load(hour(tmp_path, "tags: []")),), speed=600),
    ]
    virtual, accelerated = [(await runner.run(plan)).outcomes[0] for plan in plans]
    assert (virtual.verdict, accelerated.verdict) == (Verdict.PASSED, Verdict.PASSED), accelerated.reason
    assert len(energies_wh(virtual)) == 6
    assert energies_wh(virtual) == pytest.approx(energies_wh(accelerated)[:6], rel=0.01)


async def test_where_there_is_no_virtual_time_it_is_not_applicable(tmp_path: Path) -> None:
    texts = [
        "  - http: http://host.example/x\n",
        "  - http: {url: '${api}/ca/certificate'}\n",
    ]
    scenarios = []
    for number, text in enumerate(texts):
        file = tmp_path / f"s{number}.yaml"
        file.write_text(f"clock: virtual\nstations: N{number}\nsteps:\n{text}")
        scenarios.append(load(file))
    file = tmp_path / "tls.yaml"
    file.write_text("clock: virtual\nstations: {T: {central_system: 'wss://host'}}\nsteps: [start]\n")
    scenarios.append(load(file))
    run = await runner.run(runner.Plan(tuple(scenarios)))
    assert {outcome.verdict for outcome in run.outcomes} == {Verdict.NOT_APPLICABLE}
    other = await runner.run(runner.Plan((load(hour(tmp_path, "clock: virtual")),), "ws://127.0.0.1:1"))
    assert other.outcomes[0].reason.endswith("virtual time is there with the bundled central system only")


@pytest.mark.parametrize("name", ["firmware_update", "firmware_download_fails", "diagnostics_upload", "log_upload"])
def test_files_come_and_go_in_virtual_time(name: str) -> None:
    scenario = replace(load(etc_dir() / "scenarios" / f"{name}.yaml"), virtual=True)
    outcome = play(scenario, 1, lambda of, step: None, Event())
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")


def test_what_is_elsewhere_is_away_in_virtual_time(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(
        "clock: virtual\nstations: F\nsteps:\n  - start\n  - expect: {registration: Accepted}\n"
        "  - command: {action: GetDiagnostics, payload: {location: 'ftp://elsewhere/', retries: 0}, answer: {}}\n"
        "  - expect: {sent: DiagnosticsStatusNotification, with: {status: UploadFailed}, answer: {}}\n"
    )
    outcome = play(load(file), 1, lambda of, step: None, Event())
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")


def test_a_failure_is_told_as_in_real_time(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(
        "clock: virtual\nstations: F\nsteps:\n  - start\n  - expect: {sent: StopTransaction, within: 20h}\n"
    )
    outcome = play(load(file), 1, lambda of, step: None, Event())
    assert (outcome.verdict, outcome.reason) == (
        Verdict.FAILED,
        "F: within 72000 s: no StopTransaction was sent",
    )
    assert outcome.step is not None
    assert outcome.step.place.line == 5


def test_it_can_be_interrupted(tmp_path: Path) -> None:
    stop = Event()
    outcome = play(load(hour(tmp_path, "clock: virtual")), 1, lambda of, step: stop.set(), stop)
    assert (outcome.verdict, outcome.reason) == (Verdict.ERROR, "interrupted")
