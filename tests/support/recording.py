"""Records a session on the demo yard as an asciinema file: ``make recording``, then ``asciinema play tui.cast``.

::

    python -m tests.support.recording --state-dir ~/.local/state/cp-simu --output tui.cast
"""

from __future__ import annotations

import argparse
import codecs
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from chargepoint.settings import default_state_dir
from tests.support.pseudo_terminal import PseudoTerminal

COLUMNS, ROWS = 120, 32
IDLE_S = 1.5
"""The longest that nothing happens when it is played."""

SESSION = (
    (3.0, ""),
    (0.5, "j"), (0.5, "j"), (1.0, "k"),
    (0.8, "/"), *((0.12, letter) for letter in "status:chrg"), (1.6, "\x7f" * 3), (0.6, "harging"), (1.5, "\r"),
    (1.2, "\x1b"), (1.0, "z"), (0.8, ">"), (0.5, ">"), (1.6, ">"),
    (0.8, "<<<"), (1.0, "\x07"), (1.2, "g"), (0.8, "-"), (1.4, "-"),
    (1.0, "\x07\x07\x07\x07"), (0.8, "z"), (0.8, "g"),
    (0.6, " "), (0.5, " "), (0.5, " "), (1.0, "p"), (2.0, "\x1b"),
    (1.0, "\x1b"), (1.0, "!"), (1.5, "f"), (2.0, "?"), (2.0, "\x1b"),
    (1.0, "\x14"), (2.0, "\x14\x14\x14"), (1.5, ""),
)  # fmt: skip
"""Seconds to wait, then keys."""


def record(terminal: PseudoTerminal, cast: Path) -> None:
    """Play the session and write what the terminal shows, in the format asciicast v2."""
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "idle_time_limit": IDLE_S, "title": "cp-simu tui"}
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    with cast.open("w", encoding="utf-8") as file:
        file.write(json.dumps(header) + "\n")
        for pause_s, keys in SESSION:
            until = time.monotonic() + pause_s
            while (left_s := until - time.monotonic()) > 0:
                if written := terminal.read(left_s):
                    at = round(time.monotonic() - terminal.began, 3)
                    file.write(json.dumps([at, "o", decode(written)], ensure_ascii=False) + "\n")
            if keys:
                terminal.press(keys.encode())


def main() -> int:
    """Record the yard in a state folder, with a layout that nobody has touched."""
    parser = argparse.ArgumentParser(description="A session of the screen, as an asciinema file.")
    parser.add_argument("--state-dir", type=Path, default=default_state_dir())
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(options.state_dir / "yard.json", folder)
        command = [sys.executable, "-m", "tui", "--state-dir", folder]
        environment = {"XDG_CONFIG_HOME": folder, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        terminal = PseudoTerminal(command, COLUMNS, ROWS, environment)
        try:
            record(terminal, options.output)
        finally:
            terminal.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
