"""SetChargingProfile (5.16), ClearChargingProfile (5.5), GetCompositeSchedule (5.7)."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.clock import iso
from chargepoint.dialects.v16.session import Answer, CallRefusedError, Session
from chargepoint.dialects.v16.values import integer, moment, number
from chargepoint.model.commands import ProfilesCleared, ProfileSet, Verdict
from chargepoint.model.power import composite
from chargepoint.model.smartcharging.composite import CompositeSchedule
from chargepoint.model.smartcharging.profiles import (
    Kind,
    Period,
    Profile,
    Purpose,
    RateUnit,
    Recurrency,
    Schedule,
)
from chargepoint.model.state import StationState
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import (
    Action,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingProfileStatus,
    ChargingRateUnitType,
    ClearChargingProfileStatus,
    GetCompositeScheduleStatus,
    RecurrencyKind,
)

PURPOSES = {
    ChargingProfilePurposeType.charge_point_max_profile: Purpose.STATION_MAX,
    ChargingProfilePurposeType.tx_default_profile: Purpose.TX_DEFAULT,
    ChargingProfilePurposeType.tx_profile: Purpose.TX,
}
KINDS = {
    ChargingProfileKindType.absolute: Kind.ABSOLUTE,
    ChargingProfileKindType.recurring: Kind.RECURRING,
    ChargingProfileKindType.relative: Kind.RELATIVE,
}
RECURRENCIES = {RecurrencyKind.daily: Recurrency.DAILY, RecurrencyKind.weekly: Recurrency.WEEKLY}
UNITS = {ChargingRateUnitType.amps: RateUnit.A, ChargingRateUnitType.watts: RateUnit.W}

RATE_UNITS = {"Current": RateUnit.A, "Power": RateUnit.W}
"""The words of ChargingScheduleAllowedChargingRateUnit (section 9.4)."""

NO_SUCH_TRANSACTION = -1
"""A handle that no transaction has."""


class SmartCharging:
    """Charging profiles of the central system."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {
            Action.set_charging_profile: self._set,
            Action.clear_charging_profile: self._clear,
            Action.get_composite_schedule: self._composite,
        }

    def _set(self, payload: Payload, now: float) -> Payload:
        station = self._session.station
        connector = integer(payload["connectorId"])
        profile = profile_of(payload["csChargingProfiles"], connector, station.state)
        outcome = station.tell(ProfileSet(profile), now)
        if outcome.verdict is Verdict.UNKNOWN_CONNECTOR:
            raise CallRefusedError(CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION, outcome.reason)
        status = ChargingProfileStatus.accepted if outcome.accepted else ChargingProfileStatus.rejected
        return {"status": str(status)}

    def _clear(self, payload: Payload, now: float) -> Payload:
        purpose = payload.get("chargingProfilePurpose")
        command = ProfilesCleared(
            id=integer(payload["id"]) if "id" in payload else None,
            connector=integer(payload["connectorId"]) if "connectorId" in payload else None,
            purpose=PURPOSES[ChargingProfilePurposeType(str(purpose))] if purpose is not None else None,
            stack_level=integer(payload["stackLevel"]) if "stackLevel" in payload else None,
        )
        cleared = self._session.station.tell(command, now).accepted
        status = ClearChargingProfileStatus.accepted if cleared else ClearChargingProfileStatus.unknown
        return {"status": str(status)}

    def _composite(self, payload: Payload, now: float) -> Payload:
        station = self._session.station
        connector = integer(payload["connectorId"])
        own_unit = RateUnit.W if station.state.supply.direct else RateUnit.A
        asked = payload.get("chargingRateUnit")
        supported = station.state.profile_rules.units
        if own_unit not in supported:
            (own_unit,) = supported
        unit = own_unit if asked is None else UNITS[ChargingRateUnitType(str(asked))]
        duration_s = integer(payload["duration"])
        possible = duration_s > 0 and unit in supported
        schedule = composite(station.state, connector, duration_s, unit, now) if possible else None
        if schedule is None:
            return {"status": str(GetCompositeScheduleStatus.rejected)}
        return {
            "status": str(GetCompositeScheduleStatus.accepted),
            "connectorId": connector,
            "scheduleStart": iso(schedule.starts_at),
            "chargingSchedule": _schedule_payload(schedule),
        }


def profile_of(raw: object, connector: int, state: StationState) -> Profile:
    """The charging profile of a request for ``connector`` (section 7.8)."""
    assert isinstance(raw, Mapping)
    recurrency = raw.get("recurrencyKind")
    kind = KINDS[ChargingProfileKindType(raw["chargingProfileKind"])]
    return Profile(
        id=integer(raw["chargingProfileId"]),
        connector=connector,
        purpose=PURPOSES[ChargingProfilePurposeType(raw["chargingProfilePurpose"])],
        kind=kind,
        stack_level=integer(raw["stackLevel"]),
        schedule=_schedule_of(raw["chargingSchedule"]),
        transaction=_handle(raw.get("transactionId"), state),
        # It means nothing for the other kinds, and central systems send it all the same.
        recurrency=RECURRENCIES[RecurrencyKind(recurrency)] if recurrency and kind is Kind.RECURRING else None,
        valid_from=_moment(raw, "validFrom"),
        valid_to=_moment(raw, "validTo"),
    )


def _schedule_of(raw: object) -> Schedule:
    assert isinstance(raw, Mapping)
    return Schedule(
        unit=UNITS[ChargingRateUnitType(raw["chargingRateUnit"])],
        periods=tuple(
            Period(
                start_s=integer(period["startPeriod"]),
                limit=number(period["limit"]),
                phases=integer(period["numberPhases"]) if "numberPhases" in period else None,
            )
            for period in raw["chargingSchedulePeriod"]
        ),
        duration_s=integer(raw["duration"]) if "duration" in raw else None,
        starts_at=_moment(raw, "startSchedule"),
        min_rate=number(raw["minChargingRate"]) if "minChargingRate" in raw else None,
    )


def _handle(transaction_id: object, state: StationState) -> int | None:
    if transaction_id is None:
        return None
    connector = state.running(integer(transaction_id))
    running = connector.transaction if connector is not None else None
    return running.handle if running is not None else NO_SUCH_TRANSACTION


def _moment(raw: Mapping[str, object], name: str) -> float | None:
    if name not in raw:
        return None
    at = moment(raw[name])
    if at is None:
        raise CallRefusedError(CallErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{name} is not a dateTime")
    return at


def _schedule_payload(schedule: CompositeSchedule) -> Payload:
    periods: list[dict[str, object]] = []
    for period in schedule.periods:
        periods.append({"startPeriod": period.start_s, "limit": period.limit})
        if period.phases is not None:
            periods[-1]["numberPhases"] = period.phases
    return {
        "duration": schedule.duration_s,
        "startSchedule": iso(schedule.starts_at),
        "chargingRateUnit": str(schedule.unit),
        "chargingSchedulePeriod": periods,
    }
