"""The pools of this machine: who lives in which, and what is asked of them. Everything here blocks.

A roster (``pools/<name>.json``) tells who lives in a pool and who comes up with it. It is written before the pool is
told: one that is not up yet reads it when it is, so that nothing has to wait for that. An empty one is of a pool that
is no more, but for what the broker retains of it.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.hosting import PoolAnswer, PoolOrder, parse_roster, roster_json
from launcher.deaths import cause_of_death
from launcher.fleet.errands import Process
from launcher.fleet.programs import pool_program
from launcher.folder import Folder, replace_file
from launcher.supervisord.client import Fault, FaultCode, ProcessInfo, ProcessState, Supervisord

ANSWER_TIMEOUT_S = 30.0
"""A pool in which thousands come up answers between two of them."""


class Pools:
    """The pools of the yard in ``folder``. Methods raise SupervisordGone, and OSError when a roster cannot be
    written."""

    def __init__(self, folder: Folder, supervisord: Supervisord) -> None:
        self._folder = folder
        self._supervisord = supervisord
        self._rosters: dict[str, dict[str, bool]] = {}
        self.homes: dict[str, str] = {}
        """The pool of each that lives in one, by id."""

    def find(self) -> None:
        """Read who lives where; raises InputError or OSError."""
        self._rosters = {file.stem: _read(file) for file in sorted(self._folder.pools.glob("*.json"))}
        self.homes = {each: pool for pool, roster in self._rosters.items() for each in roster}

    @property
    def names(self) -> list[str]:
        """Pools in which somebody lives."""
        return [name for name, roster in self._rosters.items() if roster]

    @property
    def left(self) -> list[str]:
        """Pools in which nobody lives any more, and of which the broker may still retain something."""
        return [name for name, roster in self._rosters.items() if not roster]

    def forget(self, pools: Iterable[str]) -> None:
        """Nothing is left of these, if nobody has come to live there meanwhile."""
        for pool in set(self.left).intersection(pools):
            del self._rosters[pool]
            self._folder.roster(pool).unlink(missing_ok=True)

    def of(self, pool: str) -> list[str]:
        """Who lives in ``pool``."""
        return list(self._rosters.get(pool, ()))

    def coming_up_with(self, pool: str) -> list[str]:
        """Who of ``pool`` has been wanted to live, and was not killed since."""
        return [station_id for station_id, up in self._rosters.get(pool, {}).items() if up]

    def settle(self, homes: Mapping[str, str]) -> None:
        """These live there from now on, and are not to come up yet; "" is in no pool."""
        self.part([each for each, home in homes.items() if self.homes.get(each, home) != home])
        new = {station_id: home for station_id, home in homes.items() if home and station_id not in self.homes}
        for station_id, home in new.items():
            self._rosters.setdefault(home, {})[station_id] = False
        self.homes |= new
        self._write(set(new.values()))

    def part(self, ids: Iterable[str]) -> dict[str, str]:
        """These live nowhere any more, whatever becomes of their folders; returns why that failed for some."""
        mine = [station_id for station_id in ids if station_id in self.homes]
        _, failures = self._ask(self._per_pool(PoolOrder(forget=tuple(mine))))
        touched = set()
        for station_id in mine:
            if station_id not in failures:
                pool = self.homes.pop(station_id)
                del self._rosters[pool][station_id]
                touched.add(pool)
        self._write(touched)
        return failures

    def command(self, order: PoolOrder) -> tuple[dict[str, Process], dict[str, str]]:
        """Do it; returns how those that are named are afterwards, and why what failed did."""
        orders = self._per_pool(order)
        infos = self._infos(orders)
        idle = {pool for pool in orders if not infos[pool].alive}
        self._note(orders, idle)
        failures = self._start([pool for pool in idle if orders[pool].spawn], infos)
        answers, unanswered = self._ask({pool: asked for pool, asked in orders.items() if pool not in idle})
        failures |= unanswered
        processes: dict[str, Process] = {}
        for pool, asked in orders.items():
            for station_id in asked.ids:
                processes[station_id] = self._process(station_id, pool, infos[pool], answers.get(pool))
        return processes, failures

    def look(self, ids: Iterable[str]) -> dict[str, Process]:
        """How those of ``ids`` are that live in pools."""
        return self.command(PoolOrder(look=tuple(each for each in ids if each in self.homes)))[0]

    def tell(self, ids: Iterable[str]) -> None:
        """Let those of ``ids`` that live publish their statuses anew."""
        self._ask(self._per_pool(PoolOrder(tell=tuple(each for each in ids if each in self.homes))))

    # Rosters

    def _note(self, orders: Mapping[str, PoolOrder], idle: Iterable[str]) -> None:
        """Who is to be up: in a pool that is started for some, these and nobody else."""
        touched = set()
        for pool, order in orders.items():
            roster = self._rosters[pool]
            before = dict(roster)
            if pool in idle and order.spawn:
                roster.update(dict.fromkeys(roster, False))
            roster.update(dict.fromkeys((*order.cut, *order.end), False))
            roster.update(dict.fromkeys(order.spawn, True))
            if roster != before:
                touched.add(pool)
        self._write(touched)

    def _write(self, pools: Iterable[str]) -> None:
        for pool in pools:
            file = self._folder.roster(pool)
            file.parent.mkdir(exist_ok=True)
            replace_file(file, roster_json(self._rosters[pool]))

    # Processes

    def _infos(self, pools: Iterable[str]) -> dict[str, ProcessInfo]:
        programs = {pool: pool_program(pool) for pool in pools}
        known = self._supervisord.infos(programs.values())
        return {pool: known.get(name) or ProcessInfo(name, ProcessState.STOPPED) for pool, name in programs.items()}

    def _start(self, pools: list[str], infos: dict[str, ProcessInfo]) -> dict[str, str]:
        calls = [("startProcess", (pool_program(pool), False)) for pool in pools]
        failures: dict[str, str] = {}
        for pool, result in zip(pools, self._supervisord.batch(calls), strict=True):
            if isinstance(result, Fault) and result.code != FaultCode.ALREADY_STARTED:
                failures |= dict.fromkeys(self.coming_up_with(pool), f"the pool {pool}: {result.text}")
        infos |= self._infos(pools)
        return failures

    def _process(self, station_id: str, pool: str, info: ProcessInfo, answer: PoolAnswer | None) -> Process:
        if not info.alive:
            return Process(ended=cause_of_death(info, self._folder.log(pool_program(pool))))
        if answer is None:
            # It is not up yet, and will read the roster.
            return Process(info.pid if self._rosters[pool].get(station_id) else 0)
        if station_id in answer.alive:
            return Process(info.pid)
        return Process(ended=answer.ended.get(station_id, ""))

    def _per_pool(self, order: PoolOrder) -> dict[str, PoolOrder]:
        orders: dict[str, PoolOrder] = {}
        for verb in ("cut", "end", "forget", "spawn", "tell", "look"):
            by_pool: dict[str, list[str]] = {}
            for station_id in getattr(order, verb):
                by_pool.setdefault(self.homes[station_id], []).append(station_id)
            for pool, ids in by_pool.items():
                orders[pool] = replace(orders.get(pool, PoolOrder()), **{verb: tuple(ids)})
        return orders

    def _ask(self, orders: Mapping[str, PoolOrder]) -> tuple[dict[str, PoolAnswer], dict[str, str]]:
        """The answers of those that are up, and for the others' inhabitants why there is none that should be."""
        with contextlib.ExitStack() as lines:
            answers: dict[str, PoolAnswer] = {}
            failures: dict[str, str] = {}
            asked: dict[str, socket.socket] = {}
            # All are asked before one is waited for.
            for pool, order in orders.items():
                if line := self._line(pool):
                    asked[pool] = lines.enter_context(line)
                    with contextlib.suppress(OSError):
                        line.sendall(order.to_line())
            for pool, line in asked.items():
                try:
                    # Without an answer it has just ended: supervisord will say so when it is looked at again.
                    with contextlib.suppress(ConnectionError):
                        if answer := line.makefile("rb").readline():
                            answers[pool] = PoolAnswer.from_line(answer)
                except (OSError, InputError) as error:
                    reason = f"the pool {pool} does not answer ({error})"
                    failures |= dict.fromkeys(orders[pool].ids, reason)
        return answers, failures

    def _line(self, pool: str) -> socket.socket | None:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(ANSWER_TIMEOUT_S)
        try:
            line.connect(str(door_of(pool, self._supervisord)))
        except OSError:
            line.close()
            return None
        return line


def door_of(pool: str, supervisord: Supervisord) -> Path:
    """The socket at which a pool is asked."""
    return supervisord.socket.with_name(f"{pool_program(pool)}.sock")


def _read(file: Path) -> dict[str, bool]:
    return parse_roster(file.read_bytes(), str(file))
