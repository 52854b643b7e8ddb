"""What the processes of charge points on this machine cost; looked up only while somebody looks at it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

import psutil

from tui.state.moment import Process


class Processes:
    """CPU and memory by charge point. ``look`` blocks for about 0.1 ms a process and is called in a thread.

    A process number from a broker elsewhere may be anything here: a process counts only when its command line names
    the charge point, or is that of a pool. What a pool costs is told of each that lives in it.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[psutil.Process, float, float]] = {}
        self._strangers: set[tuple[str, int]] = set()

    def look(self, pids: Iterable[tuple[str, int]]) -> Mapping[str, Process]:
        """What each of these (id and process number) costs since the last look; those that are not here are left
        out."""
        inhabitants: dict[int, list[str]] = {}
        for station_id, pid in pids:
            if (station_id, pid) not in self._strangers:
                inhabitants.setdefault(pid, []).append(station_id)
        self._known = {pid: self._known[pid] for pid in inhabitants if pid in self._known}
        found: dict[str, Process] = {}
        for pid, ids in inhabitants.items():
            try:
                if process := self._measure(pid, ids):
                    found |= dict.fromkeys(ids, process)
            except psutil.Error:
                self._known.pop(pid, None)
        return found

    def _measure(self, pid: int, ids: Sequence[str]) -> Process | None:
        before = self._known.get(pid)
        if before is None or not before[0].is_running():
            process = psutil.Process(pid)
            if not _houses(process.cmdline(), ids):
                self._strangers.update((station_id, pid) for station_id in ids)
                return None
            before = (process, 0.0, 0.0)
        process, used_before_s, looked_at = before
        now = time.monotonic()
        with process.oneshot():
            times = process.cpu_times()
            memory_bytes = process.memory_info().rss
        used_s = times.user + times.system
        self._known[pid] = (process, used_s, now)
        cpu_pct = 100 * (used_s - used_before_s) / (now - looked_at) if looked_at else 0.0
        return Process(max(0.0, cpu_pct), memory_bytes)


def _houses(command_line: Sequence[str], ids: Sequence[str]) -> bool:
    return "chargepoint.pool" in command_line or any(each in word for each in ids for word in command_line)
