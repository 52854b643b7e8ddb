"""One life of a station as its runtime drives it: one input, then what to store, then what to say."""

from __future__ import annotations

import json

from chargepoint.api.topics import Topics
from chargepoint.bus import Message
from chargepoint.dialects.mqtt import MqttDialect
from chargepoint.life import Life
from chargepoint.model.transaction import StopReason
from chargepoint.model.vehicle import GENERIC
from tests.support.bench import NOON, Bench


def test_what_must_survive_is_there_to_be_stored_before_it_can_be_said() -> None:
    bench = Bench().connect()
    bench.plug()
    bench.script["StartTransaction"] = lambda _: None
    bench.life.heard(Message("cp_simu/cps/CP1/connectors/1/id_tag", b'{"id":"TAG"}'), bench.now)
    (authorize,) = bench.life.frames()
    bench.life.received(json.dumps([3, json.loads(authorize)[1], {"idTagInfo": {"status": "Accepted"}}]), bench.now)
    records, queue = bench.life.changes()
    assert records["connector/1"]["transaction"] is not None
    assert [entry["action"] for entry in queue.values() if entry] == ["StartTransaction"]
    assert "StartTransaction" in bench.life.frames()[0]


def test_changes_are_told_once() -> None:
    bench = Bench()
    bench.charging()
    assert bench.life.changes() == ({}, {})
    assert bench.life.frames() == []
    assert bench.life.messages(bench.now) == []
    assert bench.life.notes() == []


def test_a_life_is_made_of_what_the_one_before_stored() -> None:
    bench = Bench()
    bench.charging()
    bench.advance(60)
    topics = Topics()
    life = Life(
        bench.spec,
        topics,
        MqttDialect(bench.spec, topics, 1, NOON),
        GENERIC,
        bench.records,
        [record for _, record in sorted(bench.queue.items())],
        lambda: "id",
        bench.now + 10,
    )
    assert life.station.state.connectors[1].meter.energy_wh == bench.life.station.state.connectors[1].meter.energy_wh
    _, queue = life.changes()
    assert [entry["action"] for entry in queue.values() if entry] == ["StopTransaction"]


def test_inputs_of_any_kind_let_time_pass_first() -> None:
    for act in (
        lambda life, now: life.heard(Message("cp_simu/cps/CP1/cmd", b"{}"), now),
        lambda life, now: life.heard(Message("cp_simu/cps/CP1/status", b'{"status":"Dead"}'), now),
        lambda life, now: life.heard(Message("cp_simu/cps/CP9/status", b""), now),
        lambda life, now: life.received("rubbish", now),
        lambda life, now: life.advance(now),
        lambda life, now: life.closed("gone", now),
        lambda life, now: life.end(now),
    ):
        bench = Bench()
        bench.charging()
        bench.forget()
        act(bench.life, bench.now + 60.5)
        _, queue = bench.life.changes()
        assert [entry["action"] for entry in queue.values() if entry][:1] == ["MeterValues"]


def test_it_is_silent_when_all_has_been_said_and_answered() -> None:
    bench = Bench(script={"StopTransaction": lambda _: None})
    assert bench.life.silent
    bench.charging()
    assert bench.life.silent
    bench.mqtt("cmd", b'{"type":"close"}')
    assert not bench.life.silent
    bench.answer("StopTransaction", {})
    assert bench.life.silent


def test_being_closed_while_it_resets_ends_it() -> None:
    bench = Bench().connect()
    assert bench.life.going_down is None
    bench.call("Reset", type="Soft")
    assert bench.life.going_down is StopReason.SOFT_RESET
    bench.mqtt("cmd", b'{"type":"close"}')
    assert bench.life.going_down is StopReason.REBOOT


def test_it_says_in_words_what_happens() -> None:
    bench = Bench()
    bench.charging()
    bench.unplug()
    bench.receive("rubbish")
    bench.disconnect()
    bench.mqtt("connectors/7/car", b"{}")
    for word in ("connected to ws://csms.test/CP1", "TAG starts", "stops: EVDisconnected", "dropped 'rubbish'"):
        assert [note for note in bench.notes if word in note], word
    assert "connection lost" in bench.notes
    assert [note for note in bench.notes if "connectors/7/car" in note]


def test_an_unreachable_central_system_is_said_once() -> None:
    bench = Bench()
    for _ in range(5):
        bench.disconnect()
        bench.advance(10)
    assert bench.notes.count("connection lost") == 1


def test_its_next_deadline_always_lies_ahead_once_time_has_passed() -> None:
    bench = Bench(
        {"nb_connectors": 2, "ocpp_config": {"ClockAlignedDataInterval": "60", "MinimumStatusDuration": "3"}}
    )
    bench.charging(1)
    bench.tap("OTHER", 2)
    for _ in range(200):
        due = bench.life.next_deadline()
        assert due is not None
        assert due > bench.now
        bench.advance(due - bench.now)


def test_a_failing_store_is_told_and_its_recovery_too() -> None:
    bench = Bench().connect()
    bench.life.store_error = "state.jsonl: disk full"
    (message,) = bench.life.messages(bench.now)
    assert json.loads(message.payload)["last_error"] == "state.jsonl: disk full"
    bench.life.store_error = ""
    (message,) = bench.life.messages(bench.now)
    assert json.loads(message.payload)["last_error"] == ""
