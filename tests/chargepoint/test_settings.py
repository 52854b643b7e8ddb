"""Defaults, and where the environment changes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chargepoint.settings import DEFAULT_BROKER, default_broker, default_state_dir, etc_dir


def test_the_broker_is_the_local_one_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CP_SIMU_BROKER", raising=False)
    assert default_broker() == DEFAULT_BROKER == "mqtt://localhost:1883"
    monkeypatch.setenv("CP_SIMU_BROKER", "mqtts://elsewhere")
    assert default_broker() == "mqtts://elsewhere"


def test_the_state_folder_is_the_xdg_one_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CP_SIMU_STATE_DIR", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/someone")
    assert default_state_dir() == Path("/home/someone/.local/state/cp-simu")
    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert default_state_dir() == Path("/var/state/cp-simu")
    monkeypatch.setenv("CP_SIMU_STATE_DIR", "/srv/yard")
    assert default_state_dir() == Path("/srv/yard")


def test_what_ships_with_the_programs_is_found() -> None:
    assert (etc_dir() / "vehicles.json").is_file()
