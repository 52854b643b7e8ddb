"""Random bytes of the system, asked for by the page: it takes as long to ask for four as for thousands."""

from __future__ import annotations

import os

PAGE = 4096

_page = b""
_place = 0


def random_bytes(count: int) -> bytes:
    """``count`` bytes that nobody can guess and nobody gets again; at most a page of them."""
    global _page, _place
    if _place + count > len(_page):
        _page, _place = os.urandom(PAGE), 0
    _place += count
    return _page[_place - count : _place]


def message_id() -> str:
    """An id for a message: a UUID (RFC 9562, version 4)."""
    text = random_bytes(16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{_VARIANTS[text[16]]}{text[17:20]}-{text[20:]}"


_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def _forget() -> None:
    global _page
    _page = b""


# A charge point that is forked from the zygote must not have the bytes of another.
os.register_at_fork(after_in_child=_forget)
