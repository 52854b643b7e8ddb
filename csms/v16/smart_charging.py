"""The SmartCharging profile: charging profiles that limit a charge point (OCPP 1.6 sections 3.13 and 5.16)."""

from __future__ import annotations

from dataclasses import dataclass

from chargepoint.api.fields import Fields
from chargepoint.clock import iso
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import ChargingProfileKindType, ChargingProfilePurposeType, ChargingRateUnitType

STACK_LEVEL = 1
MAX_PROFILE_ID = 1
DEFAULT_PROFILE_ID = 100
"""The id of connector 0's TxDefaultProfile, that of connector n is n more: a profile replaces the one of its id."""
MIN_CHARGING_RATE_A = 2.1


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that may be drawn: ``rate`` in ``unit`` (A for each phase, W in sum) for ``duration_s`` seconds.

    A rate has one decimal (ChargingSchedulePeriod.limit, section 7.13).
    """

    rate: float
    unit: ChargingRateUnitType = ChargingRateUnitType.amps
    duration_s: int = 600
    number_phases: int = 3

    @classmethod
    def of(cls, fields: Fields, default_rate: float | None = None) -> Limit:
        """The limit in ``limit``, ``unit``, ``duration`` and ``numberPhases``; raises InputError."""
        return cls(
            rate=round(fields.number("limit", default_rate, minimum=0, maximum=1e7), 1),
            unit=fields.choice("unit", ChargingRateUnitType, ChargingRateUnitType.amps),
            duration_s=fields.integer("duration", 600, minimum=1, maximum=31_536_000),
            number_phases=fields.integer("numberPhases", 3, minimum=1, maximum=3),
        )


def max_profile(limit: Limit, now: float) -> Payload:
    """The SetChargingProfile that limits the whole charge point from ``now`` on.

    A ChargePointMaxProfile belongs to connector 0 and to no transaction, and an Absolute schedule does not recur
    (section 3.13.1).
    """
    profile = _profile(
        limit,
        MAX_PROFILE_ID,
        ChargingProfilePurposeType.charge_point_max_profile,
        ChargingProfileKindType.absolute,
        start_at=now,
    )
    return {"connectorId": 0, "csChargingProfiles": profile}


def default_profile(limit: Limit, connector_id: int, now: float | None = None) -> Payload:
    """The SetChargingProfile that limits transactions on ``connector_id``, 0 for each connector.

    From ``now`` on; without it, from the start of each transaction on.
    """
    kind = ChargingProfileKindType.relative if now is None else ChargingProfileKindType.absolute
    profile = _profile(
        limit, DEFAULT_PROFILE_ID + connector_id, ChargingProfilePurposeType.tx_default_profile, kind, start_at=now
    )
    return {"connectorId": connector_id, "csChargingProfiles": profile}


def _profile(limit: Limit, profile_id: int, purpose: str, kind: str, start_at: float | None) -> Payload:
    period = {"startPeriod": 0, "limit": limit.rate, "numberPhases": limit.number_phases}
    schedule: dict[str, object] = {
        "duration": limit.duration_s,
        "chargingRateUnit": str(limit.unit),
        "chargingSchedulePeriod": [period],
    }
    if limit.unit is ChargingRateUnitType.amps:
        schedule["minChargingRate"] = MIN_CHARGING_RATE_A
    if start_at is not None:
        schedule["startSchedule"] = iso(start_at)
    return {
        "chargingProfileId": profile_id,
        "stackLevel": STACK_LEVEL,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
    }
