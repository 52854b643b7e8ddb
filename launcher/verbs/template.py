"""``config.ini`` on the disk."""

from __future__ import annotations

from pathlib import Path

from chargepoint.api.errors import InputError
from launcher.fleet.templates import parse_template


def read_template(file: Path) -> dict[str, object]:
    """What ``file`` gives for start entries, nothing when it is not there. Raises InputError."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError("config.ini", str(file), f"a file that can be read ({error.strerror})") from None
    return parse_template(text, str(file))
