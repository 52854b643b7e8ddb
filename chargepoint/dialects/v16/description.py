"""What a station has inside, in words for people; imported when somebody asks."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from chargepoint.api.description import (
    Composite,
    ConfigurationEntry,
    Description,
    LocalList,
    Queue,
    Queued,
    Reserved,
    Step,
    Tag,
)
from chargepoint.api.orders import Part
from chargepoint.clock import iso
from chargepoint.dialects.v16.dialect import V16
from chargepoint.dialects.v16.smart_charging import KINDS, PURPOSES, RECURRENCIES
from chargepoint.model.authorization import TokenInfo
from chargepoint.model.power import composite
from chargepoint.model.smartcharging.profiles import Period, Profile, RateUnit, Schedule
from chargepoint.model.state import StationState

AHEAD_S = 86_400
"""How far the composite schedules look."""

QUEUED_TOLD = 200
CONNECTORS_TOLD = 50

_PURPOSES = {ours: str(theirs) for theirs, ours in PURPOSES.items()}
_KINDS = {ours: str(theirs) for theirs, ours in KINDS.items()}
_RECURRENCIES = {ours: str(theirs) for theirs, ours in RECURRENCIES.items()}


def describe(dialect: V16, what: frozenset[Part], now: float, request_id: str = "") -> Description:
    """The parts ``what`` of the station that speaks ``dialect``."""
    state = dialect.session.station.state
    return Description(
        configuration=_configuration(dialect) if Part.CONFIGURATION in what else None,
        profiles=tuple(profile_payload(one, state) for one in state.profiles) if Part.PROFILES in what else None,
        composite=_composites(state, now) if Part.COMPOSITE in what else None,
        local_list=_local_list(state) if Part.LOCAL_LIST in what else None,
        cache=_tags(state.cache.to_record()) if Part.CACHE in what else None,
        queue=_queue(dialect) if Part.QUEUE in what else None,
        reservations=_reservations(state) if Part.RESERVATIONS in what else None,
        request_id=request_id,
    )


def profile_payload(profile: Profile, state: StationState) -> dict[str, object]:
    """``profile`` as a ChargingProfile of OCPP 1.6 (section 7.8), with its ``connectorId``."""
    transaction = state.connectors[profile.connector].transaction if profile.connector in state.connectors else None
    known = transaction is not None and transaction.handle == profile.transaction
    return _given(
        connectorId=profile.connector,
        chargingProfileId=profile.id,
        transactionId=transaction.central_id if transaction is not None and known else None,
        stackLevel=profile.stack_level,
        chargingProfilePurpose=_PURPOSES[profile.purpose],
        chargingProfileKind=_KINDS[profile.kind],
        recurrencyKind=_RECURRENCIES[profile.recurrency] if profile.recurrency else None,
        validFrom=_iso(profile.valid_from),
        validTo=_iso(profile.valid_to),
        chargingSchedule=_schedule(profile.schedule),
    )


def _schedule(schedule: Schedule) -> dict[str, object]:
    return _given(
        duration=schedule.duration_s,
        startSchedule=_iso(schedule.starts_at),
        chargingRateUnit=str(schedule.unit),
        chargingSchedulePeriod=[_period(period) for period in schedule.periods],
        minChargingRate=schedule.min_rate,
    )


def _period(period: Period) -> dict[str, object]:
    return _given(startPeriod=period.start_s, limit=period.limit, numberPhases=period.phases)


def _configuration(dialect: V16) -> tuple[ConfigurationEntry, ...]:
    return tuple(
        ConfigurationEntry(entry.key.name, entry.value, entry.key.readonly, entry.key.wanted)
        for entry in dialect.session.configuration.entries()
    )


def _composites(state: StationState, now: float) -> dict[int, Composite]:
    unit = RateUnit.W if state.supply.direct else RateUnit.A
    found = {}
    for number in (0, *itertools.islice(state.connectors, CONNECTORS_TOLD)):
        if schedule := composite(state, number, AHEAD_S, unit, now):
            steps = tuple(Step(period.start_s, period.limit) for period in schedule.periods)
            found[number] = Composite(str(schedule.unit), iso(schedule.starts_at), schedule.duration_s, steps)
    return found


def _local_list(state: StationState) -> LocalList:
    entries = state.local_list.to_record()["entries"]
    assert isinstance(entries, Mapping)
    return LocalList(state.local_list.version, state.parameters.list_enabled, _tags(entries))


def _tags(records: Mapping[str, object]) -> tuple[Tag, ...]:
    known = ((id_tag, TokenInfo.from_record(record)) for id_tag, record in records.items())
    return tuple(
        Tag(id_tag, str(info.status), info.parent_id_tag, _iso(info.expires_at) or "") for id_tag, info in known
    )


def _queue(dialect: V16) -> Queue:
    queue = dialect.transactions.queue
    first = itertools.islice(queue, QUEUED_TOLD)
    return Queue(len(queue), tuple(Queued(one.number, one.action, one.payload, one.attempts) for one in first))


def _reservations(state: StationState) -> tuple[Reserved, ...]:
    return tuple(
        Reserved(one.id, one.connector, one.id_tag, one.parent_id_tag, iso(one.expires_at))
        for one in state.reservations
    )


def _iso(at: float | None) -> str | None:
    return None if at is None else iso(at)


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
