"""The OCPP part of the ELU twin: two charge points and the central system as processes, driven by API alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from chargepoint.api.payloads import ConnectorState
from tests.chargepoint.brokers import Observer, observer, real_broker
from tests.chargepoint.processes import ChargePoint, connector_is
from tests.csms.program import Program, running
from tests.support.waiting import eventually_async

LATER = "2099-01-01T00:00:00Z"
POINTS = ("CP1", "CP2")


@dataclass
class Twin:
    """Charge points with the central system's HTTP API over them, and their inputs on MQTT."""

    csms: Program
    api: httpx.AsyncClient
    hands: Observer
    points: dict[str, ChargePoint] = field(default_factory=dict)

    async def asks(self, action: str, charge_point: str = "CP1", /, **payload: Any) -> dict[str, Any]:
        """The charge point's answer to a command given by API."""
        response = await self.api.post(f"/charge-points/{charge_point}/commands/{action}", json=payload)
        assert response.is_success, response.text
        answered: dict[str, Any] = response.json()["response"]
        return answered

    async def value(self, key: str, id: str = "CP1") -> str:
        """The value of a configuration key."""
        (entry,) = (await self.asks("GetConfiguration", id, key=[key]))["configurationKey"]
        return str(entry["value"])

    async def connects(self, id: str) -> None:
        """Wait until the charge point has booted and told its states."""

        async def there() -> bool:
            response = await self.api.get(f"/charge-points/{id}")
            shown = response.json() if response.is_success else {}
            return bool(shown.get("connected") and {0, 1} <= {one["connector_id"] for one in shown["connectors"]})

        await eventually_async(there, 20, f"{id} has told its states")

    async def charges(self) -> int:
        """A transaction runs at CP1 since a moment; returns its id."""
        car = '{"cable": 32, "ready": true, "consumption_l1": 16, "consumption_l2": 16, "consumption_l3": 16}'
        await self.hands.publish("cp_simu/cps/CP1/connectors/1/car", car)
        await connector_is(self.hands, ConnectorState.PREPARING)
        assert (await self.asks("RemoteStartTransaction", connectorId=1, idTag="TAG"))["status"] == "Accepted"
        await connector_is(self.hands, ConnectorState.CHARGING, consumption_l1=16.0)
        [transaction] = (await self.api.get("/transactions?charge_point=CP1&running=true")).json()
        return int(transaction["id"])


@pytest.fixture(scope="module")
def csms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The central system."""
    with running(tmp_path_factory.mktemp("csms")) as program:
        yield program


@pytest.fixture
async def twin(csms: Program, tmp_path: Path) -> AsyncIterator[Twin]:
    """Two charge points, fresh for each test."""
    with real_broker(tmp_path) as broker:
        async with csms.client() as api, observer(broker.port) as hands:
            twin = Twin(csms, api, hands)
            try:
                for id in POINTS:
                    entry = {"id": id, "ocpp_config": {"MeterValueSampleInterval": "1"}}
                    twin.points[id] = ChargePoint(tmp_path / id, csms.ws, broker.url, **entry)
                    twin.points[id].start()
                for id in POINTS:
                    await twin.connects(id)
                yield twin
            finally:
                for point in twin.points.values():
                    point.kill()


async def test_a_session_is_told_and_can_be_started_and_stopped_from_afar(twin: Twin) -> None:
    """EL-33, EL-34: boot, states, transaction and meter values arrive; the central system starts and stops."""
    transaction_id = await twin.charges()

    async def metered() -> list[Any]:
        shown = (await twin.api.get(f"/transactions/{transaction_id}")).json()
        return list(shown["meter_values"])

    await eventually_async(metered, 20, "meter values")
    assert (await twin.asks("TriggerMessage", requestedMessage="Heartbeat"))["status"] == "Accepted"
    assert (await twin.asks("RemoteStopTransaction", transactionId=transaction_id))["status"] == "Accepted"
    await connector_is(twin.hands, ConnectorState.FINISHING)

    async def stopped() -> str | None:
        shown = (await twin.api.get(f"/transactions/{transaction_id}")).json()
        reason: str | None = shown["stop_reason"]
        return reason

    assert await eventually_async(stopped, 20, "the stop") == "Remote"


async def test_every_command_of_the_central_system_works(twin: Twin) -> None:
    """EL-35, but for firmware and diagnostics, which need something to load."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}]}
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    listed = [{"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}]
    commands: list[tuple[str, dict[str, Any], str]] = [
        ("ReserveNow", {"connectorId": 1, "idTag": "VIP", "reservationId": 5, "expiryDate": LATER}, "Accepted"),
        ("CancelReservation", {"reservationId": 5}, "Accepted"),
        ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}, "Accepted"),
        ("GetCompositeSchedule", {"connectorId": 1, "duration": 60}, "Accepted"),
        ("ClearChargingProfile", {"id": 1}, "Accepted"),
        ("SendLocalList", {"listVersion": 1, "updateType": "Full", "localAuthorizationList": listed}, "Accepted"),
        ("ClearCache", {}, "Accepted"),
        ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, "Accepted"),
        ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}, "Accepted"),
        ("UnlockConnector", {"connectorId": 1}, "Unlocked"),
        ("TriggerMessage", {"requestedMessage": "StatusNotification"}, "Accepted"),
        ("DataTransfer", {"vendorId": "org.example"}, "UnknownVendorId"),
        ("Reset", {"type": "Hard"}, "Accepted"),
    ]
    for action, payload, status in commands:
        assert (await twin.asks(action, **payload))["status"] == status, action


async def test_configuration_is_kept_by_each_charge_point_for_itself(twin: Twin) -> None:
    """EL-36: readable, changeable, read-only ones refused, and kept over a power cut."""
    changed = await twin.asks("ChangeConfiguration", key="ConnectionTimeOut", value="17")
    assert changed == {"status": "Accepted"}
    refused = await twin.asks("ChangeConfiguration", key="NumberOfConnectors", value="9")
    assert refused == {"status": "Rejected"}
    assert await twin.value("ConnectionTimeOut", "CP2") == "60"
    await restart(twin)
    assert await twin.value("ConnectionTimeOut") == "17"
    assert await twin.value("NumberOfConnectors") == "1"


async def test_local_list_and_cache_are_kept_by_each_charge_point_for_itself(twin: Twin) -> None:
    """EL-37: after a power cut the one that knows a tag does not ask, and the other one does."""
    listed = [{"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}]
    await twin.asks("SendLocalList", listVersion=4, updateType="Full", localAuthorizationList=listed)
    await twin.asks("ChangeConfiguration", key="LocalPreAuthorize", value="true")
    await comes_and_goes(twin, "CACHED")
    assert asked_about(twin) == 1
    await restart(twin)
    assert (await twin.asks("GetLocalListVersion"))["listVersion"] == 4
    assert (await twin.asks("GetLocalListVersion", "CP2"))["listVersion"] == 0
    before = asked_about(twin)
    for id_tag in ("CACHED", "LISTED"):
        await comes_and_goes(twin, id_tag)
    assert asked_about(twin) == before


async def test_a_charging_profile_sent_to_a_running_transaction_by_api_lowers_its_current(twin: Twin) -> None:
    """EL-38."""
    transaction_id = await twin.charges()
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.5}]}
    profile = {
        "chargingProfileId": 1,
        "transactionId": transaction_id,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    assert (await twin.asks("SetChargingProfile", connectorId=1, csChargingProfiles=profile))["status"] == "Accepted"
    await connector_is(twin.hands, ConnectorState.CHARGING, consumption_l1=8.5, consumption_l3=8.5)
    await twin.asks("RemoteStopTransaction", transactionId=transaction_id)
    await connector_is(twin.hands, ConnectorState.FINISHING)
    assert await twin.asks("ClearChargingProfile", id=1) == {"status": "Unknown"}, "it ended with its transaction"


async def comes_and_goes(twin: Twin, id_tag: str) -> None:
    """Somebody presents an id tag, is let in, and takes it back by presenting it again."""
    for state in (ConnectorState.PREPARING, ConnectorState.AVAILABLE):
        await twin.hands.publish("cp_simu/cps/CP1/connectors/1/id_tag", f'{{"id": "{id_tag}"}}')
        await connector_is(twin.hands, state)


def asked_about(twin: Twin) -> int:
    """How often CP1 has sent Authorize, by its own log."""
    return twin.points["CP1"].log.read_text().count('"Authorize"')


async def restart(twin: Twin) -> None:
    """kill -9 of CP1, and a new process on what it stored."""
    point = twin.points["CP1"]
    point.kill()
    twin.hands.heard.clear()
    point.start()

    async def answers() -> bool:
        response = await twin.api.post("/charge-points/CP1/commands/GetLocalListVersion", json={})
        return bool(response.is_success)

    await eventually_async(answers, 20, "CP1 is back")
    await connector_is(twin.hands, ConnectorState.AVAILABLE)
