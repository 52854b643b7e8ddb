"""What the configuration of a station, and what disturbs its line, make of the link to its central system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargepoint.adapters.link_settings import BackOff, LinkSettings
from chargepoint.adapters.websocket import Websocket
from chargepoint.dialects.v16.link_keys import (
    CLOSE_ON_INVALID_UTF8,
    CONNECTION_OPEN_TIMEOUT,
    SUBPROTOCOL_REQUIRED,
    TLS_SESSION_RESUMPTION,
    WEB_SOCKET_COMPRESSION,
    WEB_SOCKET_PONG_TIMEOUT,
    WEB_SOCKET_PROXY,
)
from chargepoint.life import Life

if TYPE_CHECKING:
    from chargepoint.disturbances.line import Line

SUBPROTOCOL = "ocpp1.6"


def back_off(life: Life) -> BackOff:
    """How long to wait before the next attempt to connect."""
    return BackOff(*life.dialect.session.configuration.retry_back_off)


def refused(life: Life) -> str:
    """Why there is to be no connection; "" for no reason."""
    return life.line.refused() if life.line is not None else ""


def link_settings(life: Life) -> LinkSettings:
    """What the next connection is made with."""
    configuration, line = life.dialect.session.configuration, life.line
    return LinkSettings(
        open_timeout_s=configuration.integer(CONNECTION_OPEN_TIMEOUT),
        pong_timeout_s=configuration.integer(WEB_SOCKET_PONG_TIMEOUT),
        subprotocol_required=configuration.boolean(SUBPROTOCOL_REQUIRED),
        compression=configuration.boolean(WEB_SOCKET_COMPRESSION),
        subprotocol=None if line is None else line.subprotocol(SUBPROTOCOL),
        tls_session_resumption=configuration.boolean(TLS_SESSION_RESUMPTION),
        closes_on_invalid_utf8=configuration.boolean(CLOSE_ON_INVALID_UTF8),
        proxy=configuration[WEB_SOCKET_PROXY],
    )


def disturb(websocket: Websocket, line: Line) -> None:
    """What is wrong with ``line`` and not with single messages, done to the connection."""
    websocket.read_slowly(line.read_pause_s)
    websocket.fall_silent(line.silent)
    if not line.keeps_first_connection:
        websocket.drop_left_open()
    if (parting := line.parting()) is None:
        return
    if parting.leave_open:
        websocket.move(parting.why)
    elif parting.code:
        websocket.give_up(parting.why, parting.code)
    else:
        websocket.break_off(parting.why)
