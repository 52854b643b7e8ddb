"""UpdateFirmware (section 5.19) and the notifications of every update: FirmwareStatusNotification (section 4.5), and
SignedFirmwareStatusNotification for an update that came signed (security whitepaper L01)."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.dialects.v16 import keys
from chargepoint.dialects.v16.progress import ProgressReports
from chargepoint.dialects.v16.session import Answer, CallRefusedError, Session
from chargepoint.dialects.v16.transfers import required_moment, retries
from chargepoint.model.commands import UpdateWanted
from chargepoint.model.facts import FirmwareChanged
from chargepoint.model.firmware import FirmwareStatus, UpdateRequest
from chargepoint.model.survival import Record
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action

S = FirmwareStatus
IDLE = "Idle"

PLAIN: dict[FirmwareStatus, str] = {
    S.DOWNLOAD_SCHEDULED: IDLE,
    S.DOWNLOADING: "Downloading",
    S.DOWNLOAD_FAILED: "DownloadFailed",
    S.DOWNLOADED: "Downloaded",
    S.SIGNATURE_VERIFIED: "Downloaded",
    S.INVALID_SIGNATURE: "DownloadFailed",
    S.INSTALL_SCHEDULED: "Downloaded",
    S.INSTALLING: "Installing",
    S.INSTALL_VERIFICATION_FAILED: "InstallationFailed",
    S.INSTALLATION_FAILED: "InstallationFailed",
    S.INSTALL_REBOOTING: "Installing",
    S.INSTALLED: "Installed",
}
"""The statuses of an update as FirmwareStatusNotification has words for them (section 7.25)."""


class FirmwareUpdates:
    """Updates without a signature, and what is told of updates of both kinds."""

    def __init__(self, session: Session, records: Mapping[str, Record]) -> None:
        """``records``: all that is stored."""
        self._session = session
        self._reports = ProgressReports(session, records.get("firmware_told", {}))

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.update_firmware: self._update}

    def changed(self, fact: FirmwareChanged, now: float) -> None:
        """Tell that an update got on."""
        self._tell(fact.number, fact.request, fact.status, now)

    def went_online(self, now: float) -> None:
        """Tell where an update stands, if that is not known yet."""
        update = self._session.station.state.update
        if update is not None:
            self._tell(update.number, update.request, update.status, now)

    def changes(self) -> dict[str, Record]:
        """What has to be stored since the last time."""
        return {"firmware_told": self._reports.to_record()} if self._reports.changed else {}

    def report(self, now: float) -> None:
        """TriggerMessage: the present status, Idle when no update is on its way."""
        update = self._session.station.state.update
        status = IDLE if update is None or update.ended else PLAIN[update.status]
        self._session.send(Action.firmware_status_notification, {"status": status}, now)

    def report_signed(self, now: float) -> None:
        """ExtendedTriggerMessage: the same in the words of signed updates."""
        update = self._session.station.state.update
        payload: Payload = {"status": IDLE}
        if update is not None and not update.ended:
            payload = _signed(update.request, update.status)
        self._session.send(Action.signed_firmware_status_notification, payload, now)

    def _update(self, payload: Payload, now: float) -> Payload:
        if not self._session.configuration.boolean(keys.ALLOW_UNSIGNED_FIRMWARE):
            # Security whitepaper, L01.FR.20.
            raise CallRefusedError(CallErrorCode.NOT_SUPPORTED, "only signed firmware is installed here")
        left, interval_s = retries(payload)
        request = UpdateRequest(
            str(payload["location"]),
            required_moment(payload, "retrieveDate"),
            retries=left,
            retry_interval_s=interval_s,
        )
        self._session.then(lambda at: self._begin(request, at))
        return {}

    def _begin(self, request: UpdateRequest, now: float) -> None:
        self._session.station.tell(UpdateWanted(request), now)

    def _tell(self, number: int, request: UpdateRequest, status: FirmwareStatus, now: float) -> None:
        if request.signed:
            action = Action.signed_firmware_status_notification
            self._reports.tell(number, action, _signed(request, status), now)
        elif (word := PLAIN[status]) != IDLE:
            self._reports.tell(number, Action.firmware_status_notification, {"status": word}, now)


def _signed(request: UpdateRequest, status: FirmwareStatus) -> Payload:
    payload: dict[str, object] = {"status": str(status)}
    return payload if request.request_id is None else payload | {"requestId": request.request_id}
