"""What has become of the transactions of a pool's stations, by the stations' own accounts.

Published on ``<root>/pools/<name>/account`` when the pool ends, in parts that add up: a load of days has millions of
transactions. None of it is told by the central system: it is what the stations began, and what of that was answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import chain

from chargepoint.api.fields import Fields, parse_json

MOST = 2**62


@dataclass(frozen=True, slots=True)
class Told:
    """A transaction as its station told it. ``meter_stop_wh`` and ``stopped_at`` are None while its end is not told;
    moments as they were written; ``values``: how many MeterValues of it were answered."""

    station: str
    transaction_id: int
    connector: int
    id_tag: str
    meter_start_wh: int
    started_at: str
    meter_stop_wh: int | None = None
    stopped_at: str | None = None
    values: int = 0

    def to_row(self) -> list[object]:
        """Its members as JSON values."""
        return [getattr(self, name) for name in Told.__slots__]

    @classmethod
    def from_row(cls, row: object) -> Told:
        """The transaction in ``row``; raises InputError."""
        members = dict(zip(cls.__slots__, row, strict=False)) if isinstance(row, list) else {}
        one = Fields(members, "account.transactions")
        return cls(
            station=one.text("station"),
            transaction_id=one.integer("transaction_id", minimum=-MOST, maximum=MOST),
            connector=one.integer("connector", minimum=0, maximum=MOST),
            id_tag=one.text("id_tag"),
            meter_start_wh=one.integer("meter_start_wh", minimum=0, maximum=MOST),
            started_at=one.text("started_at"),
            meter_stop_wh=(
                one.integer("meter_stop_wh", minimum=0, maximum=MOST) if one.has("meter_stop_wh") else None
            ),
            stopped_at=one.text("stopped_at") if one.has("stopped_at") else None,
            values=one.integer("values", minimum=0, maximum=MOST),
        )


@dataclass(slots=True)
class Account:
    """Counts of transactions. ``begun`` and ``ended`` in the stations; ``told`` and ``closed`` when start and stop
    were answered; ``waiting``: their start or stop is in the queue still.

    ``lost``: start or stop was given up, or fell out of the queue; ``doubled``: start or stop was answered twice;
    ``disordered``: something of it was told before its start, after its stop or out of time, or its register ran
    back. ``transactions`` are those of which the start was told. ``goes_on``: this is a part, and not the last.
    """

    begun: int = 0
    told: int = 0
    ended: int = 0
    closed: int = 0
    waiting: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    transactions: tuple[Told, ...] = ()
    goes_on: bool = False

    @property
    def in_order(self) -> bool:
        """Whether nothing is lost, doubled or out of order."""
        return not (self.lost or self.doubled or self.disordered)

    @classmethod
    def of(cls, parts: Iterable[Account]) -> Account:
        """The sum of several pools', or of several parts."""
        total, all_parts = cls(), list(parts)
        for part in all_parts:
            for name in COUNTS:
                setattr(total, name, getattr(total, name) + getattr(part, name))
        total.transactions = tuple(chain.from_iterable(part.transactions for part in all_parts))
        return total

    def to_json(self) -> bytes:
        """The payload."""
        counts = {name: getattr(self, name) for name in COUNTS}
        body = {**counts, "goes_on": self.goes_on, "transactions": [each.to_row() for each in self.transactions]}
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> Account:
        """The account in ``payload``; raises InputError."""
        body = Fields(parse_json(payload, "account"), "account")
        counts = {name: body.integer(name, minimum=0, maximum=MOST) for name in COUNTS}
        rows = body.array("transactions", max_length=MOST)
        return cls(**counts, transactions=tuple(map(Told.from_row, rows)), goes_on=body.boolean("goes_on"))


COUNTS = tuple(each.name for each in fields(Account) if each.name not in ("transactions", "goes_on"))
