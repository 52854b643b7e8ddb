"""What a station is driven by, and what of it can be observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chargepoint.adapters.link_events import Closed, Opened, Received
from chargepoint.bus import Message
from chargepoint.model.facts import Fact
from chargepoint.ocpp.events import Event

if TYPE_CHECKING:
    from chargepoint.model.errands import Result


@dataclass(frozen=True, slots=True)
class Woken:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """Errand ``id`` has come to its end."""

    id: int
    result: Result


@dataclass(frozen=True, slots=True)
class EndWanted:
    """The process is asked to end."""


Input = Opened | Received | Closed | Message | Woken | ErrandDone | EndWanted

Observed = Event | Fact | Opened | Closed
"""What happens in a station, and between it and its central system."""
