"""``python -m chargepoint``: one charge point, in a yard (--dir) or by hand (--id and --central-system)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from chargepoint.adapters.credentials import read_credentials
from chargepoint.adapters.store import FILE, Store, StoreError
from chargepoint.adapters.vehicles import find_vehicle
from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from chargepoint.api.spec import ChargePointSpec, parse_spec
from chargepoint.api.topics import DEFAULT_ROOT, Topics
from chargepoint.bus import Broker, Bus, Message
from chargepoint.clock import Clock
from chargepoint.life import NO_CREDENTIALS
from chargepoint.logs import LogLevel, configure
from chargepoint.loop import Loop
from chargepoint.model.vehicle import Vehicle
from chargepoint.runtime import Runtime
from chargepoint.security.store import Credentials
from chargepoint.settings import BROKER_VARIABLE

log = logging.getLogger(__name__)

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"chargepoint: {message}; --help shows all options\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one charge point until it is told to end; returns the exit code."""
    try:
        with made(arguments) as process, asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(process.run())
    except (InputError, StoreError) as error:
        print(f"chargepoint: {error}", file=sys.stderr)
    except OSError as error:
        print(f"chargepoint: {error.filename}: {error.strerror}", file=sys.stderr)
    return EXIT_USAGE


@contextlib.contextmanager
def made(arguments: Sequence[str] | None) -> Iterator[Process]:
    """The charge point that ``arguments`` describe, with its folder and its store open.

    Raises SystemExit for wrong usage, InputError, StoreError and OSError.
    """
    options = _options_of_a_yard(arguments or ()) or _parser().parse_args(arguments)
    broker_url = os.environ.get(BROKER_VARIABLE) if options.broker is None else options.broker
    with _folder(options) as folder:
        spec = _spec(options, folder)
        configure(LogLevel(options.log_level), spec.id, options.log_file)
        broker = Broker.parse(broker_url) if broker_url else None
        topics, vehicle = Topics(options.root), find_vehicle(spec.vehicle)
        with contextlib.closing(Store(folder / FILE)) as store:
            # What is stored holds, and needs the files no more.
            fresh = "certificates" not in store.records()
            credentials = read_credentials(spec.security) if fresh else NO_CREDENTIALS
            yield Process(spec, store, topics, vehicle, broker, credentials)


class Process:
    """A charge point that has a process of its own, and with it a connection to the broker."""

    def __init__(
        self,
        spec: ChargePointSpec,
        store: Store,
        topics: Topics,
        vehicle: Vehicle,
        broker: Broker | None,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        self._bus: Bus | None = None
        self._runtime = Runtime(spec, store, Clock(), topics, self._publish, vehicle, credentials=credentials)
        if broker is not None:
            self._bus = Bus(
                broker,
                name=spec.id,
                subscriptions=self._runtime.mqtt.subscriptions,
                will=self._runtime.mqtt.will(),
                greet=self._runtime.greeting,
                hear=self.hear,
            )

    async def run(self) -> int:
        """Live until SIGTERM, SIGINT or a close command; leaves its statuses saying Dead. Returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end)
        broken = ""
        async with asyncio.TaskGroup() as tasks:
            bus = tasks.create_task(self._bus.run()) if self._bus else None
            try:
                await self._runtime.run()
            except Exception as error:
                # One station, one process: what is broken ends, says so, and is visible as Dead.
                log.exception("the station broke down")
                broken = f"broke down: {_innermost(error)!r:.300}"
            if bus and self._bus:
                for message in self._runtime.farewell(broken):
                    self._bus.publish(message)
                await self._bus.drained()
                bus.cancel()
        return EXIT_FAILED if broken else EXIT_DONE

    def hear(self, message: Message) -> None:
        """Take ``message`` as if the broker had sent it."""
        self._runtime.hear(message)

    def end(self) -> None:
        """Ask for the end that SIGTERM asks for."""
        self._runtime.end()

    def _publish(self, message: Message) -> None:
        if self._bus is not None:
            self._bus.publish(message)


def _options_of_a_yard(arguments: Sequence[str]) -> argparse.Namespace | None:
    """What the parser makes of a yard's own command line; None: it is another one.

    The parser looks at all of its options in any case, and in a charge point that was forked all that is looked at
    is memory of its own.
    """
    names, values = arguments[::2], arguments[1::2]
    if not names or len(names) != len(values) or not _YARD_WORDS.keys() >= set(names):
        return None
    options = argparse.Namespace(id=None, dir=None, broker=None, root=DEFAULT_ROOT, log_file=None, log_level="info")
    for name, value in zip(names, values, strict=True):
        if value.startswith("-") or (name == "--log-level" and value not in _LEVELS):
            return None
        setattr(options, name[2:].replace("-", "_"), _YARD_WORDS[name](value))
    return options


def _innermost(error: Exception) -> Exception:
    return _innermost(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


@contextlib.contextmanager
def _folder(options: argparse.Namespace) -> Iterator[Path]:
    if options.dir is None:
        with tempfile.TemporaryDirectory(prefix="cp-simu-") as folder:
            yield Path(folder)
        return
    if options.id is not None:
        options.dir.mkdir(parents=True, exist_ok=True)
    yield options.dir


def _spec(options: argparse.Namespace, folder: Path) -> ChargePointSpec:
    stored = folder / "spec.json"
    if options.id is None:
        if options.dir is None:
            raise InputError("--id", None, "the id of a charge point (or --dir a folder with its spec.json)")
        entry = parse_json(stored.read_bytes(), str(stored))
        try:
            return parse_spec(entry)
        except InputError as error:
            raise error.within(str(stored)) from None
    given = (*_ENTRY, "fixed_cable", "tls_verify", "quirks")
    wanted = {name: getattr(options, name) for name in given if getattr(options, name) is not None}
    for name in _PATHS & wanted.keys():
        wanted[name] = str(Path(wanted[name]).absolute())
    config = {}
    for pair in options.config:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InputError("--config", pair, "KEY=VALUE")
        config[key] = value
    return parse_spec(wanted | {"ocpp_config": config})


_ENTRY: dict[str, tuple[type, str]] = {
    "id": (str, "the charge point's identity"),
    "central_system": (str, "URL of the central system, ws:// or wss://"),
    "vendor": (str, "chargePointVendor, at most 20 characters"),
    "model": (str, "chargePointModel, at most 20 characters"),
    "serial": (str, "chargePointSerialNumber, at most 25 characters"),
    "type": (str, "AC (default) or DC"),
    "nb_connectors": (int, "how many connectors, default 1"),
    "nb_phases": (int, "1 or 3 (default), AC"),
    "max_setpoint": (float, "limit of the station: A for AC, W for DC"),
    "max_setpoint_per_connector": (float, "limit of each connector: A for AC, W for DC"),
    "voltage": (float, "line to neutral for AC (default 230), at the outlet for DC (default 400)"),
    "firmware_version": (str, "firmwareVersion, at most 50 characters"),
    "meter_type": (str, "meterType, at most 25 characters"),
    "meter_serial": (str, "meterSerialNumber, at most 25 characters"),
    "iccid": (str, "iccid of the SIM card"),
    "imsi": (str, "imsi of the SIM card"),
    "vehicle": (str, "a vehicle of etc/vehicles.json"),
    "security_profile": (int, "0 (default) to 3: none, password, password with TLS, client certificate"),
    "authorization_key": (str, "password of security profiles 1 and 2"),
    "authorization_key_format": (str, "hex (default for 32 to 40 hexadecimal digits) or text"),
    "central_system_root": (str, "PEM file with the root certificates of the central system (default: the system's)"),
    "client_certificate": (str, "PEM file with the certificate of security profile 3, and its chain"),
    "client_key": (str, "PEM file with the key of the client certificate"),
    "tls_suites": (str, "modern (default) or whitepaper: the four suites that the security whitepaper names"),
}

_YARD_WORDS: dict[str, Callable[[str], object]] = {
    "--dir": Path,
    "--log-file": Path,
    "--broker": str,
    "--root": str,
    "--log-level": str,
}
"""The options of the command lines that a yard writes, and what their values are."""

_LEVELS = [str(level) for level in LogLevel]

_PATHS = {"central_system_root", "client_certificate", "client_key"}


# Made once: the charge points that a zygote bears have it from there.
@functools.cache
def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="cp-simu chargepoint",
        description="Run one simulated charge point in the foreground until Ctrl+C.",
        epilog="Example: cp-simu chargepoint --id CP1 --central-system ws://localhost:9000 --log-level debug",
    )
    for name, (kind, text) in _ENTRY.items():
        parser.add_argument("--" + name.replace("_", "-"), type=kind, help=text)
    parser.add_argument("--fixed-cable", action="store_true", default=None, help="the cable belongs to the station")
    parser.add_argument(
        "--no-tls-verify",
        dest="tls_verify",
        action="store_false",
        default=None,
        help="take any certificate of any central system",
    )
    parser.add_argument(
        "--config", action="append", default=[], metavar="KEY=VALUE", help="an OCPP configuration key; repeatable"
    )
    parser.add_argument(
        "--quirk",
        dest="quirks",
        action="append",
        metavar="NAME",
        help="what it does against the standard; repeatable, `cp-simu quirks` lists them",
    )
    parser.add_argument("--dir", type=Path, help="its folder, kept for the next time (default: a temporary one)")
    parser.add_argument(
        "--broker",
        help=f"MQTT broker, like mqtt://localhost:1883 (default: ${BROKER_VARIABLE}, else none)",
    )
    parser.add_argument("--root", default=DEFAULT_ROOT, help="root of the MQTT topics (default: %(default)s)")
    parser.add_argument("--log-file", type=Path, help="log to this file (default: stderr)")
    parser.add_argument("--log-level", choices=_LEVELS, default="info")
    return parser
