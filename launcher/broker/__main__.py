"""``python -m launcher.broker``: the embedded MQTT broker as a program of its own."""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from launcher.addresses import EVERY_ADDRESS, LOOPBACK, is_loopback
from launcher.broker.decoder import PACKET_BYTES_MAX
from launcher.broker.limits import Limits
from launcher.broker.server import Server

_SILENCE_S = 10.0

_log = logging.getLogger("launcher.broker")


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code, 2 when the address cannot be had."""
    options = _parser().parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="broker: %(message)s")
    _raise_open_files_limit()
    return asyncio.run(_serve(options.port, options.bind, Limits(packet_bytes=options.max_packet_bytes)))


async def _serve(port: int, bind: str, limits: Limits) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_Report())
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = Server(limits)
    try:
        await server.start(port, bind)
    except OSError as error:
        _log.error("%s", _why_not(error, port, bind))
        return 2
    _log.info("listening on %s port %d%s", bind, server.port, "" if is_loopback(bind) else _OPEN_TO_ALL)
    await stop.wait()
    # Without open files asyncio has planned to listen again, and would stumble over the closed listener.
    loop.set_exception_handler(lambda _loop, _context: None)
    await server.close()
    return 0


_OPEN_TO_ALL = "; whoever reaches it may read and command everything (mosquitto can ask for passwords)"


def _why_not(error: OSError, port: int, bind: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {bind} is taken; end the program that listens there or choose another with --port"
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for root; choose one above 1023 with --port"
    # Of several addresses that are all none of this machine Python 3.13 tells no number.
    if error.errno in (errno.EADDRNOTAVAIL, None) or isinstance(error, socket.gaierror):
        return f"{bind!r} is no address of this machine; --bind takes one, such as {LOOPBACK} or {EVERY_ADDRESS}"
    return f"cannot listen on {bind} port {port}: {error.strerror or error}"


def _raise_open_files_limit() -> None:
    """Each client is an open file: take as many as the system grants without asking."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Report:
    """Says in one line what went wrong beside the protocol, and not the same thing again at once."""

    def __init__(self) -> None:
        self._said = ""
        self._silent_until = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        line = f"{context['message']}: {type(error).__name__}: {error}" if error else context["message"]
        if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
            line = "no more open files (ulimit -n): new clients have to wait until others leave"
        # Out of files, asyncio complains once for each place in the queue of those who wait.
        if line != self._said or loop.time() > self._silent_until:
            _log.error("%s", line)
        self._said = line
        self._silent_until = loop.time() + _SILENCE_S


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m launcher.broker",
        description="An MQTT broker (3.1, 3.1.1 and 5) for one machine, in memory only, without passwords.",
        epilog="For anything shared, secured or persistent use mosquitto.",
    )
    parser.add_argument("--port", type=_port, default=1883, help="0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--bind", type=_address, default=LOOPBACK, metavar="ADDRESS", help="default: %(default)s, this machine only"
    )
    parser.add_argument(
        "--max-packet-bytes",
        type=_packet_bytes,
        default=Limits().packet_bytes,
        metavar="N",
        help="a client that sends a larger packet is disconnected (default: %(default)s)",
    )
    return parser


def _port(text: str) -> int:
    return _within(text, 0, 65535)


def _address(text: str) -> str:
    if not text:
        # To asyncio an empty address means all of them, which nobody asks for with an unset variable.
        raise argparse.ArgumentTypeError(
            f"an address is missing: {LOOPBACK} for this machine only, {EVERY_ADDRESS} for all"
        )
    return text


def _packet_bytes(text: str) -> int:
    return _within(text, 1024, PACKET_BYTES_MAX)


def _within(text: str, lowest: int, highest: int) -> int:
    if not (text.isascii() and text.isdecimal() and lowest <= int(text) <= highest):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {lowest} to {highest}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
