"""GetDiagnostics (section 5.9) and DiagnosticsStatusNotification (section 4.4)."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.transfers import bound, file_name, retries
from chargepoint.dialects.v16.uploads import Compose, ReportedUpload
from chargepoint.model.survival import Record
from chargepoint.model.uploading import Progress, UploadRequest, UploadStatus
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, DiagnosticsStatus, Log

STATUSES = {UploadStatus.UPLOADING: DiagnosticsStatus.uploading, UploadStatus.UPLOADED: DiagnosticsStatus.uploaded}
"""Whatever else becomes of an upload is UploadFailed."""


class Diagnostics:
    """The upload that GetDiagnostics asks for."""

    def __init__(self, session: Session, compose: Compose, records: Mapping[str, Record]) -> None:
        self._session = session
        self.upload = ReportedUpload(session, "diagnostics", compose, _notification, records)

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.get_diagnostics: self._get}

    def report(self, now: float) -> None:
        """TriggerMessage: Uploading, or Idle."""
        status = DiagnosticsStatus.uploading if self.upload.busy else DiagnosticsStatus.idle
        self._session.send(Action.diagnostics_status_notification, {"status": str(status)}, now)

    def _get(self, payload: Payload, now: float) -> Payload:
        left, interval_s = retries(payload)
        request = UploadRequest(
            kind=str(Log.diagnostics_log),
            location=str(payload["location"]),
            file_name=file_name(self._session, "diagnostics", now),
            retries=left,
            retry_interval_s=interval_s,
            oldest_at=bound(payload, "startTime"),
            latest_at=bound(payload, "stopTime"),
        )
        self._session.then(lambda at: self.upload.begin(request, at))
        return {"fileName": request.file_name}


def _notification(progress: Progress) -> tuple[Action, Payload]:
    status = STATUSES.get(progress.status, DiagnosticsStatus.upload_failed)
    return Action.diagnostics_status_notification, {"status": str(status)}
