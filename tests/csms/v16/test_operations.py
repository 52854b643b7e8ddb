"""What an operator does with a charger, and what he is told when it fails."""

from __future__ import annotations

import pytest

from chargepoint.api.fields import Fields
from chargepoint.ocpp.schema import schemas
from chargepoint.ocpp.v16 import ChargingRateUnitType
from csms.authorization import Tags
from csms.commands import NoAnswer, NotConnected
from csms.csms import CentralSystem
from csms.v16.operations import NotAccepted, NothingToStop, Operator, RemoteStart
from csms.v16.smart_charging import Limit, default_profile, max_profile
from tests.csms.v16.recorded import NOON, Recorded


def _operator(commands: Recorded) -> Operator:
    return Operator(CentralSystem(Tags), commands)


async def test_a_start_is_followed_by_a_profile_that_begins_with_the_transaction() -> None:
    commands = Recorded()
    assert await _operator(commands).start("CP_1", RemoteStart("TAG1", 2, Limit(16.0))) == "Accepted"
    (_, _, start), (_, _, profile) = commands.commands
    assert start == {"idTag": "TAG1", "connectorId": 2}
    assert profile["connectorId"] == 2
    assert profile == default_profile(Limit(16.0), 2)


async def test_a_start_that_is_rejected_is_followed_by_nothing() -> None:
    commands = Recorded({"RemoteStartTransaction": {"status": "Rejected"}})
    with pytest.raises(NotAccepted, match="CP_1 answered RemoteStartTransaction with Rejected"):
        await _operator(commands).start("CP_1", RemoteStart())
    assert len(commands.commands) == 1


async def test_a_start_whose_profile_fails_has_started_all_the_same() -> None:
    silence = NoAnswer("CP_1", "SetChargingProfile", "silent for 30 s", sent=True)
    told = await _operator(Recorded({"SetChargingProfile": silence})).start("CP_1", RemoteStart())
    assert told == "CP_1 has not answered SetChargingProfile: silent for 30 s"


async def test_a_stop_names_the_one_transaction_that_runs() -> None:
    commands = Recorded()
    operator = _operator(commands)
    transaction, _ = operator.system.start("CP_1", 1, "T", 0, NOON)
    assert await operator.stop("CP_1") == transaction.id
    assert commands.commands == [("CP_1", "RemoteStopTransaction", {"transactionId": transaction.id})]


async def test_a_stop_without_a_transaction_sends_nothing() -> None:
    commands = Recorded()
    with pytest.raises(NothingToStop, match="no running transaction on connector 3"):
        await _operator(commands).stop("CP_1", connector_id=3)
    with pytest.raises(NotConnected):
        await _operator(commands).stop("CP_2")
    assert commands.commands == []


async def test_a_transaction_that_is_unknown_here_can_be_stopped_by_its_id() -> None:
    assert await _operator(Recorded()).stop("CP_1", transaction_id=4711) == 4711


@pytest.mark.parametrize("limit", [Limit(0.0), Limit(21.4), Limit(3700.0, ChargingRateUnitType.watts, 60, 1)])
def test_every_profile_is_right_by_its_schema(limit: Limit) -> None:
    for request in (max_profile(limit, NOON), default_profile(limit, 0), default_profile(limit, 3, NOON)):
        assert schemas("1.6").violation("SetChargingProfile", request) is None


def test_profiles_that_do_not_replace_each_other_have_different_ids() -> None:
    requests = [max_profile(Limit(1.0), NOON), *(default_profile(Limit(1.0), connector) for connector in range(3))]
    ids = {request["csChargingProfiles"]["chargingProfileId"] for request in requests}  # type: ignore[index]
    assert len(ids) == 4


@pytest.mark.parametrize(("given", "sent"), [(8, 8.0), (8.15, 8.2), (0.04, 0.0), (15.9999, 16.0)])
def test_a_limit_has_one_decimal(given: float, sent: float) -> None:
    assert Limit.of(Fields({"limit": given}, "body")).rate == sent
