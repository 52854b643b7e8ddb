"""GetLog and LogStatusNotification (security whitepaper N01): the diagnostics and the security log, on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chargepoint.dialects.v16.progress import ProgressReports
from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.transfers import bound, file_name, retries
from chargepoint.dialects.v16.values import integer
from chargepoint.model.uploading import Progress, Uploading, UploadRequest
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, Log, LogStatus, UploadLogStatus

NAMES = {Log.diagnostics_log: "diagnostics", Log.security_log: "security"}


class Logs:
    """The upload that GetLog asks for."""

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
        return {Action.get_log: self._get}

    def went_online(self, now: float) -> None:
        """Tell where the upload stands, if that is not known yet."""
        if self.uploading.progress is not None:
            self._tell(self.uploading.progress, now)

    def report(self, now: float) -> None:
        """ExtendedTriggerMessage: Uploading, or Idle without a requestId."""
        progress = self.uploading.progress
        if progress is not None and self.uploading.busy:
            payload = _told(progress)
        else:
            payload = {"status": str(UploadLogStatus.idle)}
        self._session.send(Action.log_status_notification, payload, now)

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
        status = LogStatus.accepted_canceled if self.uploading.busy else LogStatus.accepted
        self._session.then(lambda at: self.uploading.begin(request, at))
        return {"status": str(status), "filename": request.file_name}

    def _tell(self, progress: Progress, now: float) -> None:
        self.reports.tell(progress.number, Action.log_status_notification, _told(progress), now)


def _told(progress: Progress) -> Payload:
    # The statuses of an upload are those of UploadLogStatus.
    return {"status": str(progress.status), "requestId": progress.request.request_id}
