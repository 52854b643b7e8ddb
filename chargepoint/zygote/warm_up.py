"""Whole lives before the first birth: what they load, compile and specialise, every child has for nothing.

Each is a life of the program from its arguments to its end, with a transaction, with a central system and a broker,
over real sockets.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path

from chargepoint.cli import made
from chargepoint.loop import Loop
from chargepoint.zygote.gathering import Executed, executed, gather
from chargepoint.zygote.holes import fill_holes
from chargepoint.zygote.line import Birth
from chargepoint.zygote.peers import ID, Peers, peers

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
"""A zygote that could not warm up is slower, and good for its work all the same."""

LIVES = 8
"""Python 3.11 specialises a function that was called so often, which writes to it: not in each child."""

ENDS = {signal.SIGTERM, signal.SIGINT}


class EndWanted(Exception):
    """SIGTERM or SIGINT came while a charge point lived, which would have taken it for its own."""


def warm_up() -> None:
    """Live a few times; whatever goes wrong is told and passed over. Raises EndWanted."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        with tempfile.TemporaryDirectory(prefix="cp-simu-zygote-") as folder, peers() as around:
            code = _watched(Path(folder), around)
            fill_holes()
            gather(code)
            # What is kept there of types before they had their functions from elsewhere is in the way of the rest.
            sys._clear_type_cache()
            for number in range(LIVES):
                _live(Path(folder, str(number)), around)
    except EndWanted:
        raise
    except Exception as error:
        _log_nowhere()
        log.error("not warm: %r", error)
    else:
        _log_nowhere()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def watched() -> Executed:
    """What code a life runs for which all is loaded."""
    with tempfile.TemporaryDirectory(prefix="cp-simu-zygote-") as folder, peers() as around:
        return _watched(Path(folder), around)


def _watched(folder: Path, around: Peers) -> Executed:
    _live(folder / "first", around)
    with executed() as code:
        _live(folder / "watched", around)
    return code


def _live(folder: Path, around: Peers) -> None:
    Birth.from_json(Birth([str(folder)], dict(os.environ), str(folder), 0).to_json())
    folder.mkdir()
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(_one_life(folder / "spec.json", around))
    if signal.sigpending() & ENDS:
        signal.sigwait(ENDS)
        raise EndWanted


async def _one_life(spec: Path, around: Peers) -> None:
    spec.write_text(json.dumps({"id": ID, "central_system": around.central_system}))  # noqa: ASYNC240
    folder = spec.parent
    arguments = ["--dir", str(folder), "--log-file", str(folder / "log"), "--broker", around.broker]
    async with asyncio.timeout(TIMEOUT_S):
        with made(arguments) as process:
            await process.run()


def _log_nowhere() -> None:
    for handler in logging.root.handlers[:]:
        logging.root.removeHandler(handler)
        handler.close()
