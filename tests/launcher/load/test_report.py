"""A load's figures for people, programs and pipelines: what central systems do that let in few, or nobody."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from chargepoint.api.account import Account
from chargepoint.api.figures import Figures
from launcher.load.load import Outcome, Plan
from launcher.load.profiles import PROFILES
from launcher.load.report import line, table, to_json, to_junit
from launcher.load.storms import Storms

URL = "wss://staging.example/ocpp"
PLAN = Plan(10, URL, PROFILES["idle"])
TOO_MANY = f"{URL}/<id> refuses the connection: HTTP 429 Too Many Requests"
NO_TIME = f"{URL}/<id>: timed out during opening handshake"


def outcome(figures: Figures) -> Outcome:
    """A load that has come to its end."""
    return Outcome(PLAN, figures, 60.0, None, Storms(), Account())


def figures(accepted: int = 0, others: str = "Disconnected", **reasons: int) -> Figures:
    """So many of ten are accepted."""
    told = Figures(last_accepted_at=float(accepted))
    told.registrations.update({"Accepted": accepted, others: PLAN.count - accepted})
    told.link_failures.update({globals()[name]: count for name, count in reasons.items()})
    if accepted or others != "Disconnected":
        told.sent["BootNotification"] = 10
        told.answered("BootNotification", 0.1)
    return told


def connected(count: int) -> Figures:
    """So many are connected, and have got no answer yet."""
    told = figures()
    told.connected = count
    return told


def test_a_line_tells_how_often_there_was_no_connection_since_the_line_before_and_why() -> None:
    before = figures(3, TOO_MANY=5, NO_TIME=1)
    assert line(PLAN, 1.0, Figures(), figures(3)).endswith("  BootNotification")
    told = line(PLAN, 2.0, before, figures(3, TOO_MANY=9, NO_TIME=2))
    assert told.endswith("  5 x HTTP 429 Too Many Requests")
    assert line(PLAN, 3.0, before, figures(3, TOO_MANY=5, NO_TIME=2)).endswith(
        "  1 x timed out during opening handshake"
    )
    both = line(PLAN, 1.0, Figures(), figures(3, TOO_MANY=2))
    assert both.endswith("  BootNotification  2 x HTTP 429 Too Many Requests")
    assert line(PLAN, 4.0, before, before).endswith("       0       0"), "nothing new"


def test_who_was_not_let_in_is_told_at_the_end() -> None:
    assert "charge points in the end: 7 Disconnected, 3 Accepted" in table(outcome(figures(3)))
    early = figures(3)
    early.registrations["Disconnected"] = 1
    assert "charge points in the end: 3 Accepted, 1 Disconnected, 6 not started" in table(outcome(early))
    assert not [each for each in table(outcome(figures(10))) if "in the end" in each]


def test_latencies_of_what_was_never_answered_are_none() -> None:
    silent = figures(10)
    silent.sent["Heartbeat"] = silent.unanswered["Heartbeat"] = 4
    [row] = [each for each in table(outcome(silent)) if each.startswith("Heartbeat")]
    assert row.split() == ["Heartbeat", "4", "0", "4", "-", "-", "-", "-"]
    told = json.loads(to_json(outcome(silent)))["requests"]
    assert told["Heartbeat"]["p99_s"] is told["Heartbeat"]["max_s"] is None
    assert told["BootNotification"]["p99_s"] == told["BootNotification"]["max_s"] == 0.1


def test_how_long_it_took_to_connect_is_told() -> None:
    told = figures(10)
    told.connections = 2
    told.connecting.add(0.02)
    told.connecting.add(4.0)
    assert (
        "2 connections made: p50 21 ms, p95 4000 ms, p99 4000 ms, max 4000 ms for TCP, TLS and handshake together"
        in table(outcome(told))
    )
    assert json.loads(to_json(outcome(told)))["connections"].items() >= {"made": 2, "max_s": 4.0}.items()
    assert "0 connections made: p50 -," in "\n".join(table(outcome(Figures())))


def test_a_load_of_which_nobody_is_let_in_is_an_error_for_pipelines_with_the_reasons() -> None:
    for nobody, said in (
        (figures(0, TOO_MANY=9), [f"no charge point got an answer from {URL}", f"9 times: {TOO_MANY}"]),
        (figures(0), [f"no charge point got an answer from {URL}", "no attempt to connect has come to an end"]),
        (
            connected(4),
            [f"no charge point got an answer from {URL}", "4 of 10 are connected, and wait for an answer"],
        ),
        (figures(0, "Rejected"), [f"no charge point was accepted by {URL}", "10 Rejected"]),
        (figures(0, "Pending"), [f"no charge point was accepted by {URL}", "10 Pending"]),
    ):
        assert json.loads(to_json(outcome(nobody)))["not_let_in"] == said
        suite = ElementTree.fromstring(to_junit(outcome(nobody)))
        assert (suite.get("failures"), suite.get("errors")) == ("0", "1")
        error = suite.find("testcase/error")
        assert error is not None
        assert error.get("message") == "; ".join(said)


def test_a_pipeline_is_shown_the_whole_table() -> None:
    """Why 7 of 10 were left out is not in a condition that has failed."""
    shown = ElementTree.fromstring(to_junit(outcome(figures(3, TOO_MANY=9)))).findtext("testcase/system-out")
    assert shown is not None
    assert f"no connection, 9 times: {TOO_MANY}" in shown.splitlines()


def test_a_load_of_which_one_was_let_in_is_none() -> None:
    some = outcome(figures(1, TOO_MANY=9))
    assert json.loads(to_json(some))["not_let_in"] == []
    assert ElementTree.fromstring(to_junit(some)).get("errors") == "0"
