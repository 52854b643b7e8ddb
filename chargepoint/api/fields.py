"""Reading a JSON object from outside field by field, each checked where it is taken."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from chargepoint.api.errors import InputError

_Choice = TypeVar("_Choice", bound=StrEnum)


def parse_json(payload: bytes | str, where: str) -> object:
    """The JSON value in ``payload``; raises InputError naming ``where`` when it is not JSON (NaN is not)."""
    try:
        text = payload.decode() if isinstance(payload, bytes) else payload
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        raise InputError(where, _text(payload), f"JSON ({reason})") from None
    return value


class Fields:
    """The fields of one JSON object; every getter checks type and range and remembers that its key is known.

    A getter without ``default`` requires its field. ``null`` counts as absent.
    """

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, Mapping):
            raise InputError(where, raw, "a JSON object")
        self._raw: Mapping[str, object] = raw
        self._where = where
        self._known: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        self._known.add(name)
        return self._raw.get(name) is not None

    def text(
        self,
        name: str,
        default: str | None = None,
        *,
        max_length: int = 500,
        min_length: int = 0,
        printable: bool = False,
    ) -> str:
        """A string of ``min_length``..``max_length`` characters, without control characters if ``printable``."""
        if not self.has(name) and default is not None:
            return default
        value = self._raw.get(name)
        wanted = f"a text of {min_length} to {max_length} {'printable ' if printable else ''}characters"
        if not isinstance(value, str) or not min_length <= len(value) <= max_length:
            raise InputError(name, value, wanted)
        if printable and not value.isprintable():
            raise InputError(name, value, wanted)
        return value

    def number(
        self,
        name: str,
        default: float | None = None,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        above: float = -math.inf,
    ) -> float:
        """A finite number (an integer is one) of ``minimum``..``maximum``, greater than ``above``."""
        if not self.has(name) and default is not None:
            return default
        value = self._raw.get(name)
        wanted = _range("a number", minimum, maximum, above)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(name, value, wanted)
        try:
            number = float(value)
        except OverflowError:
            raise InputError(name, value, wanted) from None
        if not math.isfinite(number) or not minimum <= number <= maximum or number <= above:
            raise InputError(name, value, wanted)
        return number

    def integer(self, name: str, default: int | None = None, *, minimum: int, maximum: int) -> int:
        """A whole number of ``minimum``..``maximum``; ``3.0`` is one."""
        if not self.has(name) and default is not None:
            return default
        value = self._raw.get(name)
        wanted = f"a whole number from {minimum} to {maximum}"
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise InputError(name, value, wanted)
        return value

    def boolean(self, name: str, default: bool | None = None) -> bool:
        """true or false."""
        if not self.has(name) and default is not None:
            return default
        value = self._raw.get(name)
        if not isinstance(value, bool):
            raise InputError(name, value, "true or false")
        return value

    def choice(self, name: str, choices: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of the values of ``choices``."""
        if not self.has(name) and default is not None:
            return default
        value = self._raw.get(name)
        for choice in choices:
            if choice == value:
                return choice
        raise InputError(name, value, "one of " + ", ".join(repr(str(choice)) for choice in choices))

    def array(self, name: str, *, max_length: int = 100_000) -> list[object]:
        """A JSON array, its items unchecked."""
        self._known.add(name)
        value = self._raw.get(name)
        if not isinstance(value, list) or len(value) > max_length:
            raise InputError(name, value, f"an array of at most {max_length} items")
        return value

    def object(self, name: str) -> Mapping[str, object]:
        """A JSON object, its fields unchecked; an absent one is empty."""
        if not self.has(name):
            return {}
        value = self._raw.get(name)
        if not isinstance(value, Mapping):
            raise InputError(name, value, "a JSON object")
        return value

    def finish(self) -> None:
        """Refuse any key that no getter asked for, with the nearest known one."""
        for key in self._raw:
            if key not in self._known:
                near = difflib.get_close_matches(str(key), self._known, n=1)
                hint = f" (did you mean {near[0]!r}?)" if near else ""
                known = ", ".join(sorted(self._known))
                raise InputError(self._where, key, f"a known key{hint}; known are {known}")


def _range(noun: str, minimum: float, maximum: float, above: float) -> str:
    words = [noun]
    if above > -math.inf:
        words.append(f"above {above:g}")
    elif minimum > -math.inf:
        words.append(f"from {minimum:g}")
    if maximum < math.inf:
        words.append(f"to {maximum:g}")
    return " ".join(words)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _text(payload: bytes | str) -> str:
    return payload.decode("utf-8", "backslashreplace") if isinstance(payload, bytes) else payload
