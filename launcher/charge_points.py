"""The charge points of this machine: their folders on the disk and their programs in supervisord.

Both are the truth; nothing else is remembered, so a launcher that was killed finds every charge point again.
Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Iterable, Mapping

from chargepoint.api.errors import InputError
from chargepoint.api.hosting import PoolOrder
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import RESERVED_IDS
from launcher.deaths import cause_of_death
from launcher.diagnostics import reason_of
from launcher.fleet.errands import Batch, Preparation, Process, Report
from launcher.fleet.programs import (
    SupervisordTemplate,
    command_line,
    pool_of,
    pool_program,
    program_name,
)
from launcher.folder import Folder, replace_file
from launcher.pools import Pools, door_of
from launcher.stored import stored_specs
from launcher.supervisord.client import (
    Call,
    Difference,
    Fault,
    FaultCode,
    ProcessInfo,
    Supervisord,
    SupervisordGone,
    as_info,
    info_call,
)

log = logging.getLogger(__name__)


class ChargePoints:
    """Every charge point that was started in ``folder`` and not removed, running or not."""

    def __init__(
        self, folder: Folder, supervisord: Supervisord, pattern: SupervisordTemplate, options: Iterable[str]
    ) -> None:
        """``pattern`` has the program of a charge point; ``options`` are given to each of them."""
        self._folder = folder
        self._supervisord = supervisord
        self._pattern = pattern
        self._options = tuple(options)
        self._pools = Pools(folder, supervisord)
        self._programs: set[str] | None = None
        self.specs: dict[str, ChargePointSpec] = {}

    @property
    def homes(self) -> Mapping[str, str]:
        """The pool of each that lives in one, by id."""
        return self._pools.homes

    def find(self) -> None:
        """Read what is stored, and have supervisord know it. A full disk or a supervisord that is away is told in
        the log: what runs can be served all the same."""
        self.specs = stored_specs(self._folder)
        try:
            for folder in (self._folder.charge_points, self._folder.removed):
                folder.mkdir(parents=True, exist_ok=True)
            self._pools.find()
            self._pools.part([each for each in self.homes if not self._folder.charge_point(each).exists()])
            self._write_programs()
            self._sync()
        except (OSError, SupervisordGone, InputError) as error:
            log.error("%s", reason_of(error) if isinstance(error, OSError) else error)

    def removed(self) -> list[str]:
        """Charge points that are gone but for their retained messages."""
        return sorted(path.name for path in self._folder.removed.glob("*"))

    @property
    def pools_left(self) -> list[str]:
        """Pools that are gone but for their retained messages."""
        return self._pools.left

    def forget_pools(self, pools: Iterable[str]) -> None:
        """Nothing more is to be done for these of ``pools_left``."""
        self._pools.forget(pools)

    def forget(self, ids: Iterable[str]) -> None:
        """Nothing more is to be done for these of ``removed``."""
        for station_id in ids:
            shutil.rmtree(self._folder.removed / station_id, ignore_errors=True)

    def carry_out(self, batch: Batch) -> Report:
        """Do the work of ``batch``, but for ``clear``, and say what came of it."""
        failures: dict[str, str] = {}
        self._prepare(batch.prepare, failures)
        self._erase(batch.erase, failures)
        return Report(self._command(batch, failures), failures)

    # Processes

    def _command(self, batch: Batch, failures: dict[str, str]) -> dict[str, Process]:
        try:
            processes = self._command_programs(batch, failures)
            pooled, refused = self._pools.command(
                PoolOrder(*map(self._pooled, (batch.cut, batch.end, (), batch.spawn, (), batch.look)))
            )
        except SupervisordGone as error:
            ids = (*batch.look, *batch.end, *batch.cut, *batch.spawn)
            failures |= {station_id: _gone(error) for station_id in ids}
            return {}
        except OSError as error:
            ids = (*batch.end, *batch.cut, *batch.spawn)
            failures |= {station_id: reason_of(error) for station_id in ids if station_id in self.homes}
            return processes
        failures |= refused
        failures |= {each: pooled[each].ended for each in batch.spawn if each in pooled and pooled[each].ended}
        return processes | pooled

    def _command_programs(self, batch: Batch, failures: dict[str, str]) -> dict[str, Process]:
        orders: list[tuple[str, Call | None]] = [
            # Who has no program has no process.
            *((station_id, None) for station_id in batch.look if self._known(program_name(station_id))),
            *((station_id, ("stopProcess", (program_name(station_id), False))) for station_id in batch.end),
            *((station_id, ("signalProcess", (program_name(station_id), "KILL"))) for station_id in batch.cut),
            *((station_id, ("startProcess", (program_name(station_id), False))) for station_id in batch.spawn),
        ]
        orders = [order for order in orders if order[0] not in self.homes]
        calls: list[Call] = []
        for station_id, call in orders:
            calls += [call] if call else []
            calls.append(info_call(program_name(station_id)))
        results = iter(self._supervisord.batch(calls))
        processes = {}
        for station_id, call in orders:
            done = next(results) if call else True
            info = as_info(next(results))
            processes[station_id] = self._process(station_id, info)
            if isinstance(done, Fault) and done.code not in _HARMLESS:
                failures[station_id] = processes[station_id].ended or done.text
        return processes

    def _pooled(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(station_id for station_id in ids if station_id in self.homes)

    def _known(self, program: str) -> bool:
        return self._programs is None or program in self._programs

    def _process(self, station_id: str, info: ProcessInfo | None) -> Process:
        if info is None:
            return Process()
        return Process(info.pid, cause_of_death(info, self._folder.log(station_id)))

    # Folders and programs

    def _prepare(self, wanted: Iterable[Preparation], failures: dict[str, str]) -> None:
        stored: dict[str, str] = {}
        for spec, fresh, home in wanted:
            try:
                self._store(spec, fresh)
            except OSError as error:
                failures[spec.id] = reason_of(error)
            else:
                stored[spec.id] = home
        if not stored:
            return
        try:
            self._pools.settle(stored)
            moved = {program_name(station_id) for station_id, home in stored.items() if home}
            known = self._programs or set()
            if moved & known or not self._wanted_programs() <= known:
                self._write_programs()
                self._sync()
            for station_id in (each for each, home in stored.items() if home):
                self._drop_log(station_id)
        except OSError as error:
            failures |= dict.fromkeys(stored, reason_of(error))
        except SupervisordGone as error:
            failures |= dict.fromkeys(stored, _gone(error))

    def _store(self, spec: ChargePointSpec, fresh: bool) -> None:
        folder, file = self._folder.charge_point(spec.id), self._folder.spec(spec.id)
        if not fresh and self.specs.get(spec.id) == spec and file.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        # What exists is given up when what takes its place is safe, and not before.
        replace_file(file, json.dumps(spec.to_entry(), indent=2) + "\n")
        self.specs[spec.id] = spec
        for old in (each for each in folder.iterdir() if fresh and each != file):
            shutil.rmtree(old) if old.is_dir() else old.unlink()

    def _erase(self, ids: Iterable[str], failures: dict[str, str]) -> None:
        gone = [station_id for station_id in ids if station_id in self.specs]
        if not gone:
            return
        single = [station_id for station_id in gone if station_id not in self.homes]
        try:
            failures |= self._pools.part(gone)
            results = self._supervisord.batch([("removeProcessGroup", (program_name(each),)) for each in single])
        except SupervisordGone as error:
            failures |= dict.fromkeys(gone, _gone(error))
            return
        except OSError as error:
            failures |= dict.fromkeys(gone, reason_of(error))
            return
        for station_id, result in zip(single, results, strict=True):
            if isinstance(result, Fault) and result.code != FaultCode.BAD_NAME:
                failures[station_id] = result.text
        for station_id in gone:
            if station_id in failures:
                continue
            try:
                self._drop(station_id)
            except OSError as error:
                failures[station_id] = reason_of(error)
        try:
            self._end_empty_pools()
            self._write_programs()
        except OSError as error:
            failures |= dict.fromkeys(gone, reason_of(error))
        except SupervisordGone as error:
            failures |= dict.fromkeys(gone, _gone(error))

    def _end_empty_pools(self) -> None:
        empty = [name for name in self._programs or () if (pool := pool_of(name)) and not self._pools.of(pool)]
        calls: list[Call] = []
        for name in empty:
            calls += [("stopProcess", (name, True)), ("removeProcessGroup", (name,))]
        self._supervisord.batch(calls)
        for name in empty:
            self._drop_log(name)
        if self._programs is not None:
            self._programs.difference_update(empty)

    def _drop(self, station_id: str) -> None:
        """From here on the charge point does not exist; what is left waits for its messages to be cleared."""
        grave = self._folder.removed / station_id
        shutil.rmtree(grave, ignore_errors=True)
        self._folder.charge_point(station_id).rename(grave)
        self._drop_log(station_id)
        del self.specs[station_id]
        if self._programs is not None:
            self._programs.discard(program_name(station_id))

    def _drop_log(self, name: str) -> None:
        """Of one that is removed, or lives in a pool and says all in its log; or of a pool that is no more."""
        log_file = self._folder.log(name)
        for file in (log_file, log_file.with_name(log_file.name + ".1")):
            file.unlink(missing_ok=True)

    def _wanted_programs(self) -> set[str]:
        single = {program_name(station_id) for station_id in self.specs if station_id not in self.homes}
        return single | set(map(pool_program, self._pools.names))

    def _write_programs(self) -> None:
        single = (station_id for station_id in self.specs if station_id not in self.homes)
        programs = [self._pattern.render_program(each, self._values(each)) for each in single]
        programs += [self._pattern.render_pool(pool, self._pool_values(pool)) for pool in self._pools.names]
        replace_file(self._folder.programs_conf, "\n".join(programs))

    def _values(self, station_id: str) -> Mapping[str, str]:
        log_file = self._folder.log(station_id)
        command = command_line(
            *(sys.executable, "-m", "chargepoint"),
            *("--dir", self._folder.charge_point(station_id), "--log-file", log_file),
            *self._options,
        )
        return {"chargepoint_command": command, "log_file": str(log_file)}

    def _pool_values(self, pool: str) -> Mapping[str, str]:
        log_file = self._folder.log(pool_program(pool))
        command = command_line(
            *(sys.executable, "-m", "chargepoint.pool", "--name", pool),
            *("--dir", self._folder.charge_points, "--roster", self._folder.roster(pool)),
            *("--door", door_of(pool, self._supervisord), "--log-file", log_file),
            *self._options,
        )
        return {"pool_command": command, "log_file": str(log_file)}

    def _sync(self) -> None:
        """Have supervisord know the programs that are stored, and no others, but touch nothing that runs."""
        found = self._supervisord.reload()
        if isinstance(found, Fault):
            raise SupervisordGone(f"supervisord refuses its configuration: {found.text}")
        outdated = self._without_process(found)
        running = {name for name in found.removed if name not in RESERVED_IDS and name not in outdated}
        calls: list[Call] = [("removeProcessGroup", (name,)) for name in outdated]
        added = [*found.added, *(name for name in found.changed if name in outdated)]
        calls += [("addProcessGroup", (name,)) for name in added if name not in RESERVED_IDS]
        for call, result in zip(calls, self._supervisord.batch(calls), strict=True):
            if isinstance(result, Fault) and result.code != FaultCode.ALREADY_ADDED:
                log.warning("%s %s: %s", call[0], call[1][0], result.text)
        self._programs = self._wanted_programs() | running

    def _without_process(self, found: Difference) -> list[str]:
        names = [name for name in (*found.changed, *found.removed) if name not in RESERVED_IDS]
        return [name for name, info in self._supervisord.infos(names).items() if not info.alive]


_HARMLESS = (FaultCode.BAD_NAME, FaultCode.NOT_RUNNING, FaultCode.ALREADY_STARTED)
"""The wish was fulfilled before it was tried."""


def _gone(error: SupervisordGone) -> str:
    return f"{error}; `cp-simu up` brings it back"
