"""2.8 Core profile - configuration, happy flow."""

from __future__ import annotations

from tests.compliance.v16.tool import answer, get_key, ready, said


def test_TC_019_CS_retrieve_configuration() -> None:
    bench = ready()
    everything = bench.call("GetConfiguration")["configurationKey"]
    assert len(said(bench)) == 1
    assert {"HeartbeatInterval", "SupportedFeatureProfiles", "NumberOfConnectors"} <= {
        one["key"] for one in everything
    }
    without_value = [one["key"] for one in everything if set(one) != {"key", "readonly", "value"}]
    assert set(without_value) == {"AuthorizationKey", "WebSocketProxy"}, "write-only: there are passwords in them"
    bench.call("GetConfiguration", key=["SupportedFeatureProfiles"])
    [(kind, answered)] = said(bench)
    assert (kind, set(answered)) == ("answer", {"configurationKey"})
    (told,) = answered["configurationKey"]
    assert (told["key"], told["readonly"]) == ("SupportedFeatureProfiles", True)
    assert "Core" in told["value"].split(",")


def test_TC_021_CS_change_configuration() -> None:
    bench = ready()
    bench.call("ChangeConfiguration", key="MeterValueSampleInterval", value="15")
    assert said(bench) == [answer(status="Accepted")]
    assert get_key(bench, "MeterValueSampleInterval") == "15"
    bench.charging()
    bench.forget()
    bench.advance(30)
    assert [action for action, _ in said(bench)] == ["MeterValues"] * 2, "it has its effect"
