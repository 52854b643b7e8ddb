"""What starts a charge point: one entry, in either historical spelling, checked to the last key."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.api.errors import InputError
from chargepoint.api.spec import (
    MAX_AC_CURRENT_A,
    MAX_CONNECTORS,
    MAX_DC_POWER_W,
    ChargePointSpec,
    CurrentType,
    OcppVersion,
    parse_spec,
)
from tests.chargepoint.api import strategies
from tests.chargepoint.api.test_topics import ids

MINIMAL = {"id": "CP1", "central_system": "ws://localhost:9000"}

DOCUMENTED = {
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
"""The entry of the Open OCPP simulator's documentation."""

CODED = {
    "id": "simu_cp_002",
    "vendor": "Open OCPP",
    "model": "Simulated CP",
    "serial": "S/NABCD1234",
    "central_system": "ws://localhost:8080",
    "type": "DC",
    "nb_connectors": 2,
    "nb_phases": 1,
    "max_setpoint": 50000.0,
    "max_setpoint_per_connector": 25000.0,
    "voltage": 400.0,
}
"""What its program really takes."""


def spec(**entry: Any) -> ChargePointSpec:
    """The charge point of the minimal entry with ``entry`` put over it."""
    return parse_spec({**MINIMAL, **entry})


def refused(**entry: Any) -> str:
    """The line that refuses such an entry."""
    with pytest.raises(InputError) as caught:
        spec(**entry)
    line = str(caught.value)
    assert line.isprintable()
    return line


# What is understood


def test_the_documented_spelling() -> None:
    """S0-25."""
    parsed = parse_spec(DOCUMENTED)
    assert (parsed.id, parsed.vendor, parsed.model) == ("simu_cp_001", "Open OCPP", "Simulated CP")
    assert (parsed.serial, parsed.central_system) == ("S/NABCD1234", "ws://localhost:8080")
    assert (parsed.nb_connectors, parsed.nb_phases) == (1, 3)
    assert (parsed.max_setpoint, parsed.max_setpoint_per_connector) == (32.0, 16.0)
    assert (parsed.type, parsed.voltage) == (CurrentType.AC, 230.0)


def test_the_spelling_of_the_original_s_code() -> None:
    parsed = parse_spec(CODED)
    assert (parsed.type, parsed.voltage, parsed.nb_phases) == (CurrentType.DC, 400.0, 1)
    assert (parsed.max_setpoint, parsed.max_setpoint_per_connector) == (50_000.0, 25_000.0)


def test_an_id_and_a_central_system_are_enough() -> None:
    parsed = parse_spec(MINIMAL)
    assert (parsed.type, parsed.nb_connectors, parsed.nb_phases, parsed.voltage) == (CurrentType.AC, 1, 3, 230.0)
    assert (parsed.max_setpoint, parsed.max_setpoint_per_connector) == (32.0, 32.0)
    assert (parsed.vendor, parsed.model, parsed.serial) == ("Open OCPP", "Simulated CP", "S/NCP1")
    assert (parsed.ocpp_version, parsed.fixed_cable, parsed.ocpp_config) == (OcppVersion.V16, False, {})


def test_a_dc_charge_point_has_one_phase_and_limits_in_watts() -> None:
    parsed = spec(type="DC")
    assert (parsed.nb_phases, parsed.voltage) == (1, 400.0)
    assert (parsed.max_setpoint, parsed.max_setpoint_per_connector) == (50_000.0, 50_000.0)
    assert spec(type="DC", max_setpoint=150_000).max_setpoint_per_connector == 150_000.0
    assert refused(type="DC", nb_phases=3) == "nb_phases: 3 is not 1 for a DC charge point"
    assert "say max_setpoint in W" in refused(type="DC", max_current=32)


def test_a_template_with_three_phases_does_not_stand_in_the_way_of_dc() -> None:
    template = {"nb_phases": 3, "central_system": "ws://template"}
    assert parse_spec({"id": "CP1", "type": "DC"}, template).nb_phases == 1


def test_the_connector_limit_defaults_to_the_station_s() -> None:
    assert spec(max_setpoint=20).max_setpoint_per_connector == 20.0


def test_integers_are_numbers() -> None:
    parsed = spec(max_setpoint=16, voltage=240, nb_connectors=2.0)
    assert (parsed.max_setpoint, parsed.voltage, parsed.nb_connectors) == (16.0, 240.0, 2)


def test_the_entry_goes_over_its_defaults_in_either_spelling() -> None:
    stored = parse_spec(DOCUMENTED).to_entry()
    assert parse_spec({"id": "simu_cp_001"}, stored) == parse_spec(DOCUMENTED)
    assert parse_spec({"id": "simu_cp_001", "max_current": 10}, stored).max_setpoint == 10.0
    assert parse_spec({"id": "simu_cp_001", "max_setpoint": 10}, {**MINIMAL, "max_current": 32}).max_setpoint == 10.0
    assert parse_spec({"id": "CP1", "vendor": None}, {**MINIMAL, "vendor": "Template"}).vendor == "Template"


def test_both_spellings_at_once_are_refused() -> None:
    assert "one of the two is enough" in refused(max_current=32, max_setpoint=32)


def test_the_serial_of_a_long_id_still_fits_a_boot_notification() -> None:
    assert len(spec(id="x" * 48).serial) == 25


@given(
    id=ids,
    vendor=strategies.printable,
    model=strategies.printable,
    direct=st.booleans(),
    connectors=st.integers(1, MAX_CONNECTORS),
    phases=st.integers(1, 3),
    limit=st.floats(0.1, MAX_AC_CURRENT_A),
    config=st.dictionaries(strategies.printable, strategies.texts, max_size=3),
    fixed_cable=st.booleans(),
)
def test_an_entry_starts_the_very_same_charge_point_again(
    id: str, vendor: str, model: str, direct: bool, connectors: int, phases: int, limit: float,
    config: dict[str, str], fixed_cable: bool,
) -> None:  # fmt: skip
    parsed = spec(
        id=id, vendor=vendor, model=model, type="DC" if direct else "AC", nb_connectors=connectors,
        nb_phases=1 if direct else phases, max_setpoint=limit, ocpp_config=config, fixed_cable=fixed_cable,
    )  # fmt: skip
    assert parse_spec(json.loads(json.dumps(parsed.to_entry()))) == parsed


# What is refused


@given(st.dictionaries(st.sampled_from([*DOCUMENTED, *CODED, "ocpp_config"]), strategies.json_values, max_size=3))
def test_no_entry_raises_anything_but_an_input_error(entry: dict[str, Any]) -> None:
    parsed = strategies.outcome(parse_spec, {**MINIMAL, **entry})
    if isinstance(parsed, InputError):
        assert str(parsed).isprintable()
    else:
        assert parse_spec(parsed.to_entry()) == parsed


@pytest.mark.parametrize("raw", [5, None, [], "CP1", True])
def test_an_entry_is_an_object(raw: object) -> None:
    with pytest.raises(InputError, match="is not a JSON object"):
        parse_spec(raw)


def test_a_missing_field_is_said() -> None:
    """Defect 10: a start entry with a missing field is skipped without a word."""
    for field in MINIMAL:
        with pytest.raises(InputError, match=f"{field}: nothing is not"):
            parse_spec({key: value for key, value in MINIMAL.items() if key != field})


def test_an_unknown_key_is_refused_with_the_one_that_was_meant() -> None:
    assert "did you mean 'max_setpoint'?" in refused(max_setpont=32)


@pytest.mark.parametrize("id", ["a b", "a/b", "a;b", "+", "..", "launcher", 5, None])
def test_a_hostile_id_is_refused(id: object) -> None:
    """Defect 6."""
    assert refused(id=id).startswith("id: ")


@pytest.mark.parametrize("value", [0, -1, True, "32", math.nan, math.inf, MAX_AC_CURRENT_A + 1, 10**400, [], {}])
@pytest.mark.parametrize("key", ["max_setpoint", "max_setpoint_per_connector", "max_current"])
def test_a_current_is_a_positive_number_of_amperes(key: str, value: object) -> None:
    assert refused(**{key: value}).startswith(f"{key}: ")


def test_a_dc_limit_may_be_large_but_not_endless() -> None:
    assert spec(type="DC", max_setpoint=MAX_DC_POWER_W).max_setpoint == MAX_DC_POWER_W
    assert "max_setpoint" in refused(type="DC", max_setpoint=MAX_DC_POWER_W + 1)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("nb_connectors", [0, -1, 1.5, MAX_CONNECTORS + 1, True, "2"]),
        ("nb_phases", [0, 4, 2.5, True, "3"]),
        ("voltage", [0, -230, 2001, math.nan, True, "230"]),
        ("type", ["ac", "XX", 5, True]),
        ("ocpp_version", ["1.5", 1.6, "ocpp1.6", "2.0"]),
        ("fixed_cable", [0, 1, "yes"]),
        ("vendor", ["", "x" * 21, 5, "a\nb", "\x1b[2J"]),
        ("model", ["", "x" * 21, 5, "a\tb"]),
        ("serial", ["x" * 26, 5, "\x00"]),
        ("firmware_version", ["x" * 51, 5]),
        ("iccid", ["x" * 21]),
        ("imsi", ["x" * 21]),
        ("ocpp_config", [[], "HeartbeatInterval=10", 5]),
    ],
)
def test_each_field_has_its_type_and_range(key: str, values: list[object]) -> None:
    for value in values:
        assert refused(**{key: value}).startswith(f"{key}: ")


# The configuration


def test_configuration_values_become_the_texts_of_ocpp() -> None:
    config = {"A": "x", "B": 10, "C": 1.5, "D": True, "E": False, "F": "", "G": 10.0, "H": -3}
    assert spec(ocpp_config=config).ocpp_config == {
        "A": "x", "B": "10", "C": "1.5", "D": "true", "E": "false", "F": "", "G": "10", "H": "-3",
    }  # fmt: skip


@pytest.mark.parametrize("value", [None, [], {}, "x" * 501, math.nan, math.inf, 10**400, 1e300])
def test_other_configuration_values_are_refused(value: object) -> None:
    assert refused(ocpp_config={"Key": value}).startswith("ocpp_config.Key: ")


@pytest.mark.parametrize("key", ["", "x" * 51, "a\nb"])
def test_a_configuration_key_is_a_short_printable_text(key: str) -> None:
    assert "1 to 50 printable characters" in refused(ocpp_config={key: "x"})


# The URL


@pytest.mark.parametrize(
    ("central_system", "id", "url"),
    [
        ("ws://host", "CP1", "ws://host/CP1"),
        ("ws://host/", "CP1", "ws://host/CP1"),
        ("ws://host:9000", "CP1", "ws://host:9000/CP1"),
        ("wss://host/ocpp", "CP1", "wss://host/ocpp/CP1"),
        ("wss://host/ocpp/", "CP1", "wss://host/ocpp/CP1"),
        ("wss://host/ocpp//", "CP1", "wss://host/ocpp/CP1"),
        ("wss://host/a/b/c", "CP1", "wss://host/a/b/c/CP1"),
        ("ws://host/CP1", "CP1", "ws://host/CP1"),
        ("ws://host/CP1/", "CP1", "ws://host/CP1"),
        ("ws://host/ocpp/CP1", "CP1", "ws://host/ocpp/CP1"),
        ("ws://host/CP1/ocpp", "CP1", "ws://host/CP1/ocpp/CP1"),
        ("ws://host/XCP1", "CP1", "ws://host/XCP1/CP1"),
        ("ws://CP1", "CP1", "ws://CP1/CP1"),
        ("ws://CP1:80", "CP1", "ws://CP1:80/CP1"),
        ("ws://host?key=1", "CP1", "ws://host/CP1?key=1"),
        ("ws://host/ocpp?key=a/b&x=?", "CP1", "ws://host/ocpp/CP1?key=a/b&x=?"),
        ("ws://host/ocpp/CP1?key=1", "CP1", "ws://host/ocpp/CP1?key=1"),
        ("ws://[::1]:9000", "CP1", "ws://[::1]:9000/CP1"),
        ("ws://host", "a:b=c@d", "ws://host/a:b=c@d"),
        ("ws://host/a%3ab%3dc%40d", "a:b=c@d", "ws://host/a%3ab%3dc%40d"),
        ("ws://host/a:b=c@d", "a:b=c@d", "ws://host/a:b=c@d"),
        ("ws://host/my%20path", "CP1", "ws://host/my%20path/CP1"),
    ],
)
def test_the_id_is_the_last_segment_of_the_url_once(central_system: str, id: str, url: str) -> None:
    assert spec(id=id, central_system=central_system).connection_url == url


@given(ids, st.sampled_from(["ws://host", "wss://host:1/a", "ws://host/a/?b=c"]), st.integers(0, 2))
def test_the_id_can_be_read_back_from_the_url(id: str, base: str, slashes: int) -> None:
    url = spec(id=id, central_system=base).connection_url
    assert unquote(urlsplit(url).path.rpartition("/")[2]) == id
    again = url + "/" * slashes if "?" not in url else url
    assert spec(id=id, central_system=again).connection_url == url


@pytest.mark.parametrize(
    "url",
    [
        5, True, [], "", "localhost", "localhost:9000", "http://host", "https://host", "ftp://host", "ws:/host", "ws://",
        "ws:///path", "ws://:9000", "ws://host:0", "ws://host:70000", "ws://host:port", "ws://host:-1", "ws://[::1",
        "ws://host#part", "ws://user@host", "ws://user:secret@host", "ws://ho st", "ws://host/a b", "ws://host/\n",
        "ws://host\r\nX: y", "ws://hôte", "ws://a..b", "ws://" + "x" * 64, "ws://host/" + "x" * 1000, " ws://host",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_a_central_system_s_is_refused(url: object) -> None:
    assert refused(central_system=url).startswith("central_system: ")


def test_a_refused_url_says_what_one_looks_like() -> None:
    assert "like 'ws://localhost:9000'" in refused(central_system="http://host")
