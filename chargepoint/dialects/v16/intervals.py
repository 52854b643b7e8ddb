"""The growth of registers from sample to sample, for the Interval measurands (section 7.31)."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.api.fields import Fields


class Intervals:
    """Where the registers stood at the sample before: one mark for each connector, configured list and measurand."""

    def __init__(self, record: Mapping[str, object]) -> None:
        """``record``: what ``to_record`` gave in an earlier life."""
        fields = Fields(record, "intervals")
        self._marks = {name: fields.number(name) for name in record}
        self.changed = False

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        self.changed = False
        return dict(self._marks)

    def mark(self, connector: int, key: str, measurand: str, register: float) -> None:
        """An interval begins at ``register``."""
        self._marks[_name(connector, key, measurand)] = register
        self.changed = True

    def growth(self, connector: int, key: str, measurand: str, register: float) -> float:
        """How far ``register`` is from the mark."""
        return register - self._marks.get(_name(connector, key, measurand), register)


def _name(connector: int, key: str, measurand: str) -> str:
    return f"{connector}/{key}/{measurand}"
