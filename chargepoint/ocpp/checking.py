"""What becomes of payloads of a peer that violate their schema."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.schema import Schemas, Violation


class Checking(StrEnum):
    """How strict an endpoint is; whichever it is, it tells what is wrong.

    A CALL is refused (STRICT); mended, and refused only when that is not enough (LENIENT); handed on as it is (NONE).
    An answer is handed on, mended where CALLs are: its sender has acted on the request, which must not be repeated
    for it, and OCPP 1.6 has no frame to refuse it with.
    """

    STRICT = "strict"
    LENIENT = "lenient"
    NONE = "none"


class Checked(NamedTuple):
    """A payload after its check: what it violated as it came, and what it still violates."""

    payload: Payload
    found: Violation | None
    left: Violation | None


def check(schemas: Schemas, checking: Checking, action: str, payload: Payload, *, response: bool = False) -> Checked:
    """``payload`` checked against the schema of ``action``, and mended when that is asked for and needed. The answer
    to an action without schema, which somebody sent by hand, is right whatever it is."""
    if not schemas.knows(action):
        return Checked(payload, None, None)
    found = schemas.violation(action, payload, response=response)
    if found is None or checking is not Checking.LENIENT:
        return Checked(payload, found, found)
    payload = schemas.mended(action, payload, response=response)
    return Checked(payload, found, schemas.violation(action, payload, response=response))
