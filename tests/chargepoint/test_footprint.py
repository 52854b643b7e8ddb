"""What a charge point that boots and charges loads: what it seldom needs must not cost every one of hundreds."""

from __future__ import annotations

import re
from pathlib import Path

from tests.chargepoint.central import central_system
from tests.chargepoint.processes import ChargePoint

TOO_HEAVY = {
    "cryptography": "certificates and signatures: when one is asked for",
    "ftplib": "transfers: when one begins",
    "httpx": "transfers: when one begins",
    "anyio": "comes with httpx",
    "jsonschema": "fastjsonschema does its work, twenty times cheaper",
    "ocpp": "its schemas and names are read as files, its sessions are not ours",
    "psutil": "the launcher's",
    "supervisor": "the launcher's",
    "textual": "the screen's",
    "rich": "the screen's",
    "fastapi": "the central system's",
    "pydantic": "the central system's",
    "uvicorn": "the central system's",
    "xmlrpc": "the launcher's",
    "http.server": "nobody's",
    "chargepoint.api.orders": "when somebody orders something",
    "unittest": "nobody's",
    "pdb": "nobody's",
    "chargepoint.disturbances": "disturbed lines and quirks: when one is ordered",
    "chargepoint.api.disturbances": "likewise",
    "chargepoint.api.quirks": "likewise",
    "chargepoint.api.damage": "likewise",
    "chargepoint.api.amounts": "likewise",
    "chargepoint.model.damages": "likewise",
    "chargepoint.model.breaking": "likewise",
    "chargepoint.model.overheating": "likewise",
    "chargepoint.model.thermostat": "likewise",
    "launcher": "a program of its own",
    "csms": "a program of its own",
    "tui": "a program of its own",
}

IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+([\w.]+)$", re.MULTILINE)


async def test_a_station_that_boots_and_charges_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    async with central_system() as central:
        station = ChargePoint(tmp_path / "CP1", central.url, None)
        station.start(wrapper=("-X", "importtime"))
        try:
            await central.gets("StatusNotification", 2)
            assert await central.ask("RemoteStartTransaction", connectorId=1, idTag="T") == {"status": "Accepted"}
            await central.ask("SendLocalList", listVersion=1, updateType="Full")
            await central.ask("GetCompositeSchedule", connectorId=0, duration=60)
            assert await station.end() == 0
        finally:
            station.kill()
    loaded = set(IMPORTED.findall(station.output()))
    assert "websockets" in loaded, "nothing was recorded"
    wasted = {
        name: reason
        for name, reason in TOO_HEAVY.items()
        if any(one == name or one.startswith(f"{name}.") for one in loaded)
    }
    assert wasted == {}
