"""A yard needs no root: the same programs under an ordinary user."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port

pytestmark = pytest.mark.end_to_end

PROJECT = Path(__file__).parents[2]


def may_run(user: pwd.struct_passwd, python: str) -> bool:
    """Whether ``user`` may run ``python`` and read this project."""
    words = [python, "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r}); import chargepoint"]
    try:
        done = subprocess.run(words, user=user.pw_uid, group=user.pw_gid, cwd="/", capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def python_for(user: pwd.struct_passwd) -> str:
    """A Python of this version that ``user`` may run; skips when there is none."""
    debians = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, debians):
        if may_run(user, python):
            return python
    pytest.skip(
        f"{user.pw_name} may run no Python {sys.version_info.major}.{sys.version_info.minor} with this project"
    )


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of nobody's own; those of pytest are below one that only root may enter."""
    user = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="cp-simu-") as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)
        yield Path(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="whoever runs the tests is no root already: all the others show it")
def test_an_ordinary_user_brings_a_yard_up_and_down(home: Path) -> None:
    user = pwd.getpwnam("nobody")
    python = python_for(user)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"] + ":/usr/sbin",
        "PYTHONPATH": f"{PROJECT}:{sysconfig.get_path('purelib')}",
    }

    def cp_simu(*words: object) -> str:
        command = [python, "-m", "launcher", *map(str, words), "--state-dir", str(home / "yard")]
        done = subprocess.run(
            command,
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    ports = ("--csms-port", free_port(), "--http-port", free_port())
    try:
        cp_simu("up", "--headless", "--count", 2, "--broker", f"mqtt://localhost:{free_port()}", *ports)
        assert cp_simu("status").count("Accepted") == 2
    finally:
        cp_simu("down")
