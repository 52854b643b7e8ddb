"""The URL of an HTTP proxy on the way to a central system."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

WANTED = "the URL of a proxy, http://[user:password@]host:port"


def proxy_of(text: str) -> str | None:
    """The URL in ``text``, "" for no proxy; None when it is none. It may have a password in it."""
    url = text.strip().rstrip("/")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname and parts.port)
    except ValueError:
        return None
    return url if usable and re.fullmatch(r"https?://[^\s/?#]+:\d{1,5}", url) else None
