"""The lighting of a charge point: it blinks at whoever does something at a connector (OCPP 1.6, BlinkRepeat)."""

from __future__ import annotations

from enum import StrEnum

from chargepoint.model.connector import Connector
from chargepoint.model.state import StationState


class Signal(StrEnum):
    """What is signalled."""

    ACCEPTED = "Accepted"
    """An id tag is taken: to start, to stop, to get a cable back, or to let it be."""
    REFUSED = "Refused"
    """An id tag opens nothing."""
    REMOTE_START = "RemoteStart"
    REMOTE_STOP = "RemoteStop"
    UNLOCKED = "Unlocked"


def signal(state: StationState, connector: Connector, what: Signal) -> None:
    """Blink as often as the station does for one signal; 0 times is no signal."""
    if times := state.parameters.blink_repeat:
        connector.light_signal = what
        connector.light_blinks += times
