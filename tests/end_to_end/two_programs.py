"""A real central system and a real charge point, with a broker to play the driver; each is a process of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from chargepoint.api.payloads import ConnectorState, ConnectorStatus
from tests.chargepoint.brokers import Observer, RealBroker, observer
from tests.chargepoint.processes import ChargePoint
from tests.csms.program import Program

WAIT_S = 20

Message = Mapping[str, Any]


@dataclass
class Pair:
    """Charge point ``id`` and the HTTP API of its central system."""

    id: str
    http: httpx.AsyncClient
    seen: Observer
    process: ChargePoint

    async def behave(self, action: str, **behaviour: Any) -> int:
        """Deviate from now on; the behaviour's number."""
        told = {"charge_point": self.id, "action": action, **behaviour}
        response = await self.http.post("/behaviours", json=told)
        assert response.status_code == 201, response.text
        return int(response.json()["id"])

    async def messages(self, action: str | None = None, **query: Any) -> list[Message]:
        """What was on the wire, of ``action`` when it is given."""
        wanted = {"action": action, "limit": 1000, **query}
        response = await self.http.get(
            f"/charge-points/{self.id}/messages",
            params={key: value for key, value in wanted.items() if value is not None},
        )
        if response.status_code == 404:
            return []
        assert response.status_code == 200, response.text
        found: list[Message] = response.json()["messages"]
        return found

    async def gets(self, action: str, count: int = 1, *, answered: bool = True) -> list[Message]:
        """Wait until the central system has got ``count`` CALLs of ``action`` (and answered them); returns these."""
        query = {"direction": "received", "answered": answered, "count": count, "timeout": WAIT_S}
        found = await self.messages(action, **query)
        assert len(found) >= count, f"{len(found)} of {count} {action} within {WAIT_S} s; by {self.process.log}"
        return found

    async def plug(self) -> None:
        """A car that takes 16 A."""
        car = {"cable": 32, "ready": True, "consumption_l1": 16, "consumption_l2": 16, "consumption_l3": 16}
        await self.seen.publish(f"cp_simu/cps/{self.id}/connectors/1/car", json.dumps(car))
        await self.is_in(ConnectorState.PREPARING)

    async def tap(self, id_tag: str = "TAG1") -> None:
        """Present a tag."""
        await self.seen.publish(f"cp_simu/cps/{self.id}/connectors/1/id_tag", json.dumps({"id": id_tag}))

    async def is_in(self, state: ConnectorState, **fields: Any) -> None:
        """Wait until connector 1 is in ``state``."""

        def right(payload: bytes) -> bool:
            status = ConnectorStatus.from_json(payload)
            return status.status is state and all(getattr(status, name) == value for name, value in fields.items())

        await self.seen.sees(f"cp_simu/cps/{self.id}/connectors/1/status", right, f"{state} {fields}")

    async def transactions(self) -> list[Message]:
        """What the central system knows of this charge point's transactions, the newest first."""
        found: list[Message] = (await self.http.get("/transactions", params={"charge_point": self.id})).json()
        return found


@asynccontextmanager
async def pair(id: str, csms: Program, broker: RealBroker, folder: Path, **config: object) -> AsyncIterator[Pair]:
    """A charge point that is not started yet; ``config`` are its configuration keys."""
    quick = {"RetryBackOffWaitMinimum": "0", "RetryBackOffRandomRange": "0", "TransactionMessageRetryInterval": "0"}
    keys = quick | {key: str(value) for key, value in config.items()}
    process = ChargePoint(folder / id, csms.ws, broker.url, id=id, ocpp_config=keys)
    async with csms.client() as http, observer(broker.port, f"cp_simu/cps/{id}/#") as seen:
        http.timeout = WAIT_S + 10
        try:
            yield Pair(id, http, seen, process)
        finally:
            process.kill()
            await http.delete("/behaviours", params={"charge_point": id})
