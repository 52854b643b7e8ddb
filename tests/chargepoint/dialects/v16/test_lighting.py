"""BlinkRepeat and LightIntensity (OCPP 1.6 sections 9.1.4 and 9.1.11): what is to be seen of the lighting."""

from __future__ import annotations

from chargepoint.api.payloads import ChargePointStatus, ConnectorStatus
from tests.support.bench import Bench, verdict


def intensities(bench: Bench) -> list[int]:
    """Of every station status that was published."""
    told = [one.payload for one in bench.published if one.topic == "cp_simu/cps/CP1/status"]
    return [ChargePointStatus.from_json(payload).light_intensity_pct for payload in told]


def lights(bench: Bench) -> tuple[str, int]:
    status = bench.status()
    return status.light_signal, status.light_blinks


def test_the_intensity_is_told_when_it_changes() -> None:
    bench = Bench().connect()
    assert set(intensities(bench)) == {100}
    bench.forget()
    assert bench.call("ChangeConfiguration", key="LightIntensity", value="40") == {"status": "Accepted"}
    assert bench.call("ChangeConfiguration", key="LightIntensity", value="101") == {"status": "Rejected"}
    assert intensities(bench) == [40]
    bench.power_cut()
    assert bench.life.station.state.parameters.light_intensity_pct == 40


def test_a_station_at_which_nothing_happens_never_blinks() -> None:
    bench = Bench().connect()
    bench.plug()
    bench.advance(3600)
    assert lights(bench) == ("", 0)


def test_an_id_tag_that_is_taken_and_one_that_is_not() -> None:
    refuse = {"Authorize": lambda request: verdict("Accepted" if request["idTag"] == "GOOD" else "Blocked")}
    bench = Bench(script=refuse).connect()
    bench.tap("BAD")
    assert lights(bench) == ("Refused", 3)
    bench.tap("GOOD")
    assert lights(bench) == ("Accepted", 6)
    bench.plug()
    bench.tap("BAD")
    assert lights(bench) == ("Refused", 9)
    bench.tap("GOOD")
    assert (lights(bench), bench.status().status) == (("Accepted", 12), "Finishing")


def test_a_refusal_is_told_over_mqtt_although_nothing_else_changes() -> None:
    bench = Bench(script={"Authorize": lambda _: verdict("Blocked")}).connect()
    bench.forget()
    bench.tap()
    [message] = [one for one in bench.published if one.topic.endswith("connectors/1/status")]
    told = ConnectorStatus.from_json(message.payload)
    assert (told.status, told.light_signal, told.light_blinks) == ("Available", "Refused", 3)


def test_how_often_it_blinks_is_a_key_and_0_is_never() -> None:
    bench = Bench().connect()
    bench.call("ChangeConfiguration", key="BlinkRepeat", value="7")
    bench.tap()
    assert lights(bench) == ("Accepted", 7)
    bench.call("ChangeConfiguration", key="BlinkRepeat", value="0")
    bench.tap()
    assert lights(bench) == ("Accepted", 7)


def test_what_the_central_system_does_is_signalled_as_well() -> None:
    bench = Bench().connect()
    bench.plug()
    bench.call("RemoteStartTransaction", connectorId=1, idTag="TAG")
    assert lights(bench) == ("RemoteStart", 3)
    bench.call("RemoteStopTransaction", transactionId=1)
    assert lights(bench) == ("RemoteStop", 6)
    bench.call("UnlockConnector", connectorId=1)
    assert lights(bench) == ("Unlocked", 9)


def test_a_remote_start_that_is_authorized_signals_the_verdict_too() -> None:
    bench = Bench({"ocpp_config": {"AuthorizeRemoteTxRequests": "true"}}, {"Authorize": lambda _: verdict("Expired")})
    bench.connect()
    bench.call("RemoteStartTransaction", connectorId=1, idTag="TAG")
    assert lights(bench) == ("Refused", 6)
