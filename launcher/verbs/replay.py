"""``cp-simu replay``."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.proxy import WANTED, proxy_of
from chargepoint.api.spec import check_central_system
from chargepoint.clock import Clock
from launcher.diagnostics import Exit, NotThere, counted, say
from launcher.scenario.credentials import Credentials
from launcher.scenario.peer import Peer, Unreachable, bundled, check_commands
from launcher.scenario.reach import reach
from launcher.scenario.replay import replay as replay_trace
from launcher.scenario.traced import Told, parse_trace
from launcher.verbs.credentials import credentials


def replay(options: argparse.Namespace) -> int:
    """Drive traces against a central system again: 0 when it answers as it did then, 1 when not."""
    proxy = _proxy(options)
    traces = [_read(path) for path in options.traces]
    url = check_central_system(options.central_system) if options.central_system else ""
    commands = check_commands(options.commands) if options.commands else ""
    try:
        peer, shown = Peer(url, commands), credentials(options)
        differences = asyncio.run(_replayed(traces, peer, options.timeout, shown, proxy, to_now=options.to_now))
    except Unreachable as error:
        raise NotThere(str(error)) from None
    for station, differing in differences:
        for difference in differing:
            say(f"{station}\t{difference}")
    calls = sum(len(told) for trace in traces for told in trace.values())
    found = sum(len(differing) for _, differing in differences)
    say(f"{counted(calls, 'CALL')} replayed: {counted(found, 'difference') if found else 'no difference'}")
    return Exit.FAILED if found else Exit.DONE


def _proxy(options: argparse.Namespace) -> str:
    text = options.proxy or ""
    if (url := proxy_of(text)) is None:
        raise InputError("--proxy", text.rpartition("@")[2], WANTED)
    if url and not options.central_system:
        raise InputError("--proxy", url.rpartition("@")[2], "given with --central-system: the bundled one is here")
    return url


def _read(path: Path) -> dict[str, list[Told]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(str(path), error.strerror, "a file that can be read") from None
    except UnicodeDecodeError:
        raise InputError(str(path), None, "text in UTF-8") from None
    return parse_trace(text, str(path))


async def _replayed(
    traces: list[dict[str, list[Told]]], peer: Peer, timeout_s: float, shown: Credentials, proxy: str, *, to_now: bool
) -> list[tuple[str, list[str]]]:
    async with AsyncExitStack() as stack:
        if peer.url:
            await reach(peer.url, [proxy])
        else:
            peer = await stack.enter_async_context(bundled(Clock()))
        found: list[tuple[str, list[str]]] = []
        # One after the other: traces of the same station may be among them.
        for trace in traces:
            found += (await replay_trace(trace, peer, timeout_s, shown, proxy=proxy, to_now=to_now)).items()
        return found
