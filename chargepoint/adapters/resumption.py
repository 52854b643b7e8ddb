"""TLS sessions that are taken up again (RFC 5077, RFC 8446 section 2.2): a handshake without certificates.

asyncio takes none along: a context that ``Resumption.begins`` is said before finds it by itself.
"""

from __future__ import annotations

import ssl
from contextvars import ContextVar

_connecting: ContextVar[Resumption | None] = ContextVar("_connecting", default=None)


class Resumption:
    """The newest session of one station with one host, for its next connection."""

    def __init__(self) -> None:
        self._left: tuple[ssl.SSLContext, str | None, ssl.SSLSession] | None = None

    def begins(self, *, with_session: bool) -> None:
        """A connection is made by this task."""
        _connecting.set(self if with_session else None)

    def ended(self, connection: ssl.SSLObject) -> None:
        """One is over, whose newest ticket is the one to come back with."""
        if (session := connection.session) is not None:
            self._left = connection.context, connection.server_hostname, session

    def take(self, context: ssl.SSLContext, host: str | None) -> ssl.SSLSession | None:
        """What is left for this host, once: what does not help is not tried again."""
        left, self._left = self._left, None
        return left[2] if left is not None and left[:2] == (context, host) else None


class ResumingContext(ssl.SSLContext):
    """One whose connections take up the sessions that are left for them."""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """As the base class does it."""
        resumption = _connecting.get()
        if resumption is not None and not isinstance(server_hostname, bytes):
            session = resumption.take(self, server_hostname)
        return super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
