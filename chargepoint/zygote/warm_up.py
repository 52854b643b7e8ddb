"""Whole lives before the first birth: what they load, compile and specialise, every child has for nothing.

Each is a life of the program from its arguments to its end, with a transaction, against a central system and a broker
in the same process, over real sockets.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import tempfile
from pathlib import Path

from chargepoint.api.payloads import CarInput, TokenInput
from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.cli import Process, made
from chargepoint.zygote.gathering import executed, gather
from chargepoint.zygote.holes import fill_holes
from chargepoint.zygote.peers import CentralSystem, MqttBroker

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
"""A zygote that could not warm up is slower, and good for its work all the same."""

LIVES = 8
"""Python 3.11 specialises a function that was called so often, which writes to it: not in each child."""

ID = "warm-up"


ENDS = {signal.SIGTERM, signal.SIGINT}


class EndWanted(Exception):
    """SIGTERM or SIGINT came while a charge point lived, which would have taken it for its own."""


def warm_up() -> None:
    """Live a few times; whatever goes wrong is told and passed over. Raises EndWanted."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        with tempfile.TemporaryDirectory(prefix="cp-simu-zygote-") as folder:
            _live(Path(folder, "first"))
            with executed() as code:
                _live(Path(folder, "watched"))
            fill_holes()
            gather(code)
            for number in range(LIVES):
                _live(Path(folder, str(number)))
    except EndWanted:
        raise
    except Exception as error:
        _log_nowhere()
        log.error("not warm: %r", error)
    else:
        _log_nowhere()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def _live(folder: Path) -> None:
    folder.mkdir()
    asyncio.run(_one_life(folder / "spec.json"))
    if signal.sigpending() & ENDS:
        signal.sigwait(ENDS)
        raise EndWanted


async def _one_life(spec: Path) -> None:
    async with asyncio.timeout(TIMEOUT_S), CentralSystem() as central_system, MqttBroker() as broker:
        spec.write_text(json.dumps({"id": ID, "central_system": central_system.url}))  # noqa: ASYNC240
        folder = spec.parent
        with made(["--dir", str(folder), "--log-file", str(folder / "log"), "--broker", broker.url]) as process:
            charging = asyncio.create_task(_charge_once(process, central_system))
            await process.run()
            await charging


async def _charge_once(process: Process, central_system: CentralSystem) -> None:
    topics = Topics()

    def tell(topic: str, payload: bytes) -> None:
        process.hear(Message(topics.connector(ID, 1, topic), payload))

    for action in ("StatusNotification", "Heartbeat", "MeterValues"):
        await central_system.heard(action)
    tell("car", CarInput(cable=32.0, ready=True).to_json())
    tell("id_tag", TokenInput(ID).to_json())
    await central_system.heard("StartTransaction")
    tell("car", CarInput(cable=0.0).to_json())
    await central_system.heard("StopTransaction")
    process.end()


def _log_nowhere() -> None:
    for handler in logging.root.handlers[:]:
        logging.root.removeHandler(handler)
        handler.close()
