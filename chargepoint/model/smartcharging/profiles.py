"""Charging profiles, and the set of them that a station has installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

TransactionHandle: TypeAlias = int | str
"""The model's own name of a transaction; nothing here looks into it."""


class Purpose(StrEnum):
    """What a profile limits."""

    STATION_MAX = "station-max"
    TX_DEFAULT = "tx-default"
    TX = "tx"


class Kind(StrEnum):
    """What a schedule's seconds are counted from: a fixed moment, its latest repetition, a transaction's start."""

    ABSOLUTE = "absolute"
    RECURRING = "recurring"
    RELATIVE = "relative"


class Recurrency(StrEnum):
    """How often a recurring schedule starts again."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def interval_s(self) -> int:
        """Seconds from one start to the next: UTC days, blind to daylight saving."""
        return 86_400 if self is Recurrency.DAILY else 7 * 86_400


class RateUnit(StrEnum):
    """The unit of a limit: amperes per phase (never their sum), or watts over all phases."""

    A = "A"
    W = "W"


@dataclass(frozen=True, slots=True)
class Period:
    """One step of a schedule: from ``start_s`` after the schedule's start, until the next step, at most ``limit``.

    ``limit`` is in the schedule's unit; ``phases`` is how many phases it is meant for, None for all the station has.
    """

    start_s: int
    limit: float
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The staircase of a profile.

    ``periods`` begin at 0 and rise; the last one lasts until ``duration_s`` is over, or for ever without one.
    ``starts_at`` anchors it (POSIX seconds); a relative schedule has none. Below ``min_rate`` (in ``unit``) the
    car cannot charge efficiently, and pausing is better.
    """

    unit: RateUnit
    periods: tuple[Period, ...]
    duration_s: int | None = None
    starts_at: float | None = None
    min_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One charging profile.

    ``connector`` is where it is installed, 0 being the station. ``transaction`` is that of a TX profile; a TX
    profile without one belongs to whatever transaction runs, or is about to start, on its connector. It is valid
    from ``valid_from`` up to, and without, ``valid_to`` (POSIX seconds); ``recurrency`` is that of a recurring kind.
    """

    id: int
    connector: int
    purpose: Purpose
    kind: Kind
    stack_level: int
    schedule: Schedule
    transaction: TransactionHandle | None = None
    recurrency: Recurrency | None = None
    valid_from: float | None = None
    valid_to: float | None = None

    def replaces(self, other: Profile) -> bool:
        """Whether installing this one removes ``other``: same id, or same purpose, stack level and connector
        (OCPP 1.6 section 5.16)."""
        return self.id == other.id or (
            (self.purpose, self.stack_level, self.connector) == (other.purpose, other.stack_level, other.connector)
        )


class Profiles:
    """The installed profiles of one station, in the order they were installed."""

    def __init__(self, profiles: Iterable[Profile] = ()) -> None:
        self._installed: list[Profile] = []
        for profile in profiles:
            self.install(profile)

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._installed)

    def __len__(self) -> int:
        return len(self._installed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profiles) and self._installed == other._installed

    def __repr__(self) -> str:
        return f"Profiles({self._installed!r})"

    def install(self, profile: Profile) -> tuple[Profile, ...]:
        """Add ``profile``, which ``validation.admit`` has let through; returns those it replaced."""
        replaced = self._remove(profile.replaces)
        self._installed.append(profile)
        return replaced

    def clear(
        self,
        *,
        id: int | None = None,
        connector: int | None = None,
        purpose: Purpose | None = None,
        stack_level: int | None = None,
    ) -> tuple[Profile, ...]:
        """Remove what matches and return it; an empty answer means that nothing did.

        An ``id`` alone decides, whatever else is given. Otherwise all given criteria must hold, and none given
        removes everything. ``connector`` 0 means installed at 0, not everywhere (OCPP 1.6 section 5.5).
        """
        if id is not None:
            return self._remove(lambda profile: profile.id == id)
        return self._remove(
            lambda profile: (
                connector in (None, profile.connector)
                and purpose in (None, profile.purpose)
                and stack_level in (None, profile.stack_level)
            )
        )

    def drop_transaction(self, connector: int) -> tuple[Profile, ...]:
        """Remove the TX profiles of ``connector``: its transaction has ended, or a remote start came to nothing."""
        return self._remove(lambda profile: profile.purpose is Purpose.TX and profile.connector == connector)

    def drop_expired(self, now: float) -> tuple[Profile, ...]:
        """Remove the profiles whose validity is over for good at ``now``."""
        return self._remove(lambda profile: profile.valid_to is not None and profile.valid_to <= now)

    def _remove(self, matches: Callable[[Profile], bool]) -> tuple[Profile, ...]:
        removed = tuple(profile for profile in self._installed if matches(profile))
        self._installed = [profile for profile in self._installed if not matches(profile)]
        return removed
