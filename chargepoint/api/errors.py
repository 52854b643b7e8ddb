"""The one error of bad input: what was given, where, and what would be right."""

from __future__ import annotations

import reprlib


class InputError(ValueError):
    """Input from outside that is refused.

    ``field`` names the key, option or topic; ``value`` is what stood there (``None`` when nothing did);
    ``expected`` says what would be right. ``str()`` of it is one line, fit for a terminal or an MQTT answer.
    """

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field = field
        self.value = value
        self.expected = expected
        super().__init__(f"{field}: {shown(value)} is not {expected}")

    def within(self, place: str) -> InputError:
        """The same error, seen from further out: ``place`` is put before the field's name."""
        return InputError(f"{place}.{self.field}", self.value, self.expected)


def shown(value: object, limit: int = 60) -> str:
    """``value`` for an error line: its literal, cut to ``limit`` characters; nothing reads "nothing"."""
    if value is None:
        return "nothing"
    text = ascii(value) if isinstance(value, str) else _literal.repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


# Input may be as large and as deep as it likes: only its beginning is ever spelt out.
_literal = reprlib.Repr()
_literal.maxother = _literal.maxstring = _literal.maxlong = 80
