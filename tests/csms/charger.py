"""A charger of two dozen lines for the tests of the central system."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.csms.station import START, Payload, Station


class Charger(Station):
    """Starts and stops when it is told so, and draws what it may, 16 A at most."""

    def __init__(self, url: str, id: str) -> None:
        answers = {
            "RemoteStartTransaction": self._start,
            "RemoteStopTransaction": self._stop,
            "SetChargingProfile": self._limit,
        }
        super().__init__(url, id, answers)
        self.current_a = 0.0
        self.transaction_id: int | None = None
        self._limit_a = 16.0
        self._acts: set[asyncio.Task[Any]] = set()

    async def measure(self) -> None:
        """Send one meter value."""
        sampled = {"value": str(self.current_a), "measurand": "Current.Import", "unit": "A"}
        values = [{"timestamp": "2030-01-01T12:01:00Z", "sampledValue": [sampled]}]
        await self.ask("MeterValues", {"connectorId": 1, "transactionId": self.transaction_id, "meterValue": values})

    def at_rest(self) -> bool:
        """Whether it has done all it was told to."""
        return not self._acts

    def _start(self, payload: Payload) -> Payload:
        self._act(self._charge(payload["idTag"]))
        return {"status": "Accepted"}

    def _stop(self, payload: Payload) -> Payload:
        if payload["transactionId"] != self.transaction_id:
            return {"status": "Rejected"}
        self._act(self._rest())
        return {"status": "Accepted"}

    def _limit(self, payload: Payload) -> Payload:
        schedule = payload["csChargingProfiles"]["chargingSchedule"]
        self._limit_a = schedule["chargingSchedulePeriod"][0]["limit"]
        if self.current_a:
            self.current_a = min(16.0, self._limit_a)
        return {"status": "Accepted"}

    async def _charge(self, id_tag: str) -> None:
        answer = await self.ask("StartTransaction", {**START, "idTag": id_tag})
        self.transaction_id = answer["transactionId"]
        self.current_a = min(16.0, self._limit_a)

    async def _rest(self) -> None:
        stop = {"transactionId": self.transaction_id, "meterStop": 900, "timestamp": "2030-01-01T13:00:00Z"}
        await self.ask("StopTransaction", {**stop, "reason": "Remote"})
        self.transaction_id, self.current_a = None, 0.0

    def _act(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)
