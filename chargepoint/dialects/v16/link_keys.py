"""Configuration keys of our own: how the station treats its connection and what comes in over it.

Like every key they are set by ``ocpp_config`` in the start entry, or by ChangeConfiguration. Those of the connection
itself hold from the next connection on.
"""

from __future__ import annotations

from chargepoint.api.proxy import WANTED, proxy_of
from chargepoint.dialects.v16.keys import Key, number_key, switch_key

STRICT_VALIDATION = "StrictValidation"
"""Whether a CALL against its schema is refused, or mended where that can be done."""

MAX_MESSAGE_SIZE = "MaxMessageSize"
"""Characters of a message of the central system; a longer one is refused unread."""

BOOT_ON_RECONNECT = "BootOnReconnect"
"""Whether every connection begins with a BootNotification; some central systems want it."""

RECONNECT_AFTER_TIMEOUTS = "ReconnectAfterTimeouts"
"""How many requests in a row stay unanswered until the connection is taken for dead; 0: any number."""

MAX_QUEUED_TRANSACTION_MESSAGES = "MaxQueuedTransactionMessages"
"""From how many on meter values are dropped."""

SUBPROTOCOL_REQUIRED = "SubprotocolRequired"
"""Whether a central system has to name the subprotocol that it speaks; a wrong name is never accepted."""

WEB_SOCKET_COMPRESSION = "WebSocketCompression"
"""Whether permessage-deflate (RFC 7692) is offered."""

WEB_SOCKET_PONG_TIMEOUT = "WebSocketPongTimeout"
"""Seconds until a connection whose ping is not answered is taken for dead."""

CLOSE_ON_INVALID_UTF8 = "CloseOnInvalidUtf8"
"""Whether a text that is not UTF-8 ends the connection, as RFC 6455 has it, and is not answered."""

CONNECTION_OPEN_TIMEOUT = "ConnectionOpenTimeout"
"""Seconds that TCP, TLS and the handshake may take together."""

TLS_SESSION_RESUMPTION = "TlsSessionResumption"
"""Whether a connection takes up the TLS session of the one before, which spares both sides the certificates."""

WEB_SOCKET_PROXY = "WebSocketProxy"
"""The HTTP proxy through which the central system is reached (CONNECT), as a URL; none by itself, for what the
environment says is meant for the machine and not for the charge points on it."""


LINK_KEYS = (
    switch_key(STRICT_VALIDATION, True),
    number_key(MAX_MESSAGE_SIZE, 2**20, minimum=1_000, maximum=2**24),
    switch_key(BOOT_ON_RECONNECT, False),
    number_key(RECONNECT_AFTER_TIMEOUTS, 3, minimum=0, maximum=1_000),
    number_key(MAX_QUEUED_TRANSACTION_MESSAGES, 10_000, minimum=10, maximum=1_000_000),
    switch_key(SUBPROTOCOL_REQUIRED, True),
    switch_key(WEB_SOCKET_COMPRESSION, False),
    number_key(WEB_SOCKET_PONG_TIMEOUT, 20, minimum=1, maximum=3_600),
    switch_key(CLOSE_ON_INVALID_UTF8, False),
    switch_key(TLS_SESSION_RESUMPTION, False),
    number_key(CONNECTION_OPEN_TIMEOUT, 30, minimum=1, maximum=3_600),
    Key(
        WEB_SOCKET_PROXY,
        "",
        proxy_of,
        f"{WANTED}, or nothing",
        writeonly=True,  # it may have a password in it
    ),
)
