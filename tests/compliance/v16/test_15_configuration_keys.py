"""2.15 Core profile - configuration keys, non-happy flow."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, get_key, ready, said


def test_TC_040_1_CS_configuration_key_not_supported() -> None:
    bench = ready()
    bench.call("ChangeConfiguration", key="ThisKeyIsNotSupported", value="1")
    assert said(bench) == [answer(status="NotSupported")]
    bench.call("GetConfiguration", key=["ThisKeyIsNotSupported"])
    assert said(bench) == [answer(configurationKey=[], unknownKey=["ThisKeyIsNotSupported"])]


def test_TC_040_2_CS_configuration_key_invalid_value() -> None:
    bench = ready()
    before = get_key(bench, "MeterValueSampleInterval")
    for wrong in ("-1", "soon", ""):
        bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value=wrong)
        assert said(bench) == [answer(status="Rejected")]
    assert get_key(bench, "MeterValueSampleInterval") == before
