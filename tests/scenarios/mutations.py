"""The table scenario x mutation: what may be wrong with a central system, and which ready scenarios find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Behaviour = dict[str, Any]


@dataclass(frozen=True)
class Mutation:
    """What is wrong; which scenarios find it, and which have nothing to do with it."""

    behaviours: tuple[Behaviour, ...]
    red: tuple[str, ...]
    green: tuple[str, ...] = ()


def wrong(action: str, red: str, green: str = "", **how: Any) -> Mutation:
    """One behaviour."""
    return Mutation(({"action": action, **how},), tuple(red.split()), tuple(green.split()))


INTERNAL_ERROR = {"code": "InternalError"}

MUTATIONS = {
    "boots are rejected": wrong(
        "BootNotification",
        "boot_accepted boot_again fleet_boots boot_pending boot_rejected password password_wrong",
        change={"status": "Rejected", "interval": 5},
    ),
    "the second boot is pending": Mutation(
        (
            {"action": "BootNotification", "delay": 0.01, "times": 1},
            {"action": "BootNotification", "change": {"status": "Pending", "interval": 5}},
        ),
        ("boot_again", "power_cut", "reset_soft"),
        ("boot_accepted",),
    ),
    "a boot is not told the time": wrong("BootNotification", "boot_accepted", change={"currentTime": None}),
    "a boot is told no interval": wrong("BootNotification", "boot_accepted", "heartbeats", change={"interval": 0}),
    "the clock stands still": wrong(
        "Heartbeat", "heartbeats", "charging_session", change={"currentTime": "2026-01-01T00:00:00Z"}
    ),
    "heartbeats are answered with nothing": wrong(
        "Heartbeat",
        "heartbeats trigger_message configuration composite_schedule malformed_call wrong_types unknown_action "
        "malformed_texts call_without_payload no_utf8 quirks half_open password flapping clock_ahead "
        "firmware_download_fails",
        answer={},
    ),
    "heartbeats are answered twice": wrong("Heartbeat", "heartbeats", copies=2),
    "heartbeats are answered with half a frame": wrong("Heartbeat", "heartbeats", text='[3, "${id}", {"current'),
    "every tag is accepted": wrong(
        "Authorize",
        "tag_blocked tag_expired tag_invalid tag_letter_case",
        "charging_session",
        change={"idTagInfo": {"status": "Accepted"}},
    ),
    "no tag is accepted": wrong(
        "Authorize",
        "charging_session swipe_then_plug swipe_and_leave other_tag_does_not_stop remote_start_authorized "
        "longest_tag slow_writer",
        "remote_start_plugged",
        change={"idTagInfo": {"status": "Invalid"}},
    ),
    "there are no groups": wrong(
        "Authorize", "group_tag_stops", "charging_session", change={"idTagInfo": {"parentIdTag": None}}
    ),
    "all are one group": wrong(
        "Authorize",
        "other_tag_does_not_stop reservation_of_another",
        "group_tag_stops",
        change={"idTagInfo": {"parentIdTag": "FAMILY"}},
    ),
    "tags are not judged at the start": wrong(
        "StartTransaction",
        "tag_refused_at_start local_list_outdated refused_after_outage",
        "charging_session",
        change={"idTagInfo": {"status": "Accepted"}},
    ),
    "no transaction is accepted": wrong(
        "StartTransaction",
        "charging_session swipe_then_plug remote_start_plugged remote_start_unplugged reservation_used "
        "late_transaction remote_start_authorized remote_start_anywhere remote_start_reserved start_offline "
        "whole_transaction_offline local_list_offline",
        "swipe_and_leave tag_blocked local_list",
        change={"idTagInfo": {"status": "Invalid"}},
    ),
    "all transactions have one id": wrong(
        "StartTransaction",
        "transaction_ids_differ transaction_ids_are_new remote_start_anywhere",
        "start_sent_twice remote_start_reserved",
        change={"transactionId": 7},
    ),
    "transactions have the id 0": wrong(
        "StartTransaction",
        "charging_session remote_start_with_profile dc_session",
        "tag_blocked",
        change={"transactionId": 0},
    ),
    "a transaction that is sent twice is two": wrong(
        "StartTransaction",
        "start_sent_twice duplicates",
        "charging_session",
        change={"transactionId": 4_711},
        times=1,
    ),
    "nobody is let in": wrong(
        "connect", "password boot_accepted security_profile_2 security_profile_3 tls_too_old", refuse=401
    ),
    "who was cut off is not let in again": Mutation(
        ({"action": "connect", "delay": 0.01, "times": 1}, {"action": "connect", "refuse": 503}),
        (
            *("half_open", "end_offline", "flapping", "chaos", "password_changed", "security_profile_1"),
            *("security_profile_falls_back", "security_profile_rises", "certificate_renewed"),
            *("idle_kill", "closed_in_good_order", "server_certificate_expires"),
        ),
        ("charging_session", "malformed_texts"),
    ),
    "starts are not answered": wrong("StartTransaction", "swipe_then_plug", "tag_blocked", silent=True),
    "stops are refused": wrong(
        "StopTransaction",
        "stop_sent_twice stop_of_unknown late_transaction unplug_ends remote_stop remote_stop_of_unknown power_cut "
        "reset_soft reset_hard unlock_in_transaction car_pauses availability_scheduled stop_with_data "
        "group_tag_stops offline_in_transaction start_offline end_offline whole_transaction_offline late_answers "
        "refused_after_outage start_fails_three_times flapping clock_ahead meter_jump chaos closed_in_good_order "
        "duplicate_connection server_certificate_expires full_battery local_list_offline",
        "swipe_and_leave remote_start_plugged",
        error=INTERNAL_ERROR,
    ),
    "meter values are refused": wrong(
        "MeterValues",
        "meter_values meter_values_idle meter_values_temperature stop_with_data dc_session charging_session "
        "limit_is_obeyed trigger_message "
        "meter_jump meter_reset meter_negative meter_freeze offline_in_transaction clock_aligned "
        "full_battery",
        "unplug_ends end_offline",
        error=INTERNAL_ERROR,
    ),
    "meter values take their time": wrong("MeterValues", "meter_values", "meter_values_idle", delay=4),
    "meter values are answered with a word too many": wrong(
        "MeterValues", "meter_values_idle", "unplug_ends", answer={"status": "Accepted"}
    ),
    "statuses are refused after the boot": Mutation(
        (
            {"action": "StatusNotification", "delay": 0.01, "times": 2},
            {"action": "StatusNotification", "error": INTERNAL_ERROR},
        ),
        (
            *(
                "availability",
                "availability_scheduled",
                "car_pauses",
                "every_error_code",
                "ground_fault",
                "limit_zero",
            ),
            *("odd_timestamps", "reservation_cancelled", "status_in_full", "swipe_and_leave", "unplug_ends"),
            "reservation_expires",
        ),
        ("heartbeats", "tag_blocked", "data_transfer"),
    ),
    "statuses are not answered": wrong("StatusNotification", "local_list", silent=True),
    "vendors are answered with a status that there is not": wrong(
        "DataTransfer", "data_transfer", "charging_session", answer={"status": "Fine"}
    ),
    "malformed calls are answered as if they were right": wrong(
        "Authorize", "malformed_call", "heartbeats", answer={"idTagInfo": {"status": "Accepted"}}, carried_out=False
    ),
    "wrong types are answered as if they were right": wrong(
        "StatusNotification", "wrong_types", "heartbeats", answer={}, carried_out=False
    ),
    "uploads are not heard of": wrong(
        "DiagnosticsStatusNotification", "diagnostics_upload", "log_upload", error=INTERNAL_ERROR
    ),
    "logs are not heard of": wrong("LogStatusNotification", "log_upload", "diagnostics_upload", error=INTERNAL_ERROR),
    "updates are not heard of": wrong(
        "FirmwareStatusNotification",
        "firmware_update firmware_download_fails",
        "firmware_signed",
        error=INTERNAL_ERROR,
    ),
    "signed updates are not heard of": wrong(
        "SignedFirmwareStatusNotification",
        "firmware_signed firmware_badly_signed",
        "firmware_update",
        error=INTERNAL_ERROR,
    ),
    "certificates are not signed": wrong(
        "SignCertificate",
        "certificate_renewed certificate_runs_out security_profile_rises",
        "security_profile_3",
        answer={"status": "Rejected"},
        carried_out=False,
    ),
    "certificates are promised and not sent": wrong(
        "SignCertificate",
        "certificate_renewed certificate_runs_out security_profile_rises",
        "security_profile_3",
        answer={"status": "Accepted"},
        carried_out=False,
    ),
    "security events are refused": wrong(
        "SecurityEventNotification",
        "certificate_signed_wrongly root_certificates firmware_signed_by_a_stranger server_certificates_refused "
        "security_profile_falls_back",
        "heartbeats",
        error=INTERNAL_ERROR,
    ),
    "the connection is closed on a wrong call": wrong("Authorize", "malformed_call", close={"code": 1002}),
}


LISTENERS: dict[str, tuple[Behaviour, str, str]] = {
    "its certificate has expired": (
        {"certificate": "expired"},
        "security_profile_2 security_profile_3 password_wrong_by_tls certificate_renewed security_profile_rises "
        "certificates_refused",
        "password server_certificates_refused",
    ),
    "its certificate is made out to another": (
        {"certificate": "other_name"},
        "security_profile_2 security_profile_3 security_profile_rises",
        "password",
    ),
    "its certificate is of another authority": (
        {"certificate": "other_authority"},
        "security_profile_2 security_profile_3 security_profile_rises",
        "password",
    ),
    "it speaks TLS 1.1 alone": (
        {"version": "1.1"},
        "security_profile_2 security_profile_3 password_wrong_by_tls",
        "password",
    ),
    "it asks for no certificates": (
        {"client_certificates": "not_asked"},
        "certificates_refused certificate_runs_out security_profile_rises",
        "security_profile_2",
    ),
    "it wants certificates of everybody": (
        {"client_certificates": "required"},
        "security_profile_2 password_wrong_by_tls security_profile_rises",
        "security_profile_3 certificate_renewed certificates_refused",
    ),
}
"""What is wrong with a port of the central system; which scenarios find it there, and which have nothing to do with
it."""

IN_VIRTUAL_TIME: dict[str, Behaviour] = {
    "day_of_charging": {"action": "StartTransaction", "change": {"transactionId": 7}},
    "daily_profile": {"action": "StartTransaction", "change": {"idTagInfo": {"status": "Invalid"}}},
    "quarter_hours": {"action": "MeterValues", "error": INTERNAL_ERROR, "carried_out": False},
    "six_hours_offline": {"action": "MeterValues", "answer": {}, "carried_out": False, "probability": 0.1, "seed": 1},
    "quiet_day": {"action": "Heartbeat", "change": {"currentTime": "2026-01-05T12:00:00Z"}},
}
"""What turns those red that are played in virtual time, where nobody can tell it over HTTP."""
