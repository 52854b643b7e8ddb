"""Defaults that someone may want to change, and where the environment changes them."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULT_BROKER = "mqtt://localhost:1883"
BROKER_VARIABLE = "CP_SIMU_BROKER"
"""The environment variable that overrides it."""


def default_broker() -> str:
    """The broker's URL when no option names one."""
    return os.environ.get(BROKER_VARIABLE) or DEFAULT_BROKER


def default_state_dir() -> Path:
    """The yard's folder: ``CP_SIMU_STATE_DIR``, else ``cp-simu`` in the XDG state folder."""
    if chosen := os.environ.get("CP_SIMU_STATE_DIR"):
        return Path(chosen)
    home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(home).expanduser() / "cp-simu"


def etc_dir() -> Path:
    """The folder of what ships with the programs: beside the packages in a checkout, inside ``launcher`` when
    installed from a wheel."""
    packages = Path(__file__).parent.parent
    installed = packages / "launcher" / "etc"
    return installed if installed.is_dir() else packages / "etc"
