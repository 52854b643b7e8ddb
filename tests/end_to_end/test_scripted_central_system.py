"""A charge point against a central system that is told to deviate: two real programs, one of them as bad as asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chargepoint.api.payloads import ConnectorState
from tests.chargepoint.brokers import RealBroker, real_broker
from tests.csms.program import Program, running
from tests.end_to_end.two_programs import Message, pair
from tests.support.waiting import eventually_async


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealBroker]:
    """Where the driver's acts go by."""
    with real_broker(tmp_path_factory.mktemp("broker")) as one:
        yield one


@pytest.fixture(scope="module")
def csms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The central system; each test has a charge point of its own."""
    with running(tmp_path_factory.mktemp("csms")) as program:
        yield program


def between(first: Message, second: Message) -> float:
    """Seconds from the answer of ``first`` to ``second``."""
    answered, sent = datetime.fromisoformat(first["answer"]["at"]), datetime.fromisoformat(second["at"])
    return (sent - answered).total_seconds()


async def test_pending_keeps_it_quiet_until_it_is_accepted(csms: Program, broker: RealBroker, tmp_path: Path) -> None:
    """OCPP 1.6 section 4.2: while Pending it sends nothing but what it is asked for, and answers commands."""
    async with pair("Pending", csms, broker, tmp_path) as two:
        await two.behave("BootNotification", change={"status": "Pending", "interval": 2}, times=2)
        two.process.start()
        await two.gets("BootNotification")
        asked = await two.http.post(
            "/charge-points/Pending/commands/GetConfiguration", json={"key": ["AllowOfflineTxForUnknownId"]}
        )
        assert asked.status_code == 200, asked.text
        boots = await two.gets("BootNotification", 3)
        assert [boot["answer"]["payload"]["status"] for boot in boots] == ["Pending", "Pending", "Accepted"]
        assert boots[0]["payload"] == boots[1]["payload"] == boots[2]["payload"]
        assert all(between(*each) >= 1.9 for each in pairwise(boots)), "the interval is kept"
        await two.gets("StatusNotification", 2)
        received = await two.messages(direction="received")
        before = [message["action"] for message in received if message["number"] < boots[2]["number"]]
        assert set(before) == {"BootNotification"}


async def test_rejected_is_silence_until_the_interval_has_passed(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """OCPP 1.6 section 4.2: a rejected charge point sends nothing and answers nothing before its next boot."""
    async with pair("Rejected", csms, broker, tmp_path) as two:
        await two.behave("BootNotification", change={"status": "Rejected", "interval": 2}, times=1)
        two.process.start()
        await two.gets("BootNotification")
        command = await two.http.post("/charge-points/Rejected/commands/ClearCache", params={"timeout": 1})
        assert command.status_code == 504 or command.status_code == 404, command.text
        first, second = await two.gets("BootNotification", 2)
        assert between(first, second) >= 1.9
        assert second["answer"]["payload"]["status"] == "Accepted"
        received = await two.messages(direction="received")
        assert {each["action"] for each in received if each["number"] < second["number"]} == {"BootNotification"}


async def test_a_blocked_tag_charges_nothing_until_it_is_accepted_again(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """Tags change at run time, and what is answered is what counts."""
    async with pair("Blocked", csms, broker, tmp_path, AuthorizationCacheEnabled=False) as two:
        assert (await two.http.put("/tags/STOLEN", json={"status": "Blocked"})).is_success
        two.process.start()
        await two.gets("StatusNotification", 2)
        await two.plug()
        await two.tap("STOLEN")
        [authorize] = await two.gets("Authorize")
        assert authorize["answer"]["payload"] == {"idTagInfo": {"status": "Blocked"}}
        assert (await two.http.put("/tags/STOLEN", json={"status": "Accepted"})).is_success
        await two.tap("STOLEN")
        await two.is_in(ConnectorState.CHARGING)
        [first, second] = await two.gets("Authorize", 2)
        [start] = await two.messages("StartTransaction")
        assert start["number"] > second["number"] > first["number"]
        await two.http.delete("/tags/STOLEN")


async def test_a_start_without_an_answer_is_sent_again_with_the_same_content(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """The central system has acted, its answer was lost: the same transaction, once."""
    async with pair("Silent", csms, broker, tmp_path, MessageTimeout=1, TransactionMessageAttempts=5) as two:
        await two.behave("StartTransaction", silent=True, times=1)
        two.process.start()
        await two.gets("StatusNotification", 2)
        await two.plug()
        await two.tap()
        lost, answered = await two.gets("StartTransaction", 2, answered=False)
        assert lost["answer"] is None
        assert answered["payload"] == lost["payload"]
        await two.is_in(ConnectorState.CHARGING)
        assert len(await two.transactions()) == 1


async def test_a_stop_that_is_refused_is_sent_again(csms: Program, broker: RealBroker, tmp_path: Path) -> None:
    """A CALLERROR is no delivery: the StopTransaction comes again with the same meter and moment."""
    async with pair("Refused", csms, broker, tmp_path, TransactionMessageAttempts=5) as two:
        await two.behave("StopTransaction", error={"code": "InternalError", "description": "out of order"}, times=2)
        two.process.start()
        await two.gets("StatusNotification", 2)
        await two.plug()
        await two.tap()
        await two.is_in(ConnectorState.CHARGING)
        await two.gets("StartTransaction")
        await two.tap()
        stops = await two.gets("StopTransaction", 3)
        assert [stop["answer"]["code"] for stop in stops] == ["InternalError", "InternalError", None]
        assert stops[0]["payload"] == stops[1]["payload"] == stops[2]["payload"]
        [transaction] = await two.transactions()
        assert (transaction["running"], transaction["stop_reason"]) == (False, "Local")


async def test_an_answer_after_the_timeout_is_dropped(csms: Program, broker: RealBroker, tmp_path: Path) -> None:
    """Who waits no longer takes no late answer: the transaction has the id that the second answer told."""
    async with pair("Late", csms, broker, tmp_path, MessageTimeout=1, TransactionMessageAttempts=5) as two:
        await two.behave("StartTransaction", change={"transactionId": 999_999}, delay=2, times=1)
        two.process.start()
        await two.gets("StatusNotification", 2)
        await two.plug()
        await two.tap()
        late, right = await two.gets("StartTransaction", 2)
        assert late["answer"]["payload"]["transactionId"] == 999_999
        assert late["latency"] >= 1.9
        await two.tap()
        [stop] = await two.gets("StopTransaction")
        assert stop["payload"]["transactionId"] == right["answer"]["payload"]["transactionId"] != 999_999


@pytest.mark.parametrize(
    ("id", "wrong"),
    [
        ("Foreign", {"answer": {"bogus": 1}}),
        ("Mistyped", {"answer": {"transactionId": "one", "idTagInfo": {"status": "Fine"}}}),
        ("Half", {"text": '[3, "${id}", {"transactionId": '}),
        ("Closed", {"close": {"code": 1011, "reason": "out of order"}}),
        ("Cut", {"close": {"code": 1006}}),
    ],
)
async def test_after_a_wrong_answer_the_transaction_is_still_delivered(
    id: str, wrong: dict[str, Any], csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """Whatever the first answer to StartTransaction is: one transaction, ended once, and the connection lives."""
    async with pair(id, csms, broker, tmp_path, MessageTimeout=1, TransactionMessageAttempts=5) as two:
        await two.behave("StartTransaction", times=1, carried_out=False, **wrong)
        two.process.start()
        await two.gets("StatusNotification", 2)
        await two.plug()
        await two.tap()
        await two.is_in(ConnectorState.CHARGING)

        async def known() -> bool:
            return len(await two.transactions()) == 1

        await eventually_async(known, 20, "the transaction at the central system")
        await two.tap()
        await two.gets("StopTransaction")
        [transaction] = await two.transactions()
        assert transaction["running"] is False


async def test_it_comes_back_when_it_is_let_in_again_and_does_not_boot(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """A reconnection is no boot; what has changed meanwhile is told."""
    async with pair("Refused_entry", csms, broker, tmp_path) as two:
        two.process.start()
        await two.gets("StatusNotification", 2)
        number = await two.behave("connect", refuse=503)
        assert (await two.http.post("/disconnect", json={"id": two.id, "code": 1006})).is_success

        async def tried() -> bool:
            return bool((await two.http.get(f"/behaviours/{number}")).json()["played"] >= 2)

        await eventually_async(tried, 20, "two refused connections")
        await two.plug()
        await two.http.delete(f"/behaviours/{number}")
        statuses = await two.gets("StatusNotification", 3)
        assert statuses[-1]["payload"]["status"] == "Preparing"
        assert len(await two.messages("BootNotification")) == 1


async def test_a_limit_over_http_is_seen_in_the_measured_current(
    csms: Program, broker: RealBroker, tmp_path: Path
) -> None:
    """What is limited is measured: 16 A before, 8.5 A after."""
    sampled = {"MeterValueSampleInterval": 1, "MeterValuesSampledData": "Current.Import"}
    async with pair("Limited", csms, broker, tmp_path, **sampled) as two:
        two.process.start()
        await two.gets("StatusNotification", 2)
        await two.plug()
        await two.tap()
        await two.is_in(ConnectorState.CHARGING, consumption_l1=16.0)

        async def currents() -> list[set[float]]:
            return [_currents(value["payload"]) for value in await two.messages("MeterValues")]

        async def unlimited() -> bool:
            return {16.0} in await currents()

        await eventually_async(unlimited, 20, "MeterValues of 16 A")
        limited = await two.http.post("/setmaxvalue", json={"id": two.id, "limit": 8.5})
        assert limited.json()["status"] == "Accepted"
        await two.is_in(ConnectorState.CHARGING, consumption_l1=8.5)

        async def measured() -> bool:
            return (await currents())[-1] == {8.5}

        await eventually_async(measured, 20, "MeterValues of 8.5 A")


def _currents(payload: Message) -> set[float]:
    values = [sampled for value in payload["meterValue"] for sampled in value["sampledValue"]]
    return {float(sampled["value"]) for sampled in values if sampled.get("measurand") == "Current.Import"}
