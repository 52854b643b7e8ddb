"""The HTTP API: what it shows, how commands fail, one form for every error."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from tests.csms.program import Program
from tests.csms.station import MEASURED, SILENCE, START, Payload, Refusal, Station
from tests.support.waiting import eventually_async


def _refuse(payload: Payload) -> Payload:
    raise Refusal("NotSupported", "no cache here")


async def test_a_charge_point_is_shown_with_its_connectors_and_transactions(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Station(csms.ws, "Shown") as station:
        await station.boot()
        status = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted", "info": "wet"}
        await station.ask("StatusNotification", {**status, "timestamp": "2030-01-01T12:00:00Z"})
        transaction_id = (await station.ask("StartTransaction", START))["transactionId"]
        shown = (await http.get("/charge-points/Shown")).json()
    assert shown["connected"]
    assert (shown["protocol"], shown["vendor"], shown["model"]) == ("ocpp1.6", "Strangers Ltd", "One")
    assert shown["connectors"] == [
        {
            "connector_id": 1,
            "status": "Faulted",
            "error_code": "GroundFailure",
            "info": "wet",
            "timestamp": "2030-01-01T12:00:00.000Z",
        }
    ]
    assert shown["running_transactions"] == [transaction_id]


async def test_transactions_are_found_by_charge_point_and_state(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Found") as station:
        one = (await station.ask("StartTransaction", START))["transactionId"]
        two = (await station.ask("StartTransaction", {**START, "connectorId": 2}))["transactionId"]
        stop = {"transactionId": one, "meterStop": 350, "timestamp": "2030-01-01T13:00:00Z", "reason": "Remote"}
        await station.ask("StopTransaction", {**stop, "transactionData": [MEASURED]})

    async def found(query: str) -> list[int]:
        return [each["id"] for each in (await http.get(f"/transactions?charge_point=Found{query}")).json()]

    assert await found("") == [two, one]
    assert await found("&running=true") == [two]
    assert await found("&running=false") == [one]
    assert await found("&limit=1") == [two]
    assert await found("nobody") == []
    shown = (await http.get(f"/transactions/{one}")).json()
    assert (shown["id_tag"], shown["energy_wh"], shown["stopped_at"]) == ("TAG1", 250, "2030-01-01T13:00:00.000Z")
    assert shown["meter_values"] == [
        {"timestamp": "2030-01-01T12:01:00.000Z", "sampled_values": MEASURED["sampledValue"]}
    ]


async def test_meter_values_outside_transactions_are_shown(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Meter") as station:
        await station.ask("MeterValues", {"connectorId": 0, "meterValue": [MEASURED]})
    (value,) = (await http.get("/charge-points/Meter/meter-values")).json()
    assert value["sampled_values"] == MEASURED["sampledValue"]


async def test_a_charge_point_that_has_gone_is_still_known(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Gone"):
        pass

    async def gone() -> bool:
        return not (await http.get("/charge-points/Gone")).json()["connected"]

    await eventually_async(gone)
    response = await http.post("/charge-points/Gone/commands/ClearCache")
    assert response.status_code == 404
    assert response.json()["error"] == "charge point 'Gone' is not connected"


async def test_a_callerror_is_a_conflict_with_its_code(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Refuses", {"ClearCache": _refuse}):
        response = await http.post("/charge-points/Refuses/commands/ClearCache")
    assert response.status_code == 409
    assert response.json() == {
        "error": "Refuses refused ClearCache with NotSupported: no cache here",
        "detail": {"code": "NotSupported", "description": "no cache here", "details": {}},
    }


async def test_a_payload_against_the_schema_is_not_sent(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Strict") as station:
        response = await http.post("/charge-points/Strict/commands/Reset", json={"type": "Gentle"})
        assert station.commands == []
    assert response.status_code == 422
    assert response.json()["detail"]["code"] == "PropertyConstraintViolation"
    assert "type must be one of" in response.json()["error"]


@pytest.mark.parametrize("action", ["Fly", "BootNotification"])
async def test_an_action_that_is_no_command_is_not_found(csms: Program, http: httpx.AsyncClient, action: str) -> None:
    async with Station(csms.ws, "Command"):
        response = await http.post(f"/charge-points/Command/commands/{action}")
    assert response.status_code == 404
    assert "UnlockConnector" in response.json()["error"]


async def test_an_answer_against_the_schema_is_shown_as_it_is_with_what_is_wrong(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Station(csms.ws, "Sloppy", {"ClearCache": {"status": "Done"}}):
        response = await http.post("/charge-points/Sloppy/commands/ClearCache")
    assert response.status_code == 200
    assert response.json()["response"] == {"status": "Done"}
    assert "status must be one of" in response.json()["violation"]


async def test_a_silent_charge_point_is_a_timeout(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Silent", {"ClearCache": SILENCE}) as station:
        response = await http.post("/charge-points/Silent/commands/ClearCache?timeout=0.2")
        assert response.status_code == 504
        assert response.json() == {
            "error": "Silent has not answered ClearCache: silent for 0.2 s",
            "detail": {"sent": True},
        }
        # The silence was of one command, not of the connection.
        assert (await http.post("/charge-points/Silent/commands/Reset", json={"type": "Soft"})).is_success
        assert "currentTime" in await station.ask("Heartbeat", {})


async def test_a_command_that_was_given_up_while_it_waited_is_never_sent(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Station(csms.ws, "Busy", {"ClearCache": SILENCE}) as station:
        first = asyncio.create_task(http.post("/charge-points/Busy/commands/ClearCache?timeout=1"))
        await eventually_async(lambda: station.commands)
        response = await http.post("/charge-points/Busy/commands/Reset?timeout=0.1", json={"type": "Hard"})
        assert (response.status_code, response.json()["detail"]) == (504, {"sent": False})
        assert (await first).status_code == 504
        assert (await http.post("/charge-points/Busy/commands/GetLocalListVersion")).is_success
        assert [action for action, _ in station.commands] == ["ClearCache", "GetLocalListVersion"]


async def test_a_client_that_goes_away_while_it_waits_disturbs_no_other(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Station(csms.ws, "Patient", {"ClearCache": SILENCE}) as station:
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/charge-points/Patient/commands/ClearCache?timeout=0.5", timeout=0.1)
        assert (await http.post("/charge-points/Patient/commands/GetLocalListVersion")).is_success
        assert [action for action, _ in station.commands] == ["ClearCache", "GetLocalListVersion"]


async def test_a_charge_point_that_leaves_while_it_is_asked_ends_the_wait(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Station(csms.ws, "Leaves", {"ClearCache": SILENCE}) as station:
        asked = asyncio.create_task(http.post("/charge-points/Leaves/commands/ClearCache"))
        await eventually_async(lambda: station.commands)
    response = await asked
    assert response.status_code == 504
    assert "connection closed" in response.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("DELETE", "/health", 405),
        ("GET", "/charge-points/nobody", 404),
        ("GET", "/charge-points/nobody/meter-values", 404),
        ("POST", "/charge-points/nobody/commands/Reset", 404),
        ("GET", "/transactions/0", 404),
        ("GET", f"/transactions/{2**80}", 404),
        ("GET", "/transactions/one", 422),
        ("GET", "/transactions?limit=0", 422),
        ("POST", "/charge-points/nobody/commands/Reset?timeout=-1", 422),
        ("POST", "/remotestart", 422),
    ],
)
async def test_every_error_has_one_form(http: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    response = await http.request(method, path)
    assert response.status_code == status
    assert response.json().keys() == {"error", "detail"}
    assert response.json()["error"]
    assert "\n" not in response.json()["error"]


async def test_a_body_that_is_no_json_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post("/remotestart", content=b"id=CP_1")
    assert response.status_code == 422
    assert response.json()["detail"]["field"] == "body"


async def test_the_page_that_describes_the_api_needs_no_other_machine(http: httpx.AsyncClient) -> None:
    page = (await http.get("/docs")).text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert assets
    for asset in assets:
        assert asset.startswith("/docs/assets/")
        assert (await http.get(asset)).is_success
    described = (await http.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.0.")
    assert '"null"' not in (await http.get("/openapi.json")).text
    moev = {"/", "/changeconfig", "/disconnect", "/remotestart", "/remotestop", "/setmaxvalue"}
    assert moev < described["paths"].keys()


async def test_health_tells_how_much_there_is(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Healthy"):
        health = (await http.get("/health")).json()
    assert health["status"] == "ok"
    assert health["connected"] >= 1
    assert health["charge_points"] >= health["connected"]
