"""The command line of the central system."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from chargepoint import logs, settings
from chargepoint.api.errors import InputError
from chargepoint.clock import FASTEST, Clock, since, speed
from csms.listener import ClientCertificates
from csms.program import Options, run
from csms.security import Security
from csms.store import StoreFailure

DATABASE = Path("csms") / "csms.db"
FILES = "files"
CA = "ca"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"csms: {message}; --help shows all options\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the central system until SIGTERM or SIGINT: 0 ended, 1 failed, 2 wrong usage."""
    parser = _arguments()
    given = parser.parse_args(arguments)
    try:
        _check_log_file(given.log_file)
        logs.configure(given.log_level, "csms", given.log_file)
        database = given.database or settings.default_state_dir() / DATABASE
        own_certificate = given.tls and given.tls_certificate is None and given.tls_key is None
        options = Options(
            host=given.host,
            port=given.port,
            http_port=given.http_port,
            database=database,
            tags=given.tags,
            heartbeat_interval_s=given.heartbeat_interval,
            clock=Clock(given.speed, given.since),
            messages=given.messages * 2**20,
            files=given.files or database.parent / FILES,
            security=Security(
                given.authorization_key,
                given.passwords,
                given.tls,
                given.tls_certificate,
                given.tls_key,
                given.client_ca,
                given.ca or (database.parent / CA if own_certificate else None),
                given.plain,
                given.client_certificates,
            ),
        )
        asyncio.run(run(options))
    except InputError as error:
        print(f"csms: {error}", file=sys.stderr)
        return 2
    except StoreFailure as failure:
        print(f"csms: {failure}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> _Parser:
    parser = _Parser(
        prog="python -m csms",
        description="A central system for OCPP 1.6 charge points, with an HTTP API to see and command them.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address of both ports (default: %(default)s; 0.0.0.0 for every one)")
    add("--port", type=_port, default=9000, help="OCPP over websocket (default: %(default)s; 0 for a free one)")
    add("--http-port", type=_port, default=8080, help="HTTP API (default: %(default)s; 0 for a free one)")
    add("--database", type=Path, help=f"SQLite file (default: {DATABASE} in the state folder)")
    add("--tags", type=Path, help="JSON file of id tags, read again when it changes (default: all are accepted)")
    add(
        "--heartbeat-interval",
        type=_interval,
        default=10,
        metavar="SECONDS",
        help="what BootNotification is answered (default: %(default)s)",
    )
    add(
        "--messages",
        type=_megabytes,
        default=16,
        metavar="MB",
        help="how much of the last frames is kept (default: 16)",
    )
    add(
        "--files",
        type=Path,
        metavar="DIR",
        help=f"place for firmware and logs (default: {FILES} beside the database)",
    )
    add(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="X",
        help="clock and delays go X times as fast (default: 1)",
    )
    add("--since", type=_since, metavar="POSIX", help="with --speed: since when it does (default: the start)")
    add("--log-file", type=Path, help="write the log there (default: stderr)")
    add("--log-level", type=logs.LogLevel, choices=list(logs.LogLevel), default=logs.LogLevel.INFO)
    _add_security(parser)
    return parser


def _add_security(parser: _Parser) -> None:
    group = parser.add_argument_group(
        "security",
        "Profile 1: --authorization-key KEY. Profile 2: that and --tls; charge points trust ca.pem of --ca. "
        "Profile 3: --tls --client-certificates required. All of them: --authorization-key KEY --tls --plain "
        "--client-certificates optional.",
    )
    add = group.add_argument
    add("--authorization-key", metavar="KEY", help="password of every charge point: text, or hexadecimal digits")
    add("--passwords", type=Path, metavar="FILE", help='JSON file of passwords by id; "*" is everybody else')
    add("--tls", action="store_true", help="wss with a certificate for this machine, made by --ca at each start")
    add(
        "--plain", action="store_true", help="ws on the same port as well, as stations on their way to profile 2 need"
    )
    add("--tls-certificate", type=Path, metavar="FILE", help="wss with this certificate (PEM)")
    add("--tls-key", type=Path, metavar="FILE", help="its private key (PEM, not encrypted)")
    add(
        "--client-ca", type=Path, metavar="FILE", help="charge points show a certificate signed by one of these (PEM)"
    )
    add(
        "--client-certificates",
        type=ClientCertificates,
        choices=list(ClientCertificates),
        help="of charge points (default: not_asked; with --client-ca required, or optional where a password will do)",
    )
    add(
        "--ca",
        type=Path,
        metavar="DIR",
        help="sign what SignCertificate asks for; DIR is filled at the first use (default, with --tls: "
        f"{CA} beside the database)",
    )


def _port(text: str) -> int:
    return _whole(text, 0, 65_535, "a port")


def _megabytes(text: str) -> int:
    return _whole(text, 0, 4_096, "a number of megabytes")


def _interval(text: str) -> int:
    return _whole(text, 1, 86_400, "a number of seconds")


def _speed(text: str) -> float:
    try:
        return speed(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {FASTEST:g}") from None


def _since(text: str) -> float:
    try:
        return since(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment of the last day in POSIX seconds") from None


def _whole(text: str, minimum: int, maximum: int, what: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not minimum <= number <= maximum:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {minimum} to {maximum}")
    return number


def _check_log_file(file: Path | None) -> None:
    if file is None:
        return
    try:
        file.open("ab").close()
    except OSError as error:
        raise InputError("--log-file", str(file), f"a file that can be written ({error.strerror})") from None
