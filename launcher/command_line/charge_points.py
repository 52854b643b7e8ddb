"""The commands for charge points: the fleet, the cars and cards at a connector, one charge point by itself."""

from __future__ import annotations

from pathlib import Path

from chargepoint.api.payloads import ErrorCode
from launcher.command_line.arguments import amount, connector
from launcher.command_line.parser import Add


def add_fleet(add: Add) -> None:
    """Start, kill, restart and remove."""
    start = add("start", ("fleet", "start"), "start the charge points of a setup file, with fresh data")
    start.add_argument("setup", type=Path, metavar="SETUP.json", help='{"charge_points": [{"id": ...}, ...]}')
    verbs = {
        "kill": "cut the power of charge points",
        "restart": "start charge points again, with the data they have",
        "remove": "kill charge points and forget them with all their data",
    }
    for name, text in verbs.items():
        verb = add(name, ("fleet", "of_ids"), text)
        which = verb.add_mutually_exclusive_group(required=True)
        which.add_argument("ids", nargs="*", default=[], metavar="ID", help="an id, or a glob like 'simu_cp_*'")
        which.add_argument("--all", action="store_true", help="every charge point")


def add_connectors(add: Add) -> None:
    """What people and cars do."""
    verbs = {
        "plug": "plug a car in, or change what it asks for",
        "unplug": "unplug the car",
        "suspend": "let the car pause",
        "resume": "let the car go on",
        "tap": "hold an id tag to the reader",
        "fault": "let a fault appear",
    }
    parsers = {name: add(name, ("connectors", name), text) for name, text in verbs.items()}
    for name, verb in parsers.items():
        verb.add_argument("id", metavar="ID", help="the charge point")
        of = "0 is the whole charge point" if name == "fault" else "the first is 1"
        verb.add_argument("connector", type=connector(0 if name == "fault" else 1), metavar="CONNECTOR", help=of)
    plug = parsers["plug"]
    plug.add_argument(
        "--cable", type=amount, metavar="A", help="its capacity, W for DC (default: the connector's limit)"
    )
    for phase in ("l1", "l2", "l3"):
        plug.add_argument(f"--{phase}", type=amount, metavar="A", help=f"what the car asks for on {phase.upper()}")
    parsers["tap"].add_argument("tag", metavar="TAG", help="1 to 20 characters")
    fault = parsers["fault"]
    fault.add_argument("--clear", action="store_true", help="the fault is gone; without a CODE, all of them are")
    codes = [str(code) for code in ErrorCode if code is not ErrorCode.NO_ERROR]
    fault.add_argument("--code", choices=codes, metavar="CODE", help=f"{', '.join(codes)} (default: OtherError)")
    fault.add_argument("--vendor-code", default="", metavar="TEXT", help="told as vendorErrorCode")
    fault.add_argument("--info", default="", metavar="TEXT", help="told as info")


def add_station(add: Add) -> None:
    """What one is asked or told."""
    verbs = {
        "frames": "follow the OCPP traffic of a charge point until Ctrl+C",
        "send": "let a charge point send a CALL, and tell the central system's answer; or any text",
        "configure": "give a configuration key of a charge point a value",
        "reboot": "cut the power of a charge point and switch it on again; its process lives on",
        "record": "write down what happens to a charge point until Ctrl+C, as a scenario for `run`",
    }
    parsers = {
        name: add(name, ("record" if name == "record" else "station", name), text) for name, text in verbs.items()
    }
    for verb in parsers.values():
        verb.add_argument("id", metavar="ID", help="the charge point")
    parsers["frames"].add_argument("--json", action="store_true", help="one JSON object a line")
    parsers["record"].add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write it there (default: to standard output)"
    )
    parsers["send"].add_argument("action", nargs="?", metavar="ACTION", help="such as Heartbeat")
    parsers["send"].add_argument("payload", nargs="?", default="{}", metavar="JSON", help="default: {}")
    parsers["send"].add_argument("--force", action="store_true", help="also what violates the standard")
    parsers["send"].add_argument("--text", metavar="TEXT", help="send this as it is, JSON or not, in place of a CALL")
    parsers["configure"].add_argument("key", metavar="KEY", help="such as HeartbeatInterval")
    parsers["configure"].add_argument("value", metavar="VALUE")
