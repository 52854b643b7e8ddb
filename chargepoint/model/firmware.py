"""Firmware: what an update is, which way it goes, and what an image says about itself.

OCPP 1.6 sections 4.5 and 5.19, security whitepaper L01; the statuses are those of OCPP 2.0.1, L01, of which OCPP 1.6
without signatures tells a part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from chargepoint.api.fields import Fields
from chargepoint.model.errands import Attempts, Fetched

VERSION_MAX = 50
"""BootNotification.firmwareVersion (OCPP 1.6 section 6.7)."""


class FirmwareStatus(StrEnum):
    """Where an update stands."""

    DOWNLOAD_SCHEDULED = "DownloadScheduled"
    DOWNLOADING = "Downloading"
    DOWNLOAD_FAILED = "DownloadFailed"
    DOWNLOADED = "Downloaded"
    SIGNATURE_VERIFIED = "SignatureVerified"
    INVALID_SIGNATURE = "InvalidSignature"
    INSTALL_SCHEDULED = "InstallScheduled"
    INSTALLING = "Installing"
    INSTALL_VERIFICATION_FAILED = "InstallVerificationFailed"
    INSTALLATION_FAILED = "InstallationFailed"
    INSTALL_REBOOTING = "InstallRebooting"
    INSTALLED = "Installed"


S = FirmwareStatus

FOLLOWERS: dict[FirmwareStatus, frozenset[FirmwareStatus]] = {
    S.DOWNLOAD_SCHEDULED: frozenset({S.DOWNLOADING}),
    S.DOWNLOADING: frozenset({S.DOWNLOADED, S.DOWNLOAD_FAILED}),
    S.DOWNLOADED: frozenset({S.SIGNATURE_VERIFIED, S.INVALID_SIGNATURE, S.INSTALL_SCHEDULED, S.INSTALLING}),
    S.SIGNATURE_VERIFIED: frozenset({S.INSTALL_SCHEDULED, S.INSTALLING}),
    S.INSTALL_SCHEDULED: frozenset({S.INSTALLING}),
    S.INSTALLING: frozenset({S.INSTALL_VERIFICATION_FAILED, S.INSTALLATION_FAILED, S.INSTALL_REBOOTING}),
    S.INSTALL_REBOOTING: frozenset({S.INSTALLED}),
    S.DOWNLOAD_FAILED: frozenset(),
    S.INVALID_SIGNATURE: frozenset(),
    S.INSTALL_VERIFICATION_FAILED: frozenset(),
    S.INSTALLATION_FAILED: frozenset(),
    S.INSTALLED: frozenset(),
}
"""From a status of an update to those that may follow it; an update begins with one of ``FIRST``."""

FIRST = frozenset({S.DOWNLOAD_SCHEDULED, S.DOWNLOADING})


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """An update that is wanted. Moments are by the station's clock, ``install_at`` None is as soon as possible.

    ``retries``: how often a download that failed is tried again. With ``certificate`` (PEM) and ``signature``
    (base64) only an image that is so signed is installed.
    """

    location: str
    retrieve_at: float
    install_at: float | None = None
    retries: int = 0
    retry_interval_s: float = 0.0
    request_id: int | None = None
    certificate: str = ""
    signature: str = ""

    @property
    def signed(self) -> bool:
        """Whether the image has to prove where it is from."""
        return bool(self.signature)


@dataclass(frozen=True, slots=True)
class Image:
    """A downloaded image: the version it brings, and the status its installation ends in if that will fail."""

    version: str
    sha256: str
    failure: FirmwareStatus | None = None

    @classmethod
    def of(cls, fetched: Fetched, location: str) -> Image:
        """What a file says of itself.

        A JSON object of at most 64 KiB tells its ``version``; with ``"install": "InstallationFailed"`` (or
        ``"InstallVerificationFailed"``) it cannot be installed. Any other file has the version that its name
        without extension says. An empty file cannot be installed.
        """
        header = _header(fetched.head) if fetched.size == len(fetched.head) else {}
        told = header.get("version")
        version = str(told) if isinstance(told, str | int | float) else _name(location) or fetched.sha256.hex()[:12]
        outcome = str(header.get("install", S.INSTALLED)) if fetched.size else ""
        failure = None if outcome == S.INSTALLED else S.INSTALLATION_FAILED
        if outcome == S.INSTALL_VERIFICATION_FAILED:
            failure = S.INSTALL_VERIFICATION_FAILED
        printable = "".join(character for character in version if character.isprintable())
        return cls(printable[:VERSION_MAX], fetched.sha256.hex(), failure)


def _header(head: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(head)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _name(location: str) -> str:
    name = unquote(urlsplit(location).path.rpartition("/")[2])
    return re.sub(r"(?<=.)(\.tar)?\.[A-Za-z]\w{0,7}$", "", name)


@dataclass(slots=True)
class Update:
    """An update on its way, or the last one; ``number`` tells it from others.

    ``errand``, ``done_at`` (when the installation ends) and ``holding`` (whether idle connectors are kept out of
    service for it) are of this life alone.
    """

    number: int
    request: UpdateRequest
    attempts: Attempts
    status: FirmwareStatus = S.DOWNLOAD_SCHEDULED
    image: Image | None = None
    errand: int | None = field(default=None, compare=False)
    done_at: float | None = field(default=None, compare=False)
    holding: bool = field(default=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return not FOLLOWERS[self.status]

    @property
    def installing(self) -> bool:
        """Whether it is past the point of no return."""
        return self.status in (S.INSTALLING, S.INSTALL_REBOOTING)

    def to_record(self) -> dict[str, object]:
        """What has to survive a power cut, as JSON values."""
        return {
            "number": self.number,
            "request": asdict(self.request),
            "attempts_left": self.attempts.left,
            "status": str(self.status),
            "image": asdict(self.image) if self.image else None,
        }

    @classmethod
    def from_record(cls, record: object) -> Update:
        """The update of a stored record."""
        far = 2**62
        fields = Fields(record, "update")
        wanted = Fields(fields.object("request"), "request")
        request = UpdateRequest(
            location=wanted.text("location", max_length=10_000),
            retrieve_at=wanted.number("retrieve_at"),
            install_at=wanted.number("install_at") if wanted.has("install_at") else None,
            retries=wanted.integer("retries", minimum=0, maximum=far),
            retry_interval_s=wanted.number("retry_interval_s", minimum=0),
            request_id=wanted.integer("request_id", minimum=-far, maximum=far) if wanted.has("request_id") else None,
            certificate=wanted.text("certificate", "", max_length=10_000),
            signature=wanted.text("signature", "", max_length=10_000),
        )
        image = None
        if fields.has("image"):
            known = Fields(fields.object("image"), "image")
            failure = known.choice("failure", FirmwareStatus) if known.has("failure") else None
            image = Image(known.text("version"), known.text("sha256"), failure)
        left = fields.integer("attempts_left", minimum=0, maximum=far)
        return cls(
            number=fields.integer("number", minimum=1, maximum=far),
            request=request,
            attempts=Attempts(left, request.retry_interval_s),
            status=fields.choice("status", FirmwareStatus),
            image=image,
        )
