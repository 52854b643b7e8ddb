"""Values that come by the thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def swift(cls: type[T]) -> type[T]:
    """A slots dataclass that only the type checker holds frozen.

    At run time a frozen one takes three times as long to make, and with every message some are made.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
