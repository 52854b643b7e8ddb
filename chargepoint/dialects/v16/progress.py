"""Telling the central system how something gets on: each status once, and after a lost connection the present one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from chargepoint.api.fields import Fields
from chargepoint.dialects.v16.session import Outcome, Session
from chargepoint.ocpp.events import Silence, Unanswered
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action


class ProgressReports:
    """What the central system was told of one thing, over connections and power cuts."""

    def __init__(self, session: Session, record: Mapping[str, object]) -> None:
        """``record``: what ``to_record`` gave in an earlier life."""
        self._session = session
        self._told = Fields(record, "told").text("told", "")
        self._sent = self._told
        self.changed = False

    def tell(self, number: int, action: Action, payload: Payload, now: float) -> None:
        """Tell of job ``number`` what ``payload`` says, if that has not been told; nothing while offline."""
        key = f"{number}/{payload['status']}"
        if not self._session.online or key == self._sent:
            return
        self._sent = key
        self._session.send(action, payload, now, heard=partial(self._heard, key))

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        self.changed = False
        return {"told": self._told}

    def _heard(self, key: str, outcome: Outcome, now: float) -> None:
        if not (isinstance(outcome, Unanswered) and outcome.why is Silence.CLOSED):
            self._told = key
            self.changed = True
        elif self._sent == key:
            self._sent = self._told
