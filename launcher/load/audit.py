"""A second opinion on a load's transactions: the bundled central system's own list of them, by its HTTP API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chargepoint.api.account import Account, Told
from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json

if TYPE_CHECKING:
    import httpx

PAGE = 10_000
TIMEOUT_S = 60.0


class LedgerError(Exception):
    """The central system's list cannot be had; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A transaction as the central system has it."""

    id: int
    station: str
    connector: int
    id_tag: str
    meter_start_wh: int
    started_at: float
    meter_stop_wh: int | None
    stopped_at: float | None

    @classmethod
    def of(cls, raw: object) -> Row:
        """The transaction in one object of the list; raises InputError."""
        fields, far = Fields(raw, "transaction"), 2**63
        return cls(
            id=fields.integer("id", minimum=-far, maximum=far),
            station=fields.text("charge_point"),
            connector=fields.integer("connector_id", minimum=0, maximum=far),
            id_tag=fields.text("id_tag"),
            meter_start_wh=fields.integer("meter_start_wh", minimum=-far, maximum=far),
            started_at=_posix(fields.text("started_at")),
            meter_stop_wh=(
                fields.integer("meter_stop_wh", minimum=-far, maximum=far) if fields.has("meter_stop_wh") else None
            ),
            stopped_at=_posix(fields.text("stopped_at")) if fields.has("stopped_at") else None,
        )


@dataclass(frozen=True, slots=True)
class Audit:
    """What the comparison found. ``told`` transactions by the stations, ``there`` at the central system."""

    told: int
    there: int
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[str, ...]:
        """All that is not as it should be."""
        return self.lost + self.doubled + self.wrong


def compare(told: Iterable[Told], there: Iterable[Row], waiting: int = 0) -> Audit:
    """What of what stations were told to be taken is not there, is there twice, or is there otherwise.

    So many transactions may be there of which no station was told: ``waiting`` ones are still to be told, or the
    answer was on its way when the load ended.
    """
    rows = {row.id: row for row in there}
    lost: list[str] = []
    doubled: list[str] = []
    wrong: list[str] = []
    untold: list[str] = []
    known: set[int] = set()
    for one in told:
        known.add(one.transaction_id)
        name = f"transaction {one.transaction_id} of {one.station}"
        row = rows.get(one.transaction_id)
        if row is None:
            lost.append(f"{name} is not there")
        elif differences := _differences(one, row):
            wrong.append(f"{name}: {'; '.join(differences)}")
    begun = Counter(_beginning(row) for row in rows.values())
    for row in rows.values():
        if row.id not in known:
            twice = begun[_beginning(row)] > 1
            why = "a second one of the same beginning" if twice else "no station was told of it"
            (doubled if twice else untold).append(f"transaction {row.id} of {row.station}: {why}")
    if len(untold) > waiting:
        wrong += untold
    return Audit(len(known), len(rows), tuple(lost), tuple(doubled), tuple(wrong))


def _beginning(row: Row) -> tuple[object, ...]:
    return row.station, row.connector, row.id_tag, row.meter_start_wh, row.started_at


def _differences(one: Told, row: Row) -> list[str]:
    pairs: dict[str, tuple[object, object]] = {
        "charge point": (one.station, row.station),
        "connector": (one.connector, row.connector),
        "id tag": (one.id_tag, row.id_tag),
        "meterStart": (one.meter_start_wh, row.meter_start_wh),
        "begin": (_posix(one.started_at), row.started_at),
    }
    if one.stopped_at is not None:
        # Of one that is not told, the answer may have been on its way.
        pairs["meterStop"] = (one.meter_stop_wh, row.meter_stop_wh)
        pairs["end"] = (_posix(one.stopped_at), row.stopped_at)
    return [f"{what} is {there}, not {told}" for what, (told, there) in pairs.items() if told != there]


class Ledger:
    """The central system's transactions of some stations, from now on."""

    def __init__(self, url: str, stations: Sequence[str], newest: int) -> None:
        self._url = url
        self._stations = frozenset(stations)
        self._newest = newest

    @classmethod
    async def open(cls, url: str, stations: Sequence[str]) -> Ledger:
        """The ledger behind ``url``; what it has already does not count. Raises LedgerError."""
        ledger = cls(url.rstrip("/"), stations, 0)
        rows = await ledger._pages(limit=1, most=1)
        ledger._newest = max((row.id for row in rows), default=0)
        return ledger

    async def audit(self, account: Account) -> Audit:
        """The stations' ``account`` compared with what is there. Raises LedgerError."""
        rows = await self._pages(limit=PAGE)
        return compare(account.transactions, (row for row in rows if row.station in self._stations), account.waiting)

    async def _pages(self, limit: int, most: int | None = None) -> list[Row]:
        # Loaded here: most loads ask nobody.
        import httpx

        found: list[Row] = []
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            while True:
                page = [row for row in await self._page(client, limit, found) if row.id > self._newest]
                found += page
                if len(page) < limit or len(found) == most:
                    return found

    async def _page(self, client: httpx.AsyncClient, limit: int, found: Sequence[Row]) -> list[Row]:
        import httpx

        below = {"below": found[-1].id} if found else {}
        try:
            answer = await client.get(f"{self._url}/transactions", params={"limit": limit, **below})
            answer.raise_for_status()
            rows = parse_json(answer.content, "transactions")
            if not isinstance(rows, list):
                raise InputError("transactions", rows, "a list")
            return [Row.of(row) for row in rows]
        except (httpx.HTTPError, httpx.InvalidURL, InputError) as error:
            raise LedgerError(f"--check {self._url}: {error or type(error).__name__}") from None


def _posix(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise InputError("timestamp", text, "a moment in ISO 8601") from None
