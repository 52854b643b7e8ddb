"""2.20 Reservation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chargepoint.clock import iso
from tests.compliance.v16.tool import Message, answer, authorize, charging, ready, said, start, status
from tests.support.bench import NOON, Bench, verdict

TWO: dict[str, Any] = {"nb_connectors": 2}
ID = 7


def reserve(bench: Bench, connector: int, *, seconds: float = 600, **more: object) -> list[Message]:
    request = {"idTag": "MINE", "reservationId": ID, "expiryDate": iso(bench.now + seconds), **more}
    bench.call("ReserveNow", connectorId=connector, **request)
    return said(bench)


def cancel(bench: Bench, id: int = ID) -> list[Message]:
    bench.call("CancelReservation", reservationId=id)
    return said(bench)


def accepted(connector: int) -> list[Message]:
    """Reserved, and told so; a reservation of connector 0 shows on no connector."""
    return [answer(status="Accepted"), *([status("Reserved", connector)] if connector else [])]


def test_TC_046_1_CS_reservation_of_a_connector_local_start_transaction() -> None:
    bench = ready(**TWO)
    assert reserve(bench, 1) == accepted(1)
    bench.tap("OTHER")
    assert said(bench) == [], "another id tag opens nothing"
    bench.tap("MINE")
    assert said(bench) == [authorize("MINE"), status("Preparing")]
    bench.plug()
    assert said(bench) == [start("MINE", reservationId=ID), status("Charging")]
    assert cancel(bench) == [answer(status="Rejected")], "it is used up"


def test_TC_046_2_CS_reservation_of_a_connector_remote_start_transaction() -> None:
    bench = ready(**TWO)
    assert reserve(bench, 1) == accepted(1)
    bench.call("RemoteStartTransaction", idTag="MINE", connectorId=1)
    assert said(bench) == [answer(status="Accepted"), status("Preparing")]
    bench.plug()
    assert said(bench) == [start("MINE", reservationId=ID), status("Charging")]


def test_TC_047_CS_reservation_of_a_connector_expires() -> None:
    bench = ready()
    assert reserve(bench, 1, seconds=60) == accepted(1)
    bench.advance(59)
    assert said(bench) == []
    bench.advance(1)
    assert said(bench) == [status("Available", at=NOON + 60)]
    bench.tap("OTHER")
    assert said(bench) == [authorize("OTHER"), status("Preparing", at=NOON + 60)]


def faulted(bench: Bench, connector: int) -> None:
    bench.fault(connector)


def occupied(bench: Bench, connector: int) -> None:
    charging(bench, "OTHER", connector)


def unavailable(bench: Bench, connector: int) -> None:
    bench.call("ChangeAvailability", connectorId=connector, type="Inoperative")


def refused(number: int, busy: Callable[[Bench, int], None], answered: str) -> None:
    bench = ready(max_current=64, **TWO)
    for connector in (1, 2) if number == 0 else (number,):
        busy(bench, connector)
    bench.forget()
    assert reserve(bench, number) == [answer(status=answered)]
    assert cancel(bench) == [answer(status="Rejected")]


def test_TC_048_1_CS_reservation_of_a_connector_faulted() -> None:
    refused(1, faulted, "Faulted")


def test_TC_048_2_CS_reservation_of_a_connector_occupied() -> None:
    refused(1, occupied, "Occupied")
    refused(1, lambda bench, connector: bench.plug(connector), "Occupied")


def test_TC_048_3_CS_reservation_of_a_connector_unavailable() -> None:
    refused(1, unavailable, "Unavailable")


def test_TC_048_4_CS_reservation_of_a_connector_rejected() -> None:
    bench = ready(**TWO)
    assert reserve(bench, 3) == [answer(status="Rejected")]
    assert reserve(bench, 1, seconds=-1) == [answer(status="Rejected")]
    without = ready(config={"SupportedFeatureProfiles": "Core"})
    assert reserve(without, 1) == [("error", {"code": "NotSupported"})]


@pytest.mark.parametrize("connector", [1, 2])
def test_TC_049_CS_reservation_of_a_charge_point_transaction(connector: int) -> None:
    bench = ready(**TWO)
    assert reserve(bench, 0) == accepted(0)
    bench.tap("MINE", connector)
    assert said(bench) == [authorize("MINE"), status("Preparing", connector)]
    bench.plug(connector)
    assert said(bench) == [start("MINE", connector, reservationId=ID), status("Charging", connector)]


def test_TC_050_1_CS_reservation_of_a_charge_point_faulted() -> None:
    refused(0, faulted, "Faulted")


def test_TC_050_2_CS_reservation_of_a_charge_point_occupied() -> None:
    refused(0, occupied, "Occupied")


def test_TC_050_3_CS_reservation_of_a_charge_point_unavailable() -> None:
    refused(0, unavailable, "Unavailable")


def test_TC_050_4_CS_reservation_of_a_charge_point_rejected() -> None:
    bench = ready(config={"ReserveConnectorZeroSupported": "false"})
    assert reserve(bench, 0) == [answer(status="Rejected")]
    assert reserve(bench, 1) == accepted(1)


def test_TC_051_CS_cancel_reservation() -> None:
    bench = ready()
    assert reserve(bench, 1) == accepted(1)
    assert cancel(bench) == [answer(status="Accepted"), status("Available")]
    bench.tap("OTHER")
    assert said(bench) == [authorize("OTHER"), status("Preparing")]


def test_TC_052_CS_cancel_reservation_rejected() -> None:
    bench = ready()
    assert reserve(bench, 1) == accepted(1)
    assert cancel(bench, ID + 1) == [answer(status="Rejected")]
    assert bench.status().status == "Reserved"
    cancel(bench)
    assert cancel(bench) == [answer(status="Rejected")]


def test_TC_053_CS_use_a_reserved_connector_with_parent_id_tag() -> None:
    bench = ready()
    assert reserve(bench, 1, parentIdTag="FAMILY") == accepted(1)
    bench.script["Authorize"] = lambda _: verdict("Accepted", parentIdTag="FAMILY")
    bench.tap("CHILD")
    assert said(bench) == [authorize("CHILD"), status("Preparing")]
    bench.plug()
    assert said(bench) == [start("CHILD", reservationId=ID), status("Charging")]
