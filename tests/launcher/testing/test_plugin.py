"""The pytest plugin as a suite of somebody else uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.end_to_end

EXAMPLE = Path(__file__).parents[3] / "etc" / "examples" / "test_my_back_end.py"


def suite(folder: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A suite with these tests, in a folder of its own."""
    (folder / "test_it.py").write_text(text)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "launcher.testing.plugin",
        "-p",
        "no:cacheprovider",
        "-q",
        *words,
    ]
    return subprocess.run(
        [*command, "test_it.py"], cwd=folder, capture_output=True, text=True, timeout=90, check=False
    )


def test_the_example_suite_passes_against_the_bundled_central_system(tmp_path: Path) -> None:
    for mode in ("strict", "auto"):
        done = suite(tmp_path, EXAMPLE.read_text(), "-o", f"asyncio_mode={mode}")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "4 passed" in done.stdout


def test_what_is_not_as_expected_fails_with_the_frames_that_led_to_it(tmp_path: Path) -> None:
    done = suite(
        tmp_path,
        """
def test_wrong(charge_point):
    charge_point.start()
    charge_point.expect(sent="BootNotification", answer={"status": "Pending"})

def test_refused(charge_point):
    charge_point.start()
    charge_point.configure("NoSuchKey", "1")

def test_misspelt(charge_point):
    charge_point.expect(snt="BootNotification")
""",
    )
    assert done.returncode == 1
    assert "3 failed" in done.stdout
    assert 'status is "Accepted", expected Pending' in done.stdout
    assert "the last frames of test_wrong_1:" in done.stdout
    assert "key: 'NoSuchKey' is not a key of test_refused_2" in done.stdout
    assert "'snt' is not a known key of expect (did you mean 'sent'?)" in done.stdout


def test_what_the_central_system_does_against_the_standard_is_an_error_of_the_test(tmp_path: Path) -> None:
    done = suite(
        tmp_path,
        """
def test_wrong_time(yard):
    cp = yard.charge_point()
    cp.start()
    cp.expect(registration="Accepted")
    cp.act("central_system", behave={"action": "Heartbeat", "answer": {}})
    cp.send("Heartbeat")

def test_allowed(yard):
    yard.violations_allowed = True
    cp = yard.charge_point()
    cp.start()
    cp.expect(registration="Accepted")
    cp.act("central_system", behave={"action": "Heartbeat", "answer": {}})
    cp.send("Heartbeat")
""",
    )
    assert "2 passed, 1 error" in done.stdout
    assert "the central system sent something against the standard" in done.stdout


def test_a_central_system_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = suite(tmp_path, "def test_it(charge_point):\n    pass\n", "--cp-simu-central-system", "ws://127.0.0.1:1")
    assert "1 error" in done.stdout
    assert "nothing answers at ws://127.0.0.1:1" in done.stdout


def test_a_charge_point_deviates_as_in_scenarios(tmp_path: Path) -> None:
    done = suite(
        tmp_path,
        """
def test_all_of_it(charge_point):
    charge_point.start(ocpp_config={"RetryBackOffWaitMinimum": 0, "RetryBackOffRandomRange": 0})
    charge_point.expect(registration="Accepted")
    charge_point.quirks("ts_no_zone")
    charge_point.quirks()
    charge_point.damage("meter_jump", energy_wh=1000)
    charge_point.expect(where={"energy_wh": ">= 1000"})
    charge_point.damage("clock_skew", skew="-1h")
    charge_point.clear_damage()
    charge_point.send_text('[2,"1","Heartbeat",{]', error="FormationViolation")
    charge_point.disturb("outage", for_="300ms")
    charge_point.expect(registration="Disconnected")
    charge_point.expect(registration="Accepted")
    charge_point.disturb("latency", delay="10ms")
    charge_point.clear_disturbance(kind="latency")

def test_wrong(charge_point):
    charge_point.disturb("outage")
""",
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "for: nothing is not how long the outage lasts" in done.stdout


def test_a_failure_shows_the_line_of_the_test_and_none_of_ours(tmp_path: Path) -> None:
    done = suite(
        tmp_path,
        """
import asyncio
import pytest

def test_early(charge_point):
    charge_point.start(central_system="ws://127.0.0.1:1")
    charge_point.tap("TAG1")
    charge_point.expect(sent="Authorize")

@pytest.mark.asyncio
async def test_async(async_charge_point):
    await async_charge_point.start()
    await async_charge_point.expect(sent="BootNotification", answer={"status": "Pending"})

def test_off(charge_point):
    charge_point.plug()

def test_entry(yard):
    yard.charge_point(nb_conectors=2)

def test_twice(yard):
    yard.charge_point("SAME")
    yard.charge_point("SAME")
""",
    )
    assert "5 failed" in done.stdout
    assert " error" not in done.stdout.splitlines()[-1], "what a test has failed of is not told again at its end"
    assert "no central system has ever accepted this station" in done.stdout
    assert "is switched off: `start` or `restart` it first" in done.stdout
    assert "'nb_conectors' is not a known key (did you mean 'nb_connectors'?)" in done.stdout
    assert "id: 'SAME' is not given once" in done.stdout
    shown = {
        line.split(":")[0] for line in done.stdout.splitlines() if ".py:" in line and " " not in line.split(":")[0]
    }
    assert shown == {"test_it.py"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--cp-simu-central-system", "http://x"), "'http://x' is not a central system's URL like"),
        (("--cp-simu-commands", "http://x"), "'http://x' is not an http(s) URL with {id} and {action}"),
        (("--cp-simu-speed", "0"), "'0' is not a number from 1 to 1000"),
    ],
)
def test_a_wrong_option_is_wrong_usage(words: tuple[str, ...], why: str, tmp_path: Path) -> None:
    done = suite(tmp_path, "def test_it(charge_point): pass", *words)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_charge_points_of_every_security_profile_need_nothing_but_its_number(tmp_path: Path) -> None:
    done = suite(
        tmp_path,
        """
import pytest

@pytest.mark.parametrize("profile", [1, 2, 3])
def test_comes_in(yard, profile):
    charge_point = yard.charge_point(security_profile=profile)
    charge_point.start()
    charge_point.expect(sent="BootNotification", answer={"status": "Accepted"})

def test_stays_out(yard):
    charge_point = yard.charge_point(security_profile=3)
    charge_point.act("central_system", client_certificate="expired")
    charge_point.start()
    charge_point.expect_no(sent="BootNotification", for_="1s")
    charge_point.expect(registration="Disconnected")

def test_trusts_nobody(yard):
    charge_point = yard.charge_point(security_profile=2)
    charge_point.act("central_system", tls="other_authority")
    charge_point.start()
    charge_point.expect_no(sent="BootNotification", for_="1s")
    charge_point.expect(registration="Disconnected")
""",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
