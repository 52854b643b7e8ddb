"""2.14 Core profile - offline behaviour, non-happy flow."""

from __future__ import annotations

from tests.compliance.v16.tool import charging, meter_values, ready, said, start, status, stop
from tests.support.bench import NOON, Bench, verdict


def offline(**config: str) -> Bench:
    """A station whose cache knows TAG, without a connection."""
    bench = ready(config={"LocalAuthorizeOffline": "true", "MeterValueSampleInterval": "60", **config})
    charging(bench, "TAG")
    bench.tap("TAG")
    bench.unplug()
    bench.disconnect()
    bench.forget()
    return bench


def refuse_the_start(bench: Bench) -> None:
    bench.script["StartTransaction"] = lambda _: {"transactionId": 5, **verdict("Invalid")}


def test_TC_036_CS_connection_loss_during_transaction() -> None:
    bench = ready(config={"MeterValueSampleInterval": "60"})
    transaction_id = charging(bench)
    bench.disconnect()
    bench.advance(130)
    assert said(bench) == []
    assert bench.status().status == "Charging"
    bench.connect()
    assert said(bench) == [
        meter_values(1, "Sample.Periodic", at=NOON + at, transaction_id=transaction_id) for at in (60, 120)
    ], "no boot, no state that did not change"
    bench.tap()
    at = NOON + 130
    assert said(bench) == [stop(transaction_id, "Local", at=at, idTag="TAG"), status("Finishing", at=at)]


def test_TC_037_1_CS_offline_start_transaction_valid_id_tag() -> None:
    bench = offline()
    bench.plug()
    bench.tap("TAG")
    bench.advance(70)
    assert said(bench) == []
    assert bench.status().transaction_id == -1, "not known yet"
    bench.connect()
    assert said(bench) == [
        status("Charging", at=NOON + 70),
        start("TAG"),
        meter_values(1, "Sample.Periodic", at=NOON + 60, transaction_id=2),
    ]
    assert bench.status().transaction_id == 2


def test_TC_037_2_CS_offline_start_transaction_invalid_id_tag_goes_on_without_energy() -> None:
    bench = offline(StopTransactionOnInvalidId="false", MaxEnergyOnInvalidId="0")
    bench.plug()
    bench.tap("TAG")
    bench.advance(10)
    refuse_the_start(bench)
    bench.connect()
    at = NOON + 10
    assert said(bench) == [status("Charging", at=at), start("TAG"), status("SuspendedEVSE", at=at)]
    assert bench.status().power_w == 0
    bench.tap("TAG")
    assert said(bench) == [stop(5, "Local", at=at, idTag="TAG"), status("Finishing", at=at)]


def test_TC_037_3_CS_offline_start_transaction_invalid_id_tag_is_stopped() -> None:
    bench = offline(StopTransactionOnInvalidId="true")
    bench.plug()
    bench.tap("TAG")
    bench.advance(10)
    refuse_the_start(bench)
    bench.connect()
    at = NOON + 10
    assert said(bench) == [
        status("Charging", at=at),
        start("TAG"),
        stop(5, "DeAuthorized", at=at),
        status("Finishing", at=at),
    ]


def test_TC_038_CS_offline_stop_transaction() -> None:
    bench = ready()
    transaction_id = charging(bench)
    bench.disconnect()
    bench.advance(30)
    bench.tap("TAG")
    bench.advance(100)
    assert said(bench) == []
    bench.connect()
    assert said(bench) == [
        status("Finishing", at=NOON + 130),
        stop(transaction_id, "Local", at=NOON + 30, idTag="TAG"),
    ]


def test_TC_039_CS_offline_transaction() -> None:
    bench = offline()
    bench.plug()
    bench.tap("TAG")
    bench.advance(70)
    bench.tap("TAG")
    bench.unplug()
    bench.advance(500)
    assert said(bench) == []
    bench.script["StartTransaction"] = lambda _: {"transactionId": 4711, **verdict("Accepted")}
    bench.connect()
    assert said(bench) == [
        start("TAG"),
        meter_values(1, "Sample.Periodic", at=NOON + 60, transaction_id=4711),
        stop(4711, "Local", at=NOON + 70, idTag="TAG"),
    ]
