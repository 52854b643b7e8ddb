"""``cp-simu metrics``."""

from __future__ import annotations

import argparse
import asyncio
import signal

from chargepoint.bus import Bus
from launcher.diagnostics import Exit, narrate
from launcher.metrics.endpoint import Address, serving
from launcher.metrics.of_yard import YardMetrics
from launcher.verbs.reach import remote_of


def metrics(options: argparse.Namespace) -> int:
    """Serve a yard's figures for Prometheus until Ctrl+C or SIGTERM."""
    address, remote = Address.parse(options.listen, "--listen"), remote_of(options)
    yard = YardMetrics(remote.topics)
    bus = Bus(
        remote.broker,
        name="metrics",
        subscriptions=yard.subscriptions,
        subscription_qos=0,
        hear=yard.hear,
        told=yard.told,
    )
    with serving(address, yard.collect) as url:
        narrate(f"figures of the yard at {remote.broker.url}: {url}")
        asyncio.run(_until_told(bus))
    return Exit.DONE


async def _until_told(bus: Bus) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    line = asyncio.create_task(bus.run())
    await ended.wait()
    line.cancel()
    await asyncio.wait([line])
