"""What of TLS one station keeps from one connection to the next; without TLS it is nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chargepoint.adapters.connection import Connection
from chargepoint.security.link import LinkTarget

if TYPE_CHECKING:
    import ssl

    from chargepoint.adapters.resumption import Resumption


class Secured:
    """The context, as long as the credentials are the same, and the session, if sessions are to be taken up again."""

    def __init__(self) -> None:
        self._made: tuple[LinkTarget, ssl.SSLContext] | None = None
        self._resumption: Resumption | None = None

    async def context(self, target: LinkTarget, *, resumes: bool) -> ssl.SSLContext | None:
        """For a connection to ``target`` that this task makes next; None without TLS."""
        if not target.secure:
            return None
        if self._made is None or self._made[0] != target:
            # Loaded here: most stations use none.
            from chargepoint.adapters.tls import client_context

            # Not in a thread: it takes a millisecond, and for hundreds of threads the loop would wait longer.
            self._made = target, client_context(target)
            # Hundreds that make their own let others have their turn.
            await asyncio.sleep(0)
        if resumes and self._resumption is None:
            from chargepoint.adapters.resumption import Resumption  # as above

            self._resumption = Resumption()
        if self._resumption is not None:
            self._resumption.begins(with_session=resumes)
        return self._made[1]

    def ended(self, connection: Connection) -> None:
        """A connection is over."""
        if self._resumption is not None:
            self._resumption.ended(connection.transport.get_extra_info("ssl_object"))
