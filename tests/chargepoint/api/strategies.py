"""JSON values for hypothesis: what anyone may publish on a topic."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from chargepoint.api.errors import InputError

T = TypeVar("T")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)

numbers = st.floats(-1e9, 1e9, allow_nan=False)
texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
printable = st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=20)


def objects_of(*keys: str) -> st.SearchStrategy[bytes]:
    """Payloads that are JSON objects with some of ``keys``, and any values."""
    return st.dictionaries(st.sampled_from(keys) | st.text(max_size=5), json_values, max_size=4).map(
        lambda value: json.dumps(value).encode()
    )


def payloads(*keys: str) -> st.SearchStrategy[bytes]:
    """Anything at all: bytes, JSON that is no object, objects with right keys and wrong values."""
    return st.binary(max_size=30) | json_values.map(lambda value: json.dumps(value).encode()) | objects_of(*keys)


def outcome(read: Callable[..., T], *arguments: object) -> T | InputError:
    """What ``read`` returns, or the refusal it raises; anything else it raises is a defect."""
    try:
        return read(*arguments)
    except InputError as refusal:
        return refusal
