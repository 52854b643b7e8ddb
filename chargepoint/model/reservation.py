"""What a reservation is, whom it is for, and the ones that a station has (OCPP 1.6 section 3.10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from chargepoint.api.fields import Fields
from chargepoint.model.authorization import same_tag


class ReservationEnd(StrEnum):
    """Why a reservation ended, in words."""

    USED = "its transaction starts"
    CANCELLED = "the central system cancelled it"
    REPLACED = "the central system replaced it"
    EXPIRED = "it expired"
    FAULTED = "what it kept is faulted"
    UNAVAILABLE = "what it kept is out of service"


@dataclass(frozen=True, slots=True)
class Reservation:
    """Connector ``connector``, or with 0 any one, is kept for an id tag or its group.

    ``expires_at``: POSIX seconds of the station's clock; from that second on it is over.
    """

    id: int
    connector: int
    id_tag: str
    parent_id_tag: str
    expires_at: float

    def is_for(self, id_tag: str, parent_id_tag: str) -> bool:
        """Whether it is for ``id_tag``, whose group is ``parent_id_tag`` ("" for none or an unknown one)."""
        in_group = bool(self.parent_id_tag) and same_tag(parent_id_tag, self.parent_id_tag)
        return in_group or same_tag(id_tag, self.id_tag)

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: object) -> Reservation:
        """The reservation of a stored record."""
        fields = Fields(record, "reservation")
        far = 2**62
        return cls(
            id=fields.integer("id", minimum=-far, maximum=far),
            connector=fields.integer("connector", minimum=0, maximum=far),
            id_tag=fields.text("id_tag"),
            parent_id_tag=fields.text("parent_id_tag", ""),
            expires_at=fields.number("expires_at"),
        )


class Reservations:
    """The reservations of a station by their id, the oldest first."""

    def __init__(self, known: Iterable[Reservation] = ()) -> None:
        self._known = {one.id: one for one in known}

    def __iter__(self) -> Iterator[Reservation]:
        return iter(list(self._known.values()))

    def get(self, id: int) -> Reservation | None:
        """The reservation ``id``."""
        return self._known.get(id)

    def at(self, connector: int) -> Reservation | None:
        """The reservation of ``connector`` itself; a connector has at most one."""
        return next((one for one in self if one.connector == connector), None)

    def of_any(self) -> list[Reservation]:
        """Those that keep any one connector free (connector 0)."""
        return [one for one in self if one.connector == 0]

    def add(self, reservation: Reservation) -> None:
        """Keep ``reservation``."""
        self._known[reservation.id] = reservation

    def remove(self, reservation: Reservation) -> None:
        """Forget ``reservation``."""
        del self._known[reservation.id]

    def to_records(self) -> list[dict[str, object]]:
        """JSON values, for the store."""
        return [one.to_record() for one in self]
