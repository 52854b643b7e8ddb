"""What lies between a life and its websocket: the trace of all frames, a line that may be disturbed, and what people
have the station say past it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.traffic import LONGEST_FRAME, Direction
from chargepoint.dialects.judgement import Judgement
from chargepoint.dialects.traffic import Traffic

if TYPE_CHECKING:
    from chargepoint.disturbances.line import Line

BY_HAND = "sent by hand, as it is"

Take = Callable[[str, float], str | None]
"""Acts on a text that came in, and says what was wrong with it."""


class Passage:
    """The way of frames in and out."""

    def __init__(
        self,
        spec: ChargePointSpec,
        traffic: Traffic,
        judgement: Judgement,
        line: Line | None,
    ) -> None:
        """``line`` is that of an earlier life, if it was ever disturbed."""
        self._spec = spec
        self._traffic = traffic
        self._judgement = judgement
        self._by_hand: list[str] = []
        self.line = line

    def disturbed_line(self, now: float, *, connected: bool) -> Line:
        """The line, made for whatever is to be wrong with it."""
        if self.line is None:
            # Loaded here: few lines are ever disturbed.
            from chargepoint.disturbances.line import Line

            boot = {"chargePointVendor": self._spec.vendor, "chargePointModel": self._spec.model}
            self.line = Line(self._spec.quirks, boot)
            if connected:
                self.line.opened(now)
        return self.line

    def say(self, text: str) -> None:
        """Have ``text`` leave as it is, past all that disturbs the line."""
        self._by_hand.append(text)

    def received(self, text: str, now: float, take: Take) -> None:
        """``text`` came in; ``take`` it when it has come through."""
        if self.line is not None:
            self.line.carry(Direction.IN, text, now)
            self.take_arrived(self.line, now, take)
            return
        self._traffic.note(Direction.IN, text, now, take(text, now))

    def take_arrived(self, line: Line, now: float, take: Take) -> None:
        """``take`` what has come through ``line`` by now."""
        for parcel in line.arrived(Direction.IN, now):
            problem, deviation = None, parcel.problem
            if not parcel.lost:
                blame = self._judgement.count, self._judgement.error
                problem = take(parcel.text, now)
                if not parcel.quiet:
                    # What is wrong with it is our doing, and not its sender's.
                    self._judgement.count, self._judgement.error = blame
                    deviation, problem = "; ".join(filter(None, (deviation, problem))), None
            self._traffic.note(Direction.IN, parcel.shown, now, problem, deviation)

    def leaving(self, frames: list[str], now: float) -> list[str]:
        """What goes on the wire now: of ``frames`` and of those that were held back, and what people say."""
        if self.line is not None:
            frames = self._through(self.line, frames, now)
        else:
            for text in frames:
                self._traffic.note(Direction.OUT, text, now)
        return frames + self._said(now) if self._by_hand else frames

    def _through(self, line: Line, frames: Iterable[str], now: float) -> list[str]:
        for text in frames:
            line.carry(Direction.OUT, text, now)
        parcels = line.arrived(Direction.OUT, now)
        for parcel in parcels:
            self._traffic.note(Direction.OUT, parcel.shown, now, deviation=parcel.problem)
        return [parcel.text for parcel in parcels if not parcel.lost]

    def _said(self, now: float) -> list[str]:
        texts, self._by_hand = self._by_hand, []
        for text in texts:
            self._traffic.note(Direction.OUT, text[:LONGEST_FRAME], now, deviation=BY_HAND)
        return texts
