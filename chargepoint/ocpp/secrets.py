"""Frames as they may be shown: the one secret that OCPP 1.6 sends in the clear is the AuthorizationKey."""

from __future__ import annotations

import re

_VALUE = re.compile(r'("value"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)


def without_secrets(text: str) -> str:
    """``text``, a frame, with what an AuthorizationKey in it is set to left out."""
    return _VALUE.sub(r'\1"..."', text) if "authorizationkey" in text.casefold() else text
