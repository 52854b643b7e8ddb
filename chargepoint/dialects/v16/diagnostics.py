"""GetDiagnostics (section 5.9) and DiagnosticsStatusNotification (section 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chargepoint.dialects.v16.progress import ProgressReports
from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.transfers import bound, file_name, retries
from chargepoint.model.uploading import Progress, Uploading, UploadRequest, UploadStatus
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, DiagnosticsStatus, Log

STATUSES = {UploadStatus.UPLOADING: DiagnosticsStatus.uploading, UploadStatus.UPLOADED: DiagnosticsStatus.uploaded}
"""Whatever else happens is UploadFailed."""


class Diagnostics:
    """The upload that GetDiagnostics asks for."""

    def __init__(
        self,
        session: Session,
        compose: Callable[[UploadRequest], bytes],
        record: Mapping[str, object],
        told: Mapping[str, object],
    ) -> None:
        """``record`` and ``told``: what ``uploading`` and ``reports`` gave in an earlier life."""
        self._session = session
        self.uploading = Uploading(session.station.state.errands, compose, self._tell, record)
        self.reports = ProgressReports(session, told)

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.get_diagnostics: self._get}

    def went_online(self, now: float) -> None:
        """Tell where the upload stands, if that is not known yet."""
        if self.uploading.progress is not None:
            self._tell(self.uploading.progress, now)

    def report(self, now: float) -> None:
        """TriggerMessage: Uploading, or Idle."""
        status = DiagnosticsStatus.uploading if self.uploading.busy else DiagnosticsStatus.idle
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
        self._session.then(lambda at: self.uploading.begin(request, at))
        return {"fileName": request.file_name}

    def _tell(self, progress: Progress, now: float) -> None:
        status = STATUSES.get(progress.status, DiagnosticsStatus.upload_failed)
        payload = {"status": str(status)}
        self.reports.tell(progress.number, Action.diagnostics_status_notification, payload, now)
