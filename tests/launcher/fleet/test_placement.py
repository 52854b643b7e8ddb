"""Where charge points come to live."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec, parse_spec
from launcher.api.commands import EntryResult, Restart, Start
from launcher.command_line.yard import POOL_MODES
from launcher.fleet.orders import Known, Wish, judged
from launcher.fleet.placement import Placement, PoolMode, check_stays

GIGABYTE = 1_000_000_000
TWO_CORES = Placement.of_machine(PoolMode.AUTO, cores=2, memory_bytes=24 * GIGABYTE)


def specs(count: int, pool: object = None, prefix: str = "CP") -> list[ChargePointSpec]:
    return [spec(f"{prefix}{number}", pool) for number in range(count)]


def spec(station_id: str, pool: object = None) -> ChargePointSpec:
    return parse_spec({"id": station_id, "central_system": "ws://csms.test", "pool": pool})


def test_as_many_as_fit_have_a_process_each() -> None:
    assert set(TWO_CORES.homes(specs(100), {}).values()) == {""}


def test_a_start_that_makes_them_more_puts_those_it_starts_into_one_pool_for_each_core() -> None:
    assert Counter(TWO_CORES.homes(specs(101), {}).values()) == {"1": 51, "2": 50}
    present = {f"old{number}": "" for number in range(95)}
    assert set(TWO_CORES.homes(specs(5), present).values()) == {""}
    assert set(TWO_CORES.homes(specs(6), present).values()) == {"1", "2"}


def test_one_that_is_started_anew_is_not_counted_twice() -> None:
    present = {f"CP{number}": "" for number in range(100)}
    assert set(TWO_CORES.homes(specs(100), present).values()) == {""}


@pytest.mark.parametrize(
    ("cores", "gigabytes", "most"), [(1, 24, 50), (2, 24, 100), (8, 64, 400), (8, 4, 40), (2, 0.05, 1)]
)
def test_how_many_processes_a_machine_takes_follows_from_its_cores_and_its_memory(
    cores: int, gigabytes: float, most: int
) -> None:
    assert Placement.of_machine(PoolMode.AUTO, cores, int(gigabytes * GIGABYTE)).most_processes == most


def test_the_emptiest_pool_comes_first() -> None:
    present = {"a": "1", "b": "1", "c": "2"}
    homes = Placement(PoolMode.ALWAYS, cores=2).homes(specs(3), present)
    assert Counter({**present, **homes}.values()) == {"1": 3, "2": 3}


def test_a_mode_holds_for_those_that_do_not_say_and_for_nobody_else() -> None:
    wanted = [spec("silent"), spec("own", False), spec("any", True), spec("east", "east")]
    never = Placement(PoolMode.NEVER, cores=1).homes(wanted, {})
    assert never == {"silent": "", "own": "", "any": "1", "east": "east"}
    always = Placement(PoolMode.ALWAYS, cores=1).homes(wanted, {})
    assert always == {"silent": "1", "own": "", "any": "1", "east": "east"}


@pytest.mark.parametrize("pool", [1, 0, "", "a b", "x" * 13, "a/b", "-x", "a+b", [], {}])
def test_what_is_no_home_is_refused_with_what_would_be_right(pool: object) -> None:
    with pytest.raises(InputError, match="true, false or a pool's name"):
        spec("CP", pool)


@pytest.mark.parametrize("pool", [True, False, "east"])
def test_a_wish_is_kept_in_the_entry_and_a_place_that_was_found_is_not(pool: object) -> None:
    assert spec("CP", pool).to_entry()["pool"] == pool
    assert "pool" not in spec("CP").to_entry()


@pytest.mark.parametrize(
    ("pool", "home", "good"),
    [
        *((None, "", True), (None, "1", True), (True, "1", True), (False, "", True), ("1", "1", True)),
        *((True, "", False), (False, "1", False), ("1", "2", False), ("1", "", False)),
    ],
)
def test_a_restart_moves_nobody(pool: object, home: str, good: bool) -> None:
    if good:
        check_stays(spec("CP", pool), home)
    else:
        with pytest.raises(InputError, match="start it anew"):
            check_stays(spec("CP", pool), home)


def test_a_restart_keeps_the_home_and_a_start_finds_a_new_one() -> None:
    known = Known({"A": spec("A")}, {}, {}, {"A": "2"}, Placement(PoolMode.NEVER, cores=2))
    [kept] = judged(Restart.of(["A"]), known)
    assert isinstance(kept, Wish)
    assert kept.home == "2"
    [moved] = judged(Start((spec("A").to_entry(),)), known)
    assert isinstance(moved, Wish)
    assert moved.home == ""
    [refused] = judged(Restart(({"id": "A", "pool": "1"},)), known)
    assert isinstance(refused, EntryResult)
    assert (refused.field, refused.value) == ("pool", "1")


def test_the_command_line_knows_the_modes() -> None:
    assert list(POOL_MODES) == [str(mode) for mode in PoolMode]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(1, 60), max_size=8),
    st.sampled_from(list(PoolMode)),
    st.integers(1, 4),
    st.integers(1, 80),
)
def test_pools_stay_even_and_nobody_moves(sizes: list[int], mode: PoolMode, cores: int, most: int) -> None:
    rule, homes = Placement(mode, cores, most), dict[str, str]()
    for number, size in enumerate(sizes):
        new = rule.homes(specs(size, prefix=f"{number}_"), homes)
        assert len(new) == size
        assert not new.keys() & homes.keys()
        homes |= new
    sizes_of_pools = Counter(home for home in homes.values() if home)
    assert sizes_of_pools.keys() <= {str(number) for number in range(1, cores + 1)}
    if sizes_of_pools and sum(sizes_of_pools.values()) >= cores:
        counts = [sizes_of_pools[str(number)] for number in range(1, cores + 1)]
        assert max(counts) - min(counts) <= 1
    if mode is PoolMode.NEVER:
        assert not sizes_of_pools
