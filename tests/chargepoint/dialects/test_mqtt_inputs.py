"""What a station is told over MQTT, and everything it refuses (S0-14, S0-31 to S0-33)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.bench import Bench

CAR = "connectors/1/car"
ID_TAG = "connectors/1/id_tag"
FAULTED = "connectors/1/faulted"


def refusals(bench: Bench) -> list[dict[str, str]]:
    topic = f"cp_simu/cps/{bench.spec.id}/result"
    return [json.loads(message.payload) for message in bench.published if message.topic == topic]


def test_car_inputs_may_be_whole_numbers() -> None:
    """S0-31: the original ignores 32 and takes only 32.0."""
    bench = Bench().connect()
    bench.mqtt(CAR, b'{"cable": 32, "ready": true, "consumption_l1": 10, "consumption_l2": 0, "consumption_l3": 7}')
    status = bench.status()
    assert (status.car_cable_capacity, status.car_consumption_l1, status.car_consumption_l3) == (32.0, 10.0, 7.0)
    assert refusals(bench) == []


def test_every_key_of_a_car_input_is_optional_and_absent_is_unchanged() -> None:
    """S0-14."""
    bench = Bench().connect()
    bench.mqtt(CAR, b'{"cable": 20, "ready": false, "consumption_l1": 1, "consumption_l2": 2, "consumption_l3": 3}')
    before = bench.status()
    bench.mqtt(CAR, b"{}")
    bench.mqtt(CAR, b'{"cable": null, "ready": null}')
    assert bench.status() == before
    bench.mqtt(CAR, b'{"consumption_l2": 9}')
    assert bench.status() == replace(before, car_consumption_l2=9.0)
    bench.mqtt(CAR, b'{"ready": true}')
    assert bench.status() == replace(before, car_consumption_l2=9.0, car_ready=True)
    bench.mqtt(CAR, b'{"cable": 0}')
    assert bench.status().status == "Available"


def test_a_car_without_wishes_asks_for_what_its_kind_does() -> None:
    bench = Bench().connect()
    bench.mqtt(CAR, b'{"cable": 32.0}')
    assert bench.status().car_consumption_l1 == 16.0
    bench.mqtt(CAR, b'{"cable": 0}')
    assert bench.status().car_consumption_l1 == 0


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        *(
            (CAR, payload)
            for payload in (
                '{"cable": -1}',
                '{"cable": 1e400}',
                '{"cable": NaN}',
                '{"cable": Infinity}',
                '{"cable": 1e9}',
                '{"cable": "32"}',
                '{"cable": true}',
                '{"cable": [32]}',
                '{"cable": 32, "consumption_l1": -5}',
                '{"ready": 1}',
                '{"ready": "true"}',
                '{"consumption_l4": 5}',
                '{"Cable": 32}',
                '{"cable": 1' + "0" * 400 + "}",
            )
        ),
        *(
            (ID_TAG, payload)
            for payload in ('{"id": ""}', '{"id": 5}', "{}", '{"id": "x", "y": 1}', '{"id": "' + "x" * 21 + '"}')
        ),
        *(
            (FAULTED, payload)
            for payload in (
                "{}",
                '{"faulted": 1}',
                '{"faulted": "true"}',
                '{"faulted": true, "error_code": "Rust"}',
                '{"faulted": true, "error_code": "NoError"}',
            )
        ),
        *(("cmd", payload) for payload in ('{"type": "explode"}', '{"type": 5}', "{}", '{"type": ["close"]}')),
        *(
            (topic, payload)
            for topic in (CAR, ID_TAG, FAULTED, "cmd")
            for payload in ("", "5", "[]", "null", '"x"', "{", "true", "\udcff", "[" * 50_000)
        ),
        *(
            (f"connectors/{number}/{leaf}", payload)
            for number in (2, 99)
            for leaf, payload in (
                ("car", '{"cable": 32}'),
                ("id_tag", '{"id": "T"}'),
                ("faulted", '{"faulted": true}'),
            )
        ),
        ("connectors/0/car", '{"cable": 32}'),
        ("connectors/0/id_tag", '{"id": "T"}'),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_changes_nothing(topic: str, payload: str) -> None:
    """Defect 3 of the original: JSON that is no object crashed it."""
    bench = Bench()
    bench.charging()
    before = bench.status()
    bench.forget()
    bench.mqtt(topic, payload.encode(errors="surrogateescape"))
    assert bench.status() == before
    assert bench.sent == []
    (refusal,) = refusals(bench)
    assert refusal["topic"] == f"cp_simu/cps/CP1/{topic}"
    assert refusal["result"] == "refused"
    assert "is not" in refusal["reason"]
    assert len(refusal["reason"]) < 500


def test_connector_0_can_be_faulted_it_is_the_station() -> None:
    bench = Bench().connect()
    bench.mqtt("connectors/0/faulted", b'{"faulted": true}')
    assert bench.status().status == "Faulted"
    assert refusals(bench) == []


def test_a_tag_presents_itself_to_start_and_to_stop() -> None:
    """S0-32."""
    bench = Bench().connect()
    bench.mqtt(CAR, b'{"cable": 32}')
    bench.mqtt(ID_TAG, b'{"id": "TAG"}')
    assert bench.status().status == "Charging"
    bench.mqtt(ID_TAG, b'{"id": "TAG"}')
    assert bench.status().status == "Finishing"


def test_a_suspension_by_the_car_and_its_end() -> None:
    """S0-14: car suspension."""
    bench = Bench()
    bench.charging()
    bench.mqtt(CAR, b'{"ready": false}')
    assert bench.status().status == "SuspendedEV"
    bench.mqtt(CAR, b'{"ready": true}')
    assert bench.status().status == "Charging"


def test_a_denied_tag_is_answered_with_the_reason() -> None:
    bench = Bench()
    bench.mqtt(ID_TAG, b'{"id": "TAG"}')
    (refusal,) = refusals(bench)
    assert "no central system has ever accepted this station" in refusal["reason"]


def test_a_refused_message_does_not_hold_up_what_is_due() -> None:
    bench = Bench()
    bench.charging()
    bench.forget()
    bench.now += 61
    bench.mqtt(CAR, b"rubbish")
    assert "MeterValues" in bench.actions()


@pytest.mark.parametrize(
    "leaf", ["result", "ocpp_config", "connectors/1/status", "connectors/x/car", "somewhere/else"]
)
@pytest.mark.parametrize("retain", [False, True])
def test_other_topics_are_not_listened_to(leaf: str, retain: bool) -> None:
    bench = Bench().connect()
    bench.forget()
    bench.mqtt(leaf, b"rubbish", retain=retain)
    assert bench.published == []


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("cmd", b'{"type": "close"}'),
        ("connectors/1/car", b'{"cable": 32}'),
        ("connectors/1/id_tag", b'{"id": "TAG"}'),
        ("connectors/1/faulted", b'{"faulted": true}'),
    ],
)
def test_a_retained_command_or_input_is_of_the_past_and_is_refused(topic: str, payload: bytes) -> None:
    bench = Bench().connect()
    before = bench.status()
    bench.forget()
    bench.mqtt(topic, payload, retain=True)
    assert bench.life.going_down is None
    assert bench.status() == before
    (refusal,) = bench.published
    assert refusal.topic == "cp_simu/cps/CP1/result"
    assert b"retain" in refusal.payload
