"""``cp-simu record``."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys

from chargepoint.api.errors import InputError
from chargepoint.api.topics import check_id
from launcher.diagnostics import Exit, narrate
from launcher.remote import Remote
from launcher.scenario.recording import Recording
from launcher.scenario.tape import taped
from launcher.verbs.reach import ask, remote_of


def record(options: argparse.Namespace) -> int:
    """Write down what happens to a charge point, until Ctrl+C, and give it as a scenario."""
    station_id = check_id(options.id, "ID")
    folder = options.output.parent if options.output else None
    if folder is not None and (options.output.is_dir() or not os.access(folder, os.W_OK)):
        raise InputError(f"-o {options.output}", None, "a file that can be written")
    recording = ask(remote := remote_of(options), _recorded(remote, station_id))
    text = recording.scenario(options.output.stem if options.output else station_id)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
        narrate(f"{options.output}: play it again with `cp-simu run {options.output}`")
    else:
        sys.stdout.write(text)
    return Exit.DONE


async def _recorded(remote: Remote, station_id: str) -> Recording:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    return await taped(remote, station_id, ended, lambda: narrate(f"{station_id} is recorded until Ctrl+C"))
