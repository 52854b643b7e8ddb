"""The websocket side against charge points of every kind: right ones, wrong ones, two of the same name."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.csms.program import Program
from tests.csms.station import BOOT, MEASURED, START, Station
from tests.support.waiting import eventually_async

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


async def _refused(url: str, *subprotocols: str) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as refusal:
        await connect(url, subprotocols=list(subprotocols) or None, proxy=None)  # type: ignore[arg-type]
    response = refusal.value.response
    return response.status_code, (response.body or b"").decode()


@pytest.mark.parametrize("offered", [(), ("ocpp2.0.1", "ocpp2.1"), ("OCPP1.6",)])
async def test_without_a_subprotocol_we_speak_the_handshake_is_completed_without_one_and_the_connection_closed(
    csms: Program, http: httpx.AsyncClient, offered: tuple[str, ...]
) -> None:
    """OCPP-J 1.6 section 3.2: "MUST complete the WebSocket handshake ... and then immediately close"."""
    async with connect(f"{csms.ws}/Foreign", subprotocols=list(offered) or None, proxy=None) as websocket:  # type: ignore[arg-type]
        assert websocket.subprotocol is None
        await websocket.wait_closed()
    assert (websocket.close_code, websocket.close_reason) == (1002, "this central system speaks ocpp1.6")
    assert (await http.get("/charge-points/Foreign")).status_code == 404


async def test_of_several_subprotocols_the_one_we_speak_is_chosen(csms: Program) -> None:
    async with connect(f"{csms.ws}/Poly", subprotocols=["ocpp2.0.1", "ocpp1.6"], proxy=None) as websocket:  # type: ignore[list-item]
        assert websocket.subprotocol == "ocpp1.6"


@pytest.mark.parametrize("path", ["", "/", "/?id=CP_1"])
async def test_a_path_without_an_id_is_not_found(csms: Program, path: str) -> None:
    status, text = await _refused(csms.ws + path, "ocpp1.6")
    assert status == 404
    assert "ws://host:port/CP_1" in text


@pytest.mark.parametrize("id", ["a%2Fb", "%23", "a%2B", "x" * 49, "a%00", "%FF"])
async def test_an_id_that_is_none_is_refused(csms: Program, id: str) -> None:
    status, text = await _refused(f"{csms.ws}/{id}", "ocpp1.6")
    assert status == 400
    assert "charge point id" in text


async def test_prefix_trailing_slash_and_query_do_not_belong_to_the_id(
    csms: Program, http: httpx.AsyncClient
) -> None:
    for url in ("/ocpp/1.6/Path", "/Path/", "/Path?a=b", "/P%61th"):
        async with connect(csms.ws + url, subprotocols=["ocpp1.6"], proxy=None):  # type: ignore[list-item]
            assert (await http.get("/charge-points/Path")).json()["connected"]


async def test_the_newer_connection_of_an_id_replaces_the_older_and_gets_the_commands(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Station(csms.ws, "Twice") as older:
        await older.boot()
        async with Station(csms.ws, "Twice") as newer:
            assert await older.closed() == (1000, "replaced by a newer connection")
            await newer.boot()
            response = await http.post("/charge-points/Twice/commands/ClearCache")
            assert response.status_code == 200
            assert (older.commands, newer.commands) == ([], [("ClearCache", {})])
            assert (await http.get("/charge-points/Twice")).json()["connected"]
    await _gone(http, "Twice")


async def _gone(http: httpx.AsyncClient, id: str) -> None:
    async def gone() -> bool:
        return not (await http.get(f"/charge-points/{id}")).json()["connected"]

    await eventually_async(gone)


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "{}", "[2]", '[2, 5, "Heartbeat", {}]', '[9, "1"]', '[3, "nobody asked", {}]', "[" * 5000],
)
async def test_what_is_no_frame_is_dropped_and_the_connection_stays(csms: Program, text: str) -> None:
    async with Station(csms.ws, "Broken") as station:
        await station.websocket.send(text)
        assert "currentTime" in await station.ask("Heartbeat", {})


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Fly", {}, "NotImplemented"),
        ("Reset", {"type": "Hard"}, "NotSupported"),
        ("Authorize", {}, "ProtocolError"),
        ("Authorize", {"idTag": 5}, "TypeConstraintViolation"),
        ("Authorize", {"idTag": "x" * 21}, "PropertyConstraintViolation"),
        ("Authorize", {"idTag": "x", "colour": "red"}, "FormationViolation"),
        ("Authorize", {"idTag": "\ud800"}, "FormationViolation"),
        ("StatusNotification", {**STATUS, "status": "Sleeping"}, "PropertyConstraintViolation"),
        ("StatusNotification", {**STATUS, "connectorId": -1}, "PropertyConstraintViolation"),
        ("StartTransaction", {**START, "connectorId": 0}, "PropertyConstraintViolation"),
        ("StartTransaction", {**START, "timestamp": "yesterday"}, "PropertyConstraintViolation"),
        ("StartTransaction", {**START, "meterStart": 2**70}, "PropertyConstraintViolation"),
        ("MeterValues", {"connectorId": 1, "meterValue": []}, "OccurenceConstraintViolation"),
    ],
)
async def test_a_wrong_call_is_refused_with_the_right_code_and_the_connection_stays(
    csms: Program, action: str, payload: dict[str, Any], code: str
) -> None:
    async with Station(csms.ws, "Wrong") as station:
        assert await station.refusal(action, payload) == code
        assert "currentTime" in await station.ask("Heartbeat", {})


async def test_a_call_whose_shape_is_wrong_is_refused_by_its_id(csms: Program) -> None:
    async with Station(csms.ws, "Shape") as station:
        assert (await station.exchange([2, "7", "Heartbeat"]))[:3] == [4, "7", "FormationViolation"]


async def test_a_binary_frame_ends_the_connection_with_a_reason(csms: Program) -> None:
    async with Station(csms.ws, "Binary") as station:
        await station.websocket.send(b"\x00")
        assert await station.closed() == (1003, "OCPP-J sends text frames; this one was binary")


async def test_a_message_of_a_megabyte_is_read_and_a_flood_is_refused_and_the_connection_stays(csms: Program) -> None:
    async with Station(csms.ws, "Large") as station:
        values = [MEASURED] * 9000
        assert len(json.dumps(values)) > 2**20
        assert await station.ask("MeterValues", {"connectorId": 1, "meterValue": values}) == {}
        assert await station.refusal("DataTransfer", {"vendorId": "v", "data": "x" * 2**21}) == "GenericError"
        await station.websocket.send(["x" * 2**16] * 33)
        assert "currentTime" in await station.ask("Heartbeat", {})


async def test_a_text_that_is_not_utf8_is_refused_by_its_id_and_the_connection_stays(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async with Station(csms.ws, "Bytes") as station:
        wrong = json.dumps([2, "7", "Authorize", {"idTag": "?"}]).encode().replace(b"?", b"\xe9")
        assert (await station.exchange_text("7", wrong))[:3] == [4, "7", "FormationViolation"]
        await station.websocket.send(b"\xff", text=True)
        assert "currentTime" in await station.ask("Heartbeat", {})
    messages = (await http.get("/charge-points/Bytes/messages")).json()["messages"]
    assert [message["action"] for message in messages] == ["Authorize", None, "Heartbeat"]


async def test_a_timestamp_without_its_zone_is_read_as_utc(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Zone") as station:
        start = {**START, "timestamp": "2030-01-01T12:00:00.123456"}
        transaction_id = (await station.ask("StartTransaction", start))["transactionId"]
    seen = (await http.get(f"/transactions/{transaction_id}")).json()
    assert seen["started_at"] == "2030-01-01T12:00:00.123Z"


async def test_a_start_that_is_sent_again_gets_the_same_id(csms: Program) -> None:
    async with Station(csms.ws, "Again") as station:
        first = await station.ask("StartTransaction", START)
    async with Station(csms.ws, "Again") as station:
        assert await station.ask("StartTransaction", START) == first
        other = await station.ask("StartTransaction", {**START, "meterStart": 101})
    assert other["transactionId"] > first["transactionId"]


async def test_a_call_that_is_sent_again_with_its_id_gets_the_same_answer(csms: Program) -> None:
    async with Station(csms.ws, "Same") as station:
        first = await station.exchange([2, "7", "StartTransaction", START])
        assert await station.exchange([2, "7", "StartTransaction", START]) == first


@pytest.mark.parametrize("transaction_id", [-1, 0, 99_999_999])
async def test_the_stop_of_an_unknown_transaction_is_accepted(csms: Program, transaction_id: int) -> None:
    async with Station(csms.ws, "Unknown") as station:
        stop = {"transactionId": transaction_id, "meterStop": 5, "timestamp": "2030-01-01T12:00:00Z"}
        assert await station.ask("StopTransaction", stop) == {}
    assert f"Unknown: transaction {transaction_id} ends, which is not running here" in csms.said()


async def test_nobody_can_stop_the_transaction_of_another(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Owner") as owner, Station(csms.ws, "Thief") as thief:
        transaction_id = (await owner.ask("StartTransaction", START))["transactionId"]
        stop = {"transactionId": transaction_id, "meterStop": 5, "timestamp": "2030-01-01T12:00:00Z"}
        assert await thief.ask("StopTransaction", stop) == {}
        assert (await http.get("/charge-points/Owner")).json()["running_transactions"] == [transaction_id]


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("DiagnosticsStatusNotification", {"status": "Uploading"}),
        ("FirmwareStatusNotification", {"status": "Downloading"}),
        ("LogStatusNotification", {"status": "Uploaded", "requestId": 1}),
        ("SignedFirmwareStatusNotification", {"status": "Installed", "requestId": 1}),
        ("SecurityEventNotification", {"type": "TamperDetectionActivated", "timestamp": "2030-01-01T12:00:00Z"}),
        ("SignCertificate", {"csr": "PEM"}),
        ("BootNotification", BOOT),
    ],
)
async def test_what_a_charge_point_tells_is_shown(
    csms: Program, http: httpx.AsyncClient, action: str, payload: dict[str, Any]
) -> None:
    async with Station(csms.ws, "Tells") as station:
        await station.ask(action, payload)
    assert (await http.get("/charge-points/Tells")).json()["notices"][action]["payload"] == payload


@pytest.mark.parametrize(
    ("vendor", "message_id", "status"),
    [("com.example", "hello", "UnknownVendorId"), ("MOEV_GUI", "dance", "UnknownMessageId")],
)
async def test_an_unknown_data_transfer_says_what_is_unknown(
    csms: Program, vendor: str, message_id: str, status: str
) -> None:
    async with Station(csms.ws, "Transfer") as station:
        answer = await station.ask("DataTransfer", {"vendorId": vendor, "messageId": message_id})
    assert answer == {"status": status}
