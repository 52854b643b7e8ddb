"""GetConfiguration and ChangeConfiguration over the typed registry of keys (OCPP 1.6 sections 5.3, 5.8, 9)."""

from __future__ import annotations

import pytest

from chargepoint.dialects.v16.session import SENDS
from chargepoint.ocpp.schema import schemas
from tests.support.bench import Bench, CallError
from tests.support.tables import PROFILES


def words(text: str) -> list[str]:
    return text.split()


CORE = words("""
AllowOfflineTxForUnknownId AuthorizationCacheEnabled AuthorizeRemoteTxRequests BlinkRepeat ClockAlignedDataInterval
ConnectionTimeOut ConnectorPhaseRotation ConnectorPhaseRotationMaxLength GetConfigurationMaxKeys HeartbeatInterval
LightIntensity LocalAuthorizeOffline LocalPreAuthorize MaxEnergyOnInvalidId MeterValuesAlignedData
MeterValuesAlignedDataMaxLength MeterValuesSampledData MeterValuesSampledDataMaxLength MeterValueSampleInterval
MinimumStatusDuration NumberOfConnectors ResetRetries StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId
StopTxnAlignedData StopTxnAlignedDataMaxLength StopTxnSampledData StopTxnSampledDataMaxLength
SupportedFeatureProfiles SupportedFeatureProfilesMaxLength TransactionMessageAttempts
TransactionMessageRetryInterval UnlockConnectorOnEVSideDisconnect WebSocketPingInterval
""")

READ_ONLY = words("""
ConnectorPhaseRotationMaxLength GetConfigurationMaxKeys MeterValuesAlignedDataMaxLength
MeterValuesSampledDataMaxLength NumberOfConnectors StopTxnAlignedDataMaxLength StopTxnSampledDataMaxLength
SupportedFeatureProfiles SupportedFeatureProfilesMaxLength StopTransactionMaxMeterValues ChargeProfileMaxStackLevel
ChargingScheduleAllowedChargingRateUnit ChargingScheduleMaxPeriods ConnectorSwitch3to1PhaseSupported
MaxChargingProfilesInstalled LocalAuthListMaxLength SendLocalListMaxLength ReserveConnectorZeroSupported
SupportedFileTransferProtocols
AdditionalRootCertificateCheck CertificateSignedMaxChainSize CertificateStoreMaxLength
""")

BOOLEANS = words("""
AllowOfflineTxForUnknownId AuthorizationCacheEnabled AuthorizeRemoteTxRequests LocalAuthorizeOffline
LocalPreAuthorize StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId UnlockConnectorOnEVSideDisconnect
LocalAuthListEnabled
""")

NUMBERS_FROM_0 = words("""
BlinkRepeat ClockAlignedDataInterval ConnectionTimeOut MaxEnergyOnInvalidId MeterValueSampleInterval
MinimumStatusDuration ResetRetries TransactionMessageRetryInterval WebSocketPingInterval
""")

MEASURANDS = ["MeterValuesAlignedData", "MeterValuesSampledData", "StopTxnAlignedData", "StopTxnSampledData"]


def value(bench: Bench, key: str) -> str:
    (entry,) = bench.call("GetConfiguration", key=[key])["configurationKey"]
    told = entry["value"]
    assert isinstance(told, str)
    return told


def change(bench: Bench, key: str, to: str) -> str:
    status = bench.call("ChangeConfiguration", key=key, value=to)["status"]
    assert isinstance(status, str)
    return status


def test_all_keys_are_told_when_none_is_named() -> None:
    bench = Bench().connect()
    entries = bench.call("GetConfiguration")["configurationKey"]
    assert bench.call("GetConfiguration", key=[])["configurationKey"] == entries
    names = [entry["key"] for entry in entries]
    assert set(CORE) <= set(names)
    assert len(names) == len({name.casefold() for name in names})
    assert {entry["key"] for entry in entries if entry["readonly"]} == set(READ_ONLY)


def test_named_keys_are_told_and_unknown_ones_named_as_they_were_asked_for() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    answer = bench.call("GetConfiguration", key=["numberofconnectors", "Colour", "HttpPassword"])
    assert answer == {
        "configurationKey": [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}],
        "unknownKey": ["Colour", "HttpPassword"],
    }


def test_only_unknown_keys() -> None:
    answer = Bench().connect().call("GetConfiguration", key=["Colour"])
    assert answer == {"configurationKey": [], "unknownKey": ["Colour"]}


def test_more_keys_than_can_be_told_at_once_are_refused() -> None:
    answer = Bench().connect().call("GetConfiguration", key=[f"Key{number}" for number in range(101)])
    assert isinstance(answer, CallError)
    assert answer.code == "OccurenceConstraintViolation"


@pytest.mark.parametrize("entry", [{"nb_connectors": 64}, {"type": "DC", "nb_connectors": 64}])
def test_the_longest_configuration_fits_the_schema(entry: dict[str, object]) -> None:
    answer = Bench(entry).connect().call("GetConfiguration")
    assert schemas("1.6").violation("GetConfiguration", answer, response=True) is None


def test_a_change_has_effect_at_once_and_outlives_power_cuts() -> None:
    """RebootRequired is never needed, but can be wished for: see test_reboot_required.py."""
    bench = Bench().connect()
    assert change(bench, "MeterValueSampleInterval", "15") == "Accepted"
    bench.power_cut()
    bench.charging()
    bench.advance(30)
    assert len(bench.calls("MeterValues")) == 2


def test_names_of_keys_compare_without_regard_to_case() -> None:
    bench = Bench().connect()
    assert change(bench, "METERVALUESAMPLEINTERVAL", "15") == "Accepted"
    assert value(bench, "MeterValueSampleInterval") == "15"


def test_an_unknown_key_is_not_supported() -> None:
    bench = Bench().connect()
    assert change(bench, "Colour", "blue") == "NotSupported"
    assert change(bench, "ISO15118PnCEnabled", "true") == "NotSupported"


@pytest.mark.parametrize("key", READ_ONLY)
def test_a_read_only_key_keeps_its_value(key: str) -> None:
    bench = Bench().connect()
    before = value(bench, key)
    assert change(bench, key, before) == "Rejected"
    assert change(bench, key, "1") == "Rejected"
    assert value(bench, key) == before


@pytest.mark.parametrize("key", BOOLEANS)
def test_a_boolean_is_true_or_false_in_any_case_and_told_in_lower_case(key: str) -> None:
    bench = Bench().connect()
    for good in ("true", "FALSE", "True", " false "):
        assert change(bench, key, good) == "Accepted"
        assert value(bench, key) == good.strip().lower()
    for bad in ("", "1", "yes", "tru", "truefalse"):
        assert change(bench, key, bad) == "Rejected"
        assert value(bench, key) == "false"


@pytest.mark.parametrize("key", NUMBERS_FROM_0)
def test_a_number_is_a_whole_number_from_0(key: str) -> None:
    bench = Bench().connect()
    for good, told in (("0", "0"), ("7", "7"), ("+30", "30"), (" 60 ", "60"), ("007", "7"), ("2147483647",) * 2):
        assert change(bench, key, good) == "Accepted"
        assert value(bench, key) == told
    for bad in ("", "-1", "1.5", "1e3", "ten", "0x10", "2147483648", "9" * 400, "1 0", "--1"):
        assert change(bench, key, bad) == "Rejected"
        assert value(bench, key) == "2147483647"


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("HeartbeatInterval", "1", "0"),
        ("TransactionMessageAttempts", "1", "0"),
        ("LightIntensity", "100", "101"),
        ("MessageTimeout", "1", "0"),
        ("MessageTimeout", "3600", "3601"),
    ],
)
def test_numbers_with_another_range(key: str, good: str, bad: str) -> None:
    bench = Bench().connect()
    assert change(bench, key, good) == "Accepted"
    assert change(bench, key, bad) == "Rejected"
    assert value(bench, key) == good


@pytest.mark.parametrize("key", MEASURANDS)
def test_a_list_of_measurands_is_taken_whole_or_not_at_all(key: str) -> None:
    bench = Bench().connect()
    good = "Energy.Active.Import.Register,Voltage.L2-N,Current.Import.L3,SoC"
    assert change(bench, key, good) == "Accepted"
    assert change(bench, key, " Voltage , SoC,") == "Accepted"
    assert value(bench, key) == "Voltage,SoC"
    for bad in ("Voltage,Speed", "voltage", "Voltage.L4", "SoC.L1", "Voltage;SoC", "RPM", "Energy.L1"):
        assert change(bench, key, bad) == "Rejected"
        assert value(bench, key) == "Voltage,SoC"
    assert change(bench, key, ",".join(["SoC"] * 51)) == "Rejected"
    assert change(bench, key, "") == "Accepted"


def test_phases_that_the_station_does_not_have_cannot_be_measured() -> None:
    one_phase = Bench({"nb_phases": 1}).connect()
    assert change(one_phase, "MeterValuesSampledData", "Current.Import.L1,Voltage.L1") == "Accepted"
    assert change(one_phase, "MeterValuesSampledData", "Current.Import.L2") == "Rejected"
    direct = Bench({"type": "DC"}).connect()
    assert change(direct, "MeterValuesSampledData", "Current.Import.L1") == "Rejected"


@pytest.mark.parametrize("measurand", ["Voltage.L1", "Voltage.L1-N", "Current.Import.L1"])
@pytest.mark.parametrize("phases", [1, 3])
def test_whatever_phase_is_accepted_is_told(phases: int, measurand: str) -> None:
    bench = Bench({"nb_phases": phases}).connect()
    assert change(bench, "MeterValuesSampledData", measurand) == "Accepted"
    bench.charging()
    bench.advance(60)
    (sample,) = bench.calls("MeterValues")[0]["meterValue"][0]["sampledValue"]
    assert sample["phase"] in ("L1", "L1-N")


def test_phase_rotations() -> None:
    bench = Bench({"nb_connectors": 2}).connect()
    for good in ("0.RST,1.RTS,2.NotApplicable", "NotApplicable", "1.Unknown", "RST"):
        assert change(bench, "ConnectorPhaseRotation", good) == "Accepted"
    for bad in ("", "3.RST", "1.ABC", "1-RST", "0.RST,,1.RST", "x.RST"):
        assert change(bench, "ConnectorPhaseRotation", bad) == "Rejected"
    assert value(bench, "ConnectorPhaseRotation") == "RST"


def test_a_fixed_cable_has_no_lock_to_configure() -> None:
    bench = Bench({"fixed_cable": True}).connect()
    (entry,) = bench.call("GetConfiguration", key=["UnlockConnectorOnEVSideDisconnect"])["configurationKey"]
    assert entry == {"key": "UnlockConnectorOnEVSideDisconnect", "readonly": True, "value": "false"}
    assert change(bench, "UnlockConnectorOnEVSideDisconnect", "true") == "Rejected"


def test_the_supported_profiles_are_the_ones_that_answer() -> None:
    bench = Bench().connect()
    profiles = "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
    assert value(bench, "SupportedFeatureProfiles") == profiles
    known = {str(action) for action in SENDS} | bench.life.dialect.answered_actions
    for profile in profiles.split(","):
        assert known.issuperset(PROFILES[profile].split())


def test_keys_can_be_set_at_the_start_and_foreign_ones_are_kept() -> None:
    bench = Bench({"ocpp_config": {"connectiontimeout": 5, "VendorKey": "x", "LocalPreAuthorize": True}}).connect()
    assert value(bench, "ConnectionTimeOut") == "5"
    assert value(bench, "LocalPreAuthorize") == "true"
    assert change(bench, "vendorkey", "y") == "Accepted"
    bench.power_cut()
    bench.connect()
    assert value(bench, "VendorKey") == "y"


def test_limits_set_at_the_start_are_obeyed() -> None:
    limits = {"GetConfigurationMaxKeys": "2", "ChargeProfileMaxStackLevel": "1", "ChargingScheduleMaxPeriods": "1"}
    bench = Bench({"ocpp_config": limits}).connect()
    assert isinstance(bench.call("GetConfiguration", key=["A", "B", "C"]), CallError)
    for level, periods, status in ((1, 1, "Accepted"), (2, 1, "Rejected"), (0, 2, "Rejected")):
        schedule = [{"startPeriod": 10 * number, "limit": 10.0 + number} for number in range(periods)]
        made = {
            "chargingProfileId": 1,
            "stackLevel": level,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": schedule},
        }
        assert bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=made) == {"status": status}


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("HeartbeatInterval", "0"),
        ("StopTransactionMaxMeterValues", "many"),
        ("MeterValuesSampledData", "Speed"),
        ("LocalPreAuthorize", "maybe"),
    ],
)
def test_a_wrong_value_at_the_start_is_said_and_the_default_kept(key: str, wrong: str) -> None:
    bench = Bench({"ocpp_config": {key: wrong}})
    assert [note for note in bench.notes if key in note and wrong in note]
    bench.charging()
    bench.advance(120)
    assert value(bench, key) == value(Bench().connect(), key)


def test_what_the_central_system_changed_wins_over_what_was_set_at_the_start() -> None:
    bench = Bench({"ocpp_config": {"ConnectionTimeOut": "5"}}).connect()
    change(bench, "ConnectionTimeOut", "10")
    bench.power_cut()
    bench.connect()
    assert value(bench, "ConnectionTimeOut") == "10"


def test_also_when_that_is_the_default_again() -> None:
    bench = Bench({"ocpp_config": {"BlinkRepeat": "5"}}).connect()
    change(bench, "BlinkRepeat", value(Bench().connect(), "BlinkRepeat"))
    bench.power_cut()
    bench.connect()
    assert value(bench, "BlinkRepeat") == "3"


def test_a_connection_time_out_counts_for_who_is_already_waiting() -> None:
    bench = Bench().connect()
    bench.tap()
    bench.advance(20)
    change(bench, "ConnectionTimeOut", "30")
    bench.advance(9.9)
    assert bench.status().status == "Preparing"
    bench.advance(0.2)
    assert bench.status().status == "Available"
