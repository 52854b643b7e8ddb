"""The values of command lines: how they are read, and what is said of wrong ones."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable

from chargepoint.api.payloads import MAX_INPUT
from chargepoint.clock import FASTEST


def port(text: str) -> int:
    """A TCP port."""
    return _whole(text, 1, 65_535, "a port")


def count(text: str) -> int:
    """How many charge points."""
    return _whole(text, 0, 10_000, "a number of charge points")


def stations(text: str) -> int:
    """How many charge points, at least one."""
    return _whole(text, 1, 10_000, "a number of charge points")


def connector(minimum: int) -> Callable[[str], int]:
    """The number of a connector, from ``minimum``."""
    return lambda text: _whole(text, minimum, 9_999, "a connector")


def seed(text: str) -> int:
    """What draws are made of."""
    return _whole(text, 0, 2**62, "a seed")


def probability(text: str) -> float:
    """From 0 to 1."""
    return _number(text, 0, 1, "a probability")


def pools(text: str) -> int:
    """How many processes."""
    return _whole(text, 1, 256, "a number of processes")


def jobs(text: str) -> int:
    """How many scenarios at a time."""
    return _whole(text, 1, 1_000, "a number of scenarios")


def speed(text: str) -> float:
    """How many times as fast."""
    return _number(text, 1, FASTEST, "a number")


def duration(text: str) -> float:
    """A time with its unit, in seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration like 90s, 10m or 1.5h")
    return float(match[1]) * {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}[match[2]]


def amount(text: str) -> float:
    """What a car asks for, in A or W."""
    return _number(text, 0, MAX_INPUT, "a number")


def _number(text: str, minimum: float, maximum: float, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not minimum <= number <= maximum:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {minimum:g} to {maximum:g}")
    return number


def _whole(text: str, minimum: int, maximum: int, what: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if not minimum <= number <= maximum:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {minimum} to {maximum}")
    return number
