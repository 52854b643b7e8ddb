"""MOEV's DataTransfer messages."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any

import pytest

from csms import v16
from csms.csms import CentralSystem
from tests.csms.v16.recorded import Recorded, caller


async def _tell(commands: Recorded, message_id: str, data: str, vendor: str = "MOEV_GUI") -> tuple[str, Any]:
    payload = {"vendorId": vendor, "messageId": message_id, "data": data}
    answer = v16.DIALECT.answers["DataTransfer"](caller("DataTransfer", CentralSystem(), commands), payload)
    if isinstance(answer, Awaitable):
        answer = await answer
    told = answer.get("data")
    return str(answer["status"]), json.loads(told) if isinstance(told, str) else None


async def test_the_chargers_are_listed_even_without_data() -> None:
    told = await _tell(Recorded(chargers=("CP_1", "CP_2")), "show current evses", "")
    assert told == ("Accepted", {"evses": ["CP_1", "CP_2"]})


@pytest.mark.parametrize(
    ("data", "limit", "unit"),
    [
        ({"max_watts": 1200, "max_current": -1}, 1200.0, "W"),
        ({"max_watts": None, "max_current": 8.04}, 8.0, "A"),
        ({"max_watts": -1, "max_current": 0}, 0.0, "A"),
    ],
)
async def test_a_limit_is_in_watts_or_amperes_as_the_gui_has_set_it(
    data: dict[str, object], limit: float, unit: str
) -> None:
    commands = Recorded()
    status, told = await _tell(commands, "change max_watts", json.dumps({"cp_id": "CP_1", **data}))
    assert (status, told["limit"], told["unit"]) == ("Accepted", limit, unit)
    ((_, action, request),) = commands.commands
    assert (action, request["connectorId"]) == ("SetChargingProfile", 0)


async def test_a_charger_that_says_no_makes_the_gui_hear_no() -> None:
    commands = Recorded({"RemoteStartTransaction": {"status": "Rejected"}})
    status, told = await _tell(commands, "start remote transaction", '{"cp_id": "CP_1"}')
    assert (status, told["error"]) == ("Rejected", "CP_1 answered RemoteStartTransaction with Rejected")


async def test_a_charger_without_a_profile_to_clear_is_no_failure() -> None:
    commands = Recorded({"ClearChargingProfile": {"status": "Unknown"}})
    status, told = await _tell(commands, "clear charging profile", '{"cp_id": " CP_1"}')
    assert (status, told["status"]) == ("Accepted", "Unknown")


@pytest.mark.parametrize(
    ("message_id", "data", "said"),
    [
        ("change max_watts", '{"cp_id": "CP_1"}', "max_watts: nothing is not a number of watts"),
        ("change max_watts", '{"cp_id": "CP_1", "max_watts": "much"}', "max_watts: 'much' is not a number"),
        ("stop remote transaction", '{"cp_id": "CP_1"}', "CP_1 has no running transaction"),
        ("stop remote transaction", "{}", "cp_id: nothing is not a text"),
        ("clear charging profile", '{"cp_id": "CP_9"}', "charge point 'CP_9' is unknown here"),
        ("clear charging profile", "cp_id=CP_1", "is not JSON"),
    ],
)
async def test_what_cannot_be_done_is_rejected_with_the_reason(message_id: str, data: str, said: str) -> None:
    status, told = await _tell(Recorded(), message_id, data)
    assert status == "Rejected"
    assert said in told["error"]


PAYMENT = {"connectorId": 1, "paySessionId": "s", "authData": [{"CCDATA": "4711"}], "timestamp": "now"}


@pytest.mark.parametrize("vendor", ["< MOEV_MANUFACTURER >", "com.example"])
async def test_a_complete_payment_is_accepted_from_any_manufacturer(vendor: str) -> None:
    status, told = await _tell(Recorded(), "AuthorizedPayment.req", json.dumps(PAYMENT), vendor)
    assert (status, told) == ("Accepted", {"status": "Accepted", "paySessionId": "s", "connectorId": 1})


@pytest.mark.parametrize("missing", PAYMENT)
async def test_an_incomplete_payment_is_rejected_without_repeating_the_card(missing: str) -> None:
    incomplete = {key: value for key, value in PAYMENT.items() if key != missing}
    status, told = await _tell(Recorded(), "AuthorizedPayment.req", json.dumps(incomplete), "com.example")
    assert (status, told["status"]) == ("Rejected", "Rejected")
    assert missing in told["error"]
    assert "4711" not in told["error"]
