"""What has become of the transactions of a pool's stations, by the stations' own accounts.

Published on ``<root>/pools/<name>/account`` when the pool ends. None of it is told by the central system: it is what
the stations began, and what of that was answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields

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


@dataclass(slots=True)
class Account:
    """Counts of transactions. ``begun`` and ``ended`` in the stations; ``told`` and ``closed`` when start and stop
    were answered; ``waiting``: their start or stop is in the queue still.

    ``lost``: start or stop was given up, or fell out of the queue; ``doubled``: start or stop was answered twice;
    ``disordered``: something of it was told before its start, after its stop or out of time, or its register ran
    back. ``transactions`` are those of which the start was told.
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

    @property
    def in_order(self) -> bool:
        """Whether nothing is lost, doubled or out of order."""
        return not (self.lost or self.doubled or self.disordered)

    @classmethod
    def of(cls, parts: Iterable[Account]) -> Account:
        """The sum of several pools'."""
        total = cls()
        for part in parts:
            for name in COUNTS:
                setattr(total, name, getattr(total, name) + getattr(part, name))
            total.transactions += part.transactions
        return total

    def to_json(self) -> bytes:
        """The payload."""
        rows = [[getattr(each, name) for name in Told.__slots__] for each in self.transactions]
        body = {name: getattr(self, name) for name in COUNTS} | {"transactions": rows}
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> Account:
        """The account in ``payload``; raises InputError."""
        body = Fields(parse_json(payload, "account"), "account")
        counts = {name: body.integer(name, minimum=0, maximum=MOST) for name in COUNTS}
        return cls(**counts, transactions=tuple(_told(row) for row in body.array("transactions", max_length=MOST)))


COUNTS = tuple(each.name for each in fields(Account) if each.name != "transactions")


def _told(row: object) -> Told:
    names = Told.__slots__
    members = dict(zip(names, row, strict=False)) if isinstance(row, list) else {}
    one = Fields(members, "account.transactions")
    return Told(
        station=one.text("station"),
        transaction_id=one.integer("transaction_id", minimum=-MOST, maximum=MOST),
        connector=one.integer("connector", minimum=0, maximum=MOST),
        id_tag=one.text("id_tag"),
        meter_start_wh=one.integer("meter_start_wh", minimum=0, maximum=MOST),
        started_at=one.text("started_at"),
        meter_stop_wh=one.integer("meter_stop_wh", minimum=0, maximum=MOST) if one.has("meter_stop_wh") else None,
        stopped_at=one.text("stopped_at") if one.has("stopped_at") else None,
        values=one.integer("values", minimum=0, maximum=MOST),
    )
