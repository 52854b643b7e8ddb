"""Errands: what a station has the world do for it, files that come and go. The station only says what it wants.

Whoever drives it takes ``new``, carries each out, and tells its result by ``ErrandEnded``. Errands end with the life.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class TransferFailure(StrEnum):
    """Why a transfer came to nothing."""

    BAD_ADDRESS = "the location cannot be read"
    UNKNOWN_PROTOCOL = "its protocol is not supported"
    DENIED = "the server denies it"
    FAILED = "the transfer failed"

    @property
    def is_final(self) -> bool:
        """Whether trying again cannot help."""
        return self in (TransferFailure.BAD_ADDRESS, TransferFailure.UNKNOWN_PROTOCOL)


@dataclass(frozen=True, slots=True)
class Download:
    """Fetch the file at the URL ``location``."""

    id: int
    location: str


@dataclass(frozen=True, slots=True)
class Upload:
    """Store ``content`` at the URL ``location``; in a directory, under the name ``file_name``."""

    id: int
    location: str
    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Abandon:
    """Errand ``id`` is not wanted any more; its result will not be looked at."""

    id: int


Errand = Download | Upload | Abandon


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file came: its size in bytes, its SHA-256, and its beginning (all of it, up to ``HEAD_BYTES``)."""

    size: int
    sha256: bytes
    head: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file was stored."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It came to nothing; ``reason`` says why in words."""

    why: TransferFailure
    reason: str


Result = Fetched | Delivered | Failed
Done = Callable[[Result, float], None]
CarryOut = Callable[[Download | Upload, str], Awaitable[Result]]
"""Does an errand in the world; servers are known by these root certificates (PEM) besides those of the system."""

HEAD_BYTES = 65_536
"""How much of a file is looked at; the rest is only counted and hashed, and kept nowhere."""


class Errands:
    """The errands of one life, and who waits for their results."""

    def __init__(self) -> None:
        self._last = 0
        self._waiting: dict[int, Done] = {}
        self._new: list[Errand] = []

    def download(self, location: str, done: Done) -> int:
        """Want a file; ``done`` gets the result, and when. Returns the errand's id."""
        return self._want(lambda id: Download(id, location), done)

    def upload(self, location: str, file_name: str, content: bytes, done: Done) -> int:
        """Want ``content`` stored; ``done`` gets the result, and when. Returns the errand's id."""
        return self._want(lambda id: Upload(id, location, file_name, content), done)

    def abandon(self, id: int | None) -> None:
        """Errand ``id``, if it is still under way, is not wanted any more."""
        if id is not None and self._waiting.pop(id, None) is not None:
            self._new.append(Abandon(id))

    def ended(self, id: int, result: Result, now: float) -> None:
        """Errand ``id`` has come to its end; one that was abandoned meanwhile is ignored."""
        done = self._waiting.pop(id, None)
        if done is not None:
            done(result, now)

    def new(self) -> list[Errand]:
        """What is wanted since the last time, in order."""
        new, self._new = self._new, []
        return new

    def _want(self, make: Callable[[int], Errand], done: Done) -> int:
        self._last += 1
        self._waiting[self._last] = done
        self._new.append(make(self._last))
        return self._last


@dataclass(slots=True)
class Attempts:
    """How often something that failed is tried again: ``left`` times, ``interval_s`` later each.

    ``again_at`` is set while the next attempt is waited for.
    """

    left: int
    interval_s: float
    again_at: float | None = None

    def failed(self, failure: Failed, now: float) -> bool:
        """An attempt failed; returns whether another one follows."""
        if self.left <= 0 or failure.why.is_final:
            return False
        self.left -= 1
        self.again_at = now + self.interval_s
        return True


def shown(location: str) -> str:
    """``location`` as it may be shown: without user and password, without query."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return f"{location.partition('://')[0]:.20}://..."
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
