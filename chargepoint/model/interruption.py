"""What keeps a transaction from charging without ending it: a fault, or a power cut that it outlives.

The meter is read where that begins and where it ends (OCPP 1.6 section 7.31, ReadingContext). A pause that car,
station or central system want is no interruption.
"""

from __future__ import annotations

from chargepoint.model.connector import Connector
from chargepoint.model.facts import MeterSampled
from chargepoint.model.faults import blocks
from chargepoint.model.metering import SampleContext
from chargepoint.model.reading import reading
from chargepoint.model.state import StationState


def follow_faults(state: StationState, now: float) -> None:
    """Read the meters of the transactions that a fault interrupts from now on, or no longer."""
    for connector in state.connectors.values():
        faulted = blocks(state.faults_of(connector))
        if connector.transaction is not None and faulted is not connector.interrupted:
            _interrupt(state, connector, faulted, now)


def outlive_power_cut(state: StationState, connector: Connector, cut_at: float, now: float) -> None:
    """The transaction of ``connector`` goes on after a power cut. Faults do not survive it."""
    if connector.transaction is None:
        return
    if not connector.interrupted:
        _interrupt(state, connector, True, cut_at)
    _interrupt(state, connector, False, now)


def _interrupt(state: StationState, connector: Connector, interrupted: bool, now: float) -> None:
    connector.interrupted = interrupted
    context = SampleContext.INTERRUPTED if interrupted else SampleContext.RESUMED
    state.touch(connector)
    state.emit(MeterSampled(connector.number, connector.transaction, context, reading(state, connector, now)))
