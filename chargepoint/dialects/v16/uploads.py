"""An upload that the central system asked for, and what it is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chargepoint.dialects.v16.progress import ProgressReports
from chargepoint.dialects.v16.session import Session
from chargepoint.model.errands import shown
from chargepoint.model.survival import Record
from chargepoint.model.uploading import Progress, Uploading, UploadRequest
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action

Compose = Callable[[UploadRequest], bytes]
"""Makes the file that a request asks for."""


class ReportedUpload(Uploading):
    """An upload whose every progress is told, over connections and power cuts."""

    def __init__(
        self,
        session: Session,
        name: str,
        compose: Compose,
        notification: Callable[[Progress], tuple[Action, Payload]],
        records: Mapping[str, Record],
    ) -> None:
        """``records`` is all that is stored; ``name`` tells which of it ``changes`` gave in an earlier life."""
        super().__init__(session.station.state.errands, compose, self._progressed, records.get(name, {}))
        self._session = session
        self._name = name
        self._notification = notification
        self._reports = ProgressReports(session, records.get(f"{name}_told", {}))

    def went_online(self, now: float) -> None:
        """Tell where it stands, if that is not known yet."""
        if self.progress is not None:
            self._tell(self.progress, now)

    def changes(self) -> dict[str, Record]:
        """What has to be stored since the last time."""
        changes: dict[str, Record] = {}
        if self.changed:
            changes[self._name] = self.to_record()
        if self._reports.changed:
            changes[f"{self._name}_told"] = self._reports.to_record()
        return changes

    def _progressed(self, progress: Progress, now: float) -> None:
        note = f"upload to {shown(progress.request.location)}: {progress.status} {progress.reason}"
        self._session.notes.append(note.rstrip())
        self._tell(progress, now)

    def _tell(self, progress: Progress, now: float) -> None:
        self._reports.tell(progress.number, *self._notification(progress), now)
