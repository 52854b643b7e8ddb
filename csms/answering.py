"""What the central system answers to a CALL: checked, carried out, kept; then, and only then, said."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from chargepoint.api.errors import InputError
from chargepoint.clock import Clock
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.events import CallReceived
from chargepoint.ocpp.frames import Payload
from csms.commands import Commands
from csms.csms import CentralSystem
from csms.dialect import Answerer, Caller, Dialect, Signer
from csms.store import Store
from csms.timestamps import zoned

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A CALLERROR in place of an answer."""

    code: CallErrorCode
    reason: str


Reply = Payload | Refusal


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers the CALLs of every charge point; raises StoreFailure when an answer could not be kept."""

    system: CentralSystem
    store: Store
    commands: Commands
    clock: Clock
    heartbeat_interval_s: int
    signer: Signer | None
    afterwards: Callable[[Coroutine[object, object, None]], None]

    def answer(self, charge_point: str, dialect: Dialect, call: CallReceived) -> Reply | Awaitable[Reply]:
        """The reply to ``call``; one that waits for other charge points comes later."""
        answerer = dialect.answers.get(call.action)
        if answerer is None:
            return Refusal(CallErrorCode.NOT_SUPPORTED, f"{call.action} is sent by a central system, not to it")
        if not _is_text(call.payload):
            return Refusal(CallErrorCode.FORMATION_VIOLATION, "a text has half a surrogate pair")
        payload = call.payload
        if violation := dialect.schemas.violation(call.action, payload):
            # Of all that is against the standard, one thing is too common to refuse.
            payload = zoned(payload)
            violation = dialect.schemas.violation(call.action, payload) if payload is not call.payload else violation
            if violation is not None:
                return self._refused(charge_point, call, Refusal(violation.code, violation.reason))
            log.warning("%s: %s: a timestamp without its zone, read as UTC", charge_point, call.action)
        return self._carried_out(answerer, charge_point, call, payload)

    def _carried_out(
        self, answerer: Answerer, charge_point: str, call: CallReceived, payload: Payload
    ) -> Reply | Awaitable[Reply]:
        now = self.clock.now()
        caller = Caller(
            charge_point,
            call.action,
            call.id,
            now,
            self.system,
            self.commands,
            self.heartbeat_interval_s,
            self.signer,
            self.afterwards,
        )
        self.system.seen(charge_point, now)
        try:
            answer = answerer(caller, payload)
        except InputError as error:
            refusal = Refusal(CallErrorCode.PROPERTY_CONSTRAINT_VIOLATION, str(error))
            return self._refused(charge_point, call, refusal)
        except Exception:
            return _failed(charge_point, call)
        finally:
            self.keep()
        return self._later(charge_point, call, answer) if isinstance(answer, Awaitable) else answer

    def keep(self) -> None:
        """Commit what has changed."""
        if changes := self.system.changes():
            self.store.keep(changes)

    async def _later(self, charge_point: str, call: CallReceived, answer: Awaitable[Payload]) -> Reply:
        try:
            return await answer
        except Exception:
            return _failed(charge_point, call)

    def _refused(self, charge_point: str, call: CallReceived, refusal: Refusal) -> Refusal:
        log.warning("%s: %s refused with %s: %s", charge_point, call.action, refusal.code, refusal.reason)
        return refusal


def _failed(charge_point: str, call: CallReceived) -> Refusal:
    log.exception("%s: %s failed", charge_point, call.action)
    return Refusal(CallErrorCode.INTERNAL_ERROR, "the central system failed; its log says why")


def _is_text(payload: Payload) -> bool:
    """Whether every text in ``payload`` can be written in UTF-8: JSON can escape halves of surrogate pairs."""
    try:
        json.dumps(payload, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
