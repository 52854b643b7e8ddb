"""SendLocalList and GetLocalListVersion, and the keys beside them (OCPP 1.6 sections 5.10, 5.15, 9.2)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.chargepoint.dialects.v16.local_lists import entry, listing, send, version
from tests.support.bench import NOON, Bench, CallError, Payload


def test_changes_that_do_not_follow_on_the_present_version_are_a_version_mismatch() -> None:
    bench = Bench().connect()
    assert send(bench, 2, entry("TAG")) == "Accepted"
    assert version(bench) == 2
    assert send(bench, 5, entry("OTHER"), update="Differential") == "Accepted"
    assert version(bench) == 5
    for outdated in (5, 4, 0, -1):
        assert send(bench, outdated, entry("TAG", "Blocked"), update="Differential") == "VersionMismatch"
        assert version(bench) == 5
    assert send(bench, 1, entry("TAG")) == "Accepted"
    assert version(bench) == 1


@pytest.mark.parametrize("update", ["Full", "Differential"])
@pytest.mark.parametrize(
    "entries",
    [
        [entry("NEW"), entry("new", "Blocked")],
        [entry("A"), entry("B"), entry("C"), entry("D")],
        [entry("NEW", expiryDate="0000-01-01T00:00:00Z")],
    ],
)
def test_a_list_that_cannot_be_taken_whole_is_not_taken_at_all(entries: list[Payload], update: str) -> None:
    """An id tag twice, more id tags than SendLocalListMaxLength, no such year."""
    bench = listing(entry("TAG"), SendLocalListMaxLength="3")
    before = dict(bench.records)
    assert send(bench, 2, *entries, update=update) == "Failed"
    assert version(bench) == 1
    assert bench.records == before


def test_a_list_that_would_be_too_long_is_not_taken() -> None:
    """LocalAuthListMaxLength."""
    bench = listing(entry("A"), entry("B"), LocalAuthListMaxLength="2")
    assert send(bench, 2, entry("C"), update="Differential") == "Failed"
    assert send(bench, 2, entry("A"), entry("B"), entry("C")) == "Failed"
    assert version(bench) == 1
    assert send(bench, 2, {"idTag": "A"}, entry("C"), update="Differential") == "Accepted"


@pytest.mark.parametrize(("number", "entries"), [(0, [entry("A")]), (-1, [entry("A")]), (2, [{"idTag": "A"}])])
def test_a_full_list_needs_a_version_and_to_say_something_of_each_tag(number: int, entries: list[Payload]) -> None:
    bench = listing(entry("TAG"))
    assert send(bench, number, *entries) == "Failed"
    assert version(bench) == 1


@pytest.mark.parametrize(
    "raw", [{}, {"idTag": "x" * 21}, {"idTag": "A", "idTagInfo": {}}, {"idTag": "A", "idTagInfo": {"status": "?"}}]
)
def test_an_entry_against_the_schema_is_a_call_error_and_removes_nobody(raw: Payload) -> None:
    bench = listing(entry("A"))
    assert isinstance(send(bench, 2, raw, update="Differential"), CallError)
    assert version(bench) == 1


def test_a_differential_update_without_entries_is_only_a_new_version() -> None:
    bench = listing(entry("TAG"))
    assert send(bench, 3, update="Differential") == "Accepted"
    assert version(bench) == 3
    bench.disconnect()
    bench.tap()
    assert bench.status().status == "Preparing"


def test_the_keys_of_the_profile() -> None:
    bench = Bench().connect()
    names = ["LocalAuthListEnabled", "LocalAuthListMaxLength", "SendLocalListMaxLength"]
    assert bench.call("GetConfiguration", key=names)["configurationKey"] == [
        {"key": "LocalAuthListEnabled", "readonly": False, "value": "true"},
        {"key": "LocalAuthListMaxLength", "readonly": True, "value": "1000"},
        {"key": "SendLocalListMaxLength", "readonly": True, "value": "100"},
    ]
    assert bench.call("ChangeConfiguration", key="LocalAuthListMaxLength", value="5") == {"status": "Rejected"}


def test_the_list_and_its_version_outlive_power_cuts() -> None:
    bench = listing(entry("TAG", expiryDate=iso(NOON + 100)))
    bench.power_cut()
    bench.tap()
    assert bench.status().status == "Preparing"
    bench.tap()
    bench.connect()
    assert version(bench) == 1
    bench.disconnect()
    bench.advance(101)
    bench.tap()
    assert bench.status().status == "Available"


def test_the_list_is_stored_before_it_is_accepted() -> None:
    bench = listing(entry("TAG"))
    assert send(bench, 2, entry("OTHER"), update="Differential") == "Accepted"
    bench.power_cut()
    bench.connect()
    assert version(bench) == 2
