"""Authorize (section 4.1) and ClearCache (section 5.4)."""

from __future__ import annotations

from functools import partial

from chargepoint.dialects.v16.session import Answer, Outcome, Session
from chargepoint.dialects.v16.values import token_info
from chargepoint.model.commands import AuthorizeAnswered, CacheCleared
from chargepoint.model.facts import AuthorizeWanted
from chargepoint.ocpp.events import Answered, Lane
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, ClearCacheStatus


class Authorization:
    """Questions about id tags."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.clear_cache: self._clear_cache}

    def wanted(self, fact: AuthorizeWanted, now: float) -> None:
        """Ask the central system."""
        heard = partial(self._heard, fact.request)
        self._session.send(Action.authorize, {"idTag": fact.id_tag}, now, heard=heard, lane=Lane.AUTHORIZE)

    def _heard(self, request: int, outcome: Outcome, now: float) -> None:
        info = token_info(outcome.payload) if isinstance(outcome, Answered) else None
        self._session.station.tell(AuthorizeAnswered(request, info), now)

    def _clear_cache(self, payload: Payload, now: float) -> Payload:
        if not self._session.station.state.parameters.cache_enabled:
            return {"status": str(ClearCacheStatus.rejected)}
        self._session.station.tell(CacheCleared(), now)
        return {"status": str(ClearCacheStatus.accepted)}
