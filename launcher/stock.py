"""The charge points of a yard on disk: what they were started with, and the program file that follows from it."""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import sys
from collections.abc import Iterable

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from chargepoint.api.spec import ChargePointSpec, parse_spec
from chargepoint.logs import LogLevel
from launcher.fleet.programs import programs_conf
from launcher.fleet.setups import parse_template
from launcher.folder import Folder, replace_file

log = logging.getLogger(__name__)

SPEC = "spec.json"


class Stock:
    """All charge points that were started in ``folder`` and not removed, running or not."""

    def __init__(self, folder: Folder, broker_url: str, root: str, level: LogLevel) -> None:
        """``broker_url`` and ``root`` are what the charge points are told; raises OSError."""
        self._folder = folder
        self._command = ["--broker", broker_url, "--root", root, "--log-level", str(level)]
        self.specs: dict[str, ChargePointSpec] = {}
        folder.chargepoints.mkdir(parents=True, exist_ok=True)
        for file in sorted(folder.chargepoints.glob(f"*/{SPEC}")):
            try:
                spec = parse_spec(parse_json(file.read_bytes(), str(file)))
            except (InputError, OSError) as error:
                log.error("%s is left alone: %s", file.parent, error)
                continue
            self.specs[spec.id] = spec

    def template(self) -> dict[str, object]:
        """The defaults of ``config.ini``, read anew each time; none without the file. Raises InputError."""
        try:
            text = self._folder.template.read_text()
        except FileNotFoundError:
            return {}
        return parse_template(text, str(self._folder.template))

    def put(self, spec: ChargePointSpec, *, fresh: bool) -> None:
        """Store ``spec``; ``fresh`` forgets everything an earlier charge point of that id left. Raises OSError."""
        folder = self._folder.station(spec.id)
        if fresh:
            self._wipe(spec.id)
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / SPEC, json.dumps(spec.to_entry(), indent=2) + "\n")
        self.specs[spec.id] = spec

    def remove(self, ids: Iterable[str]) -> None:
        """Forget charge points with all their data. Raises OSError."""
        for station_id in ids:
            self.specs.pop(station_id, None)
            self._wipe(station_id)

    def write_programs(self) -> None:
        """Make the program file say what is stored. Raises OSError."""
        commands = {
            station_id: [
                sys.executable,
                "-m",
                "chargepoint",
                "--dir",
                str(self._folder.station(station_id)),
                "--log-file",
                str(self._folder.log(station_id)),
                *self._command,
            ]
            for station_id in self.specs
        }
        logs = {station_id: str(self._folder.log(station_id)) for station_id in self.specs}
        replace_file(self._folder.programs_conf, programs_conf(commands, logs))

    def _wipe(self, station_id: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._folder.station(station_id))
        log_file = self._folder.log(station_id)
        for file in (log_file, log_file.with_name(log_file.name + ".1")):
            file.unlink(missing_ok=True)
