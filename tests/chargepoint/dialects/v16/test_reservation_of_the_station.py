"""Reserving connector 0: one connector, whichever it is, stays free for an id tag (OCPP 1.6 section 5.13)."""

from __future__ import annotations

from tests.chargepoint.dialects.v16.reserving import TWO, accept_in_group, cancel, reserve, reserved
from tests.support.bench import Bench


def test_others_cannot_take_the_last_free_connector() -> None:
    bench = reserved(0, entry=TWO)
    bench.charging(1, "OTHER")
    assert "reservationId" not in bench.calls("StartTransaction")[0]
    bench.plug(2)
    bench.tap("THIRD", 2)
    assert bench.status(2).status == "Preparing"
    assert bench.call("RemoteStartTransaction", idTag="THIRD") == {"status": "Rejected"}
    bench.tap("MINE", 2)
    assert bench.calls("StartTransaction")[1]["reservationId"] == 7


def test_the_last_free_connector_is_anybodys_when_the_reservation_is_over() -> None:
    bench = reserved(0, seconds=60)
    bench.tap("OTHER")
    assert bench.status().status == "Available"
    bench.advance(60)
    bench.tap("OTHER")
    assert bench.status().status == "Preparing"


def test_a_reservation_whose_user_is_there_keeps_no_second_connector() -> None:
    bench = reserved(0, entry=TWO)
    bench.tap("MINE", 1)
    bench.tap("OTHER", 2)
    assert bench.status(2).status == "Preparing"


def test_the_group_may_use_the_charge_points_reservation() -> None:
    bench = reserved(0, parentIdTag="FAMILY")
    accept_in_group(bench, "NEIGHBOURS")
    bench.tap("STRANGER")
    assert bench.status().status == "Available"
    accept_in_group(bench, "FAMILY")
    bench.tap("CHILD")
    bench.plug()
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_there_are_as_many_reservations_as_free_connectors() -> None:
    bench = reserved(0, entry=TWO)
    assert reserve(bench, 0, id=8) == "Accepted"
    assert reserve(bench, 0, id=9) == "Occupied"
    assert reserve(bench, 1, id=9) == "Occupied"
    assert cancel(bench, 7) == "Accepted"
    assert reserve(bench, 1, id=9) == "Accepted"
    assert reserve(bench, 2, id=10) == "Occupied"


def test_the_same_id_replaces_though_every_connector_is_kept() -> None:
    bench = reserved(0)
    assert reserve(bench, 0, "YOURS") == "Accepted"
    bench.tap("MINE")
    assert bench.status().status == "Available"
    assert reserve(bench, 1, "YOURS") == "Accepted"
    assert bench.status().status == "Reserved"


def test_of_several_obstacles_the_one_that_goes_first_is_told() -> None:
    bench = Bench({"nb_connectors": 3}).connect()
    bench.fault(1)
    bench.call("ChangeAvailability", connectorId=2, type="Inoperative")
    bench.plug(3)
    assert reserve(bench, 0) == "Occupied"
    bench.fault(3)
    assert reserve(bench, 0) == "Unavailable"
    bench.fault(2)
    assert reserve(bench, 0) == "Faulted"


def test_a_charge_point_that_cannot_be_reserved_says_so() -> None:
    bench = Bench({"ocpp_config": {"ReserveConnectorZeroSupported": "false"}}).connect()
    (entry,) = bench.call("GetConfiguration", key=["ReserveConnectorZeroSupported"])["configurationKey"]
    assert entry == {"key": "ReserveConnectorZeroSupported", "readonly": True, "value": "false"}
    assert reserve(bench, 0) == "Rejected"
    assert reserve(bench, 1) == "Accepted"
