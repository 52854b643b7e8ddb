"""GetLog and LogStatusNotification (security whitepaper N01): the diagnostics and the security log, on request."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.transfers import bound, file_name, retries
from chargepoint.dialects.v16.uploads import Compose, ReportedUpload
from chargepoint.dialects.v16.values import integer
from chargepoint.model.survival import Record
from chargepoint.model.uploading import Progress, UploadRequest
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, Log, LogStatus, UploadLogStatus

NAMES = {Log.diagnostics_log: "diagnostics", Log.security_log: "security"}


class Logs:
    """The upload that GetLog asks for."""

    def __init__(self, session: Session, compose: Compose, records: Mapping[str, Record]) -> None:
        self._session = session
        self.upload = ReportedUpload(session, "log", compose, _notification, records)

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.get_log: self._get}

    def report(self, now: float) -> None:
        """ExtendedTriggerMessage: Uploading, or Idle without a requestId."""
        progress = self.upload.progress
        if progress is not None and self.upload.busy:
            self._session.send(*_notification(progress), now)
        else:
            self._session.send(Action.log_status_notification, {"status": str(UploadLogStatus.idle)}, now)

    def _get(self, payload: Payload, now: float) -> Payload:
        left, interval_s = retries(payload)
        log = payload["log"]
        if not isinstance(log, dict):
            raise TypeError("log is not an object")
        kind = Log(payload["logType"])
        request = UploadRequest(
            kind=str(kind),
            location=str(log["remoteLocation"]),
            file_name=file_name(self._session, NAMES[kind], now),
            retries=left,
            retry_interval_s=interval_s,
            oldest_at=bound(log, "oldestTimestamp"),
            latest_at=bound(log, "latestTimestamp"),
            request_id=integer(payload["requestId"]),
        )
        status = LogStatus.accepted_canceled if self.upload.busy else LogStatus.accepted
        self._session.then(lambda at: self.upload.begin(request, at))
        return {"status": str(status), "filename": request.file_name}


def _notification(progress: Progress) -> tuple[Action, Payload]:
    # The statuses of an upload are those of UploadLogStatus.
    return Action.log_status_notification, {"status": str(progress.status), "requestId": progress.request.request_id}
