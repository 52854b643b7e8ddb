"""Draws the screen of a yard that runs into an SVG file: the picture of the README.

::

    python -m tests.support.screenshot --broker mqtt://localhost:1883 --select CP_1 --size 120x36 --output tui.svg
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.topics import DEFAULT_ROOT, Topics
from chargepoint.bus import Broker
from chargepoint.settings import default_broker
from tui.app import YardApp
from tui.themes import DARK, THEMES

SETTLE_S = 8.0


async def draw(
    app: YardApp, *, size: tuple[int, int], select: str, theme: str, keys: list[str], wait_s: float
) -> str:
    """The screen as SVG, once the yard has told its state and ``keys`` were pressed."""
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        deadline = asyncio.get_running_loop().time() + SETTLE_S
        while not app.settled and asyncio.get_running_loop().time() < deadline:
            await pilot.pause(0.1)
        if select:
            app.select(select)
        await pilot.pause(wait_s)
        await pilot.press(*keys)
        await pilot.pause(0.5)
        return app.export_screenshot(title="cp-simu")


def main() -> int:
    """Draw and write; 0, or 2 for a wrong option."""
    parser = argparse.ArgumentParser(description="The screen of a yard that runs, as SVG.")
    parser.add_argument("--broker", default=default_broker())
    parser.add_argument("--root", default=DEFAULT_ROOT)
    parser.add_argument("--select", default="", metavar="ID")
    parser.add_argument("--size", default="120x36", metavar="COLUMNSxLINES")
    parser.add_argument("--theme", default=DARK.name, choices=[theme.name for theme in THEMES])
    parser.add_argument("--keys", default="", help="keys pressed before, separated by blanks")
    parser.add_argument("--wait", type=float, default=3.0, help="seconds before the picture: the curves need some")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    try:
        columns, lines = (int(number) for number in options.size.split("x"))
    except ValueError:
        parser.error(f"--size: {options.size!r} is not columns x lines, like 120x36")
    try:
        app = YardApp(Broker.parse(options.broker), Topics(options.root), "ws://localhost:9000")
    except InputError as error:
        print(f"screenshot: {error}", file=sys.stderr)
        return 2
    picture = draw(
        app,
        size=(columns, lines),
        select=options.select,
        theme=options.theme,
        keys=options.keys.split(),
        wait_s=options.wait,
    )
    options.output.write_text(asyncio.run(picture), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
