"""A central system that reserves: what the tests of reservations share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargepoint.clock import iso
from tests.support.bench import Bench, CallError

TWO = {"nb_connectors": 2}


def reserve(
    bench: Bench, connector: int = 1, id_tag: str = "MINE", *, id: int = 7, seconds: float = 600, **more: Any
) -> Any:
    answer = bench.call(
        "ReserveNow",
        connectorId=connector,
        idTag=id_tag,
        reservationId=id,
        expiryDate=iso(bench.now + seconds),
        **more,
    )
    return answer if isinstance(answer, CallError) else answer["status"]


def cancel(bench: Bench, id: int = 7) -> Any:
    return bench.call("CancelReservation", reservationId=id)["status"]


def reserved(connector: int = 1, *, entry: Mapping[str, object] | None = None, **request: Any) -> Bench:
    bench = Bench(entry or {}).connect()
    assert reserve(bench, connector, **request) == "Accepted"
    bench.forget()
    return bench


def accept_in_group(bench: Bench, parent_id_tag: str) -> None:
    bench.script["Authorize"] = lambda _: {"idTagInfo": {"status": "Accepted", "parentIdTag": parent_id_tag}}
