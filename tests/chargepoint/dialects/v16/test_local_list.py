"""SendLocalList and GetLocalListVersion, and the keys beside them (OCPP 1.6 sections 5.10, 5.15, 9.2)."""

from __future__ import annotations

import pytest

from chargepoint.clock import iso
from tests.chargepoint.dialects.v16.local_lists import entry, listing, send, version
from tests.support.bench import NOON, Bench, CallError, Payload


def test_a_station_that_is_told_to_go_by_no_list_has_none() -> None:
    """TC_042_1_CS: LocalAuthListEnabled is false."""
    bench = listing(entry("TAG"))
    bench.call("ChangeConfiguration", key="LocalAuthListEnabled", value="false")
    assert version(bench) == -1


def test_an_empty_list_has_version_0() -> None:
    """TC_042_2_CS."""
    bench = Bench().connect()
    assert version(bench) == 0
    assert bench.call("SendLocalList", listVersion=1, updateType="Full") == {"status": "Accepted"}
    assert version(bench) == 0


def test_a_full_list_and_changes_to_it_are_taken() -> None:
    """TC_043_CS."""
    bench = Bench().connect()
    assert send(bench, 1, entry("HER"), entry("HIS")) == "Accepted"
    assert send(bench, 2, {"idTag": "HIS"}, entry("ITS"), update="Differential") == "Accepted"
    assert version(bench) == 2
    bench.disconnect()
    for id_tag, state in (
        ("HIS", "Available"),
        ("HER", "Preparing"),
        ("HER", "Available"),
        ("ITS", "Preparing"),
    ):
        bench.tap(id_tag)
        assert bench.status().status == state


def test_the_profile_is_supported() -> None:
    """TC_043_1_CS is for stations that lack it: neither message is NotSupported here, switched off or not."""
    bench = Bench({"ocpp_config": {"LocalAuthListEnabled": "false"}}).connect()
    assert send(bench, 1, entry("TAG")) == "Accepted"
    (told,) = bench.call("GetConfiguration", key=["SupportedFeatureProfiles"])["configurationKey"]
    assert "LocalAuthListManagement" in told["value"].split(",")


def test_changes_that_do_not_follow_on_the_present_version_are_a_version_mismatch() -> None:
    """TC_043_2_CS."""
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
    """TC_043_3_CS: an id tag twice, more id tags than SendLocalListMaxLength, no such year."""
    bench = listing(entry("TAG"), SendLocalListMaxLength="3")
    before = dict(bench.records)
    assert send(bench, 2, *entries, update=update) == "Failed"
    assert version(bench) == 1
    assert bench.records == before


def test_a_list_that_would_be_too_long_is_not_taken() -> None:
    """TC_043_3_CS: LocalAuthListMaxLength."""
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
