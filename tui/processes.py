"""What the processes of charge points on this machine cost; looked up only while somebody looks at it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import psutil

from tui.state.moment import Process


class Processes:
    """CPU and memory by charge point. ``look`` blocks for about 0.1 ms a process and is called in a thread.

    A process number from a broker elsewhere may be anything here: a process counts only when its command line names
    the charge point.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[psutil.Process, float, float]] = {}
        self._strangers: set[tuple[str, int]] = set()

    def look(self, pids: Iterable[tuple[str, int]]) -> Mapping[str, Process]:
        """What each of these (id and process number) costs since the last look; those that are not here are left
        out."""
        wanted = [pair for pair in pids if pair not in self._strangers]
        self._known = {station_id: self._known[station_id] for station_id, _ in wanted if station_id in self._known}
        found: dict[str, Process] = {}
        for station_id, pid in wanted:
            try:
                if process := self._measure(station_id, pid):
                    found[station_id] = process
            except psutil.Error:
                self._known.pop(station_id, None)
        return found

    def _measure(self, station_id: str, pid: int) -> Process | None:
        before = self._known.get(station_id)
        if before is None or before[0].pid != pid:
            process = psutil.Process(pid)
            if not any(station_id in word for word in process.cmdline()):
                self._strangers.add((station_id, pid))
                return None
            before = (process, 0.0, 0.0)
        process, used_before_s, looked_at = before
        now = time.monotonic()
        with process.oneshot():
            times = process.cpu_times()
            memory_bytes = process.memory_info().rss
        used_s = times.user + times.system
        self._known[station_id] = (process, used_s, now)
        cpu_pct = 100 * (used_s - used_before_s) / (now - looked_at) if looked_at else 0.0
        return Process(max(0.0, cpu_pct), memory_bytes)
