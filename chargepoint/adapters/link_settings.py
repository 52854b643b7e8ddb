"""How a websocket to the central system is made and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

LARGEST_READ = 2**24
"""Bytes of a message that are kept; the rest is read past, for what is too large is answered."""

MESSAGES_AHEAD = 4
"""How many messages are read ahead of the station: with the above, what a peer can make it hold."""

SHORTEST_WAIT_S = 0.1
"""Between two attempts to connect, whatever the configuration says: a refused one takes less than a millisecond."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before attempt n (from 0) to connect again: OCPP 2.0.1 J01, for all versions."""

    wait_minimum_s: float
    repeat_times: int
    random_range_s: float

    def wait_s(self, attempt: int, draw: Callable[[], float]) -> float:
        """``draw`` gives a number of 0 to 1, anew each time, so that a fleet does not come back as one."""
        doubled: float = self.wait_minimum_s * 2.0 ** min(attempt, self.repeat_times)
        return max(doubled + self.random_range_s * draw(), SHORTEST_WAIT_S)


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What a connection is made with; it holds for that connection.

    ``open_timeout_s`` is for TCP, TLS and the handshake together. ``subprotocol_required``: an answer to the
    handshake that names no subprotocol ends the connection; one that names a wrong one always does.
    ``subprotocol``: what is named in place of ours, "" for nothing; both are against OCPP-J 1.6 section 3.1.2.
    ``closes_on_invalid_utf8``: a text that is not UTF-8 ends the connection (RFC 6455 section 8.1), and is not
    answered. ``compression`` has a message of more than ``LARGEST_READ`` end it too: it cannot be told in time how
    large it becomes. ``tls_session_resumption``: a connection takes up the TLS session of the one before.
    ``proxy``: the URL of an HTTP proxy, which may have a password in it; "" for none.
    """

    open_timeout_s: float = 30.0
    pong_timeout_s: float = 20.0
    subprotocol_required: bool = True
    compression: bool = False
    subprotocol: str | None = None
    closes_on_invalid_utf8: bool = False
    tls_session_resumption: bool = False
    proxy: str = field(default="", repr=False)
