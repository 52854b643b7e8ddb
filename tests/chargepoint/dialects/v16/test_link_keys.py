"""The keys of our own that rule the connection and what comes in over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chargepoint.dialects.v16 import session as session_module
from chargepoint.dialects.v16.keys import Key
from chargepoint.dialects.v16.link_keys import LINK_KEYS, WEB_SOCKET_PROXY
from chargepoint.dialects.v16.session import OPTIONAL, SENDS, Heard, Outcome
from chargepoint.ocpp.events import Refused
from chargepoint.ocpp.v16 import Action
from tests.support.bench import Bench, CallError


def value(bench: Bench, key: str) -> str:
    [entry] = bench.call("GetConfiguration", key=[key])["configurationKey"]
    assert entry["readonly"] is False
    return str(entry["value"])


@pytest.mark.parametrize("key", [key for key in LINK_KEYS if key.name != WEB_SOCKET_PROXY], ids=lambda key: key.name)
def test_each_key_is_set_at_the_start_and_over_ocpp_and_kept(key: Key) -> None:
    given, changed = ("true", "false") if key.default in ("true", "false") else ("1000", "999")
    if key.name == "MaxMessageSize":
        given, changed = "100000", "99999"
    bench = Bench({"ocpp_config": {key.name: given}}).connect()
    assert value(bench, key.name) == given
    assert bench.call("ChangeConfiguration", key=key.name, value=changed) == {"status": "Accepted"}
    bench.power_cut()
    bench.connect()
    assert value(bench, key.name) == changed
    assert bench.call("ChangeConfiguration", key=key.name, value="perhaps") == {"status": "Rejected"}


def test_a_proxy_is_set_and_kept_and_never_told() -> None:
    bench = Bench({"ocpp_config": {WEB_SOCKET_PROXY: "http://me:s3cret@proxy:3128"}}).connect()
    assert bench.call("GetConfiguration", key=[WEB_SOCKET_PROXY])["configurationKey"] == [
        {"key": WEB_SOCKET_PROXY, "readonly": False}
    ]
    change = {"key": WEB_SOCKET_PROXY, "value": "http://proxy:8080/"}
    assert bench.call("ChangeConfiguration", **change) == {"status": "Accepted"}
    bench.power_cut()
    bench.connect()
    assert bench.life.dialect.session.configuration[WEB_SOCKET_PROXY] == "http://proxy:8080"
    assert bench.call("ChangeConfiguration", key=WEB_SOCKET_PROXY, value="perhaps") == {"status": "Rejected"}


# BootOnReconnect


def test_a_reconnection_is_no_boot_unless_the_central_system_wants_it() -> None:
    for wanted, boots in (("false", 0), ("true", 1)):
        bench = Bench({"ocpp_config": {"BootOnReconnect": wanted}}).connect()
        bench.disconnect()
        bench.forget()
        bench.connect()
        assert len(bench.calls("BootNotification")) == boots


def test_with_boot_on_reconnect_nothing_is_said_before_the_boot_is_accepted_and_all_of_it_afterwards() -> None:
    bench = Bench({"ocpp_config": {"BootOnReconnect": "true"}})
    transaction = bench.charging()
    bench.disconnect()
    bench.tap()
    bench.script["BootNotification"] = lambda _: None
    bench.forget()
    bench.connect()
    assert bench.actions() == ["BootNotification"]
    assert bench.life.dialect.registration == "Disconnected"
    del bench.script["BootNotification"]
    bench.answer("BootNotification", {"status": "Accepted", "currentTime": "2025-06-15T12:00:00Z", "interval": 60})
    assert [stop["transactionId"] for stop in bench.calls("StopTransaction")] == [transaction]
    assert set(bench.actions()) == {"BootNotification", "StatusNotification", "StopTransaction"}


def test_a_running_transaction_goes_on_over_a_boot_that_is_only_said() -> None:
    bench = Bench({"ocpp_config": {"BootOnReconnect": "true"}})
    transaction = bench.charging()
    bench.disconnect()
    bench.connect()
    assert bench.status().transaction_id == transaction
    assert bench.calls("StopTransaction") == []


# ReconnectAfterTimeouts


@pytest.mark.parametrize(("most", "dead_after"), [("1", 1), ("3", 3), ("0", None)])
def test_requests_in_a_row_without_an_answer_make_a_connection_a_dead_one(most: str, dead_after: int | None) -> None:
    config = {"ReconnectAfterTimeouts": most, "MessageTimeout": "10"}
    bench = Bench({"ocpp_config": config, "nb_connectors": 8}).connect()
    bench.script["StatusNotification"] = lambda _: None
    for number in range(1, 9):
        bench.plug(number)
    for number in range(1, 6):
        bench.advance(10)
        assert bool(bench.life.link_is_dead) == (dead_after is not None and number >= dead_after)


def test_an_answer_between_them_keeps_the_connection() -> None:
    bench = Bench({"ocpp_config": {"MessageTimeout": "10"}, "nb_connectors": 4}).connect()
    answers: Iterator[dict[str, object] | None] = iter([None, None, {}, None, None])
    bench.script["StatusNotification"] = lambda _: next(answers)
    for number in range(1, 5):
        bench.plug(number)
    bench.advance(40)
    assert bench.life.link_is_dead == ""


def test_a_new_connection_begins_without_timeouts() -> None:
    bench = Bench({"ocpp_config": {"ReconnectAfterTimeouts": "1", "MessageTimeout": "10"}}).connect()
    bench.script["StatusNotification"] = lambda _: None
    bench.plug()
    bench.advance(10)
    assert bench.life.link_is_dead == "1 requests in a row without an answer"
    bench.disconnect()
    assert bench.life.link_is_dead == ""


# What a central system does not know


def test_a_message_that_the_central_system_does_not_know_is_said_once_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Domain text 5.3; citrineos #216."""
    notice = Action.firmware_status_notification
    assert notice in OPTIONAL
    monkeypatch.setattr(session_module, "SENDS", SENDS | {notice})
    bench = Bench(script={str(notice): lambda _: CallError("NotImplemented")}).connect()
    heard: list[Outcome] = []

    def tell() -> None:
        hear: Heard = lambda outcome, _: heard.append(outcome)  # noqa: E731
        bench.life.dialect.session.send(notice, {"status": "Idle"}, bench.now, heard=hear)
        bench.advance(1)

    for _ in range(3):
        tell()
    assert len(bench.calls(str(notice))) == 1
    assert [type(outcome) for outcome in heard] == [Refused] * 3
    bench.disconnect()
    bench.connect()
    tell()
    assert len(bench.calls(str(notice))) == 2
