"""The error stream and the exit codes of every command: one line that says what is wrong, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import IntEnum

from chargepoint.api.errors import InputError
from launcher.supervisord.client import SupervisordGone


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_THERE = 3
    INTERRUPTED = 130


class Failure(Exception):
    """What was asked for was refused or did not succeed; ``str()`` says why and what to do."""

    exit_code = Exit.FAILED


class NotThere(Failure):
    """There is no yard, no broker or no launcher to talk to."""

    exit_code = Exit.NOT_THERE


class Ended(KeyboardInterrupt):
    """SIGTERM, which ends a command as Ctrl+C does."""


def say(text: str) -> None:
    """Give a line of data on stdout."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def narrate(text: str) -> None:
    """Tell on stderr what happens."""
    sys.stderr.write(f"cp-simu: {text}\n")
    sys.stderr.flush()


def concluded(command: Callable[[], int]) -> int:
    """Run ``command``; whatever goes wrong becomes a line on stderr and an exit code."""
    try:
        return command()
    except Failure as failure:
        narrate(str(failure))
        return failure.exit_code
    except InputError as error:
        narrate(str(error))
        return Exit.USAGE
    except SupervisordGone as error:
        narrate(str(error))
        return Exit.NOT_THERE
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain about it once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    except OSError as error:
        narrate(reason_of(error))
        return Exit.FAILED
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def counted(count: int, noun: str, plural: str = "s") -> str:
    """``3 charge points``."""
    return f"{count} {noun}{'' if count == 1 else plural}"


def reason_of(error: OSError) -> str:
    """An operating system's error as one line: what it was about, and why."""
    why = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {why}" if error.filename else why
