"""A test suite for a back end, with charge points as fixtures.

pytest etc/examples/test_my_back_end.py                                    # against the bundled central system
pytest etc/examples/test_my_back_end.py --cp-simu-central-system wss://staging/ocpp
"""

import asyncio

import pytest


def test_a_session_is_billed_by_its_meter(charge_point):
    charge_point.start(ocpp_config={"MeterValueSampleInterval": 1})
    charge_point.expect(sent="BootNotification", answer={"status": "Accepted"}, latency="5s")
    charge_point.plug(asks_for=16)
    charge_point.tap("TAG1")
    started = charge_point.expect(sent="StartTransaction", answer={"idTagInfo": {"status": "Accepted"}})
    charge_point.expect(measured={"measurand": "Current.Import", "value": 16})
    charge_point.tap("TAG1")
    stopped = charge_point.expect(sent="StopTransaction", answer={})
    assert stopped["payload"]["transactionId"] == started["answer"]["transactionId"]
    assert stopped["payload"]["meterStop"] > started["payload"]["meterStart"]


def test_a_blocked_tag_charges_nothing(charge_point):
    charge_point.start()
    charge_point.expect(registration="Accepted")
    charge_point.plug()
    charge_point.tap("STOLEN")
    charge_point.expect(sent="Authorize", answer={"idTagInfo": {"status": "Blocked"}})
    charge_point.expect_no(sent="StartTransaction", for_="500ms")


def test_two_stations_have_two_transactions(yard):
    ids = set()
    for charge_point in (yard.charge_point(), yard.charge_point(vehicle="van")):
        charge_point.start()
        charge_point.expect(registration="Accepted")
        charge_point.plug()
        charge_point.tap("TAG1")
        ids.add(charge_point.expect(sent="StartTransaction", answer={})["answer"]["transactionId"])
    assert len(ids) == 2


@pytest.mark.asyncio
async def test_a_remote_start_reaches_the_car(async_charge_point):
    cp = async_charge_point
    await cp.start()
    await cp.expect(registration="Accepted")
    await cp.plug(asks_for=16)
    await cp.command("RemoteStartTransaction", {"idTag": "TAG1", "connectorId": 1}, answer={"status": "Accepted"})
    await asyncio.gather(cp.expect(status="Charging"), cp.expect(sent="StartTransaction", answer={}))
