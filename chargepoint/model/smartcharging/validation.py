"""Which profiles a station takes, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, pairwise
from typing import TypeAlias

from chargepoint.model.smartcharging.context import ConnectorContext
from chargepoint.model.smartcharging.profiles import (
    Kind,
    Profile,
    Profiles,
    Purpose,
    RateUnit,
    Schedule,
    TransactionHandle,
)


class MissingStart(StrEnum):
    """What becomes of an absolute or recurring schedule that does not say when it starts."""

    REFUSE = "refuse"
    RECEPTION = "reception"
    TRANSACTION = "transaction"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the station takes at most, and how it reads what a profile leaves open."""

    max_stack_level: int = 8
    max_periods: int = 24
    max_profiles: int = 10
    units: frozenset[RateUnit] = frozenset(RateUnit)
    missing_start: MissingStart = MissingStart.RECEPTION


class Flaw(StrEnum):
    """The kind of a refusal, for a dialect that has a code for each."""

    UNKNOWN_CONNECTOR = "unknown connector"
    PURPOSE = "purpose not possible there"
    KIND = "kind not possible"
    UNIT = "unit not supported"
    SCHEDULE = "invalid schedule"
    STACK_LEVEL = "stack level out of range"
    TOO_MANY = "too many"
    TRANSACTION = "transaction not found"
    VALIDITY = "validity over"


@dataclass(frozen=True, slots=True)
class ProfileRefusal:
    """Why a profile is not taken: ``flaw`` for programs, ``reason`` for people."""

    flaw: Flaw
    reason: str


_Found: TypeAlias = tuple[Flaw, str]


def admit(
    profile: Profile,
    installed: Profiles,
    connectors: Sequence[ConnectorContext],
    rules: Rules,
    now: float,
    *,
    starting: bool = False,
) -> Profile | ProfileRefusal:
    """``profile`` as it is to be installed, or why it is not taken.

    ``connectors`` are all of the station's. ``starting``: the profile comes along with the order to start a
    transaction, which therefore does not run yet. What comes back names the running transaction, if it is for one,
    and starts on reception, if it did not say when and ``rules`` read it so. Drop expired profiles first: they
    count as installed.
    """
    flaws = chain(
        _of_place(profile, connectors),
        _of_transaction(profile, connectors, starting),
        _of_time(profile, rules, now),
        _of_schedule(profile.schedule, rules),
        _of_room(profile, installed, rules),
    )
    refusal = next((ProfileRefusal(flaw, reason) for flaw, reason in flaws), None)
    return refusal or _completed(profile, connectors, rules, now)


def _of_place(profile: Profile, connectors: Sequence[ConnectorContext]) -> Iterator[_Found]:
    known = [connector.connector for connector in connectors]
    if profile.connector != 0 and profile.connector not in known:
        yield Flaw.UNKNOWN_CONNECTOR, f"connector {profile.connector} is not one of 0 to {max(known)}"
    if profile.purpose is Purpose.STATION_MAX and profile.connector != 0:
        yield Flaw.PURPOSE, f"a station maximum belongs to connector 0, not to {profile.connector}"
    if profile.purpose is Purpose.TX and profile.connector == 0:
        yield Flaw.PURPOSE, "a transaction's profile belongs to its connector, not to connector 0"


def _of_transaction(profile: Profile, connectors: Sequence[ConnectorContext], starting: bool) -> Iterator[_Found]:
    if starting:
        if profile.purpose is not Purpose.TX:
            yield Flaw.PURPOSE, f"a transaction is started with a profile of its own, not a {profile.purpose} one"
        if profile.transaction is not None:
            yield Flaw.TRANSACTION, f"transaction {profile.transaction} is named before it has started"
    elif profile.purpose is Purpose.TX:
        running = _running(profile, connectors)
        if running is None:
            yield Flaw.TRANSACTION, f"no transaction is running on connector {profile.connector}"
        if profile.transaction not in (None, running):
            yield Flaw.TRANSACTION, f"transaction {profile.transaction} does not run on connector {profile.connector}"


def _of_time(profile: Profile, rules: Rules, now: float) -> Iterator[_Found]:
    if profile.kind is Kind.RELATIVE and profile.purpose is Purpose.STATION_MAX:
        yield Flaw.KIND, "a station maximum has no transaction to be relative to"
    if profile.kind is Kind.RECURRING and profile.recurrency is None:
        yield Flaw.KIND, "a recurring profile must say whether it recurs daily or weekly"
    if profile.valid_to is not None and profile.valid_to <= now:
        yield Flaw.VALIDITY, "its validity is over already"
    if profile.valid_from is not None and profile.valid_to is not None and profile.valid_to <= profile.valid_from:
        yield Flaw.VALIDITY, "its validity ends before it begins"
    if _lacks_start(profile):
        if rules.missing_start is MissingStart.REFUSE:
            yield Flaw.SCHEDULE, f"a schedule that is {profile.kind} must say when it starts"
        if rules.missing_start is MissingStart.TRANSACTION and profile.purpose is Purpose.STATION_MAX:
            yield Flaw.SCHEDULE, "a station maximum must say when it starts: it has no transaction"


def _of_schedule(schedule: Schedule, rules: Rules) -> Iterator[_Found]:
    if schedule.unit not in rules.units:
        yield Flaw.UNIT, f"limits in {schedule.unit} are not supported here"
    if not schedule.periods:
        yield Flaw.SCHEDULE, "a schedule needs at least one period"
    if len(schedule.periods) > rules.max_periods:
        yield Flaw.TOO_MANY, f"{len(schedule.periods)} periods are more than {rules.max_periods}"
    if schedule.periods and schedule.periods[0].start_s != 0:
        yield Flaw.SCHEDULE, f"the first period starts at {schedule.periods[0].start_s} s, not at 0"
    for earlier, later in pairwise(schedule.periods):
        if later.start_s <= earlier.start_s:
            yield Flaw.SCHEDULE, f"periods must follow each other: {later.start_s} s comes after {earlier.start_s} s"
    for period in schedule.periods:
        if period.limit < 0:
            yield Flaw.SCHEDULE, f"limit {period.limit:g} is below 0"
        if period.phases not in (None, 1, 2, 3):
            yield Flaw.SCHEDULE, f"{period.phases} phases are not 1, 2 or 3"
    if schedule.duration_s is not None and schedule.duration_s < 0:
        yield Flaw.SCHEDULE, f"duration {schedule.duration_s} s is below 0"


def _of_room(profile: Profile, installed: Profiles, rules: Rules) -> Iterator[_Found]:
    if not 0 <= profile.stack_level <= rules.max_stack_level:
        yield Flaw.STACK_LEVEL, f"stack level {profile.stack_level} is not from 0 to {rules.max_stack_level}"
    remaining = sum(not profile.replaces(other) for other in installed)
    if remaining >= rules.max_profiles:
        yield Flaw.TOO_MANY, f"{remaining} profiles are installed already, there is room for {rules.max_profiles}"


def _completed(profile: Profile, connectors: Sequence[ConnectorContext], rules: Rules, now: float) -> Profile:
    transaction = _running(profile, connectors) if profile.purpose is Purpose.TX else None
    starts_at = profile.schedule.starts_at
    if profile.kind is Kind.RELATIVE:
        starts_at = None
    elif _lacks_start(profile) and rules.missing_start is MissingStart.RECEPTION:
        starts_at = now
    return replace(profile, transaction=transaction, schedule=replace(profile.schedule, starts_at=starts_at))


def _running(profile: Profile, connectors: Sequence[ConnectorContext]) -> TransactionHandle | None:
    at = (connector.transaction for connector in connectors if connector.connector == profile.connector)
    return next(at, None)


def _lacks_start(profile: Profile) -> bool:
    return profile.kind is not Kind.RELATIVE and profile.schedule.starts_at is None
