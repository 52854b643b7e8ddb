"""What the stations of one scenario are given before it begins, and what the bundled central system is told of it:
passwords, certificates, and a port of its own for whom TLS goes wrong."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from launcher.scenario.credentials import Credentials, needs_certificate, needs_password, profile_of
from launcher.scenario.format import API, Scenario, every
from launcher.scenario.peer import Peer
from launcher.scenario.requests import NoReply, Requests
from launcher.scenario.steps import CentralSystem
from launcher.scenario.verdicts import StepFailed, Verdict

KEY_BYTES = 16
OWN_PORT: Mapping[str, object] = {"plain": True}
"""How the port of a station is listened on whose TLS a scenario changes, until it does."""


def speaks_tls(scenario: Scenario) -> bool:
    """Whether TLS is spoken in ``scenario``, or a certificate made."""
    of_steps = (step.deed for step in every(scenario.steps))
    return any(
        profile_of(entry) > 1 or str(entry.get("central_system", "")).lower().startswith("wss:")
        for entry in scenario.stations.values()
    ) or any(
        isinstance(deed, CentralSystem) and (deed.tls is not None or deed.client_certificate) for deed in of_steps
    )


def needs_authority(scenario: Scenario) -> bool:
    """Whether the bundled central system has to have a certificate authority for ``scenario``."""
    return speaks_tls(scenario) or any(step.mentions(f"{API}/ca/") for step in every(scenario.steps))


def lacking(scenario: Scenario, credentials: Credentials, peer: Peer) -> str:
    """What the stations would have to be given, which nobody has; "" for nothing."""
    if peer.bundled:
        return ""
    for station, entry in scenario.stations.items():
        whole = credentials.completed(station, entry, peer.url)
        profile = f"security profile {profile_of(whole)}"
        if needs_password(whole):
            return f"{station}: {profile} needs a password: --authorization-key KEY or --passwords FILE"
        if needs_certificate(whole):
            return f"{station}: {profile} needs a certificate: --client-certificate FILE and --client-key FILE"
    return ""


class Commissioning:
    """Of the stations of ``scenario``. Files go into ``folder``; passwords are drawn by ``seed``."""

    def __init__(
        self, scenario: Scenario, peer: Peer, requests: Requests, credentials: Credentials, folder: Path, seed: int
    ) -> None:
        self._peer = peer
        self._requests = requests
        self._folder = folder
        self._seed = seed
        self._entries = {
            station: credentials.completed(station, entry, peer.url) for station, entry in scenario.stations.items()
        }
        steps = (step.deed for step in every(scenario.steps))
        self._has_own_ports = any(isinstance(deed, CentralSystem) and deed.tls is not None for deed in steps)
        self._listeners: dict[str, object] = {}
        self._keyed: list[str] = []
        self._numbers = itertools.count(1)

    def entry(self, station: str) -> dict[str, object]:
        """The start entry of ``station``."""
        return self._entries[station]

    async def begin(self) -> None:
        """Tell the bundled central system, and have certificates made. Raises StepFailed."""
        if not self._peer.bundled:
            return
        try:
            for station, entry in self._entries.items():
                await self._commission(station, entry)
        except NoReply as error:
            raise StepFailed(Verdict.ERROR, str(error)) from None

    async def listen(self, station: str, settings: Mapping[str, object]) -> None:
        """The port of ``station`` is listened on otherwise; one that is opened now is its own from its next start on.
        Raises NoReply."""
        if station not in self._listeners:
            await self._open(station)
        url = f"{self._peer.api}/listeners/{self._listeners[station]}"
        await self._requests.ask("PUT", url, {**OWN_PORT, **settings})

    async def _open(self, station: str) -> None:
        opened: Any = (await self._requests.ask("POST", f"{self._peer.api}/listeners", OWN_PORT)).body
        self._listeners[station] = opened["id"]
        self._entries[station]["central_system"] = opened["url"]

    async def certify(self, station: str, certificate: str) -> None:
        """``station`` is given a certificate, from its next start on. Raises NoReply."""
        body = {"common_name": station, "certificate": certificate}
        reply = await self._requests.ask("POST", f"{self._peer.api}/ca/certificates", body)
        issued: Any = reply.body
        self._entries[station] |= {
            "client_certificate": _written(self._file(station, ".pem"), issued["certificate"]),
            "client_key": _written(self._file(station, ".key"), issued["key"]),
        }

    async def end(self) -> None:
        """The bundled central system forgets it."""
        api = self._peer.api
        for place in (
            *(f"{api}/charge-points/{quote(station, safe='')}/authorization-key" for station in self._keyed),
            *(f"{api}/listeners/{listener}" for listener in self._listeners.values()),
        ):
            # A scenario may have removed it itself, and the central system may be gone.
            with contextlib.suppress(NoReply):
                await self._requests.send("DELETE", place)

    def _file(self, station: str, ending: str) -> Path:
        """A file that is not there yet. Of a station one scenario at a time is played."""
        return self._folder / f"{quote(station, safe='')}-{next(self._numbers)}{ending}"

    async def _commission(self, station: str, entry: dict[str, object]) -> None:
        ask, api, profile = self._requests.ask, self._peer.api, profile_of(entry)
        if self._has_own_ports:
            await self._open(station)
        if needs_password(entry):
            # It is drawn, so that the same run has the same one.
            entry["authorization_key"] = random.Random(f"{self._seed} {station}").randbytes(KEY_BYTES).hex()
            body = {"key": entry["authorization_key"]}
            await ask("PUT", f"{api}/charge-points/{quote(station, safe='')}/authorization-key", body)
            self._keyed.append(station)
        if profile > 1 and "central_system_root" not in entry:
            root = (await ask("GET", f"{api}/ca/certificate")).body
            # One for each: another scenario may read its own while this is written.
            entry["central_system_root"] = _written(self._file(station, "-root.pem"), root)
        if needs_certificate(entry):
            await self.certify(station, "right")


def _written(file: Path, content: object) -> str:
    file.write_text(str(content), encoding="ascii")
    return str(file)
