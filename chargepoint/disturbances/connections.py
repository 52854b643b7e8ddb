"""What a bad line does to the connections of a charge point: how they end, fall silent, or are not made at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from chargepoint.api.disturbances import DISTURBANCES, Disturbance, DisturbanceKind, Occasion
from chargepoint.disturbances.parcel import Chance
from chargepoint.disturbances.parting import Parting

LINK_DOWN = "outage: the link is down"

_K = DisturbanceKind
_OF_TIME = frozenset(kind for kind, declared in DISTURBANCES.items() if declared.each is Occasion.TIME)
_REFUSALS = {
    _K.OUTAGE: LINK_DOWN,
    _K.DNS_FAILURE: "dns_failure: Name or service not known",
    _K.REFUSE: "refuse: no connection is made",
}
_SECOND = "second_connection: another one is made beside it"


class End(Protocol):
    """Switches a disturbance off by itself."""

    def __call__(self, kind: DisturbanceKind, why: str, now: float, /) -> None:
        """``kind`` is over, for ``why``."""


class Connections:
    """The connections of one line, one after the other. Moments are POSIX seconds."""

    def __init__(self, on: Mapping[DisturbanceKind, Disturbance], end: End, note: Callable[[str], None]) -> None:
        """``on``: what is on at each moment, by its kind; ``end`` is told what is over by itself."""
        self._on = on
        self._end = end
        self._note = note
        self._chances: dict[DisturbanceKind, Chance] = {}
        self._open = False
        self._due_at: dict[DisturbanceKind, float] = {}
        self._once: set[DisturbanceKind] = set()
        """What happens once, and has yet to."""
        self._parting: Parting | None = None
        self._power_fails = False
        self._silenced_by: set[DisturbanceKind] = set()
        self._forgettable = False
        """Whether this connection is one that a router forgets when it is idle."""
        self._passed = False
        """Whether the next connection has passed the outage that there is."""
        self._active_at = 0.0

    # What is on

    def begin(self, disturbance: Disturbance, now: float) -> None:
        """It was switched on, or is another now."""
        kind = disturbance.kind
        self._chances[kind] = Chance(disturbance.seed, kind)
        self.ended(kind)
        if kind in _OF_TIME and not disturbance.every_s:
            self._once.add(kind)
        match kind:
            case _K.OUTAGE:
                self._passed = False
                self._meet_outage()
            case _K.IDLE_KILL:
                self._meet_router()
            case _:
                self._fall_due(kind, now)

    def ended(self, kind: DisturbanceKind) -> None:
        """It is over."""
        self._silenced_by.discard(kind)
        self._due_at.pop(kind, None)
        self._once.discard(kind)

    def _happens(self, kind: DisturbanceKind) -> bool:
        return self._chances[kind].happens(self._on[kind].probability)

    # On each connection

    def opened(self, now: float) -> None:
        """There is a new connection."""
        self._open = True
        self._active_at = now
        self._meet_outage()
        self._meet_router()
        for kind in list(self._on):
            if kind is not _K.BROWN_OUT:
                self._fall_due(kind, now)

    def closed(self, now: float) -> None:
        """The connection is gone, or could not be made."""
        self._open = self._passed = False
        self._parting = None
        self._due_at = {kind: at for kind, at in self._due_at.items() if kind is _K.BROWN_OUT}
        was_half_open = _K.HALF_OPEN in self._silenced_by
        self._silenced_by.clear()
        if was_half_open and not self._on[_K.HALF_OPEN].every_s:
            self._end(_K.HALF_OPEN, "is over: its connection is gone", now)

    def refused(self) -> str:
        """Why an attempt to connect comes to nothing; "" when it may go on."""
        for kind, why in _REFUSALS.items():
            if kind in self._on and self._happens(kind):
                return why
        self._passed = True
        return ""

    def _meet_outage(self) -> None:
        if _K.OUTAGE in self._on and self._open and not self._passed and self._happens(_K.OUTAGE):
            self._parting = Parting(LINK_DOWN)

    def _meet_router(self) -> None:
        if _K.IDLE_KILL in self._on and self._open:
            self._forgettable = self._happens(_K.IDLE_KILL)

    # Again and again, or once

    def _fall_due(self, kind: DisturbanceKind, now: float) -> None:
        """``kind`` is due, or will be again, if it is one of those."""
        one = self._on.get(kind)
        if one is None or kind not in _OF_TIME or not (self._open or kind is _K.BROWN_OUT):
            return
        if one.every_s:
            later_s = one.range_s * self._chances[kind].draw() if one.range_s else 0.0
            self._due_at[kind] = now + one.every_s + later_s
        elif kind in self._once:
            self._once.discard(kind)
            happens = self._happens(kind)
            if happens:
                self._happen(one)
            if not happens or kind is _K.CLOSE:
                self._end(kind, "is done" if happens else "does not happen, by chance", now)

    def _happen(self, one: Disturbance) -> None:
        every = f" every {one.every_s:g} s" if one.every_s else ""
        match one.kind:
            case _K.BROWN_OUT:
                self._power_fails = True
                self._note("brown_out: the power fails")
                return
            case _K.HALF_OPEN:
                if _K.HALF_OPEN not in self._silenced_by:
                    self._silenced_by.add(_K.HALF_OPEN)
                    self._note("half_open: nothing gets through this connection any more")
                return
            case _K.SECOND_CONNECTION:
                self._parting = Parting(_SECOND, leave_open=True)
            case _K.CLOSE:
                self._parting = Parting(f"close: the connection is closed{every}", code=int(one.code))
            case _:
                self._parting = Parting(f"cut: the connection breaks off{every}")
        self._note(self._parting.why)

    def powered_up(self, now: float) -> None:
        """The station boots."""
        self._fall_due(_K.BROWN_OUT, now)

    # What becomes of the connection

    def parting(self) -> Parting | None:
        """How the connection is to end at once; None when it is not. Asked once."""
        parting, self._parting = self._parting, None
        return parting

    def power_fails(self) -> bool:
        """Whether the station's power fails in this moment; asked once."""
        fails, self._power_fails = self._power_fails, False
        return fails

    @property
    def silenced_by(self) -> str:
        """What lets nothing through this connection, "" for nothing: it stays as it is, without a byte."""
        return str(min(self._silenced_by, default=""))

    @property
    def keeps_first(self) -> bool:
        """Whether a connection that was left open stays so."""
        return _K.SECOND_CONNECTION in self._on

    def active(self, at: float) -> None:
        """Bytes went over the wire at ``at``: no router forgets the connection now."""
        self._active_at = max(self._active_at, at)

    # Time

    def advance(self, now: float) -> None:
        """Let time pass."""
        for kind, at in list(self._due_at.items()):
            if at <= now:
                self._fall_due(kind, now)
                if self._happens(kind):
                    self._happen(self._on[kind])
        forgotten_at = self._forgotten_at
        if forgotten_at is not None and now >= forgotten_at:
            self._silenced_by.add(_K.IDLE_KILL)
            self._note(f"{self._on[_K.IDLE_KILL]}: the connection is forgotten")

    @property
    def _forgotten_at(self) -> float | None:
        idle = self._on.get(_K.IDLE_KILL)
        if idle is None or not self._open or not self._forgettable or self._silenced_by:
            return None
        return self._active_at + idle.after_s

    def next_deadline(self) -> float | None:
        """When ``advance`` wants to be called next."""
        moments = list(self._due_at.values())
        if (forgotten_at := self._forgotten_at) is not None:
            moments.append(forgotten_at)
        return min(moments, default=None)
