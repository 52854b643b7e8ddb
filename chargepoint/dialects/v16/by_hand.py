"""CALLs of a station that somebody sends by hand, and what the central system answers."""

from __future__ import annotations

from collections.abc import Callable

from chargepoint.api.errors import InputError
from chargepoint.api.orders import CallRefusal, Send, SendText, StationResult, Verdict
from chargepoint.dialects.v16.session import Outcome, Session
from chargepoint.ocpp.events import Answered, Refused, Request, Silence, Unanswered
from chargepoint.ocpp.frames import meant
from chargepoint.ocpp.schema import Schemas
from chargepoint.ocpp.v16 import FROM_CHARGE_POINT

UNREADABLE = "-1"
"""The message id of a CALLERROR to a CALL whose own cannot be read (OCPP-J 2.0.1 4.2.3)."""


class OrderRefusedError(Exception):
    """An order that cannot be followed as things are; ``str()`` says why."""


def send(
    session: Session, schemas: Schemas, order: Send, topic: str, told: Callable[[StationResult], None], now: float
) -> None:
    """Send the CALL of ``order``; ``told`` gets its result when it is answered or given up.

    A registered or pending station makes no difference: who sends by hand wants to see what happens. The answer
    changes nothing in the station. Raises InputError for what violates the standard (unless it is forced), and
    OrderRefusedError without a connection.
    """
    if not order.force:
        if order.action not in FROM_CHARGE_POINT:
            names = ", ".join(sorted(FROM_CHARGE_POINT))
            raise InputError("action", order.action, f"a CALL of a charge point (or force it): {names}")
        if violation := schemas.violation(order.action, order.payload):
            raise InputError("payload", dict(order.payload), f"one of {order.action}: {violation.reason}")
    if not session.endpoint.is_open:
        raise OrderRefusedError("there is no connection to the central system")

    def heard(outcome: Outcome, now: float) -> None:
        told(_result(order, topic, outcome, session.endpoint.timeout_s))

    session.endpoint.send(Request(order.action, order.payload, about=heard, unchecked=order.force), now)


def text_of(session: Session, order: SendText) -> str:
    """The message of ``order``; what it is answered is no answer to the station. Raises OrderRefusedError without a
    connection."""
    if not session.endpoint.is_open:
        raise OrderRefusedError("there is no connection to the central system")
    if (frame := meant(order.text)) is not None:
        session.endpoint.pass_over(frame.id)
    session.endpoint.pass_over(UNREADABLE)
    return order.text * order.times


def _result(order: Send, topic: str, outcome: Outcome, timeout_s: float) -> StationResult:
    match outcome:
        case Answered(_, payload, violation):
            reason = f"the answer violates the standard: {violation.reason}" if violation else ""
            return StationResult(topic, reason, Verdict.DONE, "send", order.request_id, answer=payload)
        case Refused(_, error):
            refusal = CallRefusal(error.code, error.description)
            return StationResult(topic, "", Verdict.DONE, "send", order.request_id, error=refusal)
        case Unanswered(_, why):
            silence = f"no answer within {timeout_s:g} s" if why is Silence.TIMEOUT else "the connection was lost"
            return StationResult(topic, silence, Verdict.REFUSED, "send", order.request_id)
