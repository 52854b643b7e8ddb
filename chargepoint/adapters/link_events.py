"""What happens to the link to the central system."""

from __future__ import annotations

from dataclasses import dataclass, field

from chargepoint.security.link import LinkFailure


@dataclass(frozen=True, slots=True)
class Opened:
    """The connection is up, ``took_s`` after the attempt began: TCP, TLS and handshake together."""

    took_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Received:
    """A text message of the central system."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is gone, or could not be made; ``reason`` in words, ``why`` when security is the reason.
    ``by_order``: a disturbance broke it off."""

    reason: str
    why: LinkFailure | None = None
    by_order: bool = False


Event = Opened | Received | Closed
