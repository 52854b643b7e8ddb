"""What makes a forked process one that could as well have been started: streams, signals, environment, name."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from chargepoint.cli import main
from chargepoint.zygote.line import Birth

HIGHEST_DESCRIPTOR = 256
ARGUMENTS_START, ARGUMENTS_END = 45, 46
"""Where /proc/self/stat tells the place of the command line, counted from the process state on (proc(5))."""

SIGNALS, SIG_DFL = [int(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)], int(signal.SIG_DFL)
# signal.signal makes words of numbers, and what that touches is memory of each charge point's own. asyncio does so
# too, and of a handler in the place of SIG_DFL it even tells in words that it is none of the words that it knows.
_set_handler = importlib.import_module("_signal").signal


def make_ready() -> None:
    """Find out once, in the zygote, what is the same for all."""
    _command_line()
    _environment()


def live(birth: Birth, streams: Sequence[int]) -> NoReturn:
    """Be the charge point of ``birth`` from its first line to its exit code."""
    code: object = 1
    try:
        _become(birth, streams)
        code = main(birth.arguments)
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _become(birth: Birth, streams: Sequence[int]) -> None:
    os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    for number in SIGNALS:
        _set_handler(number, SIG_DFL)
    for own, stream in enumerate(streams):
        os.dup2(stream, own)
    # The zygote's few descriptors; a charge point has opened none yet.
    os.closerange(len(streams), HIGHEST_DESCRIPTOR)
    _change_environment(birth.environment)
    os.chdir(birth.folder)
    if birth.umask is not None:
        os.umask(birth.umask)
    sys.argv[1:] = birth.arguments
    _rename([sys.executable, "-m", "chargepoint", *birth.arguments])


def _change_environment(wanted: Mapping[str, str]) -> None:
    """Change what is different, which is next to nothing: the zygote is supervisord's child as well."""
    present = _environment()
    for name in present.keys() - wanted.keys():
        del os.environ[name]
    for name, value in wanted.items() - present.items():
        os.environ[name] = value


@functools.cache
def _environment() -> Mapping[str, str]:
    """The zygote's; os.environ would decode every name and value again."""
    return dict(os.environ)


def _rename(words: Sequence[str]) -> None:
    """Show ``words`` as the command line, for whoever looks for the process of a charge point; Linux only.

    They are written over the zygote's own command line, which has room for them (``--room``).
    """
    start, end = _command_line()
    text = b"\0".join([os.fsencode(word) for word in words])[: max(0, end - start - 1)]
    with contextlib.suppress(OSError):
        memory = os.open("/proc/self/mem", os.O_WRONLY)
        os.pwrite(memory, text.ljust(end - start, b"\0"), start)
        os.close(memory)


@functools.cache
def _command_line() -> tuple[int, int]:
    """Where this process has its command line; nowhere when that cannot be known."""
    try:
        stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        return int(stat[ARGUMENTS_START]), int(stat[ARGUMENTS_END])
    except (OSError, ValueError, IndexError):
        return 0, 0
