"""Logging of all programs: one line an event, UTC, to a file or to stderr (stdout is data)."""

from __future__ import annotations

import logging
import sys
import time
from enum import StrEnum
from logging.handlers import RotatingFileHandler
from pathlib import Path


class LogLevel(StrEnum):
    """How much is told; ``debug`` adds every OCPP frame and every MQTT message."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def configure(level: LogLevel, name: str, file: Path | None = None) -> None:
    """Send the log to ``file`` (rotated at 2 MB, one old one kept), or to stderr; each line bears ``name``."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = RotatingFileHandler(file, maxBytes=2_000_000, backupCount=1, encoding="utf-8", delay=True)
    formatter = logging.Formatter(
        f"%(asctime)s.%(msecs)03dZ %(levelname)-7s {name}: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.value.upper(), handlers=[handler], force=True)
    logging.raiseExceptions = False
    # The libraries tell every frame and every reconnection; ours are the lines that count.
    for library in ("websockets", "mqtt", "asyncio"):
        logging.getLogger(library).setLevel(logging.WARNING)
