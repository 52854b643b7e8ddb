"""The parser of every command, and the options that those of a yard have in common."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from chargepoint.api.topics import DEFAULT_ROOT
from chargepoint.settings import default_state_dir
from launcher.diagnostics import Exit

Add = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, module and function in ``launcher.verbs``, a line about it, and an epilog."""


class Parser(argparse.ArgumentParser):
    """One that says what is wrong in a line, and what may have been meant."""

    def error(self, message: str) -> NoReturn:
        """Wrong usage."""
        if wrong := re.match(r"argument COMMAND: invalid choice: '(.*?)' \(choose from (.*)\)$", message):
            # Loaded for who has mistyped.
            from difflib import get_close_matches

            meant = " or ".join(get_close_matches(wrong[1], re.findall(r"\w+", wrong[2]), n=2))
            message = f"there is no command {wrong[1]!r}" + (f" (did you mean {meant}?)" if meant else "")
        self.exit(Exit.USAGE, f"cp-simu: {message}; `{self.prog} --help` explains\n")


def add_command(
    verbs: argparse._SubParsersAction[Parser], name: str, run: tuple[str, str], text: str, epilog: str = ""
) -> argparse.ArgumentParser:
    """A command with the options that all have in common."""
    verb = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=epilog)
    verb.set_defaults(run=run)
    common = verb.add_argument_group("which yard")
    common.add_argument(
        "--state-dir",
        type=Path,
        default=default_state_dir(),
        metavar="DIR",
        help="the yard's folder (default: %(default)s)",
    )
    common.add_argument(
        "--broker",
        metavar="URL",
        help="mqtt://[user:password@]host[:port], or mqtts:// with ?cafile=, &certfile=, &keyfile= "
        "(default: that of the yard in its folder, else mqtt://localhost:1883)",
    )
    common.add_argument("--root", metavar="TOPIC", help=f"first level of the MQTT topics (default: {DEFAULT_ROOT})")
    return verb
