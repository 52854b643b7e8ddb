"""Authorize, the authorization cache, ClearCache (OCPP 1.6 sections 3.5, 4.1, 5.4)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, CallError, Payload, verdict


def knowing(config: dict[str, str], **info: str) -> Bench:
    """A station that has heard of TAG, and whose record begins after that."""
    bench = Bench(
        {"ocpp_config": config},
        script={
            "Authorize": lambda _: verdict("Accepted", **info),
            "StartTransaction": lambda _: {"transactionId": 1, **verdict("Accepted", **info)},
            "StopTransaction": lambda _: {},
        },
    )
    bench.charging()
    bench.tap()
    bench.unplug()
    bench.forget()
    return bench


def test_a_known_tag_is_asked_about_without_local_pre_authorize() -> None:
    bench = knowing({"LocalPreAuthorize": "false"})
    bench.tap()
    assert bench.actions() == ["Authorize", "StatusNotification"]


def test_a_known_tag_that_has_expired_is_asked_about() -> None:
    bench = knowing({"LocalPreAuthorize": "true"}, expiryDate=iso(NOON + 100))
    bench.advance(101)
    bench.tap()
    assert bench.actions()[0] == "Authorize"


def test_an_expiry_without_a_zone_is_utc() -> None:
    bench = knowing({"LocalPreAuthorize": "true"}, expiryDate=iso(NOON + 100).removesuffix("Z"))
    bench.tap()
    assert "Authorize" not in bench.actions()
    bench.tap()
    bench.advance(101)
    bench.tap()
    assert "Authorize" in bench.actions()


def test_a_verdict_that_is_expired_already_opens_nothing() -> None:
    bench = Bench(script={"Authorize": lambda _: verdict("Accepted", expiryDate="2020-01-01T00:00:00Z")}).connect()
    bench.plug()
    bench.tap()
    assert bench.calls("StartTransaction") == []


def test_an_expiry_that_cannot_be_read_does_not_expire() -> None:
    bench = Bench(script={"Authorize": lambda _: verdict("Accepted", expiryDate="soon")}).connect()
    bench.plug()
    bench.tap()
    assert len(bench.calls("StartTransaction")) == 1


def test_a_cache_that_is_switched_off_is_neither_used_nor_cleared() -> None:
    bench = knowing({"LocalPreAuthorize": "true"})
    bench.call("ChangeConfiguration", key="AuthorizationCacheEnabled", value="false")
    assert bench.call("ClearCache") == {"status": "Rejected"}
    bench.tap()
    assert bench.actions()[0] == "Authorize"
    bench.tap()
    bench.call("ChangeConfiguration", key="AuthorizationCacheEnabled", value="true")
    bench.forget()
    bench.tap()
    assert "Authorize" not in bench.actions()


def test_the_cache_outlives_power_cuts() -> None:
    bench = knowing({"LocalPreAuthorize": "true"})
    bench.power_cut()
    bench.connect()
    bench.tap()
    assert "Authorize" not in bench.actions()


def test_every_verdict_teaches_the_cache() -> None:
    bench = knowing({"LocalPreAuthorize": "true"})
    bench.script["StopTransaction"] = lambda _: verdict("Blocked")
    bench.charging()
    bench.tap()
    bench.forget()
    bench.tap()
    assert bench.actions()[0] == "Authorize"


@pytest.mark.parametrize(
    "answer", [CallError("InternalError"), {}, {"idTagInfo": {}}, {"idTagInfo": {"status": "?"}}]
)
def test_without_a_usable_answer_the_rules_for_offline_decide(answer: Payload | CallError) -> None:
    unknown = Bench(script={"Authorize": lambda _: answer}).connect()
    unknown.plug()
    unknown.tap()
    assert unknown.calls("StartTransaction") == []
    known = knowing({})
    known.script["Authorize"] = lambda _: answer
    known.plug()
    known.tap()
    assert len(known.calls("StartTransaction")) == 1


def test_silence_to_an_authorize_is_waited_for_no_longer_than_the_message_time_out() -> None:
    bench = Bench(
        {"ocpp_config": {"MessageTimeout": "5", "AllowOfflineTxForUnknownId": "true"}},
        script={"Authorize": lambda _: None},
    ).connect()
    bench.plug()
    bench.tap()
    bench.advance(4.9)
    assert bench.calls("StartTransaction") == []
    bench.advance(0.2)
    assert len(bench.calls("StartTransaction")) == 1


def test_a_tag_is_asked_about_once_however_often_it_is_held_to_the_reader() -> None:
    bench = Bench(script={"Authorize": lambda _: None}).connect()
    bench.tap()
    bench.tap()
    bench.tap()
    assert len(bench.calls("Authorize")) == 1
    bench.answer("Authorize", verdict("Accepted"))
    assert bench.status().status == "Preparing"


def test_an_authorization_that_comes_after_the_connector_went_out_of_service_opens_nothing() -> None:
    bench = Bench(script={"Authorize": lambda _: None}).connect()
    bench.plug()
    bench.tap()
    bench.call("ChangeAvailability", connectorId=1, type="Inoperative")
    bench.answer("Authorize", verdict("Accepted"))
    assert bench.calls("StartTransaction") == []
    assert bench.status().status == "Unavailable"
    assert [note for note in bench.notes if "TAG denied: the connector is out of service" in note]


def test_a_tag_presented_to_start_does_not_stop_what_has_begun_meanwhile() -> None:
    bench = Bench(script={"Authorize": lambda _: verdict("Accepted", parentIdTag="FAMILY")}).connect()
    bench.tap("HER")
    bench.script["Authorize"] = lambda _: None
    bench.tap("HIS")
    bench.plug()
    bench.answer("Authorize", verdict("Accepted", parentIdTag="FAMILY"))
    assert bench.status().id_tag == "HER"
    assert bench.calls("StopTransaction") == []


def test_a_tag_presented_to_stop_does_not_start_when_the_car_has_left_meanwhile() -> None:
    bench = Bench(script={"Authorize": lambda _: verdict("Accepted", parentIdTag="FAMILY")})
    bench.charging(id_tag="HER")
    bench.script["Authorize"] = lambda _: None
    bench.tap("HIS")
    bench.unplug()
    bench.answer("Authorize", verdict("Accepted", parentIdTag="FAMILY"))
    assert bench.status().status == "Available"


@pytest.mark.parametrize("connector", [0, 1])
def test_a_tag_at_a_faulted_connector_is_not_asked_about(connector: int) -> None:
    bench = Bench().connect()
    bench.plug()
    bench.fault(connector)
    bench.tap()
    assert bench.calls("Authorize") == []
    bench.clear_fault(connector)
    bench.advance(5)
    assert bench.status().status == "Preparing"
