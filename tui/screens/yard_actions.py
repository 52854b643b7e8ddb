"""What can be done to charge points and to the whole yard: each ends in a command for the launcher, or a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from chargepoint.api.errors import InputError
from launcher.api.commands import Command, Kill, Remove, Restart, Start
from tui.messages import BatchesStopped, ConnectionWanted, LauncherOrdered, SaveWanted, StationsClosed
from tui.screens.add import Added, AddForm
from tui.screens.confirm import Confirm
from tui.screens.connector_actions import Stage
from tui.screens.file_forms import LoadForm, LoadFrom, SaveForm, SaveTo
from tui.screens.scenarios import ScenarioScreen
from tui.state import units
from tui.state.drafts import Draft
from tui.state.fleet import Fleet
from tui.state.naming import following
from tui.state.removals import Removals
from tui.state.setups import entry_of
from tui.state.situation import LinkState
from tui.state.station import Station

_MANY = 3
"""From so many on it is asked before they are killed or restarted at once."""


class YardActions:
    """Add, clone, kill, restart, remove, undo, save, load, connect; remembers the last form and the last file."""

    def __init__(
        self, stage: Stage, fleet: Fleet, central_system: str, setups: dict[str, str], removals: Removals
    ) -> None:
        self._stage = stage
        self._fleet = fleet
        self._draft = Draft(central_system=central_system)
        self._central_system = central_system
        self._path = "setup.json"
        self._setups = setups
        self._removals = removals

    @property
    def performers(self) -> dict[str, Callable[[], object]]:
        """The actions by name."""
        return {
            "add": self.add,
            "clone": self.clone,
            "toggle": self.toggle,
            "kill": self.kill,
            "restart": self.restart,
            "close": self.close,
            "cycle": self.cycle,
            "remove": self.remove,
            "undo": self.undo,
            "kill_all": self.kill_all,
            "restart_all": self.restart_all,
            "save": self.save,
            "load": self.load,
            "scenarios": self.scenarios,
            "stop": lambda: self._stage.post_message(BatchesStopped()),
            "connect": self.connect,
        }

    def add(self) -> None:
        """Ask for new charge points and start them."""
        taken = self._present()
        self._stage.app.push_screen(AddForm(self._draft.free(taken), taken), self._start)

    def scenarios(self) -> None:
        """Show the scenarios; what is played there is not of this yard."""
        read_only = self._stage.situation.read_only
        self._stage.app.push_screen(ScenarioScreen(self._central_system, read_only=read_only))

    def clone(self) -> None:
        """Ask for new charge points like the selected one."""
        station = self._chosen()[0]
        entry = entry_of(station)
        try:
            draft = Draft.like(entry or {"id": station.id})
        except InputError as error:
            self._stage.app.notify(
                f"{station.id} tells too little of how it was started: {error}", severity="warning", markup=False
            )
            return
        taken = self._present()
        self._stage.app.push_screen(AddForm(draft.free(taken), taken, like=station.id), self._start)

    def toggle(self) -> None:
        """Kill the living ones; restart them when all are dead."""
        if any(station.alive for station in self._chosen()):
            self.kill()
        else:
            self.restart()

    def kill(self) -> None:
        """Cut the power of the chosen charge points."""
        living = self._living()
        self._order_many(Kill.of([station.id for station in living]), "A power cut for all of them.")

    def restart(self) -> None:
        """Start the chosen charge points again, with their data; living ones end first."""
        chosen = self._chosen()
        self._order_many(Restart.of([station.id for station in chosen]), _restarted(chosen))

    def close(self) -> None:
        """End the chosen charge points in good order."""
        self._stage.post_message(StationsClosed(tuple(station.id for station in self._living())))

    def cycle(self) -> None:
        """Cut the power of the chosen charge points, and give it back."""
        ids = [station.id for station in self._living()]

        def both() -> None:
            self._order(Kill.of(ids))
            self._order(Restart.of(ids))

        if len(ids) < _MANY:
            both()
        else:
            self._ask(
                f"Power-cycle {units.plural(len(ids), 'charge point')}?",
                "A power cut for all of them; then all start with their data.",
                "Cycle",
                both,
            )

    def remove(self) -> None:
        """Ask, then remove the chosen charge points."""
        chosen = self._chosen()
        name = chosen[0].id if len(chosen) == 1 else units.plural(len(chosen), "charge point")
        living = sum(station.alive for station in chosen)
        whose = "Its" if len(chosen) == 1 else "Their"
        running = (
            "" if not living else "It is stopped first. " if len(chosen) == 1 else f"{living} are stopped first. "
        )
        consequence = (
            f"{running}{whose} data are deleted: meter, configuration, transactions. u adds the settings again."
        )
        self._ask(f"Remove {name}?", consequence, "Remove", lambda: self._remove(chosen))

    def undo(self) -> None:
        """Add again what was removed last, with its settings and fresh data."""
        if entries := self._removals.take(self._present()):
            self._order(Start(entries))

    def kill_all(self) -> None:
        """Ask, then kill every living charge point."""
        ids = [station.id for station in self._fleet if station.alive]
        self._ask_for_all(Kill.of(ids), "A power cut for all of them. ctrl+r brings them back.")

    def restart_all(self) -> None:
        """Ask, then restart every charge point."""
        self._ask_for_all(Restart.of([station.id for station in self._fleet]), _restarted(list(self._fleet)))

    def save(self) -> None:
        """Ask for a file and save the setup there: of the marked ones, else of all."""
        marked = self._stage.situation.targets if self._stage.situation.many else ()
        form = SaveForm(self._path, len(self._fleet), len(marked))
        self._stage.app.push_screen(form, lambda target: self._save_to(target, marked))

    def load(self) -> None:
        """Ask for a setup file and start what is in it."""
        self._stage.app.push_screen(LoadForm(self._path, list(self._fleet)), self._load)

    def connect(self) -> None:
        """Leave the broker, or connect to it."""
        self._stage.post_message(ConnectionWanted(self._stage.situation.link.state is LinkState.DISCONNECTED))

    def _chosen(self) -> Sequence[Station]:
        return self._stage.situation.chosen

    def _living(self) -> Sequence[Station]:
        return [station for station in self._chosen() if station.alive]

    def _present(self) -> frozenset[str]:
        return frozenset(station.id for station in self._fleet)

    def _order(self, command: Command) -> None:
        self._stage.post_message(LauncherOrdered(command))

    def _order_many(self, command: Kill | Restart, consequence: str) -> None:
        if len(command.charge_points) < _MANY:
            self._order(command)
        else:
            self._ask_for_all(command, consequence)

    def _ask_for_all(self, command: Kill | Restart, consequence: str) -> None:
        verb = command.type.value.capitalize()
        question = f"{verb} {units.plural(len(command.charge_points), 'charge point')}?"
        self._ask(question, consequence, verb, lambda: self._order(command))

    def _ask(self, question: str, consequence: str, verb: str, then: Callable[[], object]) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                then()

        self._stage.app.push_screen(Confirm(question, consequence, verb), answered)

    def _remove(self, stations: Sequence[Station]) -> None:
        self._removals.note(stations)
        self._order(Remove.of([station.id for station in stations]))

    def _start(self, added: Added | None) -> None:
        if added is not None:
            draft = replace(added.draft, beyond={}) if added.draft.beyond else added.draft
            self._draft = replace(draft, id=following(added.specs[-1].id), count="1")
            self._order(Start(tuple(spec.to_entry() for spec in added.specs)))

    def _save_to(self, target: SaveTo | None, marked: Sequence[Station]) -> None:
        if target is not None:
            self._path = str(target.path)
            stations = marked if target.marked_only else list(self._fleet)
            self._name_setup(target.path, [station.id for station in stations])
            self._stage.post_message(SaveWanted(target.path, tuple(stations)))

    def _load(self, source: LoadFrom | None) -> None:
        if source is None:
            return
        removed = source.difference.removed(source.mode)
        if removed:
            self._ask(
                f"Remove {units.plural(len(removed), 'charge point')}?",
                "The file replaces the yard. The data of those that go or start anew are deleted.",
                "Replace",
                lambda: self._replace(source, removed),
            )
        else:
            self._replace(source, ())

    def _replace(self, source: LoadFrom, removed: Sequence[str]) -> None:
        self._path = str(source.path)
        self._name_setup(source.path, [str(entry["id"]) for entry in source.setup.entries])
        if removed:
            found = (self._fleet.get(station_id) for station_id in removed)
            self._remove([station for station in found if station])
        if started := source.difference.started(source.mode):
            self._order(Start(tuple(started)))

    def _name_setup(self, path: Path, ids: Sequence[str]) -> None:
        self._setups.update(dict.fromkeys(ids, path.stem))


def _restarted(stations: Sequence[Station]) -> str:
    living = sum(station.alive for station in stations)
    ended = f"{units.plural(living, 'living one')} end in good order first; all" if living else "All"
    return f"{ended} start with their data."
