"""The charge points that exist: what is stored of each in its folder."""

from __future__ import annotations

import logging
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from chargepoint.api.spec import ChargePointSpec, parse_spec
from launcher.folder import Folder

log = logging.getLogger(__name__)


def stored_specs(folder: Folder) -> dict[str, ChargePointSpec]:
    """The charge points that exist in ``folder``; one whose entry cannot be read is left alone."""
    specs = {}
    for file in sorted(folder.charge_points.glob("*/spec.json")):
        if spec := _read_spec(file):
            specs[spec.id] = spec
    return specs


def stored_spec(folder: Folder, station_id: str) -> ChargePointSpec | None:
    """One charge point; None when it does not exist."""
    file = folder.spec(station_id)
    return _read_spec(file) if file.exists() else None


def _read_spec(file: Path) -> ChargePointSpec | None:
    try:
        spec = parse_spec(parse_json(file.read_bytes(), str(file)))
        if spec.id != file.parent.name:
            raise InputError(f"{file}: id", spec.id, f"{file.parent.name!r}, the folder's name")
    except (OSError, InputError) as error:
        log.error("%s is left alone: %s", file.parent, error)
        return None
    return spec
