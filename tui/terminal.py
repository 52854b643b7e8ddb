"""The terminal that the screen is drawn on."""

from __future__ import annotations

import errno
import sys
import termios


def hung_up() -> bool:
    """Whether the terminal is gone. What never was one, a pipe or a browser's socket, is not."""
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    except ValueError:
        return False
    return False
