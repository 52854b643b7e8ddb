"""The line between a charge point and its central system, as bad as it was ordered to be.

Its caller is what stands between the station and its websocket: it puts every message in, takes out what has arrived
by now, and asks what is to become of the connection. Over all connections, and over all lives of a station.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chargepoint.api.disturbances import Clear, Disturbance, DisturbanceKind, Mischief, Quirks, in_words
from chargepoint.api.quirks import QuirkName
from chargepoint.api.traffic import Direction
from chargepoint.disturbances.connections import Connections
from chargepoint.disturbances.parcel import Chance, Parcel
from chargepoint.disturbances.parting import Parting
from chargepoint.disturbances.quirks.habits import Habits
from chargepoint.disturbances.transit import HOLD_BACK, WEAK_SIGNAL, Transit

_K = DisturbanceKind


class Line:
    """A line with its disturbances, and the quirks of the station at its end. Moments are POSIX seconds."""

    def __init__(self, quirks: Iterable[QuirkName] = (), boot: Mapping[str, object] | None = None) -> None:
        """``boot``: the payload of the station's BootNotification, for quirks that repeat it."""
        self._on: dict[DisturbanceKind, Disturbance] = {}
        self._until: dict[DisturbanceKind, float] = {}
        self._transit = Transit()
        self._habits = Habits(Quirks(tuple(quirks)), boot)
        self._connections = Connections(self._on, self._end, self._note)
        self._reading = Chance(0, _K.SLOW_READER)
        self._read_pause_s = 0.0
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
        self._until.pop(kind, None)
        if disturbance.for_s:
            self._until[kind] = now + disturbance.for_s
        self._note(str(disturbance))
        self._transit.disturb(self._on)
        self._connections.begin(disturbance, now)
        if kind is _K.SLOW_READER:
            self._reading = Chance(disturbance.seed, kind)
            self._read_pause_s = 0.0

    def _end(self, kind: DisturbanceKind, why: str, now: float) -> None:
        if self._on.pop(kind, None) is None:
            return
        self._until.pop(kind, None)
        self._note(f"{kind} {why}")
        self._transit.disturb(self._on)
        self._connections.ended(kind)
        if kind in HOLD_BACK:
            self._transit.let_go(f"{kind} {why}", now)

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
            self._read_pause_s = slow.every_s if self._reading.happens(slow.probability) else 0.0
            if self._read_pause_s:
                problem = f"slow_reader: it takes {slow.every_s:g} s until the next one is read"
                parcels = [one.with_problem(problem, quiet=True) for one in parcels]
        self._connections.active(now)
        self._send_on(direction, parcels, now)

    def _send_on(self, direction: Direction, parcels: list[Parcel], now: float) -> None:
        if why := self._connections.silenced_by:
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
        self._habits.opened(now)
        self._connections.opened(now)

    def closed(self, now: float) -> None:
        """The connection is gone, and with it what was on its way."""
        self._habits.closed()
        self._transit.lose()
        self._connections.closed(now)

    def refused(self) -> str:
        """Why an attempt to connect comes to nothing; "" when it may go on."""
        return self._connections.refused()

    def parting(self) -> Parting | None:
        """How the connection is to end at once; None when it is not. Asked once."""
        return self._connections.parting()

    def powered_up(self, now: float) -> None:
        """The station boots."""
        self._connections.powered_up(now)
        self.weaken(False, now)

    def power_fails(self) -> bool:
        """Whether the station's power fails in this moment; asked once."""
        return self._connections.power_fails()

    @property
    def silent(self) -> bool:
        """Whether the connection is to stay as it is, without a byte in either direction."""
        return bool(self._connections.silenced_by)

    def active(self, at: float) -> None:
        """Bytes went over the wire at ``at``, be it a ping: no router forgets the connection now."""
        self._connections.active(at)

    @property
    def keeps_first_connection(self) -> bool:
        """Whether a connection that was left open stays so."""
        return self._connections.keeps_first

    @property
    def read_pause_s(self) -> float | None:
        """How long to wait until the next message is read; None: each is taken as it comes in."""
        return self._read_pause_s if _K.SLOW_READER in self._on else None

    def subprotocol(self, right: str) -> str:
        """The subprotocol that is named in place of ``right``; "" for none."""
        return self._habits.subprotocol(right)

    # Time

    def advance(self, now: float) -> None:
        """Let time pass."""
        for kind, until in list(self._until.items()):
            if until <= now:
                self._end(kind, "is over", now)
        self._connections.advance(now)
        self._send_on(Direction.OUT, self._habits.advance(now), now)

    def next_deadline(self) -> float | None:
        """When ``advance`` or ``arrived`` want to be asked next."""
        others = (self._transit.next_deadline(), self._connections.next_deadline(), self._habits.next_deadline())
        moments = [*self._until.values(), *(one for one in others if one is not None)]
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
