"""What ``cp-simu status`` tells of pools: who lives in each, and what that costs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psutil

from chargepoint.api.payloads import ChargePointStatus
from launcher.diagnostics import counted
from launcher.fleet.programs import pool_of, pool_program
from launcher.supervisord.client import ProcessInfo

LOOK_S = 0.5
"""Long enough for a CPU share that says something: the kernel counts in hundredths of a second."""


@dataclass(frozen=True, slots=True)
class PoolTold:
    """One pool; ``memory_mb`` is what it has to itself, ``cpu_pct`` of a core. ``process`` is None, and what it
    costs 0, where there is no supervisord to ask."""

    name: str
    process: str | None
    pid: int
    charge_points: int
    alive: int
    memory_mb: float = 0.0
    cpu_pct: float = 0.0

    def __str__(self) -> str:
        words = f"pool {self.name:10} {self.process or '-':8} pid {self.pid or '-':<8} "
        words += f"{counted(self.charge_points, 'charge point')}, {self.alive} alive"
        if self.memory_mb:
            each = f" ({self.cpu_pct / self.alive:.2f} % each)" if self.alive else ""
            words += f", {self.memory_mb:.0f} MB, {self.cpu_pct:.1f} % of a core{each}"
        return words


def pools_told(programs: Mapping[str, ProcessInfo], statuses: Mapping[str, ChargePointStatus]) -> list[PoolTold]:
    """All pools that supervisord knows or charge points name, each looked at for a moment."""
    names = {status.pool for status in statuses.values()} | {pool_of(program) for program in programs}
    infos = {name: programs.get(pool_program(name)) for name in sorted(filter(None, names))}
    costs = dict(_costs({info.pid for info in infos.values() if info and info.alive}))
    told = []
    for name, info in infos.items():
        inside = [status for status in statuses.values() if status.pool == name]
        pid = info.pid if info else 0
        alive = sum(status.alive for status in inside)
        told.append(
            PoolTold(name, info.state.name if info else None, pid, len(inside), alive, *costs.get(pid, (0.0, 0.0)))
        )
    return told


def _costs(pids: set[int]) -> Iterator[tuple[int, tuple[float, float]]]:
    """Memory (MB) and CPU share (%) of each that lives; it may end meanwhile, or be another's."""
    before = {pid: used for pid in pids if (used := _used_s(pid)) is not None}
    began_at = time.monotonic()
    if before:
        time.sleep(LOOK_S)
    for pid, used_s in before.items():
        now_s, passed_s = _used_s(pid), time.monotonic() - began_at
        try:
            memory = psutil.Process(pid).memory_full_info().uss
        except psutil.Error:
            continue
        if now_s is not None:
            yield pid, (memory / 2**20, max(0.0, 100 * (now_s - used_s) / passed_s))


def _used_s(pid: int) -> float | None:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return float(times.user + times.system)
