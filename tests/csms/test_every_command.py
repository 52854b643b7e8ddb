"""MO-12 and MO-13 of the acceptance table: every command of OCPP 1.6, from any program."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

import httpx

from tests.csms.certificates import csr
from tests.csms.charger import Charger
from tests.csms.program import Program, running
from tests.csms.station import Payload, Station
from tests.support.waiting import eventually_async

REPOSITORY = Path(__file__).parents[2]

COMMANDS: dict[str, Payload] = {
    "CancelReservation": {"reservationId": 1},
    "CertificateSigned": {"certificateChain": "PEM"},
    "ChangeAvailability": {"connectorId": 0, "type": "Inoperative"},
    "ChangeConfiguration": {"key": "K", "value": "V"},
    "ClearCache": {},
    "ClearChargingProfile": {"id": 1},
    "DataTransfer": {"vendorId": "com.example", "data": "hello"},
    "DeleteCertificate": {
        "certificateHashData": {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": "a",
            "issuerKeyHash": "b",
            "serialNumber": "c",
        }
    },
    "ExtendedTriggerMessage": {"requestedMessage": "Heartbeat"},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 60},
    "GetConfiguration": {"key": ["HeartbeatInterval"]},
    "GetDiagnostics": {"location": "ftp://localhost/"},
    "GetInstalledCertificateIds": {"certificateType": "CentralSystemRootCertificate"},
    "GetLocalListVersion": {},
    "GetLog": {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": "ftp://localhost/"}},
    "InstallCertificate": {"certificateType": "CentralSystemRootCertificate", "certificate": "PEM"},
    "RemoteStartTransaction": {"idTag": "TAG1"},
    "RemoteStopTransaction": {"transactionId": 1},
    "ReserveNow": {"connectorId": 1, "reservationId": 1, "idTag": "TAG1", "expiryDate": "2030-01-01T12:00:00Z"},
    "Reset": {"type": "Hard"},
    "SendLocalList": {"listVersion": 1, "updateType": "Full"},
    "SetChargingProfile": {
        "connectorId": 0,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 21.4}],
            },
        },
    },
    "SignedUpdateFirmware": {
        "requestId": 1,
        "firmware": {
            "location": "http://localhost/",
            "retrieveDateTime": "2030-01-01T12:00:00Z",
            "signingCertificate": "PEM",
            "signature": "S",
        },
    },
    "TriggerMessage": {"requestedMessage": "Heartbeat"},
    "UnlockConnector": {"connectorId": 1},
    "UpdateFirmware": {"location": "http://localhost/", "retrieveDate": "2030-01-01T12:00:00Z"},
}


async def test_mo_12_every_command_of_ocpp_1_6_can_be_sent(csms: Program, http: httpx.AsyncClient) -> None:
    async with Station(csms.ws, "MO_12") as station:
        assert COMMANDS.keys() == station.answers.keys()
        for action, payload in COMMANDS.items():
            response = await http.post(f"/charge-points/MO_12/commands/{action}", json=payload)
            assert response.status_code == 200, response.text
            assert response.json() == {
                "id": "MO_12",
                "action": action,
                "response": station.answers[action],
                "violation": None,
            }
            assert station.commands[-1] == (action, payload)


async def test_mo_13_a_file_with_every_call_ships_and_every_call_in_it_works(tmp_path: Path) -> None:
    files = ("--ca", str(tmp_path / "ca"), "--files", str(tmp_path / "files"))
    with running(tmp_path, *files) as program:
        async with Charger(program.ws, "CP_1") as charger, program.client() as client:
            await charger.boot()
            text = (REPOSITORY / "etc" / "csms.http").read_text().replace("{{csr}}", json.dumps(csr("CP_1"))[1:-1])
            requests = _requests(text, program.http, "CP_1")
            described = (await client.get(f"{program.http}/openapi.json")).json()["paths"]
            described_calls = {(method.upper(), path) for path, calls in described.items() for method in calls}
            called = {(method, _template(url.removeprefix(program.http), described)) for method, url, _ in requests}
            assert described_calls - called == {("POST", "/files/{name}")}, "PUT shows it"
            assert {url.partition("/commands/")[2].partition("?")[0] for _, url, _ in requests} > COMMANDS.keys()
            for method, url, body in requests:
                response = await client.request(method, url, content=body)
                assert response.is_success, (method, url, response.text)
                await eventually_async(charger.at_rest)


def _template(path: str, described: Collection[str]) -> str:
    """The path of the description that ``path`` is one of; a literal one goes before one with parameters."""
    path = path.partition("?")[0]
    templates = sorted(described, key=lambda each: each.count("{"))
    return next(each for each in templates if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), path))


def _requests(text: str, csms: str, charge_point: str) -> list[tuple[str, str, str | None]]:
    """Method, URL and body of each request in a .http file."""
    requests = []
    for block in re.split(r"(?m)^###.*$", text):
        lines = [line for line in block.strip().splitlines() if not line.startswith(("#", "@"))]
        if not any(lines):
            continue
        head, _, body = (
            "\n".join(lines).strip().replace("{{csms}}", csms).replace("{{cp}}", charge_point).partition("\n\n")
        )
        method, url = head.splitlines()[0].split(" ", 1)
        requests.append((method, url, body or None))
    return requests
