"""What a user of MOEV's central system must find here: the lines MO-01 to MO-10 and MO-14 of the acceptance table."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path

import httpx
import pytest

from tests.csms.charger import Charger
from tests.csms.program import Program, running
from tests.csms.station import MEASURED, START, Station
from tests.support.ports import free_port
from tests.support.waiting import eventually_async

REPOSITORY = Path(__file__).parents[2]

CURL = {
    "change the configuration": """
        curl --header "Content-Type: application/json" --request POST
        --data '{"key":"MeterValueSampleInterval","value":"10"}' http://localhost:8080/changeconfig""",
    "start": """
        curl --header "Content-Type: application/json" --request POST
        --data '{"id":"CP_1"}' http://localhost:8080/remotestart""",
    "limit, with a blank before the id and a text for a number": """
        curl --header "Content-Type: application/json" --request POST
        --data '{"id":" CP_1", "limit":"8"}' http://localhost:8080/setmaxvalue""",
    "stop, with a blank before the id": """
        curl --header "Content-Type: application/json" --request POST
        --data '{"id":" CP_1"}' http://localhost:8080/remotestop""",
    "without a content type": """curl --data '{"key":"K","value":"1"}' http://localhost:8080/""",
    "disconnect": """
        curl --header "Content-Type: application/json" --request POST
        --data '{"id":"CP_1"}' http://localhost:8080/disconnect""",
}
"""MOEV's own examples, in an order in which each of them can succeed."""


def test_mo_01_ocpp_and_http_are_served_on_the_address_and_ports_that_are_asked_for(tmp_path: Path) -> None:
    ports = free_port(), free_port()

    async def a_charge_point_connects(url: str) -> None:
        async with Station(url, "CP_1") as station:
            assert (await station.boot())["status"] == "Accepted"

    with running(tmp_path, "--host", "127.0.0.1", ports=ports) as program:
        assert (program.ws, program.http) == (f"ws://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
        asyncio.run(a_charge_point_connects(program.ws))
        assert program.get("/health")["charge_points"] == 1


async def test_mo_02_two_charge_points_connect_and_boot(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "CP_1") as one, Station(csms.ws, "CP_2") as two:
        for station in (one, two):
            answer = await station.boot()
            assert (answer["status"], answer["interval"]) == ("Accepted", 10)
        connected = (await http.get("/charge-points?connected=true")).json()
        assert {"CP_1", "CP_2"} <= {each["id"] for each in connected}
        assert connected[0]["vendor"] == "Strangers Ltd"


@pytest.mark.parametrize("path", ["/changeconfig", "/"])
async def test_mo_03_a_configuration_key_is_changed_on_all_connected_chargers(
    csms: Program, http: httpx.AsyncClient, path: str
) -> None:
    async with (
        Station(csms.ws, "CP_1") as one,
        Station(csms.ws, "CP_2", {"ChangeConfiguration": {"status": "Rejected"}}) as two,
    ):
        body = {"key": "MeterValueSampleInterval", "value": "10"}
        response = await http.post(path, json=body)
        assert response.status_code == 200
        results = {each["id"]: each for each in response.json()["results"]}
        assert results["CP_1"] == {"id": "CP_1", "status": "Accepted"}
        assert results["CP_2"] == {"id": "CP_2", "status": "Rejected"}
        assert one.got("ChangeConfiguration") == two.got("ChangeConfiguration") == [body]


async def test_mo_03_with_no_charger_connected_nothing_is_changed_and_nothing_fails(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        async with program.client() as client:
            response = await client.post("/", json={"key": "K", "value": "V"})
    assert (response.status_code, response.json()) == (200, {"results": []})


async def test_mo_03_a_silent_charger_delays_no_other(csms: Program, http: httpx.AsyncClient) -> None:
    async with (
        Station(csms.ws, "CP_1"),
        Station(csms.ws, "CP_2", {"ChangeConfiguration": lambda payload: None}),
    ):
        response = await http.post("/changeconfig?timeout=0.3", json={"key": "K", "value": "V"})
        results = {each["id"]: each for each in response.json()["results"]}
    assert results["CP_1"]["status"] == "Accepted"
    assert results["CP_2"]["error"] == "CP_2 has not answered ChangeConfiguration: silent for 0.3 s"


async def test_mo_04_a_charger_is_disconnected(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "CP_1") as station:
        response = await http.post("/disconnect", json={"id": "CP_1"})
        assert response.status_code == 200
        assert await station.closed() == (1000, "disconnected by the central system")
    assert (await http.post("/disconnect", json={"id": "CP_1"})).status_code == 404


async def test_mo_05_a_remote_start_is_followed_by_a_charging_profile(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "CP_1") as station:
        response = await http.post("/remotestart", json={"id": "CP_1"})
        assert response.status_code == 200
        assert response.json() == {"id": "CP_1", "status": "Accepted", "chargingProfile": "Accepted"}
        assert [name for name, _ in station.commands] == ["RemoteStartTransaction", "SetChargingProfile"]
        assert station.got("RemoteStartTransaction") == [{"idTag": "transaction1"}]
        (profile,) = station.got("SetChargingProfile")
        assert profile["csChargingProfiles"]["chargingProfilePurpose"] == "TxDefaultProfile"
        periods = profile["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"]
        assert periods == [{"startPeriod": 0, "limit": 100.0, "numberPhases": 3}]
    assert (await http.post("/remotestart", json={"id": "CP_1"})).status_code == 404


async def test_mo_05_a_start_that_the_charger_rejects_is_no_success(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "CP_1", {"RemoteStartTransaction": {"status": "Rejected"}}) as station:
        response = await http.post("/remotestart", json={"id": "CP_1", "connectorId": "2", "idTag": "TAG9"})
        assert response.status_code == 409
        assert response.json()["detail"] == {"status": "Rejected"}
        assert station.commands == [("RemoteStartTransaction", {"idTag": "TAG9", "connectorId": 2})]


async def test_mo_06_the_running_transaction_is_stopped(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "CP_1") as station:
        response = await http.post("/remotestop", json={"id": "CP_1"})
        assert response.status_code == 409
        assert response.json()["error"] == "CP_1 has no running transaction"

        transaction_id = (await station.ask("StartTransaction", START))["transactionId"]
        response = await http.post("/remotestop", json={"id": "CP_1"})
        assert (response.status_code, response.json()["transactionId"]) == (200, transaction_id)
        assert station.got("RemoteStopTransaction") == [{"transactionId": transaction_id}]
        await station.ask(
            "StopTransaction",
            {"transactionId": transaction_id, "meterStop": 200, "timestamp": "2030-01-01T12:30:00Z"},
        )
    assert (await http.post("/remotestop", json={"id": "CP_1"})).status_code == 404


async def test_mo_06_of_two_running_transactions_one_must_be_named(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "MO_06_two") as station:
        one, two = [
            (await station.ask("StartTransaction", {**START, "connectorId": connector}))["transactionId"]
            for connector in (1, 2)
        ]
        response = await http.post("/remotestop", json={"id": "MO_06_two"})
        assert response.status_code == 409
        assert response.json()["error"] == f"MO_06_two has 2 running transactions ({one}, {two}): name one"
        for naming in ({"transactionId": two}, {"connectorId": "2"}):
            response = await http.post("/remotestop", json={"id": "MO_06_two", **naming})
            assert response.json()["transactionId"] == two


async def test_mo_07_a_limit_is_a_profile_of_the_whole_charge_point(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "CP_1") as station:
        response = await http.post("/setmaxvalue", json={"id": " CP_1", "limit": "8.15"})
        assert response.status_code == 200
        assert (response.json()["limit"], response.json()["unit"]) == (8.2, "A")
        (request,) = station.got("SetChargingProfile")
    start = request["csChargingProfiles"]["chargingSchedule"].pop("startSchedule")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", start)
    # MOEV's contents without what contradicts OCPP: connector 1, a transaction id, a recurrence.
    assert request == {
        "connectorId": 0,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 1,
            "chargingProfilePurpose": "ChargePointMaxProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "duration": 600,
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.2, "numberPhases": 3}],
                "minChargingRate": 2.1,
            },
        },
    }
    assert (await http.post("/setmaxvalue", json={"id": "CP_1", "limit": 8})).status_code == 404


async def test_mo_07_a_limit_in_watts_and_of_one_connector(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "CP_1") as station:
        body = {"id": "CP_1", "limit": 3700, "unit": "W", "connectorId": 2, "duration": 60, "numberPhases": 1}
        assert (await http.post("/setmaxvalue", json=body)).status_code == 200
        (request,) = station.got("SetChargingProfile")
    profile = request["csChargingProfiles"]
    schedule = profile["chargingSchedule"]
    assert (request["connectorId"], profile["chargingProfilePurpose"]) == (2, "TxDefaultProfile")
    assert (schedule["chargingRateUnit"], schedule["duration"]) == ("W", 60)
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 3700.0, "numberPhases": 1}]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/setmaxvalue", {"id": "CP_1", "limit": "eight"}, "limit"),
        ("/setmaxvalue", {"id": "CP_1", "limit": -1}, "limit"),
        ("/setmaxvalue", {"id": "CP_1", "limit": 8, "unit": "kW"}, "unit"),
        ("/setmaxvalue", {"id": "CP_1"}, "limit"),
        ("/setmaxvalue", {"id": "CP_1", "limit": 8, "connektorId": 1}, "body"),
        ("/remotestart", {}, "id"),
        ("/remotestart", {"id": 1}, "id"),
        ("/remotestop", [], "body"),
        ("/disconnect", {"id": None}, "id"),
        ("/changeconfig", {"key": "K"}, "value"),
        ("/changeconfig", {"key": "", "value": "V"}, "key"),
    ],
)
async def test_a_wrong_body_is_refused_with_the_field_and_what_would_be_right(
    http: httpx.AsyncClient, path: str, body: object, field: str
) -> None:
    response = await http.post(path, json=body)
    assert response.status_code == 422
    assert response.json()["detail"]["field"] == field
    assert response.json()["detail"]["expected"]


async def test_mo_08_the_curl_lines_of_the_text_succeed(csms: Program) -> None:
    port = csms.http.rpartition(":")[2]
    async with Charger(csms.ws, "CP_1") as charger:
        for example, line in CURL.items():
            # The text's "localhost" may mean ::1 first; curl goes on to 127.0.0.1 as a shell user sees it.
            command = shlex.split(line.replace("localhost:8080", f"localhost:{port}"))
            process = await asyncio.create_subprocess_exec(
                *command, "--silent", "--write-out", "\n%{http_code}", stdout=asyncio.subprocess.PIPE
            )
            output, _ = await process.communicate()
            body, _, status = output.decode().rpartition("\n")
            assert status == "200", (example, body)
            if example == "start":
                await eventually_async(lambda: charger.transaction_id is not None)


async def test_mo_09_the_current_follows_start_limit_and_stop_and_can_be_seen(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Charger(csms.ws, "MO_09") as charger:
        await http.post("/remotestart", json={"id": "MO_09"})
        await eventually_async(lambda: charger.transaction_id is not None)
        transaction_id = charger.transaction_id
        await charger.measure()
        await http.post("/setmaxvalue", json={"id": "MO_09", "limit": 8})
        await charger.measure()
        await http.post("/remotestop", json={"id": "MO_09"})
        await eventually_async(lambda: charger.transaction_id is None)

    seen = (await http.get(f"/transactions/{transaction_id}")).json()
    currents = [value["sampled_values"][0]["value"] for value in seen["meter_values"]]
    assert currents == ["16.0", "8.0"]
    assert (seen["running"], seen["energy_wh"], seen["stop_reason"]) == (False, 800, "Remote")


async def test_mo_10_what_a_charger_asks_is_answered(csms: Program) -> None:
    async with Station(csms.ws, "MO_10") as station:
        assert (await station.boot())["status"] == "Accepted"
        assert (await station.ask("Heartbeat", {}))["currentTime"].endswith("Z")
        assert await station.ask("Authorize", {"idTag": "TAG1"}) == {"idTagInfo": {"status": "Accepted"}}
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        assert await station.ask("StatusNotification", status) == {}
        started = await station.ask("StartTransaction", START)
        assert started["idTagInfo"] == {"status": "Accepted"}
        measured = {"connectorId": 1, "transactionId": started["transactionId"], "meterValue": [MEASURED]}
        assert await station.ask("MeterValues", measured) == {}
        stop = {"transactionId": started["transactionId"], "meterStop": 900, "timestamp": "2030-01-01T13:00:00Z"}
        assert await station.ask("StopTransaction", {**stop, "idTag": "TAG1"}) == {
            "idTagInfo": {"status": "Accepted"}
        }


async def test_mo_14_commands_are_carried_out_while_charging_goes_on(csms: Program, http: httpx.AsyncClient) -> None:
    async with Charger(csms.ws, "MO_14") as charger, Station(csms.ws, "MO_14_too") as other:
        await http.post("/remotestart", json={"id": "MO_14"})
        await eventually_async(lambda: charger.transaction_id is not None)

        async def charge() -> None:
            for _ in range(30):
                await charger.measure()
                await other.ask("Heartbeat", {})

        async def command(number: int) -> int:
            station = ("MO_14", "MO_14_too")[number % 2]
            return (await http.post(f"/charge-points/{station}/commands/GetLocalListVersion")).status_code

        _, *statuses = await asyncio.gather(charge(), *(command(number) for number in range(30)))
        assert statuses == [200] * 30
        seen = (await http.get(f"/transactions/{charger.transaction_id}")).json()
        assert len(seen["meter_values"]) == 30
