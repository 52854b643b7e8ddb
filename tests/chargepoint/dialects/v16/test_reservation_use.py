"""Whom a reserved connector lets in (OCPP 1.6 section 3.10, transition G2): its id tag and that one's group."""

from __future__ import annotations

import pytest

from tests.chargepoint.dialects.v16.reserving import TWO, accept_in_group, cancel, reserve, reserved
from tests.support.bench import Bench


def test_a_reserved_connector_says_so_after_the_answer_on_ocpp_and_mqtt() -> None:
    bench = Bench(TWO).connect()
    bench.forget()
    assert reserve(bench, 2) == "Accepted"
    assert bench.order() == ["answer", "StatusNotification"]
    assert bench.statuses(2) == ["Reserved"]
    assert bench.status(2).status == "Reserved"
    assert any(one.topic.endswith("connectors/2/status") and b"Reserved" in one.payload for one in bench.published)
    assert bench.status(1).status == "Available"


def test_whom_it_is_for_starts_with_the_reservation_id() -> None:
    bench = reserved()
    bench.tap("mine")
    bench.plug()
    assert bench.statuses() == ["Preparing", "Charging"]
    assert bench.actions() == ["Authorize", "StatusNotification", "StartTransaction", "StatusNotification"]
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7
    bench.tap("mine")
    bench.unplug()
    bench.forget()
    bench.charging()
    assert "reservationId" not in bench.calls("StartTransaction")[0]
    assert cancel(bench) == "Rejected"


def test_the_cable_may_come_first_and_leaves_the_connector_reserved() -> None:
    """A cable is no identification, however long it is in."""
    bench = reserved()
    bench.plug()
    bench.advance(120)
    assert bench.statuses() == []
    bench.tap("MINE")
    assert bench.statuses() == ["Preparing", "Charging"]
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_a_remote_start_of_another_tag_is_rejected() -> None:
    bench = reserved()
    bench.plug()
    for where in ({"connectorId": 1}, {}):
        assert bench.call("RemoteStartTransaction", idTag="OTHER", **where) == {"status": "Rejected"}
    assert bench.sent == []


def test_a_remote_start_without_a_connector_goes_to_the_reserved_one_or_round_it() -> None:
    bench = reserved(2, entry={"nb_connectors": 3})
    bench.plug(1)
    bench.call("RemoteStartTransaction", idTag="MINE")
    assert bench.status(2).status == "Preparing"
    bench = reserved(1, entry=TWO)
    bench.plug(1)
    bench.call("RemoteStartTransaction", idTag="OTHER")
    assert bench.status(2).status == "Preparing"


@pytest.mark.parametrize(("ask", "answer"), [("true", "Accepted"), ("false", "Rejected")])
def test_a_remote_start_by_the_group_needs_to_know_the_group(ask: str, answer: str) -> None:
    bench = reserved(parentIdTag="FAMILY", entry={"ocpp_config": {"AuthorizeRemoteTxRequests": ask}})
    accept_in_group(bench, "FAMILY")
    bench.plug()
    assert bench.call("RemoteStartTransaction", connectorId=1, idTag="CHILD") == {"status": answer}
    assert [one.get("reservationId") for one in bench.calls("StartTransaction")] == ([7] if ask == "true" else [])


def test_another_tag_is_denied_without_asking_and_the_connector_stays_reserved() -> None:
    bench = reserved()
    bench.tap("OTHER")
    bench.plug()
    bench.tap("OTHER")
    assert bench.sent == []
    assert bench.status().status == "Reserved"
    assert [note for note in bench.notes if "reserved for another id tag" in note]


@pytest.mark.parametrize("parent", ["NEIGHBOURS", ""])
def test_a_tag_of_another_group_is_denied_once_that_is_learned(parent: str) -> None:
    bench = reserved(parentIdTag="FAMILY")
    accept_in_group(bench, parent)
    bench.tap("STRANGER")
    assert bench.actions() == ["Authorize"]
    assert bench.status().status == "Reserved"
    bench.plug()
    assert bench.calls("StartTransaction") == []


def test_a_group_known_from_before_serves_without_the_central_system() -> None:
    bench = Bench().connect()
    accept_in_group(bench, "FAMILY")
    bench.tap("CHILD")
    bench.tap("CHILD")
    bench.script.clear()
    reserve(bench, parentIdTag="FAMILY")
    bench.disconnect()
    bench.tap("STRANGER")
    assert bench.status().status == "Reserved"
    bench.tap("CHILD")
    bench.plug()
    bench.connect()
    assert bench.calls("StartTransaction")[0]["reservationId"] == 7


def test_the_tag_of_a_cached_group_is_asked_about_when_the_cache_does_not_name_one() -> None:
    bench = Bench({"ocpp_config": {"LocalPreAuthorize": "true"}}).connect()
    bench.tap("CHILD")
    bench.tap("CHILD")
    reserve(bench, parentIdTag="FAMILY")
    accept_in_group(bench, "FAMILY")
    bench.forget()
    bench.tap("CHILD")
    assert bench.actions() == ["Authorize", "StatusNotification"]
    assert bench.statuses() == ["Preparing"]


def test_whom_it_is_for_has_to_be_welcome_all_the_same() -> None:
    bench = reserved()
    bench.script["Authorize"] = lambda _: {"idTagInfo": {"status": "Blocked"}}
    bench.tap("MINE")
    assert bench.status().status == "Reserved"


def test_an_unknown_tag_that_offline_rules_let_in_does_not_open_a_reserved_connector() -> None:
    entry = {"ocpp_config": {"AllowOfflineTxForUnknownId": "true"}}
    bench = reserved(parentIdTag="FAMILY", entry=entry)
    bench.disconnect()
    bench.plug()
    bench.tap("OTHER")
    assert bench.status().status == "Reserved"
    bench.tap("MINE")
    assert bench.status().status == "Charging"


def test_a_verdict_that_comes_when_the_connector_was_reserved_meanwhile_opens_nothing() -> None:
    bench = Bench(script={"Authorize": lambda _: None}).connect()
    bench.tap("OTHER")
    assert reserve(bench) == "Accepted"
    bench.answer("Authorize", {"idTagInfo": {"status": "Accepted"}})
    assert bench.status().status == "Reserved"


def test_who_does_not_plug_in_or_thinks_again_leaves_it_reserved() -> None:
    bench = reserved(entry={"ocpp_config": {"ConnectionTimeOut": "30"}})
    bench.tap("MINE")
    bench.advance(30)
    assert bench.statuses() == ["Preparing", "Available", "Reserved"]
    bench.tap("MINE")
    bench.tap("MINE")
    assert bench.status().status == "Reserved"
