"""The world of a test bench: files to fetch, what was stored, and transfers that last as long as one likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from chargepoint.model.errands import (
    HEAD_BYTES,
    Abandon,
    Delivered,
    Download,
    Errand,
    Failed,
    Fetched,
    Result,
    TransferFailure,
    Upload,
)

NOT_FOUND = Failed(TransferFailure.FAILED, "404 Not Found")


def fetched(content: bytes) -> Fetched:
    """What is told of a file with ``content``."""
    return Fetched(len(content), sha256(content).digest(), content[:HEAD_BYTES])


@dataclass
class World:
    """Servers of files. ``files`` are by location, ``failing`` says why nothing can be stored.

    With ``slow`` every transfer is under way until ``finish``.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    failing: Failed | None = None
    slow: bool = False
    asked: list[Download | Upload] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    under_way: dict[int, Download | Upload] = field(default_factory=dict)

    def take(self, errand: Errand, ended: Callable[[int, Result], None]) -> None:
        """Carry ``errand`` out, or keep it under way."""
        if isinstance(errand, Abandon):
            self.under_way.pop(errand.id, None)
            return
        self.asked.append(errand)
        if self.slow:
            self.under_way[errand.id] = errand
        else:
            ended(errand.id, self.result(errand))

    def result(self, errand: Download | Upload) -> Result:
        """How ``errand`` ends."""
        if isinstance(errand, Download):
            content = self.files.get(errand.location)
            return NOT_FOUND if content is None else fetched(content)
        if self.failing is not None:
            return self.failing
        self.stored[errand.file_name] = errand.content
        return Delivered()
