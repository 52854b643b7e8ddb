"""One version of OCPP as the central system speaks it: a name, the schemas, and an answer to each action."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Protocol

from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.schema import Schemas
from csms.commands import Commands
from csms.csms import CentralSystem


class Signer(Protocol):
    """Who signs certificates."""

    def sign(self, request: str, names: Collection[str] | None = None) -> str:
        """The certificate chain (PEM) for a certificate signing request (PEM) with one of the common ``names``;
        raises InputError."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A charge point that has sent the CALL ``call_id`` of ``action``, and what its answer may be made of.

    ``signer`` is there when certificates are signed here; ``afterwards`` does something after the answer.
    """

    id: str
    action: str
    call_id: str
    now: float
    system: CentralSystem
    commands: Commands
    heartbeat_interval_s: int
    signer: Signer | None
    afterwards: Callable[[Coroutine[object, object, None]], None]


Answerer = Callable[[Caller, Payload], Payload | Awaitable[Payload]]
"""Answers one action; the payload has passed its schema. Raises InputError for what a schema cannot say."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One version. ``answers``: every action of a charge point; ``commands``: every action of a central system."""

    subprotocol: str
    schemas: Schemas
    answers: Mapping[str, Answerer]
    commands: frozenset[str]
