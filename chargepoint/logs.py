"""Logging of all programs: one line an event, UTC, to a file or to stderr (stdout is data)."""

from __future__ import annotations

import logging
import sys
import time
from contextvars import ContextVar
from enum import StrEnum
from logging.handlers import RotatingFileHandler
from pathlib import Path

from chargepoint.api.errors import InputError


class LogLevel(StrEnum):
    """How much is told; ``debug`` adds every OCPP frame and every MQTT message."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


subject: ContextVar[str] = ContextVar("subject", default="")
"""Whom lines are about, in a process that is many."""


class _OneLine(logging.Formatter):
    """What others sent us is told, but starts no line of its own."""

    converter = staticmethod(time.gmtime)

    def __init__(self, name: str) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)-7s %(subject)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._name = name

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.subject = subject.get() or self._name
        return super().formatMessage(record).replace("\n", "\\n").replace("\r", "\\r")


def configure(level: LogLevel, name: str, file: Path | None = None) -> None:
    """Send the log to ``file`` (rotated at 2 MB, one old one kept), or to stderr; each line bears ``name``,
    or its ``subject``.

    Raises InputError when the file cannot be written.
    """
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            handler = RotatingFileHandler(
                file, maxBytes=2_000_000, backupCount=1, encoding="utf-8", errors="backslashreplace"
            )
        except OSError as error:
            raise InputError("log file", str(file), f"a file that can be written ({error.strerror})") from None
    handler.setFormatter(_OneLine(name))
    logging.basicConfig(handlers=[handler], force=True)
    logging.raiseExceptions = False
    _set_level(logging.root, level.value.upper())
    # The libraries tell every frame, every reconnection, every URL with its password; ours are the lines that count.
    for library in ("websockets", "mqtt", "asyncio", "httpx", "httpcore"):
        _set_level(logging.getLogger(library), "WARNING")


def _set_level(logger: logging.Logger, level: str) -> None:
    # To set it looks at all loggers there are, which in a charge point that was forked become memory of its own.
    if logging.getLevelName(logger.level) != level:
        logger.setLevel(level)
