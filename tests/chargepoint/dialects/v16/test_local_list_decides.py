"""What the local authorization list decides: who starts, who stops, online and offline (OCPP 1.6 section 3.5)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.chargepoint.dialects.v16.local_lists import entry, listing, send, version
from tests.support.bench import NOON, Bench, CallError, Payload


def test_without_local_pre_authorize_it_is_asked_about() -> None:
    bench = listing(entry("TAG"))
    bench.tap()
    assert bench.actions()[0] == "Authorize"


@pytest.mark.parametrize("listed", [entry("TAG", "Blocked"), entry("TAG", expiryDate=iso(NOON - 1))])
def test_online_a_tag_that_the_list_refuses_is_asked_about_and_the_central_system_decides(listed: Payload) -> None:
    bench = listing(listed, LocalPreAuthorize="true")
    bench.plug()
    bench.tap()
    assert "Authorize" in bench.actions()
    assert len(bench.calls("StartTransaction")) == 1


@pytest.mark.parametrize(
    ("listed", "local_authorize", "starts"),
    [
        (entry("tag"), "true", 1),
        (entry("TAG"), "false", 0),
        (entry("TAG", expiryDate=iso(NOON + 1)), "true", 1),
        (entry("TAG", expiryDate=iso(NOON)), "true", 0),
        (entry("TAG", "Blocked"), "true", 0),
        (entry("TAG", "Expired"), "true", 0),
        (entry("TAG", "Invalid"), "true", 0),
        (entry("TAG", "ConcurrentTx"), "true", 0),
    ],
)
@pytest.mark.parametrize("unknown_allowed", ["true", "false"])
def test_offline_the_list_decides_over_its_tags(
    listed: Payload, local_authorize: str, starts: int, unknown_allowed: str
) -> None:
    bench = listing(listed, LocalAuthorizeOffline=local_authorize, AllowOfflineTxForUnknownId=unknown_allowed)
    bench.disconnect()
    bench.plug()
    bench.tap()
    bench.connect()
    assert len(bench.calls("StartTransaction")) == starts


def test_without_a_usable_answer_the_list_decides() -> None:
    bench = listing(entry("HER"), entry("HIS", "Blocked"))
    bench.script["Authorize"] = lambda _: CallError("InternalError")
    bench.plug()
    bench.tap("HIS")
    assert bench.calls("StartTransaction") == []
    bench.tap("HER")
    assert len(bench.calls("StartTransaction")) == 1


def knowing_and_listing(*entries: Payload, **config: str) -> Bench:
    """A station whose cache has heard of TAG and OTHER, and that then gets a list."""
    bench = Bench({"ocpp_config": config}).connect()
    for id_tag in ("TAG", "OTHER"):
        bench.tap(id_tag)
        bench.tap(id_tag)
    assert send(bench, 1, *entries) == "Accepted"
    bench.forget()
    return bench


def test_the_list_goes_before_the_cache() -> None:
    bench = knowing_and_listing(entry("TAG", "Blocked"))
    bench.disconnect()
    bench.tap("TAG")
    assert bench.status().status == "Available"
    bench.tap("OTHER")
    assert bench.status().status == "Preparing"


def test_a_tag_that_left_the_list_is_unknown_for_the_cache_never_had_it() -> None:
    bench = knowing_and_listing(entry("TAG", "Accepted"))
    bench.charging()
    bench.tap()
    bench.unplug()
    assert send(bench, 2, {"idTag": "TAG"}, update="Differential") == "Accepted"
    bench.disconnect()
    bench.tap()
    assert bench.status().status == "Available"


def test_a_list_that_is_switched_off_is_ignored_but_kept() -> None:
    bench = listing(entry("TAG", "Blocked"), LocalPreAuthorize="true")
    bench.call("ChangeConfiguration", key="LocalAuthListEnabled", value="false")
    bench.tap()
    bench.tap()
    bench.forget()
    bench.tap()
    assert bench.actions() == ["StatusNotification"], "the cache has it now"
    bench.tap()
    assert send(bench, 2, entry("OTHER"), update="Differential") == "NotSupported"
    bench.power_cut()
    bench.connect()
    bench.call("ChangeConfiguration", key="LocalAuthListEnabled", value="true")
    assert version(bench) == 1
    bench.forget()
    bench.tap()
    assert bench.actions()[0] == "Authorize"


def test_clear_cache_leaves_the_list_alone() -> None:
    bench = listing(entry("TAG"))
    assert bench.call("ClearCache") == {"status": "Accepted"}
    assert version(bench) == 1
    bench.disconnect()
    bench.tap()
    assert bench.status().status == "Preparing"


def test_a_remote_start_that_is_to_be_authorized_goes_by_the_list() -> None:
    bench = listing(entry("TAG"), LocalPreAuthorize="true", AuthorizeRemoteTxRequests="true")
    bench.plug()
    assert bench.call("RemoteStartTransaction", idTag="TAG", connectorId=1) == {"status": "Accepted"}
    assert bench.calls("Authorize") == []
    assert len(bench.calls("StartTransaction")) == 1


def test_the_group_that_the_list_names_stops_a_transaction_without_a_question() -> None:
    bench = listing(entry("HER", parentIdTag="Family"), entry("HIS", parentIdTag="FAMILY"))
    bench.charging(id_tag="HER")
    bench.disconnect()
    bench.tap("HIS")
    bench.connect()
    (stop,) = bench.calls("StopTransaction")
    assert (stop["reason"], stop["idTag"]) == ("Local", "HIS")


def test_a_transaction_that_the_central_system_started_has_its_group_from_the_list() -> None:
    bench = listing(entry("HER", parentIdTag="FAMILY"), entry("HIS", parentIdTag="FAMILY"))
    bench.plug()
    bench.call("RemoteStartTransaction", idTag="HER", connectorId=1)
    bench.forget()
    bench.tap("HIS")
    assert "Authorize" not in bench.actions()
    assert len(bench.calls("StopTransaction")) == 1


@pytest.mark.parametrize(
    "his", [entry("HIS", parentIdTag="OTHERS"), entry("HIS"), entry("HIS", "Blocked", parentIdTag="FAMILY")]
)
def test_another_group_or_a_refused_member_does_not_stop_it(his: Payload) -> None:
    bench = listing(entry("HER", parentIdTag="FAMILY"), his)
    bench.charging(id_tag="HER")
    bench.disconnect()
    bench.tap("HIS")
    assert bench.status().id_tag == "HER"
