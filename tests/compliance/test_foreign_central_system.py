"""A whole session with a central system of other people's, that validates every frame by its own lights."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call

from tests.chargepoint.brokers import Observer, observer, real_broker
from tests.chargepoint.processes import ChargePoint
from tests.compliance.mobilityhouse import ForeignCentralSystem, Session, foreign_central_system

CONNECTOR = "cp_simu/cps/CP1/connectors/1"


@pytest.fixture
async def central() -> AsyncIterator[ForeignCentralSystem]:
    async with foreign_central_system() as one:
        yield one


async def asks(session: Session, request: Any) -> Any:
    """The package sends a CALL; a CALLERROR of the station's is raised."""
    return await session.call(request, suppress=False)


async def test_a_whole_session_with_the_mobilityhouse_package_is_valid_to_it(
    tmp_path: Path, central: ForeignCentralSystem, caplog: pytest.LogCaptureFixture
) -> None:
    """EL-33, EL-34, EL-35, EL-38: whatever it can ask of a charge point, answered and followed."""
    caplog.set_level(logging.WARNING, logger="ocpp")
    with real_broker(tmp_path) as broker:
        station = ChargePoint(tmp_path / "CP1", central.url, broker.url, nb_connectors=2, max_current=64)
        station.start()
        try:
            async with observer(broker.port) as hands:
                session = await central.session()
                await boots(session)
                await is_configured(session)
                await keeps_a_list(session)
                await is_reserved(session)
                transaction_id = await charges(session, hands)
                await is_limited(session, transaction_id)
                await is_asked_for_messages(session)
                await is_stopped(session, transaction_id)
                await is_started_from_afar(session)
                await is_taken_out_of_service(session)
                await resets(session, central)
        finally:
            station.kill()
    assert [session.refused for session in central.sessions] == [[], []], "faults that the package found"
    assert [record.getMessage() for record in caplog.records if record.name.startswith("ocpp")] == []


async def boots(session: Session) -> None:
    boot = await session.hears("BootNotification")
    assert boot["charge_point_vendor"]
    for connector in (0, 1, 2):
        await session.hears("StatusNotification", connector_id=connector, status="Available", error_code="NoError")


async def is_configured(session: Session) -> None:
    everything = await asks(session, call.GetConfiguration())
    assert len(everything.configuration_key) > 40
    some = await asks(session, call.GetConfiguration(key=["NumberOfConnectors", "Colour"]))
    assert some.configuration_key == [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}]
    assert some.unknown_key == ["Colour"]
    for key, value, status in (
        ("MeterValueSampleInterval", "1", "Accepted"),
        ("StopTxnSampledData", "Energy.Active.Import.Register,Voltage", "Accepted"),
        ("MeterValueSampleInterval", "-1", "Rejected"),
        ("NumberOfConnectors", "3", "Rejected"),
        ("Colour", "blue", "NotSupported"),
    ):
        assert (await asks(session, call.ChangeConfiguration(key=key, value=value))).status == status
    transferred = await asks(session, call.DataTransfer(vendor_id="org.example", message_id="one", data="text"))
    assert transferred.status == "UnknownVendorId"


async def keeps_a_list(session: Session) -> None:
    entries = [{"idTag": "LISTED", "idTagInfo": {"status": "Accepted", "expiryDate": "2099-01-01T00:00:00Z"}}]
    request = call.SendLocalList(list_version=3, update_type="Full", local_authorization_list=entries)
    assert (await asks(session, request)).status == "Accepted"
    assert (await asks(session, call.GetLocalListVersion())).list_version == 3
    assert (await asks(session, call.ClearCache())).status == "Accepted"


async def is_reserved(session: Session) -> None:
    request = call.ReserveNow(connector_id=2, expiry_date="2099-01-01T00:00:00Z", id_tag="VIP", reservation_id=5)
    assert (await asks(session, request)).status == "Accepted"
    await session.hears("StatusNotification", connector_id=2, status="Reserved")
    assert (await asks(session, call.CancelReservation(reservation_id=5))).status == "Accepted"
    await session.hears("StatusNotification", 2, connector_id=2, status="Available")


async def charges(session: Session, hands: Observer) -> int:
    await hands.publish(
        f"{CONNECTOR}/car", '{"cable": 32, "ready": true, "consumption_l1": 16, "consumption_l2": 16}'
    )
    await session.hears("StatusNotification", connector_id=1, status="Preparing")
    await hands.publish(f"{CONNECTOR}/id_tag", '{"id": "TAG1"}')
    await session.hears("Authorize", id_tag="TAG1")
    await session.hears("StartTransaction", connector_id=1, id_tag="TAG1")
    await session.hears("StatusNotification", connector_id=1, status="Charging")
    await session.hears("MeterValues", connector_id=1, transaction_id=100)
    return 100


async def is_limited(session: Session, transaction_id: int) -> None:
    periods = [{"startPeriod": 0, "limit": 10.1}, {"startPeriod": 600, "limit": 21.4, "numberPhases": 3}]
    profile = {
        "chargingProfileId": 1,
        "transactionId": transaction_id,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": periods},
    }
    sent = await asks(session, call.SetChargingProfile(connector_id=1, cs_charging_profiles=profile))
    assert sent.status == "Accepted"
    wrong = profile | {"transactionId": transaction_id + 1}
    refused = await asks(session, call.SetChargingProfile(connector_id=1, cs_charging_profiles=wrong))
    assert refused.status == "Rejected"
    composite = await asks(session, call.GetCompositeSchedule(connector_id=1, duration=900, charging_rate_unit="A"))
    assert composite.status == "Accepted"
    limits = [float(period["limit"]) for period in composite.charging_schedule["charging_schedule_period"]]
    assert limits == [10.1, 21.4]
    assert (await asks(session, call.ClearChargingProfile(id=1))).status == "Accepted"
    assert (await asks(session, call.ClearChargingProfile(id=1))).status == "Unknown"


async def is_asked_for_messages(session: Session) -> None:
    for message in ("Heartbeat", "MeterValues", "StatusNotification"):
        before = len(session.heard[message])
        request = call.TriggerMessage(requested_message=message, connector_id=1)
        assert (await asks(session, request)).status == "Accepted"
        await session.hears(message, before + 1)
    refused = await asks(session, call.TriggerMessage(requested_message="BootNotification"))
    assert refused.status == "Rejected"


async def is_stopped(session: Session, transaction_id: int) -> None:
    answered = await asks(session, call.RemoteStopTransaction(transaction_id=transaction_id))
    assert answered.status == "Accepted"
    stop = await session.hears("StopTransaction", transaction_id=transaction_id, reason="Remote")
    assert len(stop["transaction_data"]) >= 2
    await session.hears("StatusNotification", connector_id=1, status="Finishing")
    assert (await asks(session, call.RemoteStopTransaction(transaction_id=transaction_id))).status == "Rejected"


async def is_started_from_afar(session: Session) -> None:
    """EL-34."""
    started = await asks(session, call.RemoteStartTransaction(id_tag="REMOTE", connector_id=1))
    assert started.status == "Accepted"
    await session.hears("StartTransaction", connector_id=1, id_tag="REMOTE")
    assert (await asks(session, call.UnlockConnector(connector_id=1))).status == "Unlocked"
    await session.hears("StopTransaction", transaction_id=101, reason="UnlockCommand")


async def is_taken_out_of_service(session: Session) -> None:
    request = call.ChangeAvailability(connector_id=2, type="Inoperative")
    assert (await asks(session, request)).status == "Accepted"
    await session.hears("StatusNotification", connector_id=2, status="Unavailable")


async def resets(session: Session, central: ForeignCentralSystem) -> None:
    assert (await asks(session, call.Reset(type="Soft"))).status == "Accepted"
    after = await central.session(2)
    await after.hears("BootNotification")
    await after.hears("StatusNotification", connector_id=2, status="Unavailable")
    await after.hears("StatusNotification", connector_id=1, status="Finishing")
