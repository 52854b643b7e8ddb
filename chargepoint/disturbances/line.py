"""The line between a charge point and its central system, as bad as it was ordered to be.

Its caller is what stands between the station and its websocket: it puts every message in, takes out what has arrived
by now, and asks what is to become of the connection. Over all connections, and over all lives of a station.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chargepoint.api.disturbances import Clear, Disturbance, DisturbanceKind, Mischief, Quirks, in_words
from chargepoint.api.quirks import QuirkName
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.parcel import Chance, Parcel
from chargepoint.disturbances.parting import Parting
from chargepoint.disturbances.quirks.habits import Habits
from chargepoint.disturbances.transit import HOLD_BACK, WEAK_SIGNAL, Transit

LINK_DOWN = "outage: the link is down"

_K = DisturbanceKind
_RECURRENT = frozenset({_K.CUT, _K.CLOSE, _K.BROWN_OUT})
_REFUSALS = {
    _K.DNS_FAILURE: "dns_failure: Name or service not known",
    _K.REFUSE: "refuse: no connection is made",
}
_SECOND = "second_connection: another one is made beside it"


class Line:
    """A line with its disturbances, and the quirks of the station at its end. Moments are POSIX seconds."""

    def __init__(self, quirks: Iterable[QuirkName] = (), boot: Mapping[str, object] | None = None) -> None:
        """``boot``: the payload of the station's BootNotification, for quirks that repeat it."""
        self._on: dict[DisturbanceKind, Disturbance] = {}
        self._until: dict[DisturbanceKind, float] = {}
        self._transit = Transit()
        self._habits = Habits(Quirks(tuple(quirks)), boot)
        self._chances: dict[DisturbanceKind, Chance] = {}
        self._open = False
        self._recurs_at: dict[DisturbanceKind, float] = {}
        self._parting: Parting | None = None
        self._power_fails = False
        self._silent_since: float | None = None
        self._active_at = 0.0
        self._reads_slowly = False
        self._notes: list[str] = []
        if self._habits.names:
            self._note(f"quirks: {', '.join(self._habits.names)}")

    # Orders

    def take(self, order: Mischief, now: float) -> None:
        """Follow ``order``."""
        match order:
            case Quirks():
                self._habits = self._habits.replaced(order, now)
                self._note(str(order) if not order.names else f"quirks: {order}")
            case Clear(None):
                for kind in list(self._on):
                    self._end(kind, "cleared", now)
            case Clear(kind):
                self._end(kind, "cleared", now)
            case Disturbance():
                self._begin(order, now)

    def _begin(self, disturbance: Disturbance, now: float) -> None:
        kind = disturbance.kind
        if kind in self._on and kind in HOLD_BACK:
            self._transit.let_go(f"{kind} is another now", now)
        self._on[kind] = disturbance
        self._chances[kind] = Chance(disturbance.seed)
        self._until.pop(kind, None)
        if disturbance.for_s:
            self._until[kind] = now + disturbance.for_s
        self._note(f"{disturbance}" + (f" for {disturbance.for_s:g} s" if disturbance.for_s else ""))
        self._transit.disturb(self._on)
        if kind is _K.OUTAGE:
            self._parting = Parting(LINK_DOWN)
        self._reads_slowly |= kind is _K.SLOW_READER
        self._recur(kind, now)
        if kind is _K.CLOSE and not disturbance.every_s:
            self._part(kind)
            self._end(kind, "is done", now)
        if kind is _K.SECOND_CONNECTION and self._open:
            self._parting = Parting(_SECOND, leave_open=True)

    def _end(self, kind: DisturbanceKind, why: str, now: float) -> None:
        if self._on.pop(kind, None) is None:
            return
        self._until.pop(kind, None)
        self._recurs_at.pop(kind, None)
        if kind is _K.IDLE_KILL:
            self._silent_since = None
        self._note(f"{kind} {why}")
        self._transit.disturb(self._on)
        if kind in HOLD_BACK:
            self._transit.let_go(f"{kind} {why}", now)

    def _recur(self, kind: DisturbanceKind, now: float) -> None:
        """``kind`` is due again, if it is one that comes again and again."""
        one = self._on.get(kind)
        if one is not None and kind in _RECURRENT and one.every_s and (self._open or kind is _K.BROWN_OUT):
            later_s = one.range_s * self._chances[kind].draw() if one.range_s else 0.0
            self._recurs_at[kind] = now + one.every_s + later_s

    def _part(self, kind: DisturbanceKind) -> None:
        one = self._on[kind]
        every = f" every {one.every_s:g} s" if one.every_s else ""
        if kind is _K.CUT:
            self._parting = Parting(f"cut: the connection breaks off{every}")
        else:
            self._parting = Parting(f"close: the connection is closed{every}", code=int(one.code))
        self._note(self._parting.why)

    def weaken(self, weak: bool, now: float) -> None:
        """The signal of the station's modem is weak, or no longer."""
        if weak is self._transit.weak:
            return
        self._transit.weaken(weak)
        if not weak:
            self._transit.let_go("the signal is good again", now)
        self._note(f"weak signal: {WEAK_SIGNAL}" if weak else "the signal is good again")

    # Messages

    def carry(self, direction: Direction, text: str, now: float) -> None:
        """Put a message in; whatever becomes of it comes out of ``arrived``."""
        parcels = [Parcel(text, now)]
        if direction is Direction.OUT:
            parcels = [each for one in parcels for each in self._habits.outgoing(one)]
            for made in self._habits.made():
                self._transit.put(Direction.IN, made, now)
        elif (slow := self._on.get(_K.SLOW_READER)) is not None:
            self._reads_slowly = self._chances[_K.SLOW_READER].happens(slow.probability)
        self._active_at = max(self._active_at, now)
        self._send_on(direction, parcels, now)

    def _send_on(self, direction: Direction, parcels: list[Parcel], now: float) -> None:
        if why := self._swallows:
            parcels = [one.with_problem(f"{why}: nothing gets through", lost=True) for one in parcels]
        self._transit.carry(direction, parcels, now)

    def arrived(self, direction: Direction, now: float) -> list[Parcel]:
        """What comes out by ``now``, in that order; lost messages are among it, to be told of."""
        arrived = []
        while (parcel := self._transit.take(direction, now)) is not None:
            if direction is Direction.IN and not parcel.lost:
                parcel, answer = self._habits.incoming(parcel)
                if answer is not None:
                    self._send_on(Direction.OUT, [answer], now)
            arrived.append(parcel)
        for parcel in arrived:
            if parcel.problem and not parcel.quiet:
                self._note(f"{direction}: {parcel.problem}")
        return arrived

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way out."""
        return self._transit.idle

    # The connection

    def opened(self, now: float) -> None:
        """There is a new connection."""
        self._open = True
        self._active_at = now
        self._habits.opened(now)
        if _K.OUTAGE in self._on:
            self._parting = Parting(LINK_DOWN)
        for kind in (_K.CUT, _K.CLOSE):
            self._recur(kind, now)

    def closed(self, now: float) -> None:
        """The connection is gone, and with it what was on its way."""
        self._open = False
        self._habits.closed()
        self._transit.lose()
        for kind in (_K.CUT, _K.CLOSE):
            self._recurs_at.pop(kind, None)
        self._parting = None
        self._silent_since = None
        self._end(_K.HALF_OPEN, "is over: its connection is gone", now)

    def refused(self) -> str:
        """Why an attempt to connect comes to nothing; "" when it may go on."""
        if _K.OUTAGE in self._on:
            return LINK_DOWN
        for kind, why in _REFUSALS.items():
            one = self._on.get(kind)
            if one is not None and self._chances[kind].happens(one.probability):
                return why
        return ""

    def parting(self) -> Parting | None:
        """How the connection is to end at once; None when it is not. Asked once."""
        parting, self._parting = self._parting, None
        return parting

    def powered_up(self, now: float) -> None:
        """The station boots."""
        self._recur(_K.BROWN_OUT, now)
        self.weaken(False, now)

    def power_fails(self) -> bool:
        """Whether the station's power fails in this moment; asked once."""
        fails, self._power_fails = self._power_fails, False
        return fails

    @property
    def _swallows(self) -> str:
        """What lets nothing through, if anything does."""
        if _K.HALF_OPEN in self._on:
            return str(_K.HALF_OPEN)
        return str(_K.IDLE_KILL) if self._silent_since is not None else ""

    @property
    def silent(self) -> bool:
        """Whether the connection is to stay as it is, without a byte in either direction."""
        return bool(self._swallows)

    def active(self, at: float) -> None:
        """Bytes went over the wire at ``at``, be it a ping: no router forgets the connection now."""
        self._active_at = max(self._active_at, at)

    @property
    def keeps_first_connection(self) -> bool:
        """Whether a connection that was left open stays so."""
        return _K.SECOND_CONNECTION in self._on

    @property
    def fragments(self) -> tuple[int, float]:
        """How many bytes go into a websocket frame, 0 for all; and the pause in s between two of them."""
        fragments = self._on.get(_K.FRAGMENTS)
        return (int(fragments.size), fragments.every_s) if fragments else (0, 0.0)

    @property
    def read_pause_s(self) -> float:
        """How long to wait after each message that is read."""
        slow = self._on.get(_K.SLOW_READER)
        return slow.every_s if slow and self._reads_slowly else 0.0

    def subprotocol(self, right: str) -> str:
        """The subprotocol that is named in place of ``right``; "" for none."""
        return self._habits.subprotocol(right)

    # Time

    def advance(self, now: float) -> None:
        """Let time pass."""
        for kind, until in list(self._until.items()):
            if until <= now:
                self._end(kind, "is over", now)
        for kind, at in list(self._recurs_at.items()):
            if at <= now:
                self._recur(kind, now)
                if self._chances[kind].happens(self._on[kind].probability):
                    self._happen(kind)
        idle = self._on.get(_K.IDLE_KILL)
        if idle is not None and self._open and not self.silent and now >= self._active_at + idle.after_s:
            self._silent_since = now
            self._note(f"{idle}: the connection is forgotten")
        self._send_on(Direction.OUT, self._habits.advance(now), now)

    def _happen(self, kind: DisturbanceKind) -> None:
        if kind is _K.BROWN_OUT:
            self._power_fails = True
            self._note("brown_out: the power fails")
        else:
            self._part(kind)

    def next_deadline(self) -> float | None:
        """When ``advance`` or ``arrived`` want to be asked next."""
        moments = [*self._until.values(), *self._recurs_at.values()]
        if (arrives_at := self._transit.next_deadline()) is not None:
            moments.append(arrives_at)
        idle = self._on.get(_K.IDLE_KILL)
        if idle is not None and self._open and not self.silent:
            moments.append(self._active_at + idle.after_s)
        if (refrain_at := self._habits.next_deadline()) is not None:
            moments.append(refrain_at)
        return min(moments, default=None)

    # For people

    @property
    def deviations(self) -> tuple[str, ...]:
        """What is on, in words."""
        return in_words(self._on.values()) + self._habits.in_words()

    def notes(self) -> list[str]:
        """Lines for the log."""
        notes, self._notes = self._notes, []
        return notes

    def _note(self, text: str) -> None:
        self._notes.append(f"disturbance: {text}")
