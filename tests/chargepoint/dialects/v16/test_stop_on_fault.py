"""A fault pauses a transaction, or ends it with reason Other, by the key StopTransactionOnFault of our own."""

from __future__ import annotations

import pytest

from chargepoint.api.payloads import ErrorCode
from tests.support.bench import Bench

ENDS = {"ocpp_config": {"StopTransactionOnFault": "true"}, "nb_connectors": 2, "max_setpoint": 64}


@pytest.mark.parametrize(("connector", "ended"), [(1, [1]), (2, [2]), (0, [1, 2])])
def test_with_the_key_a_fault_ends_the_transactions_that_it_hits_with_reason_other(
    connector: int, ended: list[int]
) -> None:
    bench = Bench(ENDS)
    bench.charging(1)
    bench.charging(2)
    bench.forget()
    bench.fault(connector, ErrorCode.GROUND_FAILURE)
    stops = bench.calls("StopTransaction")
    assert [(stop["transactionId"], stop["reason"], "idTag" in stop) for stop in stops] == [
        (number, "Other", False) for number in ended
    ]
    assert all(bench.statuses(number) == ["Faulted"] for number in ended)
    bench.clear_fault(connector)
    assert all(bench.statuses(number) == ["Faulted", "Finishing"] for number in ended)


def test_a_car_that_does_not_communicate_is_no_fault() -> None:
    bench = Bench(ENDS)
    bench.charging(1)
    bench.fault(1, ErrorCode.EV_COMMUNICATION_ERROR)
    assert bench.calls("StopTransaction") == []
