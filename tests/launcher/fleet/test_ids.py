"""Choosing charge points by ids and globs."""

from __future__ import annotations

import pytest

from chargepoint.api.errors import InputError
from launcher.fleet.ids import chosen, series

PRESENT = ["CP2", "CP1", "depot-01"]


def test_an_id_means_itself_whether_it_is_here_or_not() -> None:
    assert chosen(["CP1", "CP9"], PRESENT) == ["CP1", "CP9"]


def test_a_glob_means_what_it_matches_here_each_once() -> None:
    assert chosen(["CP*", "CP1", "*-0?"], PRESENT) == ["CP1", "CP2", "depot-01"]
    assert chosen(["CP[12]"], PRESENT) == ["CP1", "CP2"]


def test_a_glob_that_matches_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="there are 3"):
        chosen(["x*"], PRESENT)
    with pytest.raises(InputError, match="there are none"):
        chosen(["*"], [])


def test_a_series_is_named_as_in_the_documents_of_the_open_ocpp_simulator() -> None:
    assert list(series(2)) == ["simu_cp_001", "simu_cp_002"]
    assert list(series(0)) == []
