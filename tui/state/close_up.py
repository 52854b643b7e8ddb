"""One charge point looked at closely: what was watched and described of it, and where the eyes are."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import StrEnum
from typing import Final

from chargepoint.api.description import ConfigurationEntry, Description
from chargepoint.api.orders import Part
from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, left
from tui.state.inside import configuration_line, matching, queue_line, tag_lines
from tui.state.schedule import chart, profile_line, steps
from tui.state.sheets import Sheet, saying, sheet_of
from tui.state.station import Station
from tui.state.traffic import Exchange, Traffic
from tui.state.traffic_lines import exchange_line


class Tab(StrEnum):
    """What can be looked at; the values are the words of the strip."""

    OVERVIEW = "Overview"
    TRAFFIC = "Traffic"
    CONFIGURATION = "Config"
    SCHEDULE = "Schedule"
    TAGS = "Tags"
    QUEUE = "Queue"
    LOG = "Log"


PARTS: Final = {
    Tab.CONFIGURATION: frozenset({Part.CONFIGURATION}),
    Tab.SCHEDULE: frozenset({Part.PROFILES, Part.COMPOSITE}),
    Tab.TAGS: frozenset({Part.LOCAL_LIST, Part.CACHE, Part.RESERVATIONS}),
    Tab.QUEUE: frozenset({Part.QUEUE}),
}
"""What a tab wants to be described."""

FILTERED: Final = frozenset({Tab.TRAFFIC, Tab.CONFIGURATION})

_CHART_HEIGHT: Final = 9
_LEVELS: Final = {"DEBUG": Tone.DIM, "WARNING": Tone.WARN, "ERROR": Tone.BAD, "CRITICAL": Tone.BAD}


class CloseUp:
    """What is known of ``station_id`` beyond its retained status, and cursor and filter of each tab."""

    def __init__(self, station_id: str) -> None:
        self.station_id = station_id
        self.traffic = Traffic()
        self.description = Description()
        self.log: tuple[str, ...] | None = None
        self.log_reason = ""
        self._at: int | None = None
        """The number of the chosen exchange; None follows the newest."""
        self._key = 0
        self._key_words: tuple[str, ...] = ()

    # ---- what is heard ----

    def described(self, news: Description) -> None:
        """Keep the parts that were told; the others stay as they were."""
        told = {one.name: part for one in fields(news) if (part := getattr(news, one.name)) is not None}
        self.description = replace(self.description, **told)

    # ---- where the eyes are ----

    @property
    def exchange(self) -> Exchange | None:
        """The chosen exchange: the newest, unless somebody moved."""
        shown = self.traffic.shown()
        if not shown:
            return None
        return shown[self._exchange_row(shown)]

    @property
    def entry(self) -> ConfigurationEntry | None:
        """The chosen configuration key."""
        entries = self._entries()
        return entries[min(self._key, len(entries) - 1)] if entries else None

    def move(self, tab: Tab, rows: int) -> None:
        """Choose the row so many further down."""
        if tab is Tab.TRAFFIC:
            shown = self.traffic.shown()
            self._choose_exchange(shown, self._exchange_row(shown) + rows)
        elif tab is Tab.CONFIGURATION:
            self.move_to(tab, min(self._key, len(self._entries()) - 1) + rows)

    def move_to(self, tab: Tab, row: int) -> None:
        """Choose ``row``, or the nearest there is."""
        if tab is Tab.TRAFFIC:
            self._choose_exchange(self.traffic.shown(), row)
        elif tab is Tab.CONFIGURATION:
            self._key = max(0, min(row, len(self._entries()) - 1))

    def filter(self, tab: Tab, text: str) -> None:
        """Show only what has each word of ``text``."""
        words = tuple(text.casefold().split())
        if tab is Tab.TRAFFIC:
            self.traffic.words = words
        elif tab is Tab.CONFIGURATION:
            self._key_words = words

    def toggle_only(self) -> None:
        """Show only exchanges of the chosen one's action, or all again."""
        chosen = self.exchange
        self.traffic.action = "" if self.traffic.action or chosen is None else chosen.action

    # ---- what is to be seen ----

    def sheet(self, tab: Tab, station: Station, connector: int, width: int) -> Sheet:
        """The lines of ``tab``, all but the overview's."""
        match tab:
            case Tab.TRAFFIC:
                return self._traffic_sheet(station)
            case Tab.CONFIGURATION:
                return self._configuration_sheet(station, width)
            case Tab.SCHEDULE:
                return self._schedule_sheet(station, connector, width)
            case Tab.TAGS:
                if self.description.local_list is None:
                    return _nothing_yet(station)
                return sheet_of(tag_lines(self.description, width))
            case Tab.QUEUE:
                return self._queue_sheet(station)
            case Tab.LOG:
                return self._log_sheet()
            case Tab.OVERVIEW:
                return sheet_of(())

    def _traffic_sheet(self, station: Station) -> Sheet:
        shown = self.traffic.shown()
        if shown:
            return Sheet(
                len(shown),
                lambda row, width: exchange_line(shown[row], width),
                self._exchange_row(shown),
                tail=self._at is None,
            )
        if len(self.traffic):
            return saying("Nothing of the traffic has all of these words.", "", "esc shows all again")
        if not station.alive:
            return _nothing_yet(station)
        return saying("No frame yet. Every OCPP frame appears here, its answer beside it.", "", "m sends one by hand")

    def _configuration_sheet(self, station: Station, width: int) -> Sheet:
        entries = self._entries()
        if not entries:
            nothing = saying("No key has all of these words.", "", "esc shows all again")
            return nothing if self.description.configuration else _nothing_yet(station)
        return Sheet(
            len(entries),
            lambda row, columns: configuration_line(entries[row], columns),
            min(self._key, len(entries) - 1),
        )

    def _schedule_sheet(self, station: Station, connector: int, width: int) -> Sheet:
        composites, profiles = self.description.composite, self.description.profiles
        if composites is None or profiles is None:
            return _nothing_yet(station)
        lines: list[Line] = [_title(f"Profiles  {len(profiles) or ''}")]
        lines += [profile_line(one, width) for one in profiles] or [(Cell("   none installed", Tone.DIM),)]
        tops = {0: station.status.max_setpoint if station.status else 0.0}
        tops |= {number: one.status.max_setpoint for number, one in station.connectors.items() if one.status}
        for number in dict.fromkeys((connector, 0)):
            if (composite := composites.get(number)) is None:
                continue
            name = f"connector {number}" if number else "the whole charge point"
            lines += [(), _title(f"What {name} may draw in the next 24 hours")]
            lines += chart(composite, width, _CHART_HEIGHT, tops.get(number, 0.0))
            if len(composite.periods) > 1:
                lines += steps(composite, width)
        return sheet_of(lines)

    def _queue_sheet(self, station: Station) -> Sheet:
        queue = self.description.queue
        if queue is None:
            return _nothing_yet(station)
        if not queue.messages:
            return saying("The queue is empty: the central system has every transaction message.")
        more = queue.count - len(queue.messages)
        lines = queue.messages
        title = _title(f"{units.plural(queue.count, 'message')} wait to be delivered, in this order")
        rest: list[Line] = [(Cell(f"   … and {more} more", Tone.DIM),)] if more else []
        return sheet_of([title, (), *(queue_line(one, 400) for one in lines), *rest])

    def _log_sheet(self) -> Sheet:
        if self.log is None:
            return saying(*(self.log_reason or "Reading the log …").split("\n"))
        return sheet_of([_log_line(line) for line in self.log], tail=True)

    def _entries(self) -> list[ConfigurationEntry]:
        return matching(self.description.configuration or (), self._key_words)

    def _exchange_row(self, shown: list[Exchange]) -> int:
        if self._at is None:
            return max(0, len(shown) - 1)
        nearest = next((row for row, one in enumerate(shown) if one.number >= self._at), len(shown) - 1)
        return max(0, nearest)

    def _choose_exchange(self, shown: list[Exchange], row: int) -> None:
        self._at = None if not shown or row >= len(shown) - 1 else shown[max(0, row)].number


def _nothing_yet(station: Station) -> Sheet:
    if station.alive:
        return saying("Asking the charge point …")
    return saying(
        f"{station.id} is {station.standing}: what is inside can be seen while it lives.", "", "x restarts it"
    )


def _title(words: str) -> Line:
    return (Cell(f" {words}", Tone.KEY),)


def _log_line(text: str) -> Line:
    """``<moment> <level> <id>: <message>``, the message alone in plain."""
    moment, _, rest = clean(text).partition(" ")
    level, _, message = rest.strip().partition(" ")
    _, colon, said = message.partition(": ")
    time = moment.partition("T")[2].removesuffix("Z")
    if not (colon and time):
        return (Cell(f" {clean(text)}", Tone.DIM),)
    tone = _LEVELS.get(level, Tone.PLAIN)
    return (Cell(f" {time} ", Tone.DIM), Cell(left(level.lower(), 8), tone), Cell(said, tone))
