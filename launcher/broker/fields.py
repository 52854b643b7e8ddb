"""The data types that packets are made of, read and written (section 1.5 of both standards)."""

from __future__ import annotations

from launcher.broker.reason_codes import ProtocolError

VARIABLE_MAX = 268_435_455
"""The largest number that a variable byte integer's four bytes can tell."""


class Body:
    """Reads the fields of one packet in their order; ``level`` is the protocol level it was written in."""

    __slots__ = ("_data", "_position", "level", "what")

    def __init__(self, what: str, data: bytes, level: int) -> None:
        self.what = what
        self.level = level
        self._data = data
        self._position = 0

    def take(self, size_bytes: int) -> bytes:
        start = self._position
        self._position += size_bytes
        if self._position > len(self._data):
            raise ProtocolError(f"{self.what} ends within a field")
        return self._data[start : self._position]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def long_number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def variable_number(self) -> int:
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if shift and not byte:
                    raise ProtocolError(f"{self.what}: a number in more bytes than it needs [MQTT5-1.5.5-1]")
                return value
        raise ProtocolError(f"{self.what}: a number of more than four bytes (1.5.5)")

    def packet_id(self) -> int:
        if (packet_id := self.number()) == 0:
            raise ProtocolError(f"{self.what} with packet identifier 0 [MQTT-2.3.1-1]")
        return packet_id

    def binary(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return text(self.what, self.binary())

    def part(self, size_bytes: int, what: str) -> Body:
        """The next bytes as fields of their own."""
        return Body(what, self.take(size_bytes), self.level)

    def rest(self) -> bytes:
        return self.take(len(self._data) - self._position)

    @property
    def left(self) -> bool:
        return self._position < len(self._data)


def text(what: str, data: bytes) -> str:
    """The string that ``data`` encodes; ProtocolError when MQTT does not allow it."""
    try:
        string = data.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(f"{what}: text that is not UTF-8 [MQTT-1.5.3-1]") from error
    if "\0" in string:
        raise ProtocolError(f"{what}: text with U+0000 [MQTT-1.5.3-2]")
    return string


def number(value: int) -> bytes:
    """Two bytes."""
    return value.to_bytes(2, "big")


def long_number(value: int) -> bytes:
    """Four bytes."""
    return value.to_bytes(4, "big")


def variable_number(value: int) -> bytes:
    """One byte to four."""
    if value < 0x80:
        return bytes((value,))
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def sized(data: bytes) -> bytes:
    """Binary data, or encoded text, after its length."""
    return len(data).to_bytes(2, "big") + data
