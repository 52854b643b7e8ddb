"""The tags file: read when the program starts, and again whenever it has changed; and what is changed over it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from csms.authorization import IdTagInfo, Tags, parse_tags

log = logging.getLogger(__name__)


class TagsFile:
    """The tags in a JSON file (see ``csms.authorization.parse_tags``)."""

    def __init__(self, file: Path) -> None:
        """Raises InputError when the file cannot be read."""
        self._file = file
        self._stamp = self._stat()
        self._tags = self._read()

    def current(self) -> Tags:
        """The tags of this moment; while the file is broken, those that were read last."""
        stamp = self._stat()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._tags = self._read()
            except InputError as error:
                log.warning("the tags stay as they were: %s", error)
            else:
                log.info("tags read again from %s", self._file)
        return self._tags

    def _read(self) -> Tags:
        try:
            content = self._file.read_bytes()
        except OSError as error:
            raise InputError("--tags", str(self._file), f"a file that can be read ({error.strerror})") from None
        try:
            return parse_tags(parse_json(content, "content"))
        except InputError as error:
            raise error.within(f"--tags {self._file}") from None

    def _stat(self) -> tuple[int, int, int]:
        try:
            stat = self._file.stat()
        except OSError:
            return (0, 0, 0)
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


class ChangeableTags:
    """Tags with changes laid over them; the changes last as long as this object."""

    def __init__(self, below: Callable[[], Tags]) -> None:
        """``below`` gives the tags of the moment, the same object as long as they are the same."""
        self._below = below
        self._changes: dict[str, IdTagInfo] = {}
        self._seen: Tags | None = None
        self._tags = Tags()

    def current(self) -> Tags:
        """The tags of this moment."""
        below = self._below()
        if below is not self._seen:
            self._seen = below
            self._tags = below.changed(self._changes) if self._changes else below
        return self._tags

    def set(self, tag: str, info: IdTagInfo) -> None:
        """``info`` counts for ``tag`` from now on."""
        self.remove(tag)
        self._changes[tag] = info
        self._seen = None

    def remove(self, tag: str) -> bool:
        """What is below counts again; whether there was a change."""
        known = [each for each in self._changes if each.casefold() == tag.casefold()]
        for each in known:
            del self._changes[each]
        self._seen = None
        return bool(known)

    def clear(self) -> int:
        """What is below counts again for all; how many changes there were."""
        count = len(self._changes)
        self._changes.clear()
        self._seen = None
        return count
