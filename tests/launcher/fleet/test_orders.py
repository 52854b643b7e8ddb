"""Entries of commands: which can be tried, and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chargepoint.api.spec import ChargePointSpec, parse_spec
from launcher.api.commands import EntryResult, Kill, Remove, Restart, Start, Verdict
from launcher.fleet.orders import Known, Verb, Wish, judged

DOCUMENTED: dict[str, object] = {
    "id": "simu_cp_001",
    "vendor": "Open OCPP",
    "model": "Simulated CP",
    "serial": "S/NABCD1234",
    "central_system": "ws://localhost:8080",
    "nb_connectors": 1,
    "nb_phases": 3,
    "max_current": 32,
    "max_current_per_connector": 16,
}
STORED = parse_spec({"id": "A", "central_system": "ws://stored", "type": "DC", "max_setpoint": 50_000.0})


def known(
    stored: Mapping[str, ChargePointSpec] | None = None,
    strangers: Mapping[str, bool] | None = None,
    template: Mapping[str, object] | None = None,
) -> Known:
    return Known(stored or {}, strangers or {}, template or {})


def wish(command: Start | Restart | Kill | Remove, what: Known) -> Any:
    [entry] = judged(command, what)
    assert isinstance(entry, Wish), entry
    return entry


def refusal(command: Start | Restart | Kill | Remove, what: Known) -> EntryResult:
    [entry] = judged(command, what)
    assert isinstance(entry, EntryResult)
    assert entry.result is Verdict.REFUSED
    return entry


def test_the_documented_spelling_starts_a_charge_point() -> None:
    """S0-25: max_current and max_current_per_connector."""
    found = wish(Start((DOCUMENTED,)), known())
    assert found.verb is Verb.START
    assert (found.spec.max_setpoint, found.spec.max_setpoint_per_connector) == (32.0, 16.0)


def test_the_spelling_of_the_original_code_starts_a_charge_point() -> None:
    entry = {key: value for key, value in DOCUMENTED.items() if not key.startswith("max_current")}
    entry |= {
        "type": "DC",
        "max_setpoint": 50_000,
        "max_setpoint_per_connector": 25_000,
        "voltage": 400,
        "nb_phases": 1,
    }
    assert wish(Start((entry,)), known()).spec.max_setpoint_per_connector == 25_000.0


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({**DOCUMENTED, "id": "a b"}, "id"),
        ({**DOCUMENTED, "id": "a/b"}, "id"),
        ({**DOCUMENTED, "id": "+"}, "id"),
        ({**DOCUMENTED, "id": "launcher"}, "id"),
        ({key: value for key, value in DOCUMENTED.items() if key != "id"}, "id"),
        ({key: value for key, value in DOCUMENTED.items() if key != "central_system"}, "central_system"),
        ({**DOCUMENTED, "central_system": "http://x; rm -rf /"}, "central_system"),
        ({**DOCUMENTED, "nb_connectors": 0}, "nb_connectors"),
        ({**DOCUMENTED, "max_current": -1}, "max_current"),
        ({**DOCUMENTED, "max_curent": 1}, "entry"),
        (5, "charge_points"),
        ([], "charge_points"),
    ],
)
def test_a_wrong_entry_is_refused_with_field_value_and_reason(entry: object, field: str) -> None:
    """Defects 6 and 10: no entry is skipped without a word, and no id reaches a shell."""
    refused = refusal(Start((entry,)), known())
    assert refused.field == field
    assert refused.reason.startswith(f"{field}: ")


def test_each_entry_is_judged_by_itself() -> None:
    first, second, third = judged(Start((DOCUMENTED, 5, {**DOCUMENTED, "id": "B"})), known())
    assert isinstance(first, Wish)
    assert isinstance(second, EntryResult)
    assert isinstance(third, Wish)


def test_the_template_gives_what_an_entry_lacks() -> None:
    """S0-03, in the core."""
    template = {"central_system": "ws://template", "vendor": "Template", "ocpp_config": {"A": "1", "B": "1"}}
    spec = wish(Start(({"id": "A", "vendor": "Own", "ocpp_config": {"B": "2"}},)), known(template=template)).spec
    assert (spec.central_system, spec.vendor) == ("ws://template", "Own")
    assert spec.ocpp_config == {"A": "1", "B": "2"}


def test_a_restart_by_id_keeps_the_stored_settings() -> None:
    spec = wish(Restart.of(["A"]), known({"A": STORED}, template={"vendor": "Template"})).spec
    assert (spec.central_system, spec.max_setpoint, spec.vendor) == ("ws://stored", 50_000.0, "Open OCPP")


def test_a_restart_with_fields_changes_those() -> None:
    spec = wish(Restart(({"id": "A", "central_system": "ws://other"},)), known({"A": STORED})).spec
    assert (spec.central_system, spec.max_setpoint) == ("ws://other", 50_000.0)


def test_a_restart_of_an_unknown_one_needs_its_whole_entry() -> None:
    """S0-27: the historical clients send it."""
    assert wish(Restart((DOCUMENTED,)), known()).verb is Verb.RESTART
    assert "started before" in refusal(Restart.of(["B"]), known(template={"central_system": "ws://x"})).reason


def test_a_kill_or_a_removal_of_an_unknown_one_is_refused() -> None:
    assert refusal(Kill.of(["B"]), known({"A": STORED})).field == "id"
    assert refusal(Remove.of(["B"]), known({"A": STORED})).field == "id"
    assert wish(Kill.of(["A"]), known({"A": STORED})) == Wish(Verb.KILL, "A")


def test_a_kill_takes_the_id_out_of_a_whole_entry() -> None:
    assert wish(Kill((DOCUMENTED,)), known({"simu_cp_001": parse_spec(DOCUMENTED)})).id == "simu_cp_001"


def test_one_that_was_not_started_here_is_neither_doubled_nor_removed_while_it_lives() -> None:
    """Two processes of one id would evict each other from the central system for ever."""
    living = known(strangers={"simu_cp_001": True})
    assert "not started here" in refusal(Start((DOCUMENTED,)), living).reason
    assert "not started here" in refusal(Restart((DOCUMENTED,)), living).reason
    assert "where it was started" in refusal(Remove.of(["simu_cp_001"]), living).reason


def test_the_retained_messages_of_a_dead_stranger_can_be_removed() -> None:
    assert wish(Remove.of(["X"]), known(strangers={"X": False})).verb is Verb.REMOVE
