"""Behaviours, messages and tags over HTTP, against a charge point made of nothing but a websocket."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.csms.program import Program
from tests.csms.station import BOOT, START, Payload, Station
from tests.support.waiting import eventually_async


async def behave(http: httpx.AsyncClient, charge_point: str, action: str, **behaviour: Any) -> int:
    """The number of a new behaviour."""
    response = await http.post("/behaviours", json={"charge_point": charge_point, "action": action, **behaviour})
    assert response.status_code == 201, response.text
    return int(response.json()["id"])


async def messages(http: httpx.AsyncClient, charge_point: str, **query: Any) -> list[dict[str, Any]]:
    """What was on the wire."""
    response = await http.get(f"/charge-points/{charge_point}/messages", params=query)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["messages"]
    return found


async def test_boots_are_pending_then_rejected_then_right(csms: Program, http: httpx.AsyncClient) -> None:
    await behave(http, "Boots", "BootNotification", change={"status": "Pending", "interval": 5}, times=1)
    await behave(http, "Boots", "BootNotification", change={"status": "Rejected"}, times=1)
    async with Station(csms.ws, "Boots") as station:
        answers = [await station.boot() for _ in range(3)]
    assert [answer["status"] for answer in answers] == ["Pending", "Rejected", "Accepted"]
    assert [answer["interval"] for answer in answers] == [5, 10, 10]
    assert all("currentTime" in answer for answer in answers)
    assert (await http.get("/charge-points/Boots")).json()["notices"]["BootNotification"]["payload"] == BOOT


async def test_a_behaviour_is_listed_counted_and_taken_back(csms: Program, http: httpx.AsyncClient) -> None:
    number = await behave(http, "Counted", "Heartbeat", answer={"bogus": True}, times=3)
    async with Station(csms.ws, "Counted") as station:
        assert await station.ask("Heartbeat", {}) == {"bogus": True}
        shown = (await http.get(f"/behaviours/{number}")).json()
        assert (shown["played"], shown["left"], shown["behaviour"]["answer"]) == (1, 2, {"bogus": True})
        assert number in [each["id"] for each in (await http.get("/behaviours")).json()]
        assert (await http.delete(f"/behaviours/{number}")).json()["played"] == 1
        assert "currentTime" in await station.ask("Heartbeat", {})
    gone = await http.get(f"/behaviours/{number}")
    assert gone.status_code == 404
    assert f"there is no behaviour {number}" in gone.json()["error"]


async def test_all_behaviours_of_a_charge_point_are_taken_back_at_once(http: httpx.AsyncClient) -> None:
    for action in ("Heartbeat", "Authorize"):
        await behave(http, "Cleared", action, silent=True)
    assert (await http.delete("/behaviours", params={"charge_point": "Cleared", "action": "Heartbeat"})).json() == {
        "removed": 1
    }
    assert (await http.delete("/behaviours", params={"charge_point": "Cleared"})).json() == {"removed": 1}


async def test_what_is_not_carried_out_is_not_kept_and_what_is_carried_out_in_silence_is(
    csms: Program, http: httpx.AsyncClient
) -> None:
    async def known() -> int:
        return len((await http.get("/transactions", params={"charge_point": "Carried"})).json())

    await behave(http, "Carried", "StartTransaction", error={"code": "InternalError", "details": {"a": 1}}, times=1)
    await behave(http, "Carried", "StartTransaction", silent=True, times=1)
    async with Station(csms.ws, "Carried") as station:
        assert await station.exchange([2, "x", "StartTransaction", START]) == [4, "x", "InternalError", "", {"a": 1}]
        assert await known() == 0
        unanswered = asyncio.create_task(station.exchange([2, "y", "StartTransaction", START]))
        await eventually_async(known)
        await station.ask("Heartbeat", {})
        assert not unanswered.done()
        unanswered.cancel()
        assert (await station.exchange([2, "y", "StartTransaction", START]))[0] == 3, "even with the same message id"
        assert await known() == 1


async def test_an_answer_comes_late_and_twice(csms: Program, http: httpx.AsyncClient) -> None:
    await behave(http, "Odd", "Heartbeat", copies=2, delay=0.3, times=1)
    async with Station(csms.ws, "Odd") as station:
        late = asyncio.create_task(station.ask("Heartbeat", {}))
        await station.ask("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        assert not late.done(), "other messages are answered meanwhile"
        assert "currentTime" in await late
        [heartbeat] = await messages(http, "Odd", action="Heartbeat")
        shown = await messages(http, "Odd", timeout=10, count=3)
        assert [(each["action"], each["behaviour"]) for each in shown if each["action"] is None] == [
            (None, heartbeat["answer"]["behaviour"])
        ]
        assert heartbeat["latency"] >= 0.29


async def test_a_broken_text_is_sent_as_it_was_told(csms: Program, http: httpx.AsyncClient) -> None:
    await behave(http, "Broken_text", "Heartbeat", text='[3, "${id}", ', times=1)
    async with connect(f"{csms.ws}/Broken_text", subprotocols=["ocpp1.6"], proxy=None) as websocket:  # type: ignore[list-item]
        await websocket.send('[2, "an id", "Heartbeat", {}]')
        assert await websocket.recv() == '[3, "an id", '


async def test_a_connection_is_closed_in_place_of_an_answer(csms: Program, http: httpx.AsyncClient) -> None:
    await behave(http, "Closing", "Heartbeat", close={"code": 4001, "reason": "enough"}, times=1)
    async with Station(csms.ws, "Closing") as station:
        await station.websocket.send('[2, "1", "Heartbeat", {}]')
        assert await station.closed() == (4001, "enough")
    await behave(http, "Closing", "Heartbeat", close={"code": 1006}, times=1)
    async with Station(csms.ws, "Closing") as station:
        await station.websocket.send('[2, "1", "Heartbeat", {}]')
        assert (await station.closed())[0] == 1006


async def test_connections_are_refused_closed_or_never_answered(csms: Program, http: httpx.AsyncClient) -> None:
    await behave(http, "Entry", "connect", refuse=503, times=1)
    await behave(http, "Entry", "connect", close={"code": 1013}, times=1)
    await behave(http, "Entry", "connect", silent=True, times=1)
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{csms.ws}/Entry", subprotocols=["ocpp1.6"], proxy=None)  # type: ignore[list-item]
    assert refused.value.response.status_code == 503
    async with Station(csms.ws, "Entry") as station:
        assert (await station.closed())[0] == 1013
    with pytest.raises(TimeoutError):
        await connect(f"{csms.ws}/Entry", subprotocols=["ocpp1.6"], proxy=None, open_timeout=0.5)  # type: ignore[list-item]
    async with Station(csms.ws, "Entry") as station:
        assert (await station.boot())["status"] == "Accepted"


async def test_deviations_are_named_in_the_log(csms: Program, http: httpx.AsyncClient) -> None:
    number = await behave(http, "Logged", "Heartbeat", answer={"bogus": 1}, times=1)
    async with Station(csms.ws, "Logged") as station:
        await station.ask("Heartbeat", {})
    assert f'Logged: Heartbeat: behaviour {number}: answered {{"bogus": 1}}' in csms.said()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "Heartbet", "silent": True}, "action"),
        ({"action": "Heartbeat", "error": {"code": "Fail"}}, "error.code"),
        ({"action": "Heartbeat", "silent": True, "delay": "soon"}, "delay"),
        ([], "body"),
    ],
)
async def test_a_wrong_behaviour_is_refused_with_its_field(http: httpx.AsyncClient, body: object, field: str) -> None:
    response = await http.post("/behaviours", json=body)
    assert response.status_code == 422
    assert response.json()["detail"]["field"] == field


async def test_messages_are_paired_and_filtered(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Paired") as station:
        await station.boot()
        await http.post("/charge-points/Paired/commands/Reset", json={"type": "Soft"})
        await station.refusal("Fly", {})
        boot, reset, fly = await messages(http, "Paired")
        assert (boot["direction"], boot["action"], boot["payload"]) == ("received", "BootNotification", BOOT)
        assert boot["answer"]["payload"]["status"] == "Accepted"
        assert boot["latency"] >= 0
        assert (reset["direction"], reset["answer"]["payload"]) == ("sent", {"status": "Accepted"})
        assert (fly["answer"]["code"], fly["answer"]["payload"]) == ("NotImplemented", None)
        assert await messages(http, "Paired", action="Reset") == [reset]
        assert await messages(http, "Paired", direction="sent") == [reset]
        assert await messages(http, "Paired", after=boot["number"]) == [reset, fly]
        assert await messages(http, "Paired", limit=1) == [fly]


async def test_a_test_can_wait_for_a_message_even_before_the_charge_point_has_come(
    csms: Program, http: httpx.AsyncClient
) -> None:
    waiting = asyncio.create_task(messages(http, "Awaited", action="BootNotification", answered=True, timeout=15))
    async with Station(csms.ws, "Awaited") as station:
        await station.ask("Heartbeat", {})
        await station.boot()
        [boot] = await waiting
        assert boot["answer"]["payload"]["status"] == "Accepted"
        assert await messages(http, "Awaited", action="Authorize", timeout=0.1) == []


async def test_half_a_surrogate_pair_can_be_shown(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Surrogate") as station:
        await station.refusal("Authorize", {"idTag": "\ud800"})
        [message] = await messages(http, "Surrogate")
        assert message["payload"] == {"idTag": "\ud800"}


@pytest.mark.parametrize(
    ("query", "field"),
    [({"action": "Fly"}, "action"), ({"timeout": 1000}, "timeout"), ({"direction": "up"}, "direction")],
)
async def test_a_wrong_question_for_messages_is_refused(http: httpx.AsyncClient, query: Payload, field: str) -> None:
    response = await http.get("/charge-points/Paired/messages", params=query)
    assert response.status_code == 422
    assert response.json()["detail"]["field"] == field


async def test_messages_of_a_stranger_are_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get("/charge-points/Nobody/messages")).status_code == 404


async def test_any_text_is_sent_and_what_comes_back_is_seen(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "Frames") as station:
        sent = await http.post("/charge-points/Frames/frames", json={"text": '[2, "odd", "Reset", {"type": 5}]'})
        [message] = await messages(http, "Frames", after=sent.json()["after"], answered=True, timeout=10)
        assert (message["id"], message["answer"]["payload"]) == ("odd", {"status": "Accepted"})
        assert station.got("Reset") == [{"type": 5}]
    for body in ({}, {"text": ""}, {"text": "x", "more": 1}):
        assert (await http.post("/charge-points/Frames/frames", json=body)).status_code == 422
    assert (await http.post("/charge-points/Nobody/frames", json={"text": "x"})).status_code == 404


async def test_tags_are_changed_at_run_time_and_taken_back(csms: Program, http: httpx.AsyncClient) -> None:
    async def verdict(tag: str) -> Payload:
        info: Payload = (await station.ask("Authorize", {"idTag": tag}))["idTagInfo"]
        return info

    async with Station(csms.ws, "Tagged") as station:
        told = {"status": "Accepted", "parentIdTag": "P", "expiryDate": "2020-01-01T00:00:00Z"}
        assert (await http.put("/tags/Old", json=told)).json()["status"] == "Accepted"
        assert await verdict("OLD") == {
            "status": "Expired",
            "parentIdTag": "P",
            "expiryDate": "2020-01-01T00:00:00.000Z",
        }
        await http.put("/tags/OLD", json={"status": "ConcurrentTx"})
        assert await verdict("old") == {"status": "ConcurrentTx"}
        assert [each["id_tag"] for each in (await http.get("/tags")).json()] == ["OLD", "*"]
        assert (await http.delete("/tags/old")).is_success
        assert (await http.delete("/tags/old")).status_code == 404
        assert await verdict("old") == {"status": "Accepted"}
        await http.put("/tags/*", json={"status": "Invalid"})
        assert await verdict("anybody") == {"status": "Invalid"}
        assert (await http.delete("/tags")).json() == {"removed": 1}
        assert await verdict("anybody") == {"status": "Accepted"}
    wrong = await http.put("/tags/T", json={"status": "Fine"})
    assert (wrong.status_code, wrong.json()["detail"]["field"]) == (422, "status")
    assert (await http.put("/tags/" + "x" * 21, json={"status": "Blocked"})).status_code == 422


async def test_a_connection_is_closed_with_any_code(csms: Program, http: httpx.AsyncClient) -> None:
    for code in (1000, 1001, 4000, 1006):
        async with Station(csms.ws, "Coded") as station:
            assert (await http.post("/disconnect", json={"id": "Coded", "code": code})).is_success
            assert (await station.closed())[0] == code
    async with Station(csms.ws, "Coded"):
        wrong = await http.post("/disconnect", json={"id": "Coded", "code": 1005})
        assert (wrong.status_code, wrong.json()["detail"]["field"]) == (422, "code")
