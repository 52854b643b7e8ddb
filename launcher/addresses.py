"""Where programs of this machine listen."""

from __future__ import annotations

from ipaddress import ip_address

LOOPBACK = "127.0.0.1"
"""What "localhost" means here: this machine alone."""

EVERY_ADDRESS = "0.0.0.0"
"""Reached from other machines as well."""


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
