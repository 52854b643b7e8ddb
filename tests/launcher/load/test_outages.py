"""``--outage``: what is understood, whom it concerns and when, what is refused."""

from __future__ import annotations

from itertools import islice

import pytest

from chargepoint.api.errors import InputError
from launcher.load.outages import Outage

IDS = [f"P{number}" for number in range(100)]


def test_an_outage_of_all_comes_once() -> None:
    assert list(Outage.parse("45s at 2m").concerned(IDS, 1)) == [(120.0, sorted(IDS))]


def test_flapping_comes_again_and_again_for_others_each_time() -> None:
    flaps = list(islice(Outage.parse("2s every 30s of 20%").concerned(IDS, 1), 3))
    assert [at_s for at_s, _ in flaps] == [30.0, 60.0, 90.0]
    assert [len(stations) for _, stations in flaps] == [20, 20, 20]
    assert flaps[0][1] != flaps[1][1]


def test_one_seed_is_one_choice_of_stations_and_another_is_another() -> None:
    outage = Outage.parse("1m at 0s of 50%")
    assert list(outage.concerned(IDS, 7)) == list(outage.concerned(IDS, 7))
    assert list(outage.concerned(IDS, 7)) != list(outage.concerned(IDS, 8))


def test_a_small_share_is_one_station_at_least() -> None:
    [(_, stations)] = Outage.parse("500ms at 1s of 0.1%").concerned(IDS, 1)
    assert len(stations) == 1


@pytest.mark.parametrize(
    "text",
    ["", "45s", "45 at 2m", "45s at 2", "0s at 1m", "45s at 2m of 0%", "45s at 2m of 101%", "45s in 2m",
     "30s every 30s", "48h at 1s", "45s at 2m of half"],
)  # fmt: skip
def test_what_is_no_outage_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="--outage"):
        Outage.parse(text)
