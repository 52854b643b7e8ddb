"""2.23 Data transfer."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, ready, said


def test_TC_062_CS_data_transfer_to_a_charge_point() -> None:
    bench = ready()
    for request in ({"vendorId": "org.example"}, {"vendorId": "org.example", "messageId": "one", "data": "text"}):
        bench.call("DataTransfer", **request)
        assert said(bench) == [answer(status="UnknownVendorId")]
