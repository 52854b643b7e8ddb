"""The ready scenarios as a user runs them: all of them, against the bundled central system."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chargepoint.api.quirks import QuirkName
from chargepoint.settings import etc_dir
from launcher.scenario.format import Scenario, load
from launcher.verbs.scenarios import ready
from tests.support.ports import free_port

READY = [load(path) for path in ready()]


def cp_simu(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "launcher", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


@pytest.mark.end_to_end
def test_all_of_them_pass_and_every_report_says_so(tmp_path: Path) -> None:
    junit, report, page, traces = (tmp_path / name for name in ("r.xml", "r.json", "r.html", "traces"))
    done = cp_simu("run", "--seed", 3, "--junit", junit, "--json", report, "--html", page, "--trace", traces)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(READY)} scenarios: {len(READY)} passed" in done.stdout

    suite = ElementTree.parse(junit).getroot()
    assert suite.attrib["tests"] == str(len(READY))
    assert (suite.attrib["failures"], suite.attrib["errors"], suite.attrib["skipped"]) == ("0", "0", "0")
    told = json.loads(report.read_text())
    assert {each["verdict"] for each in told["scenarios"]} == {"passed"}
    assert all(scenario.name in page.read_text() for scenario in READY if "'" not in scenario.name)
    assert "http" not in re.sub(r"https?://(?!\S+\.(?:css|js))", "", page.read_text()).split("<body")[0][:200]

    stations = {station for scenario in READY for station in scenario.stations}
    lines = [json.loads(line) for file in traces.iterdir() for line in file.read_text().splitlines()]
    assert {line["chargePointId"] for line in lines} == stations
    assert all(line["meta"]["seed"] == 3 for line in lines)


def test_there_are_ninety_and_each_says_what_it_proves() -> None:
    assert len(READY) >= 90
    assert [scenario.file for scenario in READY if not (scenario.proves.endswith(".") and scenario.tags)] == []
    names = [scenario.name for scenario in READY]
    assert len(set(names)) == len(names)


def test_none_shares_a_station_with_another() -> None:
    """So they may run at the same time."""
    stations = [station for scenario in READY for station in scenario.stations]
    assert len(set(stations)) == len(stations)


@pytest.mark.parametrize("scenario", READY, ids=lambda scenario: scenario.name)
def test_its_station_can_be_named_by_whoever_runs_it(scenario: Scenario) -> None:
    mine = load(Path(scenario.file), {"STATION": "MY-1"})
    assert all(station.startswith("MY-1") for station in mine.stations)


@pytest.mark.end_to_end
def test_their_verdicts_are_the_same_in_virtual_time() -> None:
    """But for those that need what it has not: files, certificates, endpoints elsewhere."""
    done = cp_simu("run", "--virtual")
    assert done.returncode == 0, done.stdout + done.stderr
    reasons = re.findall(r"^\[.* n/a .*\n +(.*)", done.stdout, re.MULTILINE)
    assert 4 * len(reasons) < len(READY)
    assert [reason for reason in reasons if "in virtual time there" not in reason] == []


@pytest.mark.end_to_end
@pytest.mark.parametrize(("speed", "too_slow"), [(10, 0), (60, 11)])
def test_they_pass_accelerated(speed: int, too_slow: int) -> None:
    """But for those that say that it is too fast for them; those in virtual time have their own."""
    played = [scenario for scenario in READY if not scenario.virtual]
    assert len([scenario for scenario in played if scenario.fastest < speed]) == too_slow
    done = cp_simu("run", "--seed", 3, "--speed", speed, "--tag", "!virtual")
    assert done.returncode == 0, done.stdout + done.stderr
    rest = f", {too_slow} not applicable" if too_slow else ""
    assert f"{len(played)} scenarios: {len(played) - too_slow} passed{rest}" in done.stdout


def with_every_quirk(folder: Path) -> Path:
    """The scenario of quirks, with a station for each quirk that it has none for yet."""
    lines = (etc_dir() / "scenarios" / "quirks.yaml").read_text(encoding="utf-8").splitlines()
    [pattern] = [line for line in lines if "_celcius:" in line]
    missing = [quirk for quirk in QuirkName if not any(f"_{quirk}:" in line for line in lines)]
    place = lines.index(pattern) + 1
    lines[place:place] = [pattern.replace("celcius", quirk) for quirk in missing]
    file = folder / "quirks.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.mark.end_to_end
def test_the_central_system_survives_every_quirk_that_there_is(tmp_path: Path) -> None:
    file = with_every_quirk(tmp_path)
    assert len(load(file).stations) >= len(QuirkName)
    done = cp_simu("run", file, "--virtual")
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_are_listed_with_what_they_prove() -> None:
    done = cp_simu("scenarios", "--tag", "boot")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 5
    assert "boot_accepted" in done.stdout
    assert "told the time and an interval" in done.stdout


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        (["virtual+metering"], ["day_of_charging", "quarter_hours"]),
        (["boot", "!core"], []),
        (
            ["heartbeat", "firmware+security"],
            ["firmware_badly_signed", "firmware_signed", "firmware_signed_by_a_stranger", "quiet_day"],
        ),
    ],
    ids=str,
)
def test_tags_choose_and_leave_out(tags: list[str], names: list[str]) -> None:
    done = cp_simu("scenarios", *(f"--tag={tag}" for tag in tags))
    assert [line.split()[0] for line in done.stdout.splitlines()] == names


def test_a_central_system_that_is_not_there_is_exit_code_3() -> None:
    done = cp_simu("run", "boot_accepted", "--central-system", f"ws://127.0.0.1:{free_port()}")
    assert done.returncode == 3
    assert done.stderr.startswith("cp-simu: nothing answers at ws://127.0.0.1")


def test_a_wrong_file_is_exit_code_2_and_one_line(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("stations: CP1\nsteps:\n  - start\n  - expect: {sent: BotNotification}\n")
    done = cp_simu("run", file)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"{file}:4: sent: 'BotNotification' is not one of" in done.stderr
    assert "(did you mean 'BootNotification'?)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["no_such_scenario"], "the name of a ready scenario"),
        (["boot_accepted", "-p", "TAAG=1"], "a variable of these scenarios; there are: STATION"),
        (["boot_accepted", "-p", "TAG"], "a variable and its value, like TAG=TAG1"),
        (["boot_accepted", "--tag", "nothing"], "a tag of one of these scenarios"),
        (["--central-system", "http://host"], "a central system's URL"),
        (["--commands", "http://host/commands"], "an http(s) URL with {id} and {action}"),
        (["--api", "http://host"], "given with --central-system"),
        (["--virtual", "--central-system", "ws://host"], "--central-system: 'ws://host' is not left out"),
        (["--virtual", "--speed", "2"], "virtual time goes as fast as it can"),
        (["boot_accepted", "--html", "/no/such/folder/x.html"], "a file that can be written"),
        (
            ["--central-system", "ws://host", "--api", "host"],
            "that the bundled central system tells",
        ),
    ],
)
def test_wrong_words_are_exit_code_2(words: list[str], reason: str) -> None:
    done = cp_simu("run", *words)
    assert done.returncode == 2
    assert reason in done.stderr


def test_a_variable_may_come_from_the_environment_and_an_option_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCENARIO_STATION", "FROM_ENVIRONMENT")
    assert cp_simu("run", "boot_accepted", "--trace", tmp_path).returncode == 0
    assert cp_simu("run", "boot_accepted", "--trace", tmp_path, "-p", "STATION=GIVEN").returncode == 0
    assert sorted(file.stem for file in tmp_path.iterdir()) == [
        "boot_accepted-FROM_ENVIRONMENT",
        "boot_accepted-GIVEN",
    ]


def test_the_scenario_in_the_readme_is_one(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    [text] = [block for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if "\nstations:" in block]
    (tmp_path / "readme.yaml").write_text(text, encoding="utf-8")
    assert list(load(tmp_path / "readme.yaml").stations) == ["CP_1", "CP_2", "CP_3"]
