"""The standard configuration keys: defaults, access, and what the read-only ones do when a start sets them."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench, CallError, Payload

KEYS = """
AllowOfflineTxForUnknownId                rw false
AuthorizationCacheEnabled                 rw true
AuthorizeRemoteTxRequests                 rw false
BlinkRepeat                               rw 3
ClockAlignedDataInterval                  rw 0
ConnectionTimeOut                         rw 60
ConnectorPhaseRotation                    rw 0.RST,1.RST,2.RST
ConnectorPhaseRotationMaxLength           r  3
GetConfigurationMaxKeys                   r  100
HeartbeatInterval                         rw 300
LightIntensity                            rw 100
LocalAuthorizeOffline                     rw true
LocalPreAuthorize                         rw false
MaxEnergyOnInvalidId                      rw 0
MeterValuesAlignedData                    rw Energy.Active.Import.Register
MeterValuesAlignedDataMaxLength           r  *
MeterValuesSampledData                    rw Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage
MeterValuesSampledDataMaxLength           r  *
MeterValueSampleInterval                  rw 60
MinimumStatusDuration                     rw 0
NumberOfConnectors                        r  2
ResetRetries                              rw 2
StopTransactionOnEVSideDisconnect         rw true
StopTransactionOnInvalidId                rw true
StopTxnAlignedData                        rw
StopTxnAlignedDataMaxLength               r  *
StopTxnSampledData                        rw
StopTxnSampledDataMaxLength               r  *
TransactionMessageAttempts                rw 3
TransactionMessageRetryInterval           rw 60
UnlockConnectorOnEVSideDisconnect         rw true
WebSocketPingInterval                     rw 60
MessageTimeout                            rw 30
StopTransactionMaxMeterValues             r  1000
LocalAuthListEnabled                      rw true
LocalAuthListMaxLength                    r  1000
SendLocalListMaxLength                    r  100
ReserveConnectorZeroSupported             r  true
ChargeProfileMaxStackLevel                r  10
ChargingScheduleAllowedChargingRateUnit   r  Current,Power
ChargingScheduleMaxPeriods                r  96
ConnectorSwitch3to1PhaseSupported         r  true
MaxChargingProfilesInstalled              r  20
"""
"""Key, access and default of a station with two connectors (sections 9.1 to 9.4 and the errata); * is enough."""

FEATURES = [
    ("LocalAuthListManagement", "LocalAuthListEnabled", []),
    (
        "Reservation",
        "ReserveConnectorZeroSupported",
        [
            (
                "ReserveNow",
                {"connectorId": 1, "idTag": "T", "reservationId": 1, "expiryDate": "2030-01-01T00:00:00Z"},
            ),
            ("CancelReservation", {"reservationId": 1}),
        ],
    ),
    (
        "SmartCharging",
        "ChargeProfileMaxStackLevel",
        [("ClearChargingProfile", {}), ("GetCompositeSchedule", {"connectorId": 1, "duration": 60})],
    ),
    ("RemoteTrigger", "", [("TriggerMessage", {"requestedMessage": "Heartbeat"})]),
]


def told(bench: Bench) -> dict[str, Payload]:
    return {entry["key"]: entry for entry in bench.call("GetConfiguration")["configurationKey"]}


def starting(**config: str) -> Bench:
    return Bench({"nb_connectors": 2, "ocpp_config": config}).connect()


@pytest.mark.parametrize("row", KEYS.strip().splitlines(), ids=lambda row: row.split()[0])
def test_every_standard_key_has_its_access_and_default(row: str) -> None:
    key, access, *value = row.split()
    entry = told(starting())[key]
    if value == ["*"]:
        assert int(entry["value"]) >= 20
        value = [entry["value"]]
    assert entry == {"key": key, "readonly": access == "r", "value": "".join(value)}


@pytest.mark.parametrize(("profile", "key", "calls"), FEATURES)
def test_a_profile_that_is_not_listed_is_not_there(profile: str, key: str, calls: list[tuple[str, Payload]]) -> None:
    whole = starting()
    listed = told(whole)["SupportedFeatureProfiles"]["value"].split(",")
    without = starting(SupportedFeatureProfiles=",".join(one for one in listed if one != profile))
    assert not key or (key in told(whole) and key not in told(without))
    if key:
        assert without.call("GetConfiguration", key=[key])["unknownKey"] == [key]
        assert without.call("ChangeConfiguration", key=key, value="true") == {"status": "NotSupported"}
    for action, payload in calls:
        assert not isinstance(whole.call(action, **payload), CallError)
        refused = without.call(action, **payload)
        assert isinstance(refused, CallError)
        assert refused.code == "NotSupported"


def test_without_smart_charging_the_profile_of_a_remote_start_is_ignored() -> None:
    """Section 5.11."""
    bench = starting(SupportedFeatureProfiles="Core")
    bench.plug()
    made = profile(chargingProfilePurpose="TxProfile")
    answered = bench.call("RemoteStartTransaction", connectorId=1, idTag="TAG", chargingProfile=made)
    assert answered == {"status": "Accepted"}
    assert bench.status().setpoint == 32.0


def test_profiles_that_nobody_knows_or_that_lack_core_are_refused() -> None:
    for wrong in ("SmartCharging", "Core,Coffee", ""):
        bench = starting(SupportedFeatureProfiles=wrong)
        assert [note for note in bench.notes if "SupportedFeatureProfiles" in note]
        assert "Core" in told(bench)["SupportedFeatureProfiles"]["value"]


def test_the_number_of_connectors_is_what_is_built() -> None:
    bench = starting(NumberOfConnectors="5")
    assert told(bench)["NumberOfConnectors"]["value"] == "2"
    assert [note for note in bench.notes if "NumberOfConnectors" in note]


def test_phases_are_switched_in_a_transaction_as_the_key_says() -> None:
    bench = starting(ConnectorSwitch3to1PhaseSupported="false")
    assert [note for note in bench.notes if "ConnectorSwitch3to1PhaseSupported" in note]
    bench.charging()
    made = profile()
    made["chargingSchedule"]["chargingSchedulePeriod"][0]["numberPhases"] = 1
    bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=made)
    status = bench.status()
    assert (status.consumption_l1, status.consumption_l2, status.consumption_l3) == (8.0, 0.0, 0.0)
    for entry in ({"type": "DC"}, {"nb_phases": 1}):
        assert told(Bench(entry).connect())["ConnectorSwitch3to1PhaseSupported"]["value"] == "false"


def test_a_fixed_cable_is_not_given_a_lock_by_a_key() -> None:
    bench = Bench({"fixed_cable": True, "ocpp_config": {"UnlockConnectorOnEVSideDisconnect": "true"}}).connect()
    assert told(bench)["UnlockConnectorOnEVSideDisconnect"]["value"] == "false"
    assert [note for note in bench.notes if "UnlockConnectorOnEVSideDisconnect" in note]


@pytest.mark.parametrize(
    "key", ["MeterValuesSampledData", "MeterValuesAlignedData", "StopTxnSampledData", "StopTxnAlignedData"]
)
def test_a_list_is_not_longer_than_its_max_length(key: str) -> None:
    bench = starting(**{f"{key}MaxLength": "2"})
    assert bench.call("ChangeConfiguration", key=key, value="Voltage,SoC") == {"status": "Accepted"}
    assert bench.call("ChangeConfiguration", key=key, value="Voltage,SoC,Frequency") == {"status": "Rejected"}
    assert told(bench)[key]["value"] == "Voltage,SoC"


def test_phase_rotations_are_not_more_than_their_max_length() -> None:
    bench = starting(ConnectorPhaseRotationMaxLength="1")
    assert bench.call("ChangeConfiguration", key="ConnectorPhaseRotation", value="1.RST") == {"status": "Accepted"}
    many = bench.call("ChangeConfiguration", key="ConnectorPhaseRotation", value="1.RST,2.RST")
    assert many == {"status": "Rejected"}


def test_a_list_of_the_start_is_not_longer_than_the_max_length_of_the_start() -> None:
    bench = starting(MeterValuesSampledData="Voltage,SoC", MeterValuesSampledDataMaxLength="1")
    assert [note for note in bench.notes if "MeterValuesSampledDataMaxLength" in note]


def profile(unit: str = "A", **changes: object) -> Payload:
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": unit, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.0}]},
        **changes,
    }


@pytest.mark.parametrize(("word", "unit", "other"), [("Current", "A", "W"), ("Power", "W", "A")])
def test_only_the_allowed_charging_rate_unit_is_taken_and_told(word: str, unit: str, other: str) -> None:
    bench = starting(ChargingScheduleAllowedChargingRateUnit=word)
    for one, status in ((unit, "Accepted"), (other, "Rejected")):
        answered = bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=profile(one))
        assert answered == {"status": status}
        composite = bench.call("GetCompositeSchedule", connectorId=1, duration=60, chargingRateUnit=one)
        assert composite["status"] == status
    own = bench.call("GetCompositeSchedule", connectorId=1, duration=60)
    assert own["chargingSchedule"]["chargingRateUnit"] == unit


def test_no_more_profiles_are_installed_than_max_charging_profiles_installed() -> None:
    bench = starting(MaxChargingProfilesInstalled="2")
    answers = [
        bench.call("SetChargingProfile", connectorId=1, csChargingProfiles=profile(chargingProfileId=n, stackLevel=n))
        for n in (1, 2, 3)
    ]
    assert [one["status"] for one in answers] == ["Accepted", "Accepted", "Rejected"]


def test_a_changed_web_socket_ping_interval_is_pinged_by_from_then_on() -> None:
    bench = starting()
    assert bench.life.dialect.ping_interval_s == 60
    bench.call("ChangeConfiguration", key="WebSocketPingInterval", value="5")
    assert bench.life.dialect.ping_interval_s == 5


def test_profiles_that_a_start_left_out_are_left_out_of_every_later_life() -> None:
    bench = starting(SupportedFeatureProfiles="Core")
    bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="17")
    bench.power_cut()
    bench.connect()
    assert told(bench)["SupportedFeatureProfiles"]["value"] == "Core"
    assert "LocalAuthListEnabled" not in told(bench)
