"""Files over FTP and FTPS (explicit TLS, for data too), passive; the path starts where the login leads."""

from __future__ import annotations

import asyncio
import contextlib
import ftplib
import io
import socket
import ssl
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from chargepoint.model.errands import HEAD_BYTES, Delivered, Failed, Fetched, Result, TransferFailure

STEP_TIMEOUT_S = 30.0
LARGEST_BYTES = 2**30
"""A larger file is not fetched to its end: it is none for a charge point."""

DENIALS = ("530", "532", "550", "553")
"""Not logged in; no account for storing; not available or no access; name not allowed (RFC 959 section 4.2)."""


class _TooLargeError(Exception):
    pass


class _Connection(ftplib.FTP):
    """FTP whose thread another one can wake, so that it comes to its end."""

    data: socket.socket | None = None
    cut = False

    def getresp(self) -> str:
        self._go_on()
        return super().getresp()

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        self.data, size = super().ntransfercmd(cmd, rest)
        self._go_on()
        return self.data, size

    def _go_on(self) -> None:
        if self.cut:
            raise ConnectionAbortedError("it is not wanted any more")

    def cut_off(self) -> None:
        """Both connections are gone, whatever is being waited for."""
        self.cut = True
        for connection in (self.sock, self.data):
            if connection is not None:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Tls(ftplib.FTP_TLS, _Connection):
    """FTP over TLS that resumes the control connection's session for data, as many servers insist on."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        connection, size = _Connection.ntransfercmd(self, cmd, rest)
        control = self.sock
        session = control.session if isinstance(control, ssl.SSLSocket) else None
        self.data = self.context.wrap_socket(connection, server_hostname=self.host, session=session)
        return self.data, size


async def fetch(location: str, tls: ssl.SSLContext) -> Result:
    """RETR the file at ``location``."""
    return await _in_thread(location, tls, _retrieve)


async def store(location: str, content: bytes, tls: ssl.SSLContext) -> Result:
    """STOR ``content`` at ``location``."""
    return await _in_thread(location, tls, partial(_store, content))


def _retrieve(connection: ftplib.FTP, path: str) -> Result:
    head, digest, size = bytearray(), sha256(), 0

    def take(chunk: bytes) -> None:
        nonlocal size
        size += len(chunk)
        if size > LARGEST_BYTES:
            raise _TooLargeError
        digest.update(chunk)
        head.extend(chunk[: HEAD_BYTES - len(head)])

    connection.retrbinary(f"RETR {path}", take)
    return Fetched(size, digest.digest(), bytes(head))


def _store(content: bytes, connection: ftplib.FTP, path: str) -> Result:
    connection.storbinary(f"STOR {path}", io.BytesIO(content))
    return Delivered()


async def _in_thread(location: str, tls: ssl.SSLContext, work: Callable[[ftplib.FTP, str], Result]) -> Result:
    secured = urlsplit(location).scheme == "ftps"
    connection = _Tls(context=tls) if secured else _Connection()
    thread = asyncio.create_task(asyncio.to_thread(_transfer, connection, location, work))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        # A thread cannot be cancelled, but a transfer without a connection comes to its end.
        connection.cut_off()
        raise


def _transfer(connection: ftplib.FTP, location: str, work: Callable[[ftplib.FTP, str], Result]) -> Result:
    parts = urlsplit(location)
    user, password = unquote(parts.username or "anonymous"), unquote(parts.password or "")
    try:
        connection.connect(parts.hostname or "", parts.port or ftplib.FTP_PORT, timeout=STEP_TIMEOUT_S)
        connection.login(user, password)
        if isinstance(connection, ftplib.FTP_TLS):
            connection.prot_p()
        result = work(connection, unquote(parts.path.removeprefix("/")))
        connection.close()
    except _TooLargeError:
        return Failed(TransferFailure.FAILED, f"larger than {LARGEST_BYTES} bytes")
    except ssl.SSLError as error:
        return Failed(TransferFailure.FAILED, f"TLS: {error}")
    except (ftplib.Error, OSError, EOFError) as error:
        reason = str(error) or type(error).__name__
        return Failed(TransferFailure.DENIED if reason[:3] in DENIALS else TransferFailure.FAILED, f"FTP {reason}")
    except ValueError as error:
        # A line break in user, password or path.
        return Failed(TransferFailure.BAD_ADDRESS, str(error))
    finally:
        connection.close()
    return result
