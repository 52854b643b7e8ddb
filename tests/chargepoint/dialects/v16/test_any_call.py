"""Whatever the central system asks, right or wrong, it gets exactly one answer, and the station lives on."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargepoint.ocpp.schema import schemas
from tests.support.bench import Bench, CallError

JUNK: list[Any] = [
    None,
    "",
    "x" * 600,
    -1,
    0,
    3,
    2**63,
    10**400,
    1.5,
    1e300,
    True,
    [],
    {},
    [{}],
    "\ud800",
    "2025-01-01",
]
INTEGERS = [0, 1, 2, 60, 86_400]
TEXTS = [
    "TAG",
    "http://files.test/fw.bin",
    "HeartbeatInterval",
    "MeterValuesSampledData",
    "Voltage",
    "10",
    "true",
    "2030-01-01T00:00:00Z",
    "2020-01-01T00:00:00Z",
]


def schema(action: str) -> dict[str, Any]:
    package = find_spec("ocpp")
    assert package is not None
    assert package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0], "v16", "schemas")
    loaded: dict[str, Any] = json.loads((folder / f"{action}.json").read_bytes())
    resolved: dict[str, Any] = _resolved(loaded, loaded.get("definitions", {}))
    return resolved


def _resolved(rule: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(rule, list):
        return [_resolved(item, definitions) for item in rule]
    if not isinstance(rule, dict):
        return rule
    if "$ref" in rule:
        return _resolved(definitions[rule["$ref"].rpartition("/")[2]], definitions)
    return {key: _resolved(one, definitions) for key, one in rule.items()}


def values(rule: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values by ``rule`` of a schema, and now and then something else."""
    if "enum" in rule:
        right: st.SearchStrategy[Any] = st.sampled_from(rule["enum"])
    elif rule.get("type") == "object":
        right = objects(rule)
    elif rule.get("type") == "array":
        right = st.lists(values(rule["items"]), max_size=3)
    elif rule.get("type") in ("integer", "number"):
        right = st.sampled_from(INTEGERS)
    else:
        right = st.sampled_from(TEXTS)
    return st.one_of(*[right] * 9, st.sampled_from(JUNK))


def objects(rule: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    properties = {name: values(one) for name, one in rule.get("properties", {}).items()}
    required = {name: properties[name] for name in rule.get("required", ())}
    optional = {name: one for name, one in properties.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def calls() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    actions = sorted(Bench().life.dialect.answered_actions)
    return st.one_of([st.tuples(st.just(action), objects(schema(action))) for action in actions])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(calls(), st.sampled_from([0.0, 1.0, 61.0])), max_size=12))
def test_every_call_has_one_answer(story: list[tuple[tuple[str, dict[str, Any]], float]]) -> None:
    bench = Bench({"nb_connectors": 2})
    bench.charging()
    for number, ((action, payload), seconds) in enumerate(story):
        bench.forget()
        call_id = f"any-{number}"
        bench.receive(json.dumps([2, call_id, action, payload]))
        assert [frame[0] for frame in bench.wire if frame[0] != 2 and frame[1] == call_id] in ([3], [4])
        answer = bench.answers[call_id]
        if isinstance(answer, CallError):
            assert answer.code != "InternalError"
            assert "of ours is wrong" not in answer.description
        else:
            assert schemas("1.6").violation(action, answer, response=True) is None
        if bench.life.going_down is not None:
            bench.power_on()
            bench.connect()
        bench.advance(seconds)
    bench.power_cut()
    bench.connect()
