"""Where charge points come to live: each in a process of its own, or many in a pool.

A charge point is placed when it is started, and stays there until it is started anew or removed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec

PROCESSES_PER_CORE = 50
"""So many come up within seconds, and are still found in a list of processes."""

MEMORY_PER_PROCESS = 100_000_000
"""Bytes: a charge point's process takes 25 MB at most, and a quarter of the machine is enough for all of them."""

OWN_PROCESS = ""
"""The home of a charge point that shares it with nobody; other homes are the names of pools."""


class PoolMode(StrEnum):
    """What becomes of charge points whose entry does not say where they are to live."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Placement:
    """The rule of one yard. In mode auto, a start that makes them more than ``most_processes`` puts those that it
    starts into pools, one pool for each of ``cores``; a start that does not gives each a process of its own."""

    mode: PoolMode = PoolMode.AUTO
    cores: int = 1
    most_processes: int = PROCESSES_PER_CORE

    @classmethod
    def of_machine(cls, mode: PoolMode, cores: int, memory_bytes: int) -> Placement:
        """The rule for a machine: 50 processes for each core, and no more than fit into a quarter of its memory."""
        return cls(mode, cores, max(1, min(PROCESSES_PER_CORE * cores, memory_bytes // MEMORY_PER_PROCESS)))

    def homes(self, wanted: Iterable[ChargePointSpec], present: Mapping[str, str]) -> dict[str, str]:
        """The home of each that is ``wanted``, by id; ``present`` are those of all there are."""
        specs = {spec.id: spec for spec in wanted}
        others = {station_id: home for station_id, home in present.items() if station_id not in specs}
        inhabitants = Counter(home for home in others.values() if home != OWN_PROCESS)
        pooled = self._pooled(len(others) + len(specs))
        homes = {}
        for spec in specs.values():
            home = self._home(pooled if spec.pool is None else spec.pool, inhabitants)
            inhabitants[home] += 1
            homes[spec.id] = home
        return homes

    def _pooled(self, count: int) -> bool:
        return self.mode is PoolMode.ALWAYS or (self.mode is PoolMode.AUTO and count > self.most_processes)

    def _home(self, pool: bool | str, inhabitants: Mapping[str, int]) -> str:
        if isinstance(pool, str):
            return pool
        names = map(str, range(1, self.cores + 1))
        return min(names, key=lambda name: inhabitants.get(name, 0)) if pool else OWN_PROCESS


def check_stays(spec: ChargePointSpec, home: str) -> None:
    """Raises InputError when ``spec`` wants to live elsewhere than at ``home``: its data are there."""
    match spec.pool:
        case None:
            stays = True
        case bool():
            stays = spec.pool == (home != OWN_PROCESS)
        case str():
            stays = spec.pool == home
    if not stays:
        lives = f"in the pool {home}" if home else "in a process of its own"
        raise InputError("pool", spec.pool, f"where its data are, which is {lives}: start it anew to move it")
