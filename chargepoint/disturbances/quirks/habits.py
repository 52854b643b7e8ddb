"""The quirks of one charge point at work: what it says and hears in place of what it should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chargepoint.api.disturbances import Quirks
from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.parcel import Chance, Parcel
from chargepoint.disturbances.quirks import (
    behaviour,
    configuration,
    identity,
    moments,
    readings,
    schema,
    shape,
    spelling,
)
from chargepoint.disturbances.quirks.talk import (
    CALL,
    CALLRESULT,
    Frame,
    Said,
    Saying,
    Talk,
    compact,
    frame_in,
    is_call,
)

_CHANGES = readings.CHANGES | moments.CHANGES | behaviour.CHANGES | schema.CHANGES | shape.CHANGES
_SAYINGS = readings.SAYINGS | behaviour.SAYINGS | spelling.SAYINGS | shape.SAYINGS | identity.SAYINGS
_HEARINGS = behaviour.HEARINGS | configuration.HEARINGS
_IDS = shape.IDS | identity.IDS

NONE = Quirks()


class Habits:
    """The quirks of one charge point. ``boot``: the payload of its BootNotification, should it not say one itself."""

    def __init__(self, quirks: Quirks = NONE, boot: Mapping[str, object] | None = None) -> None:
        self.names = tuple(name for name in QuirkName if name in quirks.names)
        self.quirks = quirks
        self._chance = Chance(quirks.seed, "quirks")
        self._boot = dict(boot or {})
        self._talk = self._begun()
        self._made: list[Parcel] = []
        self._refrain_at: dict[QuirkName, float] = {}
        self._first_ids = identity.FirstIds()
        self._open = False

    def replaced(self, quirks: Quirks, now: float) -> Habits:
        """Other quirks on the same connection, which still knows the ids it gave."""
        other = Habits(quirks, self._boot)
        other._talk = self._talk
        other._talk.memory.clear()
        if self._open:
            other._begin_refrains(now)
        return other

    def opened(self, now: float) -> None:
        """There is a new connection."""
        self._talk = self._begun()
        self._begin_refrains(now)

    def closed(self) -> None:
        """The connection is gone."""
        self._open = False
        self._refrain_at.clear()
        self._made.clear()

    def _begun(self) -> Talk:
        status = {"connectorId": 0, "errorCode": "NoError", "status": "Available"}
        return Talk(said={"BootNotification": self._boot, "StatusNotification": status})

    def _begin_refrains(self, now: float) -> None:
        self._open = True
        self._refrain_at = {
            name: now + refrain.every_s for name, refrain in behaviour.REFRAINS.items() if name in self.names
        }

    # What the station says

    def outgoing(self, parcel: Parcel) -> list[Parcel]:
        """What is said in place of ``parcel``."""
        frame = frame_in(parcel.text) if self.names else None
        if frame is None:
            return [parcel]
        asked = self._remember(frame)
        if self.quirks.probability < 1 and not self._chance.happens(self.quirks.probability):
            return [parcel]
        if (swallowed := self._swallowed(parcel, frame)) is not None:
            return [swallowed]
        said = Said(frame)
        self._change(said, asked)
        return [self._parcel(parcel, one) for one in self._said(said)] or [
            parcel.with_problem(_quirk(QuirkName.IGNORED_CALLS), lost=True)
        ]

    def _remember(self, frame: Frame) -> Frame | None:
        """The CALL that ``frame`` answers, if it does."""
        if is_call(frame):
            self._talk.said[frame[2]] = dict(frame[3])
            return None
        asked = self._talk.asked.pop(frame[1], None)
        self._talk.memory["answered"] = asked
        return asked

    def _swallowed(self, parcel: Parcel, frame: Frame) -> Parcel | None:
        for name, (action, answer) in behaviour.SWALLOWED.items():
            if name in self.names and is_call(frame, action):
                made = Parcel(compact(answer(frame[1])), parcel.at)
                self._made.append(made.with_problem(f"{_quirk(name)}: nobody said it"))
                return parcel.with_problem(_quirk(name), lost=True)
        return None

    def _change(self, said: Said, asked: Frame | None) -> None:
        frame = said.frame
        for name, change in _CHANGES.items():
            if name in self.names and change(frame):
                said.quirks += (name,)
        if asked is not None and frame[0] == CALLRESULT and asked[2] == "GetConfiguration":
            for name, answering in configuration.ANSWERINGS.items():
                if name in self.names and answering(frame[2], asked[3]):
                    said.quirks += (name,)
        if QuirkName.SAME_ID_ON_RETRY in self.names and (first_id := self._first_ids.of(frame)) != frame[1]:
            self._talk.ids[first_id] = frame[1]
            frame[1] = first_id
            said.quirks += (QuirkName.SAME_ID_ON_RETRY,)
        if frame[0] == CALL:
            for name, make in _IDS.items():
                if name in self.names:
                    given = make(next(self._talk.numbers))
                    self._talk.ids[given] = frame[1]
                    frame[1] = given
                    said.quirks += (name,)
                    break

    def _said(self, first: Said) -> list[Said]:
        said = [first]
        for name, saying in _SAYINGS.items():
            if name in self.names:
                said = [each for one in said for each in _in_place(self._talk, name, saying, one)]
        for name, saying in shape.LAST_SAYINGS.items():
            if name in self.names:
                said = [each for one in said for each in _in_place(self._talk, name, saying, one)]
        for name, change in shape.LAST_CHANGES.items():
            for one in said:
                if name in self.names and not one.text and change(one.frame):
                    one.quirks += (name,)
        return said

    def _parcel(self, parcel: Parcel, said: Said) -> Parcel:
        for name in dict.fromkeys(said.quirks):
            parcel = parcel.with_problem(_quirk(name))
        if said.quirks:
            parcel = parcel.with_text(said.text or compact(said.frame))
        for name, spelling_of in spelling.SPELLINGS.items():
            if name in self.names and (text := spelling_of(parcel.text)) != parcel.text:
                parcel = parcel.with_problem(_quirk(name), text=text)
        return parcel.later(said.delay_s)

    # What it hears

    def incoming(self, parcel: Parcel) -> tuple[Parcel, Parcel | None]:
        """``parcel`` as the station hears it, and what it is answered without hearing of it."""
        frame = frame_in(parcel.text) if self.names or self._talk.ids or self._talk.own else None
        if frame is None or not isinstance(frame[1], str | int):
            return parcel, None
        if frame[0] == CALL:
            return self._heard(parcel, frame)
        if (known := self._talk.ids.pop(frame[1], None)) is not None:
            return parcel.with_text(compact([frame[0], known, *frame[2:]])), None
        if (name := self._talk.own.pop(str(frame[1]), None)) is not None:
            return parcel.with_problem(f"{_quirk(name)}: the answer to it", lost=True, quiet=True), None
        return parcel, None

    def _heard(self, parcel: Parcel, frame: Frame) -> tuple[Parcel, Parcel | None]:
        if not is_call(frame):
            return parcel, None
        for name, hearing in _HEARINGS.items():
            if name in self.names and (answer := hearing(frame)) is not None:
                said = Parcel(compact([CALLRESULT, frame[1], answer]), parcel.at).with_problem(_quirk(name))
                return parcel.with_problem(f"{_quirk(name)}: the station does not hear of it", lost=True), said
        if self.names:
            self._talk.asked[frame[1]] = frame
        return parcel, None

    def subprotocol(self, right: str) -> str:
        """The websocket subprotocol that it names in place of ``right``; "" for none."""
        named = (name for quirk, name in shape.SUBPROTOCOLS.items() if quirk in self.names)
        return next(named, right)

    # What nobody asked it to say

    def made(self) -> list[Parcel]:
        """Answers that the station hears and nobody said, since the last time."""
        made, self._made = self._made, []
        return made

    def advance(self, now: float) -> list[Parcel]:
        """What it says by itself until ``now``."""
        parcels = []
        for name, at in self._refrain_at.items():
            if at <= now:
                refrain = behaviour.REFRAINS[name]
                self._refrain_at[name] = now + refrain.every_s
                said = self._talk.call(name, refrain.action, self._talk.said[refrain.action])
                parcels.append(Parcel(compact(said.frame), now).with_problem(_quirk(name)))
        return parcels

    def next_deadline(self) -> float | None:
        """When ``advance`` wants to be called next."""
        return min(self._refrain_at.values(), default=None)

    def in_words(self) -> tuple[str, ...]:
        """What the status of the charge point says."""
        share = f" {100 * self.quirks.probability:g} %" if self.quirks.probability < 1 else ""
        share += f" seed {self.quirks.seed}" if share and self.quirks.seed else ""
        return tuple(f"{_quirk(name)}{share}" for name in self.names)


def _in_place(talk: Talk, name: QuirkName, saying: Saying, said: Said) -> Iterable[Said]:
    """What ``saying`` makes of ``said``; what another quirk made is left as it is."""
    made = saying(talk, said.frame) if not said.text and said.frame[1] not in talk.own else None
    if made is None:
        return [said]
    # The frame itself, first among others and at its time, is no deviation.
    itself = (
        next((one for one in made if one.frame is said.frame and not one.delay_s), None) if len(made) > 1 else None
    )
    for one in made:
        one.quirks = said.quirks if one is itself else (*said.quirks, name)
        one.delay_s += said.delay_s
    return made


def _quirk(name: str) -> str:
    return f"quirk {name}"
