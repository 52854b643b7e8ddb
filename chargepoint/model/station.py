"""A charging station: told what happens and what time it is, it says what follows.

Feed it with ``tell`` and ``advance``, then drain ``facts`` and ``changes``, and come back by ``next_deadline``.
It reads no clock: ``now`` is POSIX seconds and must not run backwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import assert_never

from chargepoint.api.payloads import ErrorCode
from chargepoint.model import charging
from chargepoint.model.availability import change_availability, change_fault, go_down, unlock
from chargepoint.model.commands import (
    ACCEPTED,
    AuthorizeAnswered,
    AvailabilityChanged,
    CacheCleared,
    CarChanged,
    ClockSet,
    Command,
    ErrandEnded,
    FaultChanged,
    LinkChanged,
    ListSent,
    Outcome,
    PartBroken,
    ProfilesCleared,
    ProfileSet,
    RemoteStart,
    RemoteStop,
    ReservationCancelled,
    ReservationWanted,
    Reset,
    SampleWanted,
    ShutDown,
    StartAnswered,
    StopAnswered,
    TokenPresented,
    Unlock,
    UpdateWanted,
    Verdict,
)
from chargepoint.model.connector import Connector
from chargepoint.model.electrical import Supply
from chargepoint.model.facts import ConnectorChanged, Fact, MeterSampled
from chargepoint.model.metering import Meter, SampleContext, next_aligned_at, next_sample_at
from chargepoint.model.parameters import Parameters
from chargepoint.model.plugging import car_changed
from chargepoint.model.power import (
    clear_profiles,
    integrate,
    next_power_change,
    set_profile,
    settle,
)
from chargepoint.model.reading import reading, station_reading, watts_and_vars
from chargepoint.model.remote_control import remote_start, remote_stop
from chargepoint.model.reserving import cancel, next_expiry, reserve, review
from chargepoint.model.state import StationState
from chargepoint.model.survival import Record, changed_records, restore
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import GENERIC, Vehicle

STORAGE_FULL = "the storage is full"


class Station:
    """One charging station with connectors 1 to ``connectors``."""

    def __init__(
        self,
        supply: Supply,
        connectors: int,
        now: float,
        *,
        vehicle: Vehicle = GENERIC,
        fixed_cable: bool = False,
        parameters: Parameters | None = None,
        records: Mapping[str, Record] | None = None,
    ) -> None:
        """``records``: what ``changes`` gave in an earlier life. Transactions that ran then end with PowerLoss, or
        go on, by ``parameters``."""
        self._deadlines: tuple[float, float] | None = None
        if supply.direct:
            supply = replace(supply, voltage_v=vehicle.outlet_voltage_v(supply.voltage_v))
        self.state = StationState(
            supply=supply,
            vehicle=vehicle,
            fixed_cable=fixed_cable,
            connectors={number: Connector(number, Meter(now)) for number in range(1, connectors + 1)},
            at=now,
            parameters=parameters or Parameters(),
        )
        for connector in self.state.connectors.values():
            connector.meter.watts, connector.meter.vars = watts_and_vars(self.state)
        self._set_meters()
        if records:
            restore(self.state, records, now)
        settle(self.state, now)

    def tell(self, command: Command, now: float) -> Outcome:
        """Take ``command``; refused ones change nothing."""
        self.advance(now)
        self._deadlines = None
        number = getattr(command, "connector", None)
        if isinstance(command, CarChanged | TokenPresented) and number not in self.state.connectors:
            return Outcome(Verdict.UNKNOWN_CONNECTOR, f"there is no connector {number}")
        outcome = self._take(command, now)
        if isinstance(command, SampleWanted):
            # A meter that is read changes nothing.
            return outcome
        self._update_on(now)
        review(self.state, now)
        settle(self.state, now)
        return outcome

    def _take(self, command: Command, now: float) -> Outcome:
        state = self.state
        match command:
            case CarChanged():
                return car_changed(state, command, now)
            case TokenPresented(connector, id_tag):
                return charging.present_token(state, connector, id_tag, now)
            case FaultChanged():
                outcome = change_fault(state, command, now)
                self._set_meters()
                return outcome
            case LinkChanged(online):
                state.online = online
                if online and not state.accepted_once:
                    state.accepted_once = True
                    state.changed.add("station")
            case ClockSet(offset_s):
                state.clock_offset_s = offset_s + (state.damages.skew_s if state.damages else 0.0)
                state.changed.add("station")
            case AuthorizeAnswered(request, info):
                return charging.authorize_answered(state, request, info, now)
            case StartAnswered():
                return charging.start_answered(state, command, now)
            case StopAnswered(id_tag, info):
                state.learn(id_tag, info)
            case RemoteStart():
                return remote_start(state, command, now)
            case RemoteStop(central_id):
                return remote_stop(state, central_id, now)
            case AvailabilityChanged(connector, operative):
                return change_availability(state, connector, operative, now)
            case Unlock(connector):
                return unlock(state, connector, now)
            case Reset() if state.update is not None and state.update.installing:
                return Outcome(Verdict.REJECTED, "firmware is being installed")
            case Reset(hard):
                reason = StopReason.HARD_RESET if hard else StopReason.SOFT_RESET
                return go_down(state, reason, now, reset=True)
            case ShutDown(reason):
                return go_down(state, reason, now)
            case CacheCleared():
                state.cache.clear()
                state.changed.add("cache")
            case ListSent() if state.storage_full:
                return Outcome(Verdict.REJECTED, STORAGE_FULL)
            case ListSent():
                return state.take_list(command)
            case ProfileSet() if state.storage_full:
                return Outcome(Verdict.REJECTED, STORAGE_FULL)
            case ProfileSet(profile):
                return set_profile(state, profile, now)
            case ProfilesCleared():
                return clear_profiles(state, command)
            case ReservationWanted():
                return reserve(state, command, now)
            case ReservationCancelled(id):
                return cancel(state, id, now)
            case UpdateWanted(request):
                # Loaded here, as below: few stations ever get new firmware.
                from chargepoint.model.updating import begin

                return begin(state, request, now)
            case ErrandEnded(id, result):
                state.errands.ended(id, result, now)
            case SampleWanted(connector):
                return self._sample_wanted(connector, now)
            case PartBroken(order):
                from chargepoint.model.breaking import damage

                outcome = damage(state, order, now)
                self._set_meters()
                return outcome
            case _:
                assert_never(command)
        return ACCEPTED

    def parameters_changed(self, now: float) -> None:
        """Follow ``state.parameters``, which the dialect has changed."""
        self.advance(now)
        self._deadlines = None
        self._set_meters()
        review(self.state, now)
        settle(self.state, now)

    def advance(self, now: float) -> None:
        """Let time pass until ``now``, stopping at every moment at which something is due."""
        while (due := min(self._due())) <= now:
            self._at(due)
        integrate(self.state, now)

    def next_deadline(self) -> float | None:
        """When ``advance`` has to be called next; None: nothing happens by itself."""
        due = min(self._due())
        return due if due < math.inf else None

    def _due(self) -> tuple[float, float]:
        """When a meter is to be read next, and when anything else is due; infinity for never. While nothing happens
        these moments stay as they are, so they are found once."""
        if self._deadlines is None:
            state = self.state
            moments = [next_power_change(state), self._next_aligned(), next_expiry(state), self._next_step()]
            if state.damages is not None:
                from chargepoint.model.breaking import next_deadline

                moments.append(next_deadline(state))
            if state.hot:
                from chargepoint.model.overheating import next_threshold

                moments.append(next_threshold(state))
            if state.resetting is not None:
                moments.append(state.resetting.again_at)
            samples = []
            for connector in state.connectors.values():
                moments.append(charging.waits_until(state, connector))
                samples.append(self._next_sample(connector))
            self._deadlines = _first(samples), _first(moments)
        return self._deadlines

    def status(self, number: int, now: float) -> ConnectorChanged:
        """The present state of connector ``number`` (0: the station), as if it had changed now."""
        return self.state.shown(number, now)

    def facts(self) -> list[Fact]:
        """What has happened since the last time, in order."""
        facts, self.state.facts = self.state.facts, []
        return facts

    def changes(self) -> dict[str, Record]:
        """What has to be stored since the last time: key to record, for ``records`` of a later life."""
        return changed_records(self.state)

    def _at(self, moment: float) -> None:
        state = self.state
        everyone = list(state.connectors.values())
        sampled = [one for one in everyone if _is_due(self._next_sample(one), moment)]
        _, others_due = self._due()
        self._deadlines = None
        if others_due > moment and state.damages is None:
            # A meter that is read changes nothing.
            integrate(state, moment)
            for connector in sampled:
                self._sample(connector, SampleContext.PERIODIC, moment)
            self._deadlines = _first(map(self._next_sample, everyone)), others_due
            return
        expiring = [one for one in everyone if _is_due(charging.waits_until(state, one), moment)]
        aligned = _is_due(self._next_aligned(), moment)
        integrate(state, moment)
        if state.damages is not None:
            from chargepoint.model.breaking import advance

            advance(state, moment)
        if state.hot:
            from chargepoint.model.overheating import follow_heat

            follow_heat(state, moment)
        for connector in everyone:
            charging.stop_if_spent(state, connector, moment)
        for connector in expiring:
            charging.expire(state, connector, moment)
        for connector in sampled:
            self._sample(connector, SampleContext.PERIODIC, moment)
        if aligned:
            self._sample_wanted(0, moment, SampleContext.CLOCK)
            for connector in state.connectors.values():
                self._sample(connector, SampleContext.CLOCK, moment)
        self._update_on(moment)
        review(state, moment)
        settle(state, moment)

    def _update_on(self, now: float) -> None:
        if self.state.update is not None:
            from chargepoint.model.updating import go_on

            go_on(self.state, now)
        if self.state.resetting is not None:
            from chargepoint.model.resetting import go_on as try_again

            try_again(self.state, now)

    def _next_step(self) -> float | None:
        if self.state.update is None:
            return None
        from chargepoint.model.updating import next_step

        return next_step(self.state)

    def _set_meters(self) -> None:
        for number, connector in self.state.connectors.items():
            connector.meter.gain = self.state.parameters.meter.gain(number)
            frozen = self.state.damages is not None and self.state.damages.frozen(number)
            if frozen or self.state.suffers(connector, ErrorCode.POWER_METER_FAILURE):
                connector.meter.gain = 0.0

    def _sample_wanted(self, number: int, now: float, context: SampleContext = SampleContext.TRIGGER) -> Outcome:
        if number == 0:
            self.state.emit(MeterSampled(0, None, context, station_reading(self.state, now)))
        elif number in self.state.connectors:
            self._sample(self.state.connectors[number], context, now)
        else:
            return Outcome(Verdict.UNKNOWN_CONNECTOR, f"there is no connector {number}")
        return ACCEPTED

    def _sample(self, connector: Connector, context: SampleContext, now: float) -> None:
        # Stored too, so that a transaction that a power cut ends does not end before its last meter value.
        self.state.touch(connector)
        read = reading(self.state, connector, now)
        self.state.emit(MeterSampled(connector.number, connector.transaction, context, read))

    def _next_sample(self, connector: Connector) -> float | None:
        if connector.transaction is None:
            return None
        interval_s = self.state.parameters.sample_interval_s
        return next_sample_at(connector.transaction.started_at, interval_s, self.state.at)

    def _next_aligned(self) -> float | None:
        state = self.state
        return next_aligned_at(state.parameters.aligned_interval_s, state.at, state.clock_offset_s)


def _first(moments: Iterable[float | None]) -> float:
    return min((moment for moment in moments if moment is not None), default=math.inf)


def _is_due(at: float | None, now: float) -> bool:
    return at is not None and at <= now
