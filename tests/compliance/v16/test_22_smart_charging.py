"""2.22 Smart charging. The station here is the default: three phases of 230 V, 32 A."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.compliance.v16.tool import Message, answer, charging, ready, said, start, status
from tests.support.bench import NOON, Bench, Payload

Steps = tuple[tuple[int, float], ...]


def profile(*steps: tuple[int, float], purpose: str, **changes: object) -> Payload:
    """A charging profile in A that counts from noon, when every bench's time begins."""
    periods = [{"startPeriod": at, "limit": limit, "numberPhases": 3} for at, limit in steps]
    schedule: Payload = {"startSchedule": iso(NOON), "chargingRateUnit": "A", "chargingSchedulePeriod": periods}
    schedule |= {"duration": changes.pop("duration")} if "duration" in changes else {}
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
        **changes,
    }


def install(bench: Bench, connector: int, made: Payload) -> list[Message]:
    bench.call("SetChargingProfile", connectorId=connector, csChargingProfiles=made)
    return said(bench)


def composite(bench: Bench, connector: int, duration: int, unit: str = "A") -> Steps:
    """The steps of the composite schedule; everything else of the answer is judged here."""
    bench.call("GetCompositeSchedule", connectorId=connector, duration=duration, chargingRateUnit=unit)
    [(kind, answered)] = said(bench)
    schedule = answered.pop("chargingSchedule")
    periods = schedule.pop("chargingSchedulePeriod")
    assert kind == "answer"
    assert answered == {"status": "Accepted", "connectorId": connector, "scheduleStart": iso(bench.now)}
    assert schedule == {"duration": duration, "startSchedule": iso(bench.now), "chargingRateUnit": unit}
    assert {period["numberPhases"] for period in periods} == {3}
    return tuple((period["startPeriod"], period["limit"]) for period in periods)


def current_a(bench: Bench) -> float:
    return bench.status().setpoint


def test_TC_056_CS_central_smart_charging_tx_default_profile() -> None:
    bench = ready()
    made = profile((0, 10.0), (300, 8.0), purpose="TxDefaultProfile")
    assert install(bench, 0, made) == [answer(status="Accepted")]
    assert composite(bench, 1, 600) == ((0, 10.0), (300, 8.0))
    charging(bench)
    assert current_a(bench) == 10.0
    bench.advance(300)
    assert current_a(bench) == 8.0


def test_TC_057_CS_central_smart_charging_tx_profile() -> None:
    bench = ready()
    install(bench, 1, profile((0, 10.0), purpose="TxDefaultProfile"))
    transaction_id = charging(bench)
    made = profile((0, 7.0), purpose="TxProfile", transactionId=transaction_id, chargingProfileId=2)
    assert install(bench, 1, made) == [answer(status="Accepted")]
    assert composite(bench, 1, 300) == ((0, 7.0),)
    assert current_a(bench) == 7.0
    bench.unplug()
    charging(bench)
    assert current_a(bench) == 10.0, "it ends with its transaction"


def test_TC_058_1_CS_central_smart_charging_no_ongoing_transaction() -> None:
    bench = ready()
    assert install(bench, 1, profile((0, 7.0), purpose="TxProfile")) == [answer(status="Rejected")]
    assert install(bench, 1, profile((0, 7.0), purpose="TxProfile", transactionId=1)) == [answer(status="Rejected")]


def test_TC_058_2_CS_central_smart_charging_wrong_transaction_id() -> None:
    bench = ready()
    transaction_id = charging(bench)
    made = profile((0, 7.0), purpose="TxProfile", transactionId=transaction_id + 1)
    assert install(bench, 1, made) == [answer(status="Rejected")]
    assert composite(bench, 1, 300) == ((0, 32.0),)


def test_TC_082_CS_central_smart_charging_tx_default_profile_with_ongoing_transaction() -> None:
    bench = ready()
    charging(bench)
    bench.advance(50)
    assert current_a(bench) == 32.0
    assert install(bench, 1, profile((0, 8.0), purpose="TxDefaultProfile")) == [answer(status="Accepted")]
    assert current_a(bench) == 8.0
    assert composite(bench, 1, 300) == ((0, 8.0),)


def test_TC_066_CS_get_composite_schedule() -> None:
    bench = ready()
    install(bench, 0, profile((0, 20.0), purpose="ChargePointMaxProfile"))
    install(bench, 1, profile((0, 16.0), (100, 25.0), purpose="TxDefaultProfile", chargingProfileId=2))
    transaction_id = charging(bench)
    made = profile((0, 6.0), (50, 12.0), purpose="TxProfile", transactionId=transaction_id, chargingProfileId=3)
    install(bench, 1, made | {"chargingSchedule": made["chargingSchedule"] | {"duration": 80}})
    assert composite(bench, 1, 300) == ((0, 6.0), (50, 12.0), (80, 16.0), (100, 20.0))
    bench.advance(40)
    bench.forget()
    assert composite(bench, 1, 300) == ((0, 6.0), (10, 12.0), (40, 16.0), (60, 20.0)), (
        "it counts from when it is asked"
    )
    assert composite(bench, 0, 50, "W") == ((0, 4140.0), (10, 8280.0), (40, 11_040.0))


def test_TC_067_CS_clear_charging_profile() -> None:
    bench = ready()
    charging(bench)
    install(bench, 1, profile((0, 10.0), purpose="TxDefaultProfile", chargingProfileId=1))
    install(bench, 1, profile((0, 8.0), purpose="TxDefaultProfile", chargingProfileId=2, stackLevel=1))
    assert current_a(bench) == 8.0
    for criteria, limit_a in (
        ({"id": 2}, 10.0),
        ({"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}, 32.0),
    ):
        bench.call("ClearChargingProfile", **criteria)
        assert said(bench) == [answer(status="Accepted")]
        assert current_a(bench) == limit_a
        bench.call("ClearChargingProfile", **criteria)
        assert said(bench) == [answer(status="Unknown")]


def test_TC_072_CS_stacking_charging_profiles() -> None:
    bench = ready()
    install(bench, 1, profile((0, 6.0), (100, 10.0), (200, 8.0), purpose="TxDefaultProfile"))
    made = profile((0, 14.0), (50, 12.0), purpose="TxDefaultProfile", chargingProfileId=2, stackLevel=1, duration=150)
    assert install(bench, 1, made) == [answer(status="Accepted")]
    assert composite(bench, 1, 300) == ((0, 14.0), (50, 12.0), (150, 10.0), (200, 8.0))
    charging(bench)
    currents = []
    for _ in range(5):
        currents.append(current_a(bench))
        bench.advance(50)
    assert currents == [14.0, 12.0, 12.0, 10.0, 8.0]


def relative(*steps: tuple[int, float], **changes: object) -> Payload:
    made = profile(*steps, purpose="TxProfile", chargingProfileKind="Relative", **changes)
    del made["chargingSchedule"]["startSchedule"]
    return made


def test_TC_059_CS_remote_start_transaction_with_charging_profile() -> None:
    bench = ready()
    made = relative((0, 10.0), (600, 8.0))
    bench.call("RemoteStartTransaction", idTag="REMOTE", connectorId=1, chargingProfile=made)
    assert said(bench) == [answer(status="Accepted"), status("Preparing")]
    bench.advance(30)
    bench.plug()
    assert said(bench) == [start("REMOTE", at=NOON + 30), status("Charging", at=NOON + 30)]
    assert composite(bench, 1, 900) == ((0, 10.0), (600, 8.0))
    assert current_a(bench) == 10.0
    bench.advance(600)
    assert current_a(bench) == 8.0
    bench.unplug()
    bench.forget()
    bench.call("ClearChargingProfile", id=1)
    assert said(bench) == [answer(status="Unknown")], "it ended with its transaction"


@pytest.mark.parametrize("changes", [{"chargingProfilePurpose": "TxDefaultProfile"}, {"transactionId": 5}])
def test_TC_060_CS_remote_start_transaction_with_charging_profile_rejected(changes: Payload) -> None:
    bench = ready()
    bench.plug()
    bench.forget()
    made = relative((0, 10.0)) | changes
    bench.call("RemoteStartTransaction", idTag="REMOTE", connectorId=1, chargingProfile=made)
    assert said(bench) == [answer(status="Rejected")]
    bench.advance(30)
    assert said(bench) == []
