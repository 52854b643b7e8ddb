"""What a user installs: a wheel that is complete, a Dockerfile and a Makefile that make the same of the sources."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = {"chargepoint", "csms", "launcher", "tui"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run_installed(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``python -m WORDS`` with the wheel's packages in the place of the checkout's."""
    environment = os.environ | {"PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, "-m", *words], env=environment, cwd=site, capture_output=True, text=True, check=False
    )


def test_the_wheel_has_every_program_and_everything_of_etc(installed: Path) -> None:
    """S0-02: one command installs all of it."""
    assert {folder.name for folder in installed.iterdir() if "dist-info" not in folder.name} == PACKAGES
    shipped = {file.relative_to(PROJECT / "etc") for file in (PROJECT / "etc").rglob("*") if file.is_file()}
    etc = installed / "launcher" / "etc"
    inside = {file.relative_to(etc) for file in etc.rglob("*")}
    assert shipped <= inside
    [entry_points] = installed.glob("*.dist-info/entry_points.txt")
    assert "cp-simu" in entry_points.read_text()


@pytest.mark.parametrize("program", ["chargepoint", "csms", "launcher", "tui"])
def test_every_program_of_the_wheel_starts(installed: Path, program: str) -> None:
    """S0-01: charge point, launcher and screen are programs of their own."""
    done = run_installed(installed, program, "--help")
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout


def test_an_installed_charge_point_finds_the_catalogue_of_vehicles(installed: Path) -> None:
    entry = ["--id", "CP1", "--central-system", "ws://localhost:1", "--vehicle", "no_such_car"]
    done = run_installed(installed, "chargepoint", *entry)
    assert done.returncode == 2
    assert "city_small" in done.stderr


def test_the_docker_image_is_made_of_the_same_sources() -> None:
    """S0-02: with Docker it is the same program, installed by the same command."""
    dockerfile = (PROJECT / "etc" / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\w+) \1$", dockerfile, re.MULTILINE))
    assert copied == PACKAGES | {"etc"}
    assert "pip install" in dockerfile
    assert 'ENTRYPOINT ["cp-simu"]' in dockerfile
    assert re.search(r"^USER (?!root)\w+$", dockerfile, re.MULTILINE)


def test_the_makefile_has_what_the_readme_promises() -> None:
    """S0-02, S0-09: demo, test and clean; the log level is a switch of every program."""
    makefile = (PROJECT / "Makefile").read_text()
    readme = (PROJECT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"demo", "test", "bench", "down", "clean"} <= targets
    for target in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert target in targets
    assert "--log-level" in readme
