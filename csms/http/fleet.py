"""What there is to see: health, charge points, transactions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from csms.csms import CentralSystem
from csms.http import views
from csms.http.errors import NotFound, responses
from csms.server import Server
from csms.store import Store

Count = Annotated[int, Query(ge=1, le=10_000, description="at most so many, the newest first")]

Below = Annotated[int | None, Query(ge=-(2**63), lt=2**63, description="only those with a lower id")]


def router(system: CentralSystem, server: Server, store: Store) -> APIRouter:
    """The calls that only read."""
    api = APIRouter(tags=["state"], responses=responses(404, 422))

    def view(charge_point: str) -> views.ChargePointView:
        known = system.charge_points.get(charge_point)
        if known is None:
            raise NotFound(f"no charge point {charge_point!r} has ever connected")
        running = system.transactions.of(charge_point)
        return views.charge_point(known, server.links.get(charge_point), running)

    @api.get("/health")
    async def health() -> dict[str, str | int]:
        """Whether the central system works, and how much it does."""
        return {
            "status": "ok",
            "connected": len(server.links),
            "charge_points": len(system.charge_points),
            "running_transactions": len(system.transactions),
        }

    @api.get("/charge-points")
    async def charge_points(connected: bool | None = None) -> list[views.ChargePointView]:
        """Every charge point that has ever connected, or those that are connected now, or those that are not."""
        ids = sorted(system.charge_points)
        return [view(each) for each in ids if connected is None or (each in server.links) == connected]

    @api.get("/charge-points/{id}")
    async def charge_point(id: str) -> views.ChargePointDetailsView:
        """All that is known of one charge point."""
        return views.charge_point_details(view(id), system.charge_points[id])

    @api.get("/charge-points/{id}/meter-values")
    async def meter_values(id: str, limit: Count = 100) -> list[views.MeterValueView]:
        """A charge point's meter values, within transactions and without, the newest first."""
        return [views.meter_value(each) for each in store.meter_values_of(view(id).id, limit)]

    @api.get("/transactions")
    async def transactions(
        charge_point: str | None = None, running: bool | None = None, limit: Count = 100, below: Below = None
    ) -> list[views.TransactionView]:
        """Transactions, the newest first; of one charge point, running or ended, when so asked. ``below`` the last id
        of one page are those of the next."""
        found = store.transactions(charge_point=charge_point, running=running, limit=limit, below=below)
        return [views.transaction(each) for each in found]

    @api.get("/transactions/{id}")
    async def transaction(id: int) -> views.TransactionDetailsView:
        """One transaction with its meter values."""
        known = store.transaction(id) if abs(id) < 2**63 else None
        if known is None:
            raise NotFound(f"there is no transaction {id}")
        return views.transaction_details(views.transaction(known), store.meter_values(id))

    return api
