"""What can be done to charge points and to the whole yard: each ends in a command for the launcher, or a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from launcher.api.commands import Command, Kill, Remove, Restart, Start
from tui.messages import ConnectionWanted, LauncherOrdered, SaveWanted
from tui.screens.add import Added, AddForm
from tui.screens.confirm import Confirm
from tui.screens.connector_actions import Stage
from tui.screens.file_forms import LoadForm, LoadFrom, SaveForm, SaveTo
from tui.state import units
from tui.state.drafts import Draft
from tui.state.fleet import Fleet
from tui.state.naming import following
from tui.state.situation import LinkState


class YardActions:
    """Add, kill, restart, remove, save, load, connect; remembers the last form and the last file."""

    def __init__(self, stage: Stage, fleet: Fleet, central_system: str) -> None:
        self._stage = stage
        self._fleet = fleet
        self._draft = Draft(central_system=central_system)
        self._path = "setup.json"

    @property
    def performers(self) -> dict[str, Callable[[], object]]:
        """The actions by name."""
        return {
            "add": self.add,
            "toggle": self.toggle,
            "kill": self.kill,
            "restart": self.restart,
            "remove": self.remove,
            "kill_all": self.kill_all,
            "restart_all": self.restart_all,
            "save": self.save,
            "load": self.load,
            "connect": self.connect,
        }

    def add(self) -> None:
        """Ask for new charge points and start them."""
        taken = self._present()
        self._stage.app.push_screen(AddForm(self._draft.free(taken), taken), self._start)

    def toggle(self) -> None:
        """Kill a living charge point, restart a dead one."""
        station = self._stage.situation.station
        if station and station.alive:
            self.kill()
        else:
            self.restart()

    def kill(self) -> None:
        """Cut the power of the selected charge point."""
        if station := self._stage.situation.station:
            self._order(Kill.of([station.id]))

    def restart(self) -> None:
        """Start the selected charge point again, with its data; a living one ends first."""
        if station := self._stage.situation.station:
            self._order(Restart.of([station.id]))

    def remove(self) -> None:
        """Ask, then remove the selected charge point."""
        station = self._stage.situation.station
        if station is None:
            return
        name = station.id
        running = "It is stopped first. " if station.alive else ""
        self._stage.app.push_screen(
            Confirm(
                f"Remove {name}?", f"{running}Its data are deleted: meter, configuration, transactions.", "Remove"
            ),
            lambda yes: self._order(Remove.of([name])) if yes else None,
        )

    def kill_all(self) -> None:
        """Ask, then kill every living charge point."""
        ids = [station.id for station in self._fleet if station.alive]
        self._ask_for_all(Kill.of(ids), "A power cut for all of them. ctrl+r brings them back.")

    def restart_all(self) -> None:
        """Ask, then restart every charge point."""
        ids = [station.id for station in self._fleet]
        living = sum(station.alive for station in self._fleet)
        ended = f"{units.plural(living, 'living one')} end in good order first; all" if living else "All"
        self._ask_for_all(Restart.of(ids), f"{ended} start with their data.")

    def save(self) -> None:
        """Ask for a file and save the setup there."""
        self._stage.app.push_screen(SaveForm(self._path, len(self._fleet)), self._save_to)

    def load(self) -> None:
        """Ask for a setup file and start what is in it."""
        self._stage.app.push_screen(LoadForm(self._path, self._present()), self._start_loaded)

    def connect(self) -> None:
        """Leave the broker, or connect to it."""
        self._stage.post_message(ConnectionWanted(self._stage.situation.link.state is LinkState.DISCONNECTED))

    def _present(self) -> frozenset[str]:
        return frozenset(station.id for station in self._fleet)

    def _order(self, command: Command) -> None:
        self._stage.post_message(LauncherOrdered(command))

    def _ask_for_all(self, command: Kill | Restart, consequence: str) -> None:
        verb = command.type.value.capitalize()
        question = f"{verb} {units.plural(len(command.charge_points), 'charge point')}?"
        self._stage.app.push_screen(
            Confirm(question, consequence, verb), lambda yes: self._order(command) if yes else None
        )

    def _start(self, added: Added | None) -> None:
        if added is not None:
            self._draft = replace(added.draft, id=following(added.specs[-1].id), count="1")
            self._order(Start(tuple(spec.to_entry() for spec in added.specs)))

    def _save_to(self, target: SaveTo | None) -> None:
        if target is not None:
            self._path = str(target.path)
            self._stage.post_message(SaveWanted(target.path))

    def _start_loaded(self, source: LoadFrom | None) -> None:
        if source is None:
            return
        self._path = str(source.path)
        if missing := source.setup.missing(self._present()):
            self._order(Start(missing))
