"""How much one client may ask of the broker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one client may ask of the broker."""

    packet_bytes: int = 1 << 20
    """The largest packet taken from a client."""
    buffer_bytes: int = 4 << 20
    """So much unsent makes a reader slow: it gets no QoS 0 messages until most of it has gone."""
    backlog_bytes: int = 64 << 20
    """So much to be sent is too much: the connection is closed, and while offline no more is kept."""
    in_flight: int = 128
    """QoS 1 messages sent and not yet acknowledged; the next ones wait."""
    offline_sessions: int = 1000
    """Sessions kept without a connection; the one longest away goes first."""
    connect_timeout_s: float = 10.0
    """How long a connection may be open without CONNECT."""
    topic_aliases: int = 64
    """Topics that a client of MQTT 5 may give numbers."""
