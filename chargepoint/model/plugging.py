"""What people and cars do at the cable: it goes in or out, the car pauses or goes on, or asks for another current."""

from __future__ import annotations

from dataclasses import replace

from chargepoint.model.charging import start, stop, wait_for_the_other
from chargepoint.model.commands import ACCEPTED, CarChanged, Outcome
from chargepoint.model.connector import Connector
from chargepoint.model.electrical import NOTHING, Phases
from chargepoint.model.lock import cable_pulled
from chargepoint.model.power import settle
from chargepoint.model.state import StationState
from chargepoint.model.transaction import StopReason


def car_changed(state: StationState, command: CarChanged, now: float) -> Outcome:
    """The cable goes in or out, the car pauses or goes on, or asks for another current."""
    connector = state.connectors[command.connector]
    before = connector.car
    pulled = before.plugged and command.cable == 0
    ends = pulled and connector.transaction is not None and state.parameters.stop_on_ev_disconnect
    if ends:
        stop(state, connector, StopReason.EV_DISCONNECTED, now)
    _take_over(state, connector, command)
    if ends:
        # The car's end is out, ours is not yet: the connector is Finishing, if only for that moment.
        settle(state, now)
    if connector.car.plugged and not before.plugged and connector.hold is None:
        connector.finishing = False
        if connector.transaction is None:
            wait_for_the_other(connector, now)
            start(state, connector, now)
    if pulled:
        cable_pulled(state, connector)
        if connector.grant is None:
            connector.waiting_since = None
    state.touch(connector)
    return ACCEPTED


def _take_over(state: StationState, connector: Connector, command: CarChanged) -> None:
    before = connector.car
    given = (command.l1, command.l2, command.l3)
    old = (before.demand.l1, before.demand.l2, before.demand.l3)
    demand_given = before.demand_given or any(value is not None for value in given)
    demand = Phases(*(was if value is None else value for value, was in zip(given, old, strict=True)))
    cable = before.cable if command.cable is None else command.cable
    soc_pct = before.soc_pct
    if cable > 0 and not before.plugged:
        soc_pct = state.vehicle.arrival_soc_pct
    if not demand_given:
        demand = state.vehicle.demand(state.supply.direct) if cable > 0 else NOTHING
    ready = before.ready if command.ready is None else command.ready
    connector.car = replace(
        before, cable=cable, ready=ready, demand=demand, demand_given=demand_given, soc_pct=soc_pct
    )
