"""Scenarios that are played for real: the bundled central system, a pool, and steps of every kind."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from launcher.scenario import runner
from launcher.scenario.draws import Draws
from launcher.scenario.format import load
from launcher.scenario.verdicts import Outcome, Verdict

pytestmark = pytest.mark.end_to_end


async def play(folder: Path, *texts: str, speed: float = 1.0, seed: int = 1, jobs: int = 8) -> list[Outcome]:
    """The outcomes of these files, whose station is P unless they name others."""
    scenarios = []
    for number, text in enumerate(texts):
        file = folder / f"s{number}.yaml"
        file.write_text(text if "stations:" in text else f"stations: {{P{number}: }}\nsteps:\n{text}")
        scenarios.append(load(file))
    run = await runner.run(runner.Plan(tuple(scenarios), speed=speed, seed=seed, jobs=jobs))
    return list(run.outcomes)


async def test_the_bundled_central_system_is_driven(tmp_path: Path) -> None:
    [outcome] = await play(
        tmp_path,
        """
  - central_system: {behave: {action: BootNotification, change: {status: Pending, interval: 1}, times: 1}}
  - start
  - expect: {sent: BootNotification, answer: {status: Pending}}
  - expect: {registration: Pending}
  - expect: {sent: BootNotification, answer: {status: Accepted}}
  - central_system: {tags: {THIEF: {status: Blocked}}}
  - tap: THIEF
  - expect: {sent: Authorize, answer: {idTagInfo: {status: Blocked}}}
  - plug: {asks_for: 16}
  - tap: TAG1
  - expect: {sent: StartTransaction, answer: {transactionId: "*"}, save: {TX: answer.transactionId}}
  - central_system: {transactions: [{id: "${TX}", running: true, id_tag: TAG1}]}
  - central_system: {disconnect: true}
  - expect: {registration: Accepted}
  - central_system: {behave: {action: connect, refuse: 503}}
  - central_system: {disconnect: true}
  - expect: {registration: Disconnected}
  - tap: TAG1
  - expect_no: {sent: StopTransaction, for: 500ms}
  - central_system: {right: true}
  - expect: {sent: StopTransaction, with: {transactionId: "${TX}"}, answer: {}, within: 20s}
  - central_system: {transactions: [{id: "${TX}", running: false, stop_reason: Local}]}
""",
    )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")


async def test_many_stations_take_one_step_together_and_keep_their_own_variables(tmp_path: Path) -> None:
    [outcome] = await play(
        tmp_path,
        """
stations: {"M_{1..4}": {nb_connectors: 1}}
steps:
  - start
  - expect: {registration: Accepted}
  - plug: {asks_for: 16}
  - tap: T-${station}
  - expect: {sent: StartTransaction, with: {idTag: "T-${station}"}, save: {TX: answer.transactionId}}
  - parallel:
      - - kill: M_1
        - expect: {registration: Dead, station: M_1}
        - restart: M_1
        - expect: {sent: StopTransaction, with: {transactionId: "${TX}", reason: PowerLoss}, station: M_1}
      - - repeat:
            times: 2
            as: N
            steps:
              - configure: {key: MeterValueSampleInterval, value: "${N}", station: M_2}
              - suspend: M_2
              - expect: {sent: StatusNotification, with: {status: SuspendedEV}, station: M_2}
              - resume: M_2
              - expect: {sent: StatusNotification, with: {status: Charging}, station: M_2}
  - unplug: "M_{2..4}"
  - expect: {sent: StopTransaction, with: {transactionId: "${TX}"}, station: "M_{2..4}"}
""",
    )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")


async def test_what_comes_of_deeds_that_belong_together_is_expected_after_the_last(tmp_path: Path) -> None:
    waiting = "      - wait: 1s\n"
    preparing = "  - expect: {sent: StatusNotification, with: {status: Preparing}, within: 1s}\n"
    together, apart = await play(
        tmp_path,
        f"{BOOTED}  - wait: 1s\n  - together:\n      - plug\n{waiting}      - tap: TAG1\n{preparing}",
        f"{BOOTED}  - wait: 1s\n  - plug\n  - wait: 1s\n  - tap: TAG1\n{preparing}",
    )
    assert (together.verdict, together.reason) == (Verdict.PASSED, "")
    assert apart.verdict is Verdict.FAILED


BOOTED = "  - start\n  - expect: {registration: Accepted}\n"


async def test_what_is_not_passed_is_failed_or_an_error(tmp_path: Path) -> None:
    outcomes = await play(
        tmp_path,
        BOOTED + "  - expect: {status: Charging, within: 300ms}\n",
        BOOTED + "  - expect_no: {sent: StatusNotification, from_start: true, for: 1s}\n",
        BOOTED + "  - check: {value: 5, is: '> 6'}\n",
        BOOTED + "  - send: {action: Heartbeat, answer: {currentTime: '< 2020-01-01T00:00:00Z'}}\n",
        BOOTED + "  - command: {action: Reset, payload: {type: Medium}, within: 300ms}\n",
        BOOTED + "  - expect: {sent: BootNotification, from_start: true, save: {X: answer.nothing}}\n",
        BOOTED + "  - central_system: {behave: {action: Heartbeat, answer: {}}}\n  - send: Heartbeat\n",
        BOOTED + "  - configure: {key: NoSuchKey, value: 1}\n",
        BOOTED + "  - send: {action: Authorize, payload: {}}\n",
        BOOTED + "  - tap: A-TAG-OF-MORE-THAN-TWENTY\n",
        BOOTED + "  - unplug\n  - restart: {change: {vehicle: bicycle}}\n",
        BOOTED + "  - http: http://127.0.0.1:1/\n",
        "stations: LATE\ntimeout: 300ms\nsteps:\n  - start\n  - wait: 20s\n",
    )
    seen = [(str(outcome.verdict), outcome.reason) for outcome in outcomes]
    expected = [
        ("failed", 'P0: within 0.3 s: connector 1.status is "Available", expected Charging'),
        ("failed", "P1: it has happened"),
        ("failed", "it is 5, expected > 6"),
        ("failed", "P3: Heartbeat was answered"),
        ("failed", "P4: within 0.3 s: no Reset was received; POST http"),
        ("failed", "answer.nothing cannot be kept: there is no nothing in"),
        ("failed", "P6: the central system sent something against the standard"),
        ("error", "P7 refused: key: 'NoSuchKey' is not a key of P7"),
        ("error", "P8: Authorize: payload: {} is not one of Authorize"),
        ("error", "id: 'A-TAG-OF-MORE-THAN-TWENTY' is not a text of 1 to 20"),
        ("error", "vehicle: 'bicycle' is not one of generic"),
        ("error", "GET http://127.0.0.1:1/: All connection attempts failed"),
        ("error", "not over within its timeout of 0.3 s"),
    ]
    for (verdict, reason), (expected_verdict, beginning) in zip(seen, expected, strict=True):
        assert (verdict, reason[: len(beginning)]) == (expected_verdict, beginning)


async def test_what_is_against_the_standard_can_be_allowed(tmp_path: Path) -> None:
    text = "  - central_system: {behave: {action: Heartbeat, answer: {}}}\n  - send: Heartbeat\n"
    head = "stations: {V: }\nviolations: allowed\nsteps:\n"
    [outcome] = await play(tmp_path, head + BOOTED + text)
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")


async def test_a_station_is_in_one_scenario_at_a_time(tmp_path: Path) -> None:
    text = "stations: SAME\nsteps:\n" + BOOTED + "  - wait: 300ms\n"
    outcomes = await play(tmp_path, text, text, text)
    assert [outcome.verdict for outcome in outcomes] == [Verdict.PASSED] * 3
    spans = sorted((outcome.began_at, outcome.began_at + outcome.took_s) for outcome in outcomes)
    assert all(ended <= began for (_, ended), (began, _) in pairwise(spans))


def test_a_seed_draws_the_same_again_for_each_scenario() -> None:
    def three(seed: int, scenario: str) -> list[float]:
        draws = Draws(seed, scenario)
        return [draws.between(1.0, 3.0), draws.between(1.0, 3.0), 1 + draws.seed_of("CP", "drop") / 2**30]

    assert three(2, "a") == three(2, "a")
    assert three(2, "a") != three(3, "a")
    assert three(2, "a") != three(2, "b")
    assert all(1.0 <= each <= 3.0 for each in three(2, "a"))


def test_a_step_that_is_repeated_draws_on() -> None:
    draws, again = Draws(1, "a"), Draws(1, "a")
    seeds = [draws.seed_of("CP", "drop") for _ in range(3)]
    assert len(set(seeds)) == 3
    assert [again.seed_of("CP", "drop") for _ in range(3)] == seeds


async def test_an_accelerated_hour_charges_an_hour_and_answers_are_still_waited_for(tmp_path: Path) -> None:
    """Clocks, physics and sampling go together; the central system has as long as ever."""
    [outcome] = await play(
        tmp_path,
        """
stations: {F: {ocpp_config: {MeterValueSampleInterval: 900, MessageTimeout: 5}}}
steps:
  - start
  - expect: {registration: Accepted}
  - central_system: {behave: {action: StartTransaction, delay: 1, times: 1}}
  - plug: {asks_for: 16}
  - tap: TAG1
  - expect: {sent: StartTransaction, answer: {transactionId: "*"}, latency: 4s, save: {BEGAN: payload.timestamp}}
  - repeat: {times: 3, steps: [expect: {sent: MeterValues, answer: {}}]}
  - expect: {status: Charging, where: {transaction_energy_wh: "> 5000"}}
""",
        speed=600,
    )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")


def test_every_step_is_told_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("stations: V1\nsteps:\n" + BOOTED)
    done = subprocess.run(
        [sys.executable, "-m", "launcher", "run", tmp_path / "s.yaml", "-v"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [line.split(maxsplit=3)[3] for line in done.stdout.splitlines()[:2]] == [
        "s: start",
        "s: expect registration: Accepted",
    ]


async def test_an_http_endpoint_is_asked_until_it_answers_right(tmp_path: Path) -> None:
    answers = iter(["503 Busy", "200 OK", "200 OK", "404 Not Found"])
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        body = json.dumps({"sessions": [{"id": len(asked)}]})
        writer.write(
            f"HTTP/1.1 {next(answers)}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sessions"
        [outcome] = await play(
            tmp_path,
            f"""
  - start
  - http:
      url: {url}
      within: 5s
      match: {{sessions: [{{id: "> 2"}}]}}
      headers: {{X-Key: k}}
      save: {{ID: body.sessions.0.id}}
  - check: {{value: "${{ID}}", is: 3}}
  - http: {{url: "{url}/${{ID}}", status: 404}}
""",
        )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")
    assert all(b"x-key: k" in each.lower() for each in asked[:3])
    assert asked[3].startswith(b"GET /sessions/3 ")


async def test_a_pool_that_dies_is_an_error_and_no_failure_of_the_central_system(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "stations: D\nsteps:\n" + BOOTED + "  - expect: {status: Charging, within: 60s}\n"
    )
    plan = runner.Plan((load(tmp_path / "s.yaml"),))
    booted = asyncio.Event()
    playing = asyncio.create_task(runner.run(plan, heard=lambda scenario, step: booted.set()))
    await booted.wait()
    pools = [each for each in psutil.Process().children() if "chargepoint.pool" in each.cmdline()]
    assert len(pools) == 1
    pools[0].kill()
    [outcome] = (await playing).outcomes
    assert (outcome.verdict, outcome.reason) == (Verdict.ERROR, "the pool of charge points has ended")


PATIENCE = "ocpp_config: {RetryBackOffWaitMinimum: 0, RetryBackOffRandomRange: 0, RetryBackOffRepeatTimes: 0}"


async def test_stations_deviate_and_what_they_did_is_named_and_nobody_elses_fault(tmp_path: Path) -> None:
    [outcome] = await play(
        tmp_path,
        f"""
stations: {{D_1: {{{PATIENCE}}}}}
steps:
  - start
  - expect: {{registration: Accepted}}
  - quirks: ts_no_zone
  - tap: TAG1
  - expect: {{sent: Authorize, answer: {{}}}}
  - expect: {{sent: StatusNotification, with: {{status: Preparing, timestamp: "!= x"}}}}
  - quirks: []
  - disturb: {{kind: duplicate, direction: in}}
  - send: {{action: Heartbeat, answer: {{currentTime: "*"}}}}
  - clear_disturbance: duplicate
  - disturb: {{kind: outage, for: 500ms}}
  - expect: {{registration: Disconnected}}
  - expect: {{registration: Accepted}}
  - damage: {{kind: meter_jump, energy_wh: 1000}}
  - expect: {{where: {{energy_wh: ">= 1000"}}}}
""",
    )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")
    named = [spoken.frame.deviation for spoken in outcome.frames["D_1"] if spoken.frame.deviation]
    assert "quirk ts_no_zone" in named[0]
    assert any("duplicate: it comes a second time" in each for each in named)


async def test_any_text_can_be_sent_and_what_comes_back_is_looked_at(tmp_path: Path) -> None:
    outcomes = await play(
        tmp_path,
        f"""
stations: {{T_1: {{{PATIENCE}}}}}
steps:
  - start
  - expect: {{registration: Accepted}}
  - send_text: {{text: '[2,"1","Heartbeat",{{]', error: FormationViolation}}
  - send_text: '[2,"2","Heartbeat",{{}}]'
  - send_text: {{text: "[", times: 20000}}
  - send: {{action: Heartbeat, answer: {{currentTime: "*"}}}}
  - send_text: "\\udcff"
  - send: {{action: Heartbeat, answer: {{currentTime: "*"}}}}
""",
        """
stations: T_2
steps:
  - start
  - expect: {registration: Accepted}
  - send_text: {text: '[2,"1","Heartbeat",{}]', error: "*"}
""",
    )
    assert [outcome.verdict for outcome in outcomes] == [Verdict.PASSED, Verdict.FAILED], outcomes[0].reason
    assert "was answered" in outcomes[1].reason
