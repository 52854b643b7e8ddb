"""``python -m tui``: its options, and what is said when they are wrong."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chargepoint import logs
from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.api.topics import DEFAULT_ROOT, Topics
from chargepoint.bus import Broker
from chargepoint.settings import default_broker, default_state_dir
from tui.app import YardApp
from tui.preferences import Preferences
from tui.serving import Address, serve

_CENTRAL_SYSTEM = "ws://localhost:9000"
_DUMB = frozenset({"dumb", "unknown"})
_SERVED = "TEXTUAL_DRIVER" in os.environ
"""Whether a browser is the terminal: textual-serve names its own driver."""


@dataclass(frozen=True, slots=True)
class Yard:
    """What ``yard.json`` tells of the yard that runs; empty where it tells nothing."""

    broker: str = ""
    root: str = ""
    central_system: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the screen until it is left, or offer it to browsers; 0, or 2 for a wrong option."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = _parser().parse_args(arguments)
    try:
        app = _app(options)
        if options.serve is not None:
            return serve(Address.parse(options.serve), _for_each_browser(arguments))
        _configure_logs(options.log_file, options.state_dir)
        if not _SERVED:
            _check_terminal()
    except InputError as error:
        print(f"cp-simu tui: {error}", file=sys.stderr)
        return 2
    app.run()
    return app.return_code or 0


def read_yard(state_dir: Path) -> Yard:
    """What ``yard.json`` in ``state_dir`` tells; raises InputError when it is there and wrong."""
    file = state_dir / "yard.json"
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Yard()
    except OSError as error:
        raise InputError("yard.json", str(file), f"a file that can be read ({error.strerror})") from None
    fields = Fields(parse_json(content, str(file)), str(file))
    return Yard(
        broker=fields.text("broker", "", max_length=2000),
        root=fields.text("root", ""),
        central_system=fields.text("central_system", "", max_length=2000),
    )


def _app(options: argparse.Namespace) -> YardApp:
    yard = read_yard(options.state_dir)
    broker = Broker.parse(options.broker or yard.broker or default_broker())
    # The folder's logs are those of the yard that is looked at only where nobody named another.
    logs = options.state_dir / "logs" if broker == Broker.parse(yard.broker or broker.url) else None
    topics = Topics(options.root or yard.root or DEFAULT_ROOT)
    preferences = Preferences.of_user(options.state_dir, read_only=options.read_only)
    return YardApp(
        broker,
        topics,
        yard.central_system or _CENTRAL_SYSTEM,
        logs,
        keys=preferences.read_keys(),
        preferences=preferences,
        read_only=options.read_only,
    )


def _for_each_browser(arguments: list[str]) -> list[str]:
    """The command line of the screen that one browser gets: the same without ``--serve``."""
    kept: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--serve":
            following = next(words, None)
            if following is not None and following.startswith("-"):
                kept.append(following)
        elif not word.startswith("--serve="):
            kept.append(word)
    return [sys.executable, "-m", "tui", *kept]


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("standard input and output", "no terminal", "a terminal")
    term = os.environ.get("TERM", "")
    if term in _DUMB:
        raise InputError("TERM", term, "a terminal that can move its cursor, such as xterm-256color or linux")
    # Where Textual writes to: in another encoding frames and glyphs would be written as numbers.
    encoding = sys.__stderr__.encoding if sys.__stderr__ else "utf-8"
    if encoding.casefold().replace("-", "") != "utf8":
        raise InputError("encoding", encoding, "UTF-8: where the terminal understands it, say LC_ALL=C.UTF-8")


def _configure_logs(wanted: Path | None, state_dir: Path) -> None:
    file = wanted or state_dir / "logs" / "tui.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.open("ab").close()
    except OSError as error:
        if wanted:
            raise InputError("log-file", str(file), f"a file that can be written ({error.strerror})") from None
        # Without a place for its log the screen is as useful as with one.
        file = Path(os.devnull)
    logs.configure(logs.LogLevel.INFO, "tui", file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cp-simu tui", description="The screen of the yard, in a terminal.")
    parser.add_argument(
        "--broker", metavar="URL", help="the MQTT broker; default: that of the yard in the state folder"
    )
    parser.add_argument("--root", metavar="TOPIC", help=f"the first topic level of the yard; default: {DEFAULT_ROOT}")
    parser.add_argument(
        "--state-dir", metavar="DIR", type=Path, default=default_state_dir(), help="the yard's folder"
    )
    parser.add_argument("--read-only", action="store_true", help="look, and change nothing: for demonstrations")
    parser.add_argument(
        "--serve",
        metavar="[HOST:]PORT",
        nargs="?",
        const="8000",
        help="offer the screen to browsers instead; on the loopback unless a host is named (default: 8000)",
    )
    parser.add_argument("--log-file", metavar="FILE", type=Path, help="default: logs/tui.log in the yard's folder")
    return parser
