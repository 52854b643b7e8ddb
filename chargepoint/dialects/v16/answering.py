"""Which block of a station answers which CALL of the central system, and what is said when none does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from chargepoint.dialects.v16.feature_profiles import OWN_WORDS, profile_of
from chargepoint.dialects.v16.session import Answer, CallRefusedError, Session
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import CallReceived
from chargepoint.ocpp.v16 import Action


class Block(Protocol):
    """A functional block of the standard."""

    def answers(self) -> Mapping[Action, Answer]:
        """What it answers, by action."""


class Answering:
    """The answers of one station."""

    def __init__(self, session: Session, blocks: Iterable[Block]) -> None:
        self._session = session
        self._answers = {str(action): answer for block in blocks for action, answer in block.answers().items()}

    @property
    def actions(self) -> frozenset[str]:
        """The actions that a block answers."""
        return frozenset(self._answers)

    def answer(self, call: CallReceived, now: float) -> None:
        """Answer ``call``, and do what was to be done when the answer is on the wire."""
        session, endpoint = self._session, self._session.endpoint
        answer = self._answers.get(call.action) if session.configuration.supports(profile_of(call.action)) else None
        if answer is None and (own_words := OWN_WORDS.get(call.action)) is not None:
            endpoint.reply(call.id, own_words)
            return
        if answer is None:
            endpoint.refuse(call.id, CallErrorCode.NOT_SUPPORTED, f"this station does not support {call.action}")
            return
        try:
            endpoint.reply(call.id, answer(call.payload, now))
        except CallRefusedError as refused:
            endpoint.refuse(call.id, refused.code, refused.description)
        except (KeyError, TypeError, ValueError, AssertionError) as error:
            # Of all that its schema lets through, nothing should get here; what does must not end the station.
            endpoint.refuse(call.id, CallErrorCode.FORMATION_VIOLATION, f"{call.action}: {error!r:.200}")
        afterwards, session.after_reply = session.after_reply, []
        for consequence in afterwards:
            consequence(now)
