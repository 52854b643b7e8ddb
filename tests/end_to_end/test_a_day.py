"""A station's day between two real processes, with power cuts all along: nothing is lost, nothing doubled."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from chargepoint.api.payloads import ConnectorState, ConnectorStatus, Registration
from tests.chargepoint.brokers import RealBroker
from tests.end_to_end.central_system import CentralSystem, central_system
from tests.end_to_end.two_programs import Message, Pair, pair
from tests.support.waiting import eventually_async

SAMPLED = {"MeterValueSampleInterval": 1, "MeterValuesSampledData": "Energy.Active.Import.Register,Current.Import"}


@pytest.fixture
def central(tmp_path: Path) -> Iterator[CentralSystem]:
    """A central system that is not started yet."""
    with central_system(tmp_path / "csms") as one:
        yield one


async def charges_on(two: Pair, **fields: float) -> None:
    """Wait until connector 1 charges, and has given another watt-hour."""
    await two.is_in(ConnectorState.CHARGING, **fields)
    begun = await energy_wh(two)

    async def more() -> bool:
        return await energy_wh(two) >= begun + 1

    await eventually_async(more, 20, "another watt-hour")


async def energy_wh(two: Pair) -> float:
    """What connector 1 has given in its transaction, as the driver sees it."""
    payload = two.seen.last(f"cp_simu/cps/{two.id}/connectors/1/status")
    assert payload is not None
    return ConnectorStatus.from_json(payload).transaction_energy_wh


def register_wh(message: Message, context: str) -> list[float]:
    """The energy registers of ``context`` in a MeterValues."""
    return [
        float(sampled["value"])
        for value in message["payload"]["meterValue"]
        for sampled in value["sampledValue"]
        if sampled.get("measurand") == "Energy.Active.Import.Register" and sampled.get("context") == context
    ]


async def test_a_day_with_the_power_cut_at_every_turn(
    central: CentralSystem, broker: RealBroker, tmp_path: Path
) -> None:
    """Local list, reservation, charging profile, an outage with offline transactions: kill -9 after each of them."""
    csms = central.start()
    offline = {"LocalPreAuthorize": True, "AuthorizationCacheEnabled": False, "TransactionMessageAttempts": 10}
    async with pair("Day", csms, broker, tmp_path, **SAMPLED, **offline) as two:
        two.process.start()
        await two.gets("StatusNotification", 2)

        # Morning: who is known.
        known = [{"idTag": "LOCAL", "idTagInfo": {"status": "Accepted"}}]
        sent = await two.command("SendLocalList", listVersion=3, updateType="Full", localAuthorizationList=known)
        assert sent == {"status": "Accepted"}
        two.power_cut()
        await two.gets("BootNotification", 2)
        assert await two.command("GetLocalListVersion") == {"listVersion": 3}

        # A reservation that nobody else can use.
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        reserved = await two.command(
            "ReserveNow", connectorId=1, expiryDate=tomorrow, idTag="LOCAL", reservationId=77
        )
        assert reserved == {"status": "Accepted"}
        two.power_cut()
        await two.gets("BootNotification", 3)
        await two.is_in(ConnectorState.RESERVED)
        await two.tap("STRANGER")
        await two.tap("LOCAL")
        await two.is_in(ConnectorState.PREPARING)
        await two.plug()
        [first] = await two.gets("StartTransaction")
        assert (first["payload"]["idTag"], first["payload"]["reservationId"]) == ("LOCAL", 77)
        await charges_on(two, consumption_l1=16.0)

        # A limit for everybody, which outlives the cut that ends the first transaction.
        schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}]}
        profile = {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": schedule,
        }
        limited = await two.command("SetChargingProfile", connectorId=0, csChargingProfiles=profile)
        assert limited == {"status": "Accepted"}
        await charges_on(two, consumption_l1=10.0)
        two.power_cut()
        await two.gets("StopTransaction")
        await two.tap("LOCAL")
        await two.gets("StartTransaction", 2)
        await charges_on(two, consumption_l1=10.0)

        # The central system is gone. One transaction ends, another begins and is cut, a third goes on.
        central.end(signal.SIGKILL)
        await two.is_told(Registration.DISCONNECTED)
        await two.tap("LOCAL")
        await two.is_in(ConnectorState.FINISHING)
        two.power_cut()
        await two.is_told(Registration.DISCONNECTED)
        await replug(two)
        await two.tap("LOCAL")
        await charges_on(two, consumption_l1=10.0)
        two.power_cut()
        await two.is_told(Registration.DISCONNECTED)
        await two.tap("LOCAL")
        await charges_on(two, consumption_l1=10.0)

        # Evening: it all arrives, in order; one more cut while it does.
        central.start()
        await two.gets("BootNotification")
        two.power_cut()

        async def all_ended() -> bool:
            return [each["running"] for each in await two.transactions()] == [False] * 4

        await eventually_async(all_ended, 20, "four transactions at the central system")
        transactions = sorted(await two.transactions(), key=lambda each: each["started_at"])
        assert [each["stop_reason"] for each in transactions] == ["PowerLoss", "Local", "PowerLoss", "PowerLoss"]
        assert [each["id_tag"] for each in transactions] == ["LOCAL"] * 4
        assert [each["id"] for each in transactions] == sorted(each["id"] for each in transactions)
        assert all(each["energy_wh"] >= 1 for each in transactions)
        for before, after in pairwise(transactions):
            assert after["meter_start_wh"] == before["meter_stop_wh"], "what is given outside of them is nothing"
        whole = transactions[-1]["meter_stop_wh"] - transactions[0]["meter_start_wh"]
        assert sum(each["energy_wh"] for each in transactions) == whole

        await two.command("TriggerMessage", requestedMessage="MeterValues", connectorId=1)

        async def triggered() -> list[float]:
            messages = await two.messages("MeterValues")
            return [wh for message in messages for wh in register_wh(message, "Trigger")]

        assert await eventually_async(triggered, 20, "the triggered MeterValues") == [
            transactions[-1]["meter_stop_wh"]
        ]
        assert await two.command("GetLocalListVersion") == {"listVersion": 3}
        for transaction in transactions:
            detail = (await two.http.get(f"/transactions/{transaction['id']}")).json()
            registers = [
                float(sampled["value"])
                for value in detail["meter_values"]
                for sampled in value["sampled_values"]
                if sampled.get("measurand") == "Energy.Active.Import.Register"
            ]
            assert registers == sorted(registers)
            bounds = transaction["meter_start_wh"], transaction["meter_stop_wh"]
            assert all(bounds[0] <= wh <= bounds[1] for wh in registers), (bounds, registers)


async def replug(two: Pair) -> None:
    """The next car: the cable goes out, and in again."""
    await two.seen.publish(f"cp_simu/cps/{two.id}/connectors/1/car", '{"cable": 0}')
    await two.is_in(ConnectorState.AVAILABLE)
    await two.plug()


async def test_a_transaction_outlives_the_power_and_is_one(
    central: CentralSystem, broker: RealBroker, tmp_path: Path
) -> None:
    """TransactionResumeAfterPowerLoss: two cuts, one of them without a central system, and one StopTransaction."""
    csms = central.start()
    async with pair("Resumes", csms, broker, tmp_path, TransactionResumeAfterPowerLoss=True, **SAMPLED) as two:
        two.process.start()
        await two.gets("StatusNotification", 2)
        await two.plug()
        await two.tap()
        [start] = await two.gets("StartTransaction")
        await charges_on(two)
        two.power_cut()
        await two.gets("BootNotification", 2)
        await charges_on(two)
        central.end()
        await two.is_told(Registration.DISCONNECTED)
        await charges_on(two)
        two.power_cut()
        await two.is_told(Registration.DISCONNECTED)
        await charges_on(two)
        before = await energy_wh(two)
        assert before >= 4
        central.start()
        await two.gets("BootNotification")
        await two.tap()
        [stop] = await two.gets("StopTransaction")
        assert stop["payload"]["transactionId"] == start["answer"]["payload"]["transactionId"]
        assert stop["payload"]["reason"] == "Local"
        [transaction] = await two.transactions()
        assert transaction["energy_wh"] >= int(before)
        assert await two.messages("StartTransaction") == []
        detail = (await two.http.get(f"/transactions/{transaction['id']}")).json()
        contexts = [value["sampled_values"][0].get("context") for value in detail["meter_values"]]
        interruptions = [context for context in contexts if context.startswith("Interruption")]
        assert interruptions == ["Interruption.Begin", "Interruption.End"] * 2
