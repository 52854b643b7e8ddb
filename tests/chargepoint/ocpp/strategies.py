"""Frames and texts for hypothesis: what a peer may send, and what no peer should."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from chargepoint.ocpp.frames import Call, CallError, CallResult

texts = st.text(alphabet=st.characters(), max_size=20)
"""Any characters, lone surrogates too: JSON can spell them, so peers can send them."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)

payloads = st.dictionaries(texts, json_values, max_size=4)

ids = st.text(alphabet=st.characters(), min_size=1, max_size=36)

calls = st.builds(Call, ids, texts, payloads)
results = st.builds(CallResult, ids, payloads)
errors = st.builds(CallError, ids, texts, st.text(max_size=255), payloads)
frames = calls | results | errors

not_quite_frames = st.one_of(
    texts,
    json_values.map(json.dumps),
    st.lists(json_values, max_size=6).map(json.dumps),
    st.tuples(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 2.0, "2", True]), st.lists(json_values, max_size=5)).map(
        lambda parts: json.dumps([parts[0], *parts[1]])
    ),
    st.tuples(frames, st.integers(0, 60)).map(lambda cut: json.dumps([2, cut[0].id, {}])[: cut[1]]),
)
"""Texts that look more and more like frames."""
