"""Every message of the screen, on one page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.message import Message as TextualMessage

from chargepoint.api.orders import Order
from chargepoint.api.payloads import CarInput, FaultInput, TokenInput
from chargepoint.bus import Message
from launcher.api.commands import Command
from tui.state.batches import Batch
from tui.state.mischief import FaultAt
from tui.state.situation import LinkState
from tui.state.station import Station

# ---- from the link: what the yard says ----


@dataclass
class LinkChanged(TextualMessage):
    """The connection to the broker came, went, or is being tried."""

    state: LinkState
    reason: str = ""


@dataclass
class YardSpoke(TextualMessage):
    """What has been heard since the last one of these; the link sends the next when ``Link.grant`` is called."""

    heard: tuple[Message, ...]


class YardSettled(TextualMessage):
    """The retained state has been told in full."""


# ---- from screens and widgets: what somebody wants ----


@dataclass
class ConnectionWanted(TextualMessage):
    """Connect to the broker, or leave it."""

    wanted: bool


@dataclass
class CarChanged(TextualMessage):
    """The car at a connector does something."""

    station_id: str
    connector: int
    car: CarInput


@dataclass
class TokenPresented(TextualMessage):
    """An id tag is held to the reader of a connector."""

    station_id: str
    connector: int
    token: TokenInput


@dataclass
class FaultSet(TextualMessage):
    """A fault of a connector appears or is gone."""

    station_id: str
    connector: int
    fault: FaultInput


@dataclass
class LauncherOrdered(TextualMessage):
    """A command for the launcher."""

    command: Command


@dataclass
class StationOrdered(TextualMessage):
    """An order for one charge point."""

    station_id: str
    order: Order


@dataclass
class DeedsWanted(TextualMessage):
    """Orders and faults for charge points, told of together under ``title``."""

    title: str
    deeds: tuple[tuple[str, Order | FaultAt], ...]


@dataclass
class TraceWanted(TextualMessage):
    """Write ``text``, the traffic of a charge point, to a file."""

    path: Path
    text: str


@dataclass
class RecordWanted(TextualMessage):
    """Write down what happens to a charge point from now on, as a scenario; without a path: that ends."""

    station_id: str
    path: Path | None


@dataclass
class RowChosen(TextualMessage):
    """A row of a sheet was clicked."""

    row: int


@dataclass
class TabChosen(TextualMessage):
    """A tab of the strip was clicked."""

    place: int


@dataclass
class SaveWanted(TextualMessage):
    """Write the setup of these charge points to a file."""

    path: Path
    stations: tuple[Station, ...]


@dataclass
class StationsClosed(TextualMessage):
    """End charge points in good order."""

    station_ids: tuple[str, ...]


@dataclass
class BatchWanted(TextualMessage):
    """Many inputs, each at its time after now."""

    batch: Batch


class BatchesStopped(TextualMessage):
    """What is being spread over time ends here."""


class SelectionMoved(TextualMessage):
    """Another row of the list is selected, or others are marked."""


@dataclass
class SortWanted(TextualMessage):
    """The heading of a column was clicked."""

    column: str


@dataclass
class FoldWanted(TextualMessage):
    """The heading of a group was clicked."""

    group: str


class LeaveWanted(TextualMessage):
    """Leave the screen; the yard goes on."""


class LayoutChanged(TextualMessage):
    """Theme, columns, order, groups or panes differ: to be remembered."""


@dataclass
class ConnectorChosen(TextualMessage):
    """A connector's card was clicked."""

    connector: int


@dataclass
class ActionWanted(TextualMessage):
    """An action of the registry was clicked in the footer."""

    name: str
