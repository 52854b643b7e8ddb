"""The steps that let stations deviate: whatever can be said in an order can be said in a file, and in its schema."""

from __future__ import annotations

from pathlib import Path

import fastjsonschema
import pytest
import yaml

from chargepoint.api.disturbances import DISTURBANCES, Disturbance, DisturbanceKind
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Misbehave
from launcher.scenario.format import load, schema
from launcher.scenario.steps import Deviate

VALID = fastjsonschema.compile(schema())


def read(folder: Path, disturb: object) -> Deviate:
    """The step as it is read, which editors take as well."""
    told = {"stations": "CP", "steps": [{"disturb": disturb}]}
    VALID(told)
    file = folder / "told.yaml"
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    deed = load(file).steps[0].deed
    assert isinstance(deed, Deviate)
    return deed


@pytest.mark.parametrize("kind", DisturbanceKind)
def test_every_disturbance_takes_a_probability_and_a_seed(kind: DisturbanceKind, tmp_path: Path) -> None:
    needed = {"for": "10s"} if DISTURBANCES[kind].lasting else {}
    deed = read(tmp_path, {"kind": str(kind), "probability": 0.25, "seed": 9, **needed})
    assert isinstance(deed.order, Misbehave)
    assert isinstance(deed.order.what, Disturbance)
    assert (deed.order.what.kind, deed.order.what.probability, deed.order.what.seed) == (kind, 0.25, 9)
    assert deed.seeded
    assert "25 % seed 9" in str(deed.order.what)


@pytest.mark.parametrize(
    ("disturb", "why"),
    [
        ({"kind": "half_open", "probability": 1.5}, "probability: 1.5 is not"),
        ({"kind": "half_open", "after": "3s"}, "after: 3.0 is not part of half_open: leave after out"),
        ({"kind": "half_open", "range": "3s"}, "range: 3.0 is not of use for what happens once"),
        ({"kind": "cut", "every": "10ms"}, "every: 0.01 is not"),
        ({"kind": "outage", "probability": 0.5}, "for: nothing is not how long the outage lasts"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_file(disturb: object, why: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, disturb)
    assert why in str(refused.value)
