"""MO-11 of the acceptance table: what MOEV's screen asks for by DataTransfer."""

from __future__ import annotations

import json
from typing import Any

from tests.csms.charger import Charger
from tests.csms.program import Program
from tests.csms.station import Station
from tests.support.waiting import eventually_async


async def test_mo_11_the_gui_lists_starts_limits_clears_and_stops(csms: Program) -> None:
    async def tell(message_id: str, **data: object) -> tuple[str, Any]:
        payload = {"vendorId": "MOEV_GUI", "messageId": message_id, "data": json.dumps(data)}
        answer = await gui.ask("DataTransfer", payload)
        return answer["status"], json.loads(answer["data"])

    async with Station(csms.ws, "GUI") as gui, Charger(csms.ws, "MO_11") as charger:
        status, data = await tell("show current evses")
        assert status == "Accepted"
        assert {"GUI", "MO_11"} <= set(data["evses"])

        status, data = await tell("start remote transaction", cp_id="MO_11", max_watts=1200, max_current=None)
        assert (status, data["charging_profile"]) == ("Accepted", "Accepted")
        await eventually_async(lambda: charger.transaction_id is not None)
        transaction_id = charger.transaction_id

        status, data = await tell("change max_watts", cp_id="MO_11", max_watts=1500, max_current=-1)
        assert (status, data["limit"], data["unit"]) == ("Accepted", 1500.0, "W")
        assert await tell("clear charging profile", cp_id="MO_11") == (
            "Accepted",
            {"cp_id": "MO_11", "status": "Accepted"},
        )
        status, data = await tell("stop remote transaction", cp_id="MO_11")
        assert (status, data["transaction_id"]) == ("Accepted", transaction_id)

        status, data = await tell("start remote transaction", cp_id="nobody")
        assert status == "Rejected"
        assert "unknown" in data["error"]


async def test_mo_11_a_charger_may_command_itself(csms: Program) -> None:
    async with Station(csms.ws, "MO_11_self") as station:
        payload = {"vendorId": "MOEV_GUI", "messageId": "clear charging profile", "data": '{"cp_id":"MO_11_self"}'}
        assert (await station.ask("DataTransfer", payload))["status"] == "Accepted"
        assert station.got("ClearChargingProfile") == [{}]


async def test_mo_11_a_card_payment_is_authorized(csms: Program) -> None:
    payment = {
        "connectorId": 1,
        "paySessionId": "session-1",
        "authData": [{"CCDATA": "secret", "KSN": "k"}],
        "timestamp": "2030-01-01T12:00:00Z",
    }
    async with Station(csms.ws, "MO_11_pay") as station:
        message = {"vendorId": "< MOEV_MANUFACTURER >", "messageId": "AuthorizedPayment.req"}
        answer = await station.ask("DataTransfer", {**message, "data": json.dumps(payment)})
        assert answer["status"] == "Accepted"
        assert json.loads(answer["data"])["status"] == "Accepted"
        answer = await station.ask("DataTransfer", {**message, "data": json.dumps({**payment, "authData": None})})
        assert answer["status"] == "Rejected"
    assert "secret" not in csms.said()
