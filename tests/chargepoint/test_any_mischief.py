"""Any orders to misbehave, in any order, to a station in use: they are followed or refused, and nothing breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.damage import AT_ONCE, Damage, DamageKind
from chargepoint.api.disturbances import DisturbanceKind, Side
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Misbehave, parse_order
from chargepoint.api.quirks import QuirkName
from chargepoint.api.spec import parse_spec
from tests.chargepoint.api.strategies import objects_of, outcome
from tests.support.bench import Bench

amounts = st.floats(-10, 1000)
disturbances = st.fixed_dictionaries(
    {"type": st.just("disturb"), "kind": st.sampled_from(list(map(str, DisturbanceKind)))},
    optional={
        "clear": st.booleans(),
        "direction": st.sampled_from(list(map(str, Side))),
        "probability": st.floats(0, 1),
        "seed": st.integers(0, 10),
        "for_s": st.floats(0, 100),
        "every_s": st.floats(1, 100),
    },
)
quirks = st.fixed_dictionaries(
    {"type": st.just("quirks"), "quirks": st.lists(st.sampled_from(list(map(str, QuirkName))), max_size=4)}
)
damages = st.fixed_dictionaries(
    {"type": st.just("damage"), "kind": st.sampled_from(list(map(str, DamageKind)))},
    optional={"clear": st.booleans(), "connector": st.integers(1, 3)},
)
amounted = st.sampled_from([("meter_jump", "energy_wh"), ("clock_skew", "skew_s"), ("clock_drift", "drift_ppm")])
amounted_damages = st.builds(lambda of, amount: {"type": "damage", "kind": of[0], of[1]: amount}, amounted, amounts)
clear = st.builds(lambda type: {"type": type, "clear": True}, st.sampled_from(["disturb", "damage"]))
steps = st.sampled_from(["plug", "unplug", "tap", "connect", "disconnect", "call", "wait"])


@given(st.lists(disturbances | quirks | damages | amounted_damages | clear | steps, max_size=25))
@settings(max_examples=60, deadline=None)
def test_a_station_lives_through_any_mischief(script: list[Any]) -> None:
    bench = Bench({"nb_connectors": 2, "ocpp_config": {"MeterValueSampleInterval": 10}}).connect()
    for step in script:
        match step:
            case dict():
                bench.mqtt("cmd", json.dumps(step).encode())
            case "plug":
                bench.plug()
            case "unplug":
                bench.unplug()
            case "tap":
                bench.tap()
            case "connect":
                bench.connect()
            case "disconnect":
                bench.disconnect()
            case "call":
                bench.receive('[2,"c","GetConfiguration",{}]')
            case _:
                bench.advance(45)
    for type in ("disturb", "damage"):
        bench.mqtt("cmd", json.dumps({"type": type, "clear": True}).encode())
    bench.mqtt("cmd", b'{"type":"quirks","quirks":[]}')
    bench.advance(600)
    assert json.loads(bench.life.greeting(bench.now)[0].payload)["deviations"] == []


@given(objects_of("type", "kind", "clear", "quirks", "connector"), st.sampled_from(["disturb", "quirks", "damage"]))
def test_any_order_is_understood_or_refused(payload: bytes, type: str) -> None:
    order = outcome(parse_order, json.dumps({**json.loads(payload), "type": type}))
    assert isinstance(order, Misbehave | InputError)


@given(damages)
def test_an_order_says_all_of_a_damage(order: dict[str, Any]) -> None:
    damage = outcome(parse_order, json.dumps(order))
    if isinstance(damage, Misbehave):
        assert parse_order(damage.to_json()) == damage
        assert isinstance(damage.what, Damage)
        assert not (damage.what.clear and damage.what.kind in AT_ONCE)


def test_quirks_of_an_entry_are_named_right_and_once() -> None:
    entry = {"id": "CP1", "central_system": "ws://csms.test", "quirks": ["celcius", "ts_no_zone", "celcius"]}
    spec = parse_spec(entry)
    assert spec.quirks == (QuirkName.TS_NO_ZONE, QuirkName.CELCIUS)
    assert parse_spec(spec.to_entry()) == spec
    with pytest.raises(InputError, match="quirks: 'loud' is not one of 'no_subprotocol'"):
        parse_spec(entry | {"quirks": ["loud"]})


def test_an_order_without_its_field_is_refused() -> None:
    with pytest.raises(InputError, match="a list of quirks"):
        parse_order('{"type": "quirks"}')
