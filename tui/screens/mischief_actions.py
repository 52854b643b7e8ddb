"""Let charge points do wrong, or no longer; boot them: for the chosen one, or for all that are chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from chargepoint.api.disturbances import one_of_many
from chargepoint.api.orders import Misbehave, Reboot
from tui.messages import DeedsWanted
from tui.screens.connector_actions import Stage
from tui.screens.mischief_choice import MischiefChoice, Wanted
from tui.screens.mischief_form import MischiefForm
from tui.state import units
from tui.state.mischief import Deed, SwitchOff, Wish
from tui.state.station import Station


class MischiefActions:
    """What is ordered of charge points that answer; of several at once, the dead are left out."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def performers(self) -> dict[str, Callable[[], object]]:
        """The actions by name."""
        return {"disturb": self.disturb, "reboot": self.reboot}

    def disturb(self) -> None:
        """Ask what is to be wrong with them, or no longer."""
        if stations := self._living():
            self._ask(stations, None)

    def reboot(self) -> None:
        """Cut their power inside, and give it back."""
        self._order("reboot", ((station.id, Reboot()) for station in self._living()))

    def _ask(self, stations: Sequence[Station], at: Wanted | None) -> None:
        def chosen(choice: Wanted | SwitchOff | None) -> None:
            match choice:
                case SwitchOff():
                    self._wish(choice, stations)
                case Wanted():
                    self._ask_numbers(choice, stations)

        self._stage.app.push_screen(MischiefChoice(stations, at), chosen)

    def _ask_numbers(self, wanted: Wanted, stations: Sequence[Station]) -> None:
        def answered(wish: Wish | None) -> None:
            if wish is None:
                self._ask(stations, wanted)
            else:
                self._wish(wish, stations)

        connector = self._stage.situation.connector
        who = stations[0].id if len(stations) == 1 else units.plural(len(stations), "charge point")
        self._stage.app.push_screen(MischiefForm(wanted, who, connector.number if connector else 1), answered)

    def _wish(self, wish: Wish, stations: Iterable[Station]) -> None:
        deeds = [
            (station.id, _one_of_many(deed, place))
            for place, station in enumerate(stations)
            for deed in wish.at(station)
        ]
        self._order(str(wish), deeds)
        if not deeds:
            self._stage.app.notify(f"{wish}: there is no order for that", severity="warning", markup=False)

    def _order(self, title: str, deeds: Iterable[tuple[str, Deed | Reboot]]) -> None:
        told = tuple(deeds)
        who = {station_id for station_id, _ in told}
        if told:
            self._stage.post_message(DeedsWanted(f"{who.pop()}: {title}" if len(who) == 1 else title, told))

    def _living(self) -> list[Station]:
        return [station for station in self._stage.situation.chosen if station.alive]


def _one_of_many(deed: Deed, place: int) -> Deed:
    return replace(deed, what=one_of_many(deed.what, place)) if isinstance(deed, Misbehave) else deed
