"""The tags file: read when the program starts, and again whenever it has changed."""

from __future__ import annotations

import logging
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from csms.authorization import Tags, parse_tags

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
