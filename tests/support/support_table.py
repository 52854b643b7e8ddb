"""The table of supported messages, made from the code by ``python -m tests.support.support_table``."""

from __future__ import annotations

from pathlib import Path

from chargepoint.dialects.v16.session import SENDS
from chargepoint.ocpp.v16 import Action
from tests.support.bench import Bench

README = Path(__file__).parents[2] / "chargepoint" / "README.md"
BEGIN = "<!-- supported messages: made by tests/support/support_table.py -->"
END = "<!-- end of supported messages -->"

PROFILES = {
    "Core": (
        "Authorize BootNotification ChangeAvailability ChangeConfiguration ClearCache DataTransfer GetConfiguration"
        " Heartbeat MeterValues RemoteStartTransaction RemoteStopTransaction Reset StartTransaction"
        " StatusNotification StopTransaction UnlockConnector"
    ),
    "SmartCharging": "ClearChargingProfile GetCompositeSchedule SetChargingProfile",
    "RemoteTrigger": "TriggerMessage",
    "FirmwareManagement": ("DiagnosticsStatusNotification FirmwareStatusNotification GetDiagnostics UpdateFirmware"),
    "LocalAuthListManagement": "GetLocalListVersion SendLocalList",
    "Reservation": "CancelReservation ReserveNow",
    "Security whitepaper": (
        "CertificateSigned DeleteCertificate ExtendedTriggerMessage GetInstalledCertificateIds GetLog"
        " InstallCertificate LogStatusNotification SecurityEventNotification SignCertificate"
        " SignedFirmwareStatusNotification SignedUpdateFirmware"
    ),
}
"""OCPP 1.6 section 3.3, and the security whitepaper: the profile of every message."""


def supported_messages() -> str:
    """The table: a row a profile, what the station sends and answers of it, and what it does not do yet."""
    sends = {str(action) for action in SENDS}
    answers = set(Bench().life.dialect.answered_actions)
    rows = ["| profile | the station sends | the station answers | not yet |", "|---|---|---|---|"]
    for profile, names in PROFILES.items():
        actions = names.split()
        columns = (
            [action for action in actions if action in sends],
            [action for action in actions if action in answers],
            [action for action in actions if action not in sends | answers],
        )
        rows.append(f"| {profile} | " + " | ".join(", ".join(column) or "-" for column in columns) + " |")
    return "\n".join(rows)


def listed_actions() -> set[str]:
    """Every action that has a profile here."""
    return {action for names in PROFILES.values() for action in names.split()}


def all_actions() -> set[str]:
    """Every action of OCPP 1.6."""
    return {str(action) for action in Action}


def readme_table() -> str:
    """The table as it stands in chargepoint/README.md."""
    return README.read_text().split(BEGIN)[1].split(END)[0].strip()


def main() -> None:
    """Write the table into chargepoint/README.md."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{supported_messages()}\n{END}{after}")


if __name__ == "__main__":
    main()
