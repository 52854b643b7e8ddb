"""Short text messages, of one frame each (RFC 6455 section 5.2), read and written in one step: most are of OCPP-J.

The library reads frame by frame as bytes come in, and knows all that may be wrong with one. A frame that is whole and
plain needs none of that; everything else is left to it.
"""

from __future__ import annotations

from struct import pack

try:
    from websockets.speedups import apply_mask
except ImportError:
    from websockets.utils import apply_mask

from chargepoint.chance import random_bytes

WHOLE_TEXT = 0x81
"""The first byte of a text message that is one frame."""

LENGTH_FOLLOWS, LENGTH_FOLLOWS_LONG = 126, 127
MASKED = 0x80

LONGEST = 2**16 - 1
"""Bytes of a message that is short."""


def read(data: bytes, place: int) -> tuple[str, int] | None:
    """The text of the server's frame at ``place``, and where the next one begins; None when it is not whole, not
    short, or no text in ASCII."""
    if len(data) < place + 2 or data[place] != WHOLE_TEXT:
        return None
    begin, size = place + 2, data[place + 1]
    if size == LENGTH_FOLLOWS and len(data) >= begin + 2:
        size, begin = data[begin] << 8 | data[begin + 1], begin + 2
    elif size >= LENGTH_FOLLOWS:
        return None
    text = data[begin : begin + size]
    if len(text) < size or not text.isascii():
        return None
    return text.decode("ascii"), begin + size


def written(text: str) -> bytes:
    """The client's frame of ``text``, which is short and ASCII; its mask is new and nobody's guess (section 5.3)."""
    data, mask = text.encode("ascii"), random_bytes(4)
    size = len(data)
    if size < LENGTH_FOLLOWS:
        return pack("!BB", WHOLE_TEXT, MASKED | size) + mask + apply_mask(data, mask)
    return pack("!BBH", WHOLE_TEXT, MASKED | LENGTH_FOLLOWS, size) + mask + apply_mask(data, mask)
