"""The tables of chargepoint/README.md that the code makes: ``python -m tests.support.tables`` writes them there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from chargepoint.api.amounts import Amount
from chargepoint.api.damage import DAMAGES
from chargepoint.api.disturbances import DISTURBANCES
from chargepoint.api.quirks import QUIRKS, QuirkGroup
from chargepoint.dialects.v16.session import SENDS
from chargepoint.ocpp.v16 import Action
from tests.support.bench import Bench

README = Path(__file__).parents[2] / "chargepoint" / "README.md"

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


def disturbances() -> str:
    """The table of what can be wrong with a line."""
    rows = ["| `disturb` | what it does | `probability` of each | with |", "|---|---|---|---|"]
    for kind, declared in DISTURBANCES.items():
        amounts = _amounts(declared.amounts)
        amounts += ["`direction`", "`frames`"] if declared.of_messages else []
        amounts += ["`for_s`"] if declared.lasting else []
        rows.append(f"| `{kind}` | {declared.does} | {declared.each} | {', '.join(amounts)} |")
    return "\n".join(rows)


def damages() -> str:
    """The table of what can break in a charge point."""
    rows = ["| `damage` | what it does | with |", "|---|---|---|"]
    for kind, declared in DAMAGES.items():
        amounts = _amounts(declared.amounts)
        amounts += ["`connector` (1)"] if declared.of_connector else []
        amounts += ["`connector` (the station)"] if declared.of_either else []
        rows.append(f"| `{kind}` | {declared.does}{' (once)' if declared.at_once else ''} | {', '.join(amounts)} |")
    return "\n".join(rows)


def quirks() -> str:
    """The table of what a charge point does against the standard."""
    rows = ["| about | quirks |", "|---|---|"]
    for group in QuirkGroup:
        names = [f"`{name}`" for name, quirk in QUIRKS.items() if quirk.group is group]
        rows.append(f"| {group} | {', '.join(names)} |")
    return "\n".join(rows)


def _amounts(amounts: Iterable[Amount]) -> list[str]:
    return [
        f"`{amount.name}`{'' if amount.default is None else f' ({amount.default:g})'}: {amount.does}"
        for amount in amounts
    ]


TABLES: dict[str, Callable[[], str]] = {
    "supported messages": supported_messages,
    "disturbances": disturbances,
    "damages": damages,
    "quirks": quirks,
}


def in_readme(name: str) -> str:
    """The table as it stands in chargepoint/README.md."""
    return _place(name).split(README.read_text())[2].strip()


def main() -> None:
    """Write the tables into chargepoint/README.md."""
    text = README.read_text()
    for name, made in TABLES.items():
        before, begin, _, end, after = _place(name).split(text)
        text = f"{before}{begin}\n{made()}\n{end}{after}"
    README.write_text(text)


def _place(name: str) -> re.Pattern[str]:
    """Where a table stands: what splits the page into before, mark, table, mark and after."""
    return re.compile(f"(<!-- {name}: made by tests/support/tables.py -->)(.*?)(<!-- end of {name} -->)", re.DOTALL)


if __name__ == "__main__":
    main()
