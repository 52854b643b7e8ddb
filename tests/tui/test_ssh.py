"""Over SSH: a real sshd on the loopback, the usual terminals, detaching, and a shared host that only shows."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chargepoint.brokers import RealBroker
from tests.support.ssh import SSHD, sshd
from tests.support.terminal import Terminal
from tests.support.waiting import eventually

pytestmark = pytest.mark.skipif(SSHD is None, reason="openssh-server is not installed")


def screen_command(broker: RealBroker, tmp_path: Path, *more: str) -> str:
    """The screen, on a yard of its own."""
    folder = tmp_path / "state"
    homes = [f"XDG_CONFIG_HOME={folder}", f"XDG_STATE_HOME={folder}", f"PYTHONPATH={Path.cwd()}"]
    options = ["--broker", broker.url, "--root", "ssh", "--state-dir", str(folder), *more]
    return shlex.join(["env", *homes, sys.executable, "-m", "tui", *options])


@pytest.mark.parametrize("term", ["xterm-256color", "screen-256color", "linux"])
def test_the_screen_works_over_ssh_in_every_usual_terminal(broker: RealBroker, tmp_path: Path, term: str) -> None:
    with (
        sshd(tmp_path) as ssh,
        Terminal(ssh.command([screen_command(broker, tmp_path)]), term=term) as terminal,
    ):
        terminal.wait_for(f"broker 127.0.0.1:{broker.port}", "NO LAUNCHER", "q Quit", timeout_s=30)
        terminal.keys("?")
        terminal.wait_for("Plug the car in")
        terminal.keys("?")
        terminal.wait_for("No charge points yet.")
        terminal.keys("/")
        terminal.type("power>x")
        terminal.wait_for("is not a number of kW")
        terminal.keys("C-c")
        eventually(lambda: terminal.ended, what="the screen closed")


def test_a_shared_host_shows_the_yard_read_only_whatever_the_client_asks_for(
    broker: RealBroker, tmp_path: Path
) -> None:
    """The forced command of the README."""
    forced = screen_command(broker, tmp_path, "--read-only")
    with sshd(tmp_path, forced_command=forced) as ssh, Terminal(ssh.command(["sh"])) as terminal:
        terminal.wait_for("read-only", "q Quit", timeout_s=30)
        terminal.keys("a")
        terminal.wait_for("this screen is read-only")
        terminal.keys("q")
        eventually(lambda: terminal.ended, what="the connection closed")


def test_it_can_be_detached_and_attached_again_at_another_size(broker: RealBroker, tmp_path: Path) -> None:
    """tmux on the far side keeps the screen when the line goes."""
    inner = f"cp-simu-inner-{tmp_path.name}"
    tmux = ["tmux", "-L", inner, "-f", "/dev/null"]
    attach = shlex.join([*tmux, "new-session", "-A", "-s", "yard", screen_command(broker, tmp_path)])
    try:
        with sshd(tmp_path) as ssh:
            with Terminal(ssh.command([attach])) as terminal:
                terminal.wait_for("NO LAUNCHER", "q Quit", timeout_s=30)
                terminal.keys("/")
                terminal.type("depot")
                terminal.wait_for("/depot")
            with Terminal(ssh.command([attach]), columns=120, rows=40) as terminal:
                terminal.wait_for("/depot", "NO LAUNCHER", timeout_s=30)
                terminal.keys("C-c")
                eventually(lambda: terminal.ended, what="the screen closed")
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True, check=False)
