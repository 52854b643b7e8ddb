"""The installed profiles as JSON values, for whoever keeps them while the station is off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from chargepoint.model.smartcharging.profiles import (
    Kind,
    Period,
    Profile,
    Profiles,
    Purpose,
    RateUnit,
    Recurrency,
    Schedule,
    TransactionHandle,
)

_ANY = 2**63


def to_records(profiles: Profiles) -> list[dict[str, object]]:
    """One JSON object for each profile, in the order of their installation."""
    return [_to_record(profile) for profile in profiles]


def from_records(records: Iterable[object]) -> Profiles:
    """The profiles of ``to_records``; raises InputError for what was not written by it."""
    return Profiles(_from_record(record) for record in records)


def _to_record(profile: Profile) -> dict[str, object]:
    record: dict[str, object] = asdict(profile)
    record["schedule"] = asdict(profile.schedule) | {
        "periods": [asdict(period) for period in profile.schedule.periods]
    }
    return record


def _from_record(record: object) -> Profile:
    fields = Fields(record, "profile")
    return Profile(
        id=fields.integer("id", minimum=-_ANY, maximum=_ANY),
        connector=fields.integer("connector", minimum=0, maximum=_ANY),
        purpose=fields.choice("purpose", Purpose),
        kind=fields.choice("kind", Kind),
        stack_level=fields.integer("stack_level", minimum=0, maximum=_ANY),
        schedule=_schedule(fields.object("schedule")),
        transaction=_transaction(fields),
        recurrency=fields.choice("recurrency", Recurrency) if fields.has("recurrency") else None,
        valid_from=_number(fields, "valid_from"),
        valid_to=_number(fields, "valid_to"),
    )


def _schedule(record: object) -> Schedule:
    fields = Fields(record, "schedule")
    return Schedule(
        unit=fields.choice("unit", RateUnit),
        periods=tuple(_period(period) for period in fields.array("periods")),
        duration_s=_integer(fields, "duration_s"),
        starts_at=_number(fields, "starts_at"),
        min_rate=_number(fields, "min_rate"),
    )


def _period(record: object) -> Period:
    fields = Fields(record, "period")
    return Period(
        start_s=fields.integer("start_s", minimum=0, maximum=_ANY),
        limit=fields.number("limit"),
        phases=_integer(fields, "phases"),
    )


def _transaction(fields: Fields) -> TransactionHandle | None:
    if not fields.has("transaction"):
        return None
    try:
        return fields.integer("transaction", minimum=-_ANY, maximum=_ANY)
    except InputError:
        return fields.text("transaction")


def _number(fields: Fields, name: str) -> float | None:
    return fields.number(name) if fields.has(name) else None


def _integer(fields: Fields, name: str) -> int | None:
    return fields.integer(name, minimum=0, maximum=_ANY) if fields.has(name) else None
