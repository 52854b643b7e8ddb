"""``python -m tui``: options, and what is said when they are wrong."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from chargepoint.api.errors import InputError
from tests.chargepoint.brokers import RealBroker
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.terminal import Terminal
from tests.support.waiting import eventually
from tui.cli import Yard, main, read_yard


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--broker", "http://localhost"], "broker: 'http://localhost' is not a broker URL like"),
        (["--broker", "mqtt://localhost:99999"], "broker: "),
        (["--root", "a/#"], "root: 'a/#' is not a topic"),
        (
            ["--log-file", "/proc/nowhere/tui.log"],
            "log-file: '/proc/nowhere/tui.log' is not a file that can be written",
        ),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--state-dir", str(tmp_path), *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("cp-simu tui: ")
    assert words in said.err
    assert said.err.count("\n") == 1


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui", "--state-dir", str(tmp_path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a terminal" in done.stderr


def test_the_yard_of_the_state_folder_is_found(tmp_path: Path) -> None:
    assert read_yard(tmp_path) == Yard()
    yard = {"broker": "mqtt://localhost:2883", "root": "my_yard", "central_system": "ws://x", "http": "", "more": 1}
    (tmp_path / "yard.json").write_text(json.dumps(yard))
    assert read_yard(tmp_path) == Yard("mqtt://localhost:2883", "my_yard", "ws://x")


@pytest.mark.parametrize("content", ["", "[]", '{"broker": 5}'])
def test_a_yard_file_that_cannot_be_read_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "yard.json").write_text(content)
    with pytest.raises(InputError):
        read_yard(tmp_path)
    assert main(["--state-dir", str(tmp_path)]) == 2


@pytest.mark.parametrize("term", ["xterm-256color", "screen-256color", "linux"])
def test_in_a_real_terminal_it_shows_the_yard_and_leaves_without_a_word(
    broker: RealBroker, tmp_path: Path, term: str
) -> None:
    """S0-01, S0-38: a program of its own, in a terminal, that logs to a file and never to the screen."""
    (tmp_path / "yard.json").write_text(json.dumps({"broker": broker.url, "root": f"terminal_{term}"}))
    program = shlex.join([sys.executable, "-m", "tui", "--state-dir", str(tmp_path)])
    with Terminal(["sh", "-c", f"{program}; echo left with $?; exec cat"], term=term) as terminal:
        terminal.wait_for(f"broker 127.0.0.1:{broker.port}", "NO LAUNCHER", "No charge points yet.", "q Quit")
        terminal.keys("?")
        terminal.wait_for("Plug the car in")
        terminal.keys("C-c")
        terminal.wait_for("left with 0")
    assert (tmp_path / "logs" / "tui.log").exists()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"TERM": "dumb"}, b"'dumb' is not a terminal that can move its cursor"),
        ({"TERM": "xterm", "PYTHONIOENCODING": "latin-1"}, b"encoding: 'iso8859-1' is not UTF-8"),
    ],
)
def test_a_terminal_that_cannot_show_it_is_told_so(tmp_path: Path, environment: dict[str, str], words: bytes) -> None:
    terminal = PseudoTerminal([sys.executable, "-m", "tui", "--state-dir", str(tmp_path)], 80, 24, environment)
    written = bytearray()

    def reads() -> bool:
        written.extend(terminal.read(0.2))
        return words in written

    try:
        eventually(reads, 30.0, "the reason")
    finally:
        terminal.leave()


def test_without_colour_no_colour_is_sent_and_the_selection_is_told_by_reverse(
    broker: RealBroker, tmp_path: Path
) -> None:
    """https://no-color.org: neither colours nor greys."""
    command = [sys.executable, "-m", "tui", "--state-dir", str(tmp_path), "--broker", broker.url, "--root", "plain"]
    terminal = PseudoTerminal(command, 80, 24, {"NO_COLOR": "1", "TERM": "xterm-256color"})
    written = bytearray()

    def reads(wanted: bytes) -> bool:
        written.extend(terminal.read(0.2))
        return wanted in written

    try:
        eventually(lambda: reads(b"NO LAUNCHER"), 30.0, "the screen")
        terminal.press(b"a")
        eventually(lambda: reads(b"not now"), 30.0, "a notice")
    finally:
        terminal.leave()
    codes = {code for style in re.findall(rb"\x1b\[([0-9;]*)m", bytes(written)) for code in style.split(b";")}
    assert codes <= {b"", b"0", b"1", b"2", b"3", b"4", b"7"}
    assert b"7" in codes


def test_a_screen_whose_terminal_is_gone_ends(broker: RealBroker, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui", "--state-dir", str(tmp_path), "--broker", broker.url, "--root", "gone"]
    terminal = PseudoTerminal(command, 80, 24, {"TERM": "xterm-256color"})
    eventually(lambda: b"NO LAUNCHER" in terminal.read(0.2), 30.0, "the screen")
    assert terminal.hang_up() is not None
