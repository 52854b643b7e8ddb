"""``config.ini``: ours, and that of the Open OCPP simulator."""

from __future__ import annotations

import pytest

from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from chargepoint.settings import etc_dir
from launcher.fleet.templates import completed, parse_template


def test_the_example_that_ships_is_a_template() -> None:
    """S0-03."""
    template = parse_template((etc_dir() / "config.ini").read_text(), "config.ini")
    assert template["vendor"] == "Open OCPP"
    assert "MeterValueSampleInterval" in template["ocpp_config"]  # type: ignore[operator]


def test_the_names_of_the_open_ocpp_simulator_are_understood() -> None:
    """S0-03: its own file works as it is."""
    text = """
[ChargePoint]
DatabasePath=./ocpp.db
ConnexionUrl=ws://127.0.0.1:8180/steve/websocket/CentralSystemService/
Tlsv12CipherList=ECDHE-ECDSA-AES256-GCM-SHA384
ChargePointIdentifier=SimulatedChargePoint
ChargeBoxSerialNumber=S/N9876543210
ChargePointModel=Open OCPP Simulated
ChargePointSerialNumber=S/N0123456789
ChargePointVendor=OpenOCPP
Iccid=
OperatingVoltage=230
LogMaxEntriesCount=2000
PowerFactor= 0.9
[Ocpp]
HeartbeatInterval=15
NumberOfConnectors=1
MeterValuesAlignedData=
"""
    assert parse_template(text, "config.ini") == {
        "central_system": "ws://127.0.0.1:8180/steve/websocket/CentralSystemService/",
        "model": "Open OCPP Simulated",
        "serial": "S/N0123456789",
        "vendor": "OpenOCPP",
        "voltage": 230.0,
        "ocpp_config": {"HeartbeatInterval": "15", "MeterValuesAlignedData": ""},
    }


def test_values_have_the_type_of_their_key() -> None:
    text = "[ChargePoint]\nnb_connectors = 2\nmax_current = 16\nfixed_cable = yes\nserial = 007\n"
    assert parse_template(text, "x") == {
        "nb_connectors": 2,
        "max_current": 16.0,
        "fixed_cable": True,
        "serial": "007",
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[ChargePoint]\nvendr = x\n", "config.ini [ChargePoint] vendr"),
        (
            "[ChargePoint]\nnb_connectors = two\n",
            "config.ini [ChargePoint] nb_connectors: 'two' is not a whole number",
        ),
        ("[ChargePoint]\nfixed_cable = perhaps\n", "true or false"),
        ("[ChargePoint]\ntype = ACDC\n", "config.ini.type: 'ACDC'"),
        ("[ChargePoint]\nmax_setpoint = nan\n", "config.ini.max_setpoint"),
        ("[ChargePoint]\ncentral_system = http://x\n", "config.ini.central_system"),
        ("[ChargePoint]\npool = far east\n", "config.ini.pool: 'far east' is not true, false or a pool's name"),
        ("[Chargepoint]\n", "config.ini: '[Chargepoint]' is not a known section"),
        ("vendor = x\n", "config.ini"),
        ("[Ocpp]\nnonsense\n", "config.ini"),
    ],
)
def test_a_wrong_file_says_where_and_what_would_be_right(text: str, wanted: str) -> None:
    with pytest.raises(InputError) as error:
        parse_template(text, "config.ini")
    assert wanted in str(error.value)
    assert "\n" not in str(error.value)


def test_limits_of_an_ac_template_do_not_reach_a_dc_entry() -> None:
    template = {"type": "AC", "max_setpoint": 32.0, "nb_phases": 3, "voltage": 230.0, "vendor": "V"}
    whole = completed({"id": "A", "type": "DC", "central_system": "ws://x"}, template)
    assert whole == {"id": "A", "type": "DC", "central_system": "ws://x", "vendor": "V"}
    assert parse_spec(whole).max_setpoint == 50_000.0


def test_an_entry_may_spell_a_limit_otherwise_than_the_template() -> None:
    template = {"max_setpoint": 32.0, "central_system": "ws://x"}
    assert parse_spec(completed({"id": "A", "max_current": 16}, template)).max_setpoint == 16.0


def test_null_in_an_entry_is_as_if_it_were_absent() -> None:
    assert completed({"id": "A", "vendor": None}, {"vendor": "V"}) == {"id": "A", "vendor": "V"}


def test_quirks_are_a_list_of_names() -> None:
    template = parse_template("[ChargePoint]\nquirks = ts_no_zone, celcius\n", "config.ini")
    assert template["quirks"] == ["ts_no_zone", "celcius"]
    with pytest.raises(InputError, match="'loud'"):
        parse_template("[ChargePoint]\nquirks = loud\n", "config.ini")


@pytest.mark.parametrize(
    ("text", "pool"),
    [("true", True), ("Yes", True), ("off", False), ("east", "east"), ("1", "1"), ("0", "0"), ("", None)],
)
def test_where_charge_points_live_is_a_word_of_truth_or_the_name_of_a_pool(
    text: str, pool: bool | str | None
) -> None:
    template = parse_template(f"[ChargePoint]\npool = {text}\n", "x")
    assert template.get("pool") == pool
    assert parse_spec(completed({"id": "CP1", "central_system": "ws://x"}, template)).pool == pool
    assert parse_spec(completed({"id": "CP1", "central_system": "ws://x", "pool": False}, template)).pool is False
