"""One station's endpoint: call and response, validated, beside the ``ocpp`` package's own session in the same run.

The peer is in memory and cuts message ids out of texts, so that what is measured is the station's end alone. A
message is a frame, whichever way it goes.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import sys
import time
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

from ocpp import messages as package_messages
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result

from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.events import CallReceived, Request
from chargepoint.ocpp.schema import schemas
from tests.benchmarks._rows import row

MINIMUM_S = 2.0
BATCH = 200

READING = [
    {"value": "16.0", "measurand": "Current.Import", "unit": "A", "phase": phase, "context": "Sample.Periodic"}
    for phase in ("L1", "L2", "L3")
]
METER_VALUES = {
    "connectorId": 1,
    "transactionId": 7,
    "meterValue": [{"timestamp": "2030-01-01T00:00:00Z", "sampledValue": READING}],
}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": "2030-01-01T00:00:00Z"}
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 600 * number, "limit": 6.0 + number} for number in range(6)],
    },
}
QUESTION = json.dumps({"connectorId": 1, "csChargingProfiles": PROFILE}, separators=(",", ":"))
_numbers = itertools.count()


def question() -> str:
    """A CALL of the central system."""
    return f'[2,"{next(_numbers)}","SetChargingProfile",{QUESTION}]'


def answer_to(text: str) -> str:
    """The CALLRESULT to one of our CALLs: ids are UUIDs."""
    return f'[3,"{text.split(chr(34), 2)[1]}",{{}}]'


# Ours


def endpoint() -> Endpoint:
    """An endpoint as a station has it, connected."""
    end = Endpoint(schemas("1.6"), lambda: str(uuid.uuid4()))
    end.opened()
    return end


def ask(end: Endpoint, action: str, payload: dict[str, Any]) -> None:
    """One CALL of ours and its answer."""
    end.send(Request(action, payload), 0.0)
    for text in end.frames():
        end.receive(answer_to(text), 0.0)
    assert end.events()


def be_asked(end: Endpoint) -> None:
    """One CALL of the central system and our answer."""
    end.receive(question(), 0.0)
    [event] = end.events()
    assert isinstance(event, CallReceived)
    end.reply(event.id, {"status": "Accepted"})
    assert end.frames()


# The package's


class InMemory:
    """A connection of the package: what is sent is answered at once."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[str] = asyncio.Queue()
        self.answers = 0

    async def recv(self) -> str:
        return await self.incoming.get()

    async def send(self, text: str) -> None:
        if text.startswith("[2,"):
            self.incoming.put_nowait(answer_to(text))
        else:
            self.answers += 1


class PackageStation(ChargePoint):  # type: ignore[misc]
    """A station as the package's documentation has it."""

    @on("SetChargingProfile")
    def take(self, **_: object) -> call_result.SetChargingProfile:
        return call_result.SetChargingProfile(status="Accepted")


Exchange = Callable[[PackageStation, InMemory], Coroutine[Any, Any, object]]


async def package_ask(station: PackageStation, payload: object) -> None:
    """One CALL and its answer."""
    assert await station.call(payload) is not None


async def package_be_asked(station: PackageStation, connection: InMemory) -> None:
    """One CALL of the central system and the answer."""
    await station.route_message(question())


METERED = call.MeterValues(1, METER_VALUES["meterValue"], 7)
NOTICE = call.StatusNotification(1, "NoError", "Charging", "2030-01-01T00:00:00Z")

EXCHANGES: dict[str, tuple[Callable[[Endpoint], None], Exchange]] = {
    "StatusNotification": (
        lambda end: ask(end, "StatusNotification", STATUS),
        lambda station, _: package_ask(station, NOTICE),
    ),
    "MeterValues of three phases": (
        lambda end: ask(end, "MeterValues", METER_VALUES),
        lambda station, _: package_ask(station, METERED),
    ),
    "SetChargingProfile of six periods": (be_asked, package_be_asked),
}


def ours_a_second(exchange: Callable[[Endpoint], None]) -> float:
    """Messages per CPU second of our endpoint."""
    end = endpoint()
    exchange(end)  # compiles the schema
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < MINIMUM_S:
        for _ in range(BATCH):
            exchange(end)
        done += BATCH
    return 2 * done / spent


async def packages_a_second(exchange: Exchange) -> float:
    """Messages per CPU second of the package's session."""
    connection = InMemory()
    station = PackageStation("CP1", connection)
    reader = asyncio.create_task(station.start())
    await exchange(station, connection)
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < MINIMUM_S:
        for _ in range(BATCH):
            await exchange(station, connection)
        done += BATCH
    reader.cancel()
    return 2 * done / spent


def main() -> int:
    """Measure each exchange in both."""
    logging.disable()
    # Validation in a thread of its own, the package's default, makes it slower still.
    package_messages.ASYNC_VALIDATION = False
    for name, (ours, packages) in EXCHANGES.items():
        fast, slow = ours_a_second(ours), asyncio.run(packages_a_second(packages))
        row(f"{name}: messages per CPU second", f"{fast:,.0f}")
        row("   the ocpp package", f"{slow:,.0f}")
        row("   times as many", f"{fast / slow:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
