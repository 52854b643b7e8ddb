"""Frames as they may be shown: the one secret that OCPP 1.6 sends in the clear is the AuthorizationKey."""

from __future__ import annotations


def without_secrets(text: str) -> str:
    """``text``, a frame that came in, without its payload when that speaks of the AuthorizationKey."""
    if "authorizationkey" not in text.casefold():
        return text
    return text.partition("{")[0] + "{...}]"
