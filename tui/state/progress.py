"""How far something is that takes longer than a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chargepoint.api.payloads import ChargePointStatus
from launcher.api.commands import Close, Command, CommandType
from tui.state.cells import Cell, Line, Tone, fit
from tui.state.fleet import Fleet

Life = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` of what ``title`` says."""

    title: str
    done: int
    total: int

    @property
    def over(self) -> bool:
        """Whether all is done."""
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class Errand:
    """A command the launcher was given, and the lives before: a process number, which those of a pool share, and when
    it began. How far the command is shows in what is retained."""

    command: CommandType
    lives: Mapping[str, Life]

    @classmethod
    def of(cls, command: Command, fleet: Fleet) -> Errand | None:
        """The errand of a command with charge points; None for one without."""
        if isinstance(command, Close):
            return None
        lives: dict[str, Life] = {}
        for entry in command.charge_points:
            station_id = str(entry.get("id", "")) if isinstance(entry, Mapping) else ""
            station = fleet.get(station_id)
            lives[station_id] = _life(station.status) if station and station.status else (0, "")
        return cls(command.type, lives)

    def progress(self, fleet: Fleet) -> Progress:
        """How many of its charge points are as they were ordered to be."""
        done = sum(self._obeyed(fleet, station_id, life) for station_id, life in self.lives.items())
        return Progress(self.command.value.capitalize(), done, len(self.lives))

    def _obeyed(self, fleet: Fleet, station_id: str, life: Life) -> bool:
        station = fleet.get(station_id)
        match self.command:
            case CommandType.REMOVE:
                return station is None
            case CommandType.KILL:
                return station is None or not station.alive
            case _:
                return (
                    station is not None and station.alive and bool(station.status and _life(station.status) != life)
                )


def _life(status: ChargePointStatus) -> Life:
    return status.pid, status.started_at


def progress_line(running: Progress, others: int, stop_key: str, width: int) -> Line:
    """A bar with its words; ``stop_key`` is empty for what cannot be stopped."""
    words = f" {running.title} {running.done}/{running.total} "
    more = f" +{others} more" if others else ""
    stop = f" {stop_key} stops " if stop_key else " "
    room = max(0, min(60, width - len(words) - len(more) - len(stop)))
    filled = round(room * running.done / running.total) if running.total else room
    return fit(
        (
            Cell(words, Tone.STRONG),
            Cell("━" * filled, Tone.BUSY),
            Cell("─" * (room - filled), Tone.TRACK),
            Cell(more, Tone.DIM),
            Cell(stop, Tone.KEY if stop_key else Tone.DIM),
        ),
        width,
    )
