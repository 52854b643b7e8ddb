"""The transactions of a pool that are told to the end, on the disk: a night of load has hundreds of thousands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from chargepoint.api.account import Told


class ToldFile:
    """A file without a name, which ends with the process."""

    def __init__(self) -> None:
        # Loaded here: a pool of a yard keeps no transactions.
        import tempfile

        self._file = tempfile.TemporaryFile()  # noqa: SIM115

    def add(self, told: Told) -> None:
        """Append one. Raises OSError."""
        self._file.write(json.dumps(told.to_row(), separators=(",", ":")).encode() + b"\n")

    def parts(self, rows: int) -> Iterator[tuple[Told, ...]]:
        """All of them in order, so many at a time. Raises OSError."""
        self._file.seek(0)
        lines = iter(self._file)
        while part := tuple(Told.from_row(json.loads(line)) for line in islice(lines, rows)):
            yield part
