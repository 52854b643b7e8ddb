"""Numbers that get their value while the scenario runs."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from chargepoint.api.errors import InputError
from launcher.scenario.format import load
from launcher.scenario.verdicts import Outcome, Verdict
from launcher.scenario.virtual.world import play

BOOTED = """\
clock: virtual
stations: {A: {nb_connectors: 2}}
steps:
  - start
  - expect: {sent: BootNotification, answer: {interval: "*"}, save: {INTERVAL: answer.interval, WORD: answer.status}}
  - expect: {registration: Accepted, within: "${INTERVAL}"}
"""


def played(folder: Path, steps: str) -> Outcome:
    (folder / "s.yaml").write_text(BOOTED + steps)
    return play(load(folder / "s.yaml"), 1, lambda of, step: None, Event())


def test_a_counter_is_a_connector_and_what_was_kept_a_time(tmp_path: Path) -> None:
    outcome = played(
        tmp_path,
        """\
  - repeat:
      times: 2
      as: N
      steps:
        - plug: {connector: "${N}", asks_for: "${N}"}
        - expect: {status: Preparing, connector: "${N}"}
        - expect: {sent: StatusNotification, with: {connectorId: "${N}", status: Preparing}, answer: {}}
  - wait: "${INTERVAL}"
  - wait: "${N}..3s"
  - repeat: {times: "${N}", as: M, steps: [{check: {value: "${M}", is: "<= 2"}}]}
""",
    )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")
    assert outcome.took_s >= 902
    assert sum(step.step.text.startswith("check") for step in outcome.steps) == 2


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("plug: {connector: '${INTERVAL}'}", "connector: 900 is not one of 1 to 2"),
        ("repeat: {times: '${WORD}', steps: [kill]}", "times: 'Accepted' is not a whole number from 1 to 10000"),
        ("wait: '${WORD}'", "wait: 'Accepted' is not a duration"),
    ],
)
def test_what_is_no_such_number_after_all_is_an_error(step: str, why: str, tmp_path: Path) -> None:
    outcome = played(tmp_path, f"  - {step}\n")
    assert outcome.verdict is Verdict.ERROR
    assert why in outcome.reason


def test_numbers_and_moments_are_reckoned_with(tmp_path: Path) -> None:
    outcome = played(
        tmp_path,
        """\
  - repeat:
      times: 2
      as: N
      steps:
        - plug: {connector: "${3 - N}", asks_for: "${INTERVAL / 100 + N}"}
        - expect: {status: Preparing, connector: "${3 - N}"}
  - check: {value: "${INTERVAL / 2}", is: "450 +- 0"}
  - check: {value: "${INTERVAL / 7}", is: "${INTERVAL / 6} +- 20%"}
  - check: {value: "${now + INTERVAL}", is: "${now+15m} +- 1s"}
  - wait: "${min(INTERVAL, 60) * 2}"
""",
    )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")
    assert outcome.took_s >= 120


def test_what_was_kept_is_true_or_false(tmp_path: Path) -> None:
    outcome = played(
        tmp_path,
        """\
  - http: {url: "${api}/charge-points/A", save: {HERE: body.connected}}
  - command:
      action: GetConfiguration
      payload: {key: [StopTransactionOnInvalidId]}
      save: {TEXT: answer.configurationKey.0.value}
  - car: {cable: 32, ready: "${HERE}"}
  - send: {action: Heartbeat, force: "${TEXT}"}
  - central_system: {right: "${HERE}"}
  - expect: {status: Preparing, from_start: "${HERE}", where: {car_ready: true}}
  - check: {value: "${HERE}", is: true}
""",
    )
    assert (outcome.verdict, outcome.reason) == (Verdict.PASSED, "")


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (
            "plug: {connector: '${WORD + 1}'}",
            "s.yaml:7: connector: '${WORD + 1}' is not arithmetic with numbers: WORD is",
        ),
        ("plug: {connector: '${1 / (INTERVAL - 900)}'}", "is not arithmetic that divides by no zero"),
        ("car: {ready: '${INTERVAL}'}", "s.yaml:7: ready: 900 is not true or false"),
        ("tap: '${WORD * 2}'", "'${WORD * 2}' is not arithmetic with numbers: WORD is 'Accepted'"),
    ],
)
def test_what_cannot_be_reckoned_after_all_is_an_error(step: str, why: str, tmp_path: Path) -> None:
    outcome = played(tmp_path, f"  - {step}\n")
    assert outcome.verdict is Verdict.ERROR
    assert why in outcome.reason


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("wait: '${INTERVAL /}'", "s.yaml:7: wait: '${INTERVAL /}' is not a variable like ${TAG}, a moment like"),
        ("wait: '${INTERVAL ** 9}'", "is not a variable like"),
        ("wait: '${open(INTERVAL)}'", "is not a variable like"),
        ("wait: '${INTERVAL.real}'", "is not a variable like"),
        ("wait: '${INTERVALL / 2}'", "s.yaml:7: wait: '${INTERVALL}' is not a variable of this scenario"),
        ("tap: '${N + 1}'", "s.yaml:7: tap: '${N + 1}' is not arithmetic with numbers: N is 'many'"),
    ],
)
def test_what_is_no_arithmetic_is_refused_when_the_file_is_read(step: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        played(tmp_path, f"  - {step}\nvariables: {{N: many}}\n")
    assert why in str(refused.value)


def test_what_has_to_be_known_at_once_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a number that is known when the file is read"):
        played(tmp_path, "  - disturb: {kind: drop, seed: '${INTERVAL}'}\n")
