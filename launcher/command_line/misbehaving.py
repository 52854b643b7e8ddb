"""The command lines of ``cp-simu disturb``, ``quirks`` and ``damage``; that they know every kind is tested, for
``--help`` imports none of what follows them."""

from __future__ import annotations

from collections.abc import Callable

from launcher.command_line.arguments import connector, duration, probability, seed
from launcher.command_line.parser import Add

DISTURBANCES = (
    "latency",
    "bandwidth",
    "drop",
    "duplicate",
    "reorder",
    "corrupt",
    "fragments",
    "half_open",
    "idle_kill",
    "slow_reader",
    "second_connection",
    "refuse",
    "dns_failure",
    "cut",
    "close",
    "outage",
    "brown_out",
)
DAMAGES = (
    "stuck_relay",
    "phase_loss",
    "phase_imbalance",
    "rectifier_failure",
    "isolation_fault",
    "cooling_failure",
    "meter_freeze",
    "meter_jump",
    "meter_reset",
    "meter_negative",
    "meter_spike",
    "meter_missing",
    "clock_skew",
    "clock_drift",
    "clock_jump",
    "clock_reset",
    "storage_full",
    "storage_corrupt",
    "watchdog",
    "reset_failure",
    "emergency_stop",
    "tampering",
    "security_log_cleared",
    "replay",
)


def add_misbehaving(add: Add) -> None:
    """Add the three commands."""
    _add_disturb(add)
    _add_quirks(add)
    _add_damage(add)


def _add_disturb(add: Add) -> None:
    disturb = add(
        "disturb",
        ("disturb", "disturb"),
        "disturb the line between a charge point and its central system, or list how that can be done",
        "Example: cp-simu disturb CP1 drop --probability 0.1 --direction out --for 5m; cp-simu disturb CP1 --clear",
    )
    disturb.add_argument(
        "id", nargs="?", metavar="ID", help="a charge point, or a glob like 'simu_*'; without, the kinds are listed"
    )
    disturb.add_argument("kind", nargs="?", metavar="KIND", help=", ".join(DISTURBANCES))
    disturb.add_argument("--clear", action="store_true", help="it is over; without a KIND, all of it is")
    options: dict[str, tuple[Callable[[str], object], str, str]] = {
        "--for": (duration, "TIME", "how long, like 30s (default: until it is cleared; an outage needs it)"),
        "--direction": (str, "SIDE", "in, out or both, seen from the charge point (default: both)"),
        "--frames": (str, "SORT", "calls, answers or all (default: all)"),
        "--probability": (
            probability,
            "P",
            "of each message, attempt to connect, connection or time it is due, by KIND (default: 1)",
        ),
        "--seed": (seed, "N", "the same draws again (default: 0); of several charge points, each has its own"),
        "--delay": (duration, "TIME", "of latency and reorder"),
        "--jitter": (duration, "TIME", "of latency: up to so much more"),
        "--shape": (str, "SHAPE", "of jitter: uniform, normal or pareto (default: uniform)"),
        "--bytes-per-s": (float, "N", "of bandwidth"),
        "--every": (
            duration,
            "TIME",
            "of fragments, slow_reader, half_open, second_connection, cut, close, brown_out",
        ),
        "--range": (duration, "TIME", "of the last five: up to so much later"),
        "--after": (duration, "TIME", "of idle_kill"),
        "--size": (int, "BYTES", "of fragments"),
        "--code": (int, "CODE", "of close: 1000, 1001 ..."),
    }
    for name, (kind, metavar, text) in options.items():
        dest = name[2:].replace("-", "_") + ("_s" if kind is duration else "")
        disturb.add_argument(name, dest=dest, type=kind, metavar=metavar, help=text)


def _add_quirks(add: Add) -> None:
    quirks = add(
        "quirks",
        ("disturb", "quirks"),
        "list what real charge points do against the standard, or let a charge point do it",
    )
    quirks.add_argument(
        "id", nargs="?", metavar="ID", help="a charge point, or a glob like 'simu_*'; without, they are listed"
    )
    quirks.add_argument("names", nargs="*", metavar="QUIRK", help="the ones it has from now on, and no others")
    quirks.add_argument("--clear", action="store_true", help="it has none")
    quirks.add_argument(
        "--probability", type=probability, metavar="P", help="of each message to show them (default: 1)"
    )
    quirks.add_argument("--seed", type=seed, metavar="N", help="the same draws again")


def _add_damage(add: Add) -> None:
    damage = add(
        "damage",
        ("disturb", "damage"),
        "break something inside a charge point, or list what can break; what has an error code is `cp-simu fault`",
        "Example: cp-simu damage CP1 meter_jump --energy-wh 100000; cp-simu damage CP1 --clear",
    )
    damage.add_argument(
        "id", nargs="?", metavar="ID", help="a charge point, or a glob like 'simu_*'; without, the kinds are listed"
    )
    damage.add_argument("kind", nargs="?", metavar="KIND", help=", ".join(DAMAGES))
    damage.add_argument("--clear", action="store_true", help="it is repaired; without a KIND, all of it is")
    damage.add_argument(
        "--connector", type=connector(0), metavar="N", help="of relay, meter ... (1), emergency_stop (0: of all)"
    )
    damage.add_argument("--energy-wh", type=float, metavar="WH", help="of meter_jump; backwards below 0")
    damage.add_argument(
        "--skew-s", type=float, metavar="S", help="of clock_skew and clock_jump: so far ahead, or back"
    )
    damage.add_argument("--drift-ppm", type=float, metavar="PPM", help="of clock_drift: so much too fast")
    damage.add_argument("--phase", type=int, metavar="N", help="of phase_loss: 1, 2 or 3")
    damage.add_argument("--share-pct", type=float, metavar="PCT", help="of phase_imbalance and rectifier_failure")
