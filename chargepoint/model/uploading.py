"""Uploads of files that the central system wants: diagnostics, logs. One at a time each, tried again, kept over power
cuts, after which they begin anew (OCPP 1.6 section 5.9, security whitepaper N01)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from chargepoint.api.fields import Fields
from chargepoint.model.errands import Attempts, Delivered, Errands, Failed, Result, TransferFailure


class UploadStatus(StrEnum):
    """Where an upload stands; the words are those of OCPP 2.0.1."""

    UPLOADING = "Uploading"
    UPLOADED = "Uploaded"
    BAD_MESSAGE = "BadMessage"
    NOT_SUPPORTED_OPERATION = "NotSupportedOperation"
    PERMISSION_DENIED = "PermissionDenied"
    UPLOAD_FAILURE = "UploadFailure"


FAILURES: dict[TransferFailure, UploadStatus] = {
    TransferFailure.BAD_ADDRESS: UploadStatus.BAD_MESSAGE,
    TransferFailure.UNKNOWN_PROTOCOL: UploadStatus.NOT_SUPPORTED_OPERATION,
    TransferFailure.DENIED: UploadStatus.PERMISSION_DENIED,
    TransferFailure.FAILED: UploadStatus.UPLOAD_FAILURE,
}
"""How an upload ends that failed."""


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """An upload that is wanted, of what lies between two moments of the station's clock (None is no bound).

    ``kind`` tells the asker what is to be uploaded. ``retries``: how often it is tried again.
    """

    kind: str
    location: str
    file_name: str
    retries: int = 0
    retry_interval_s: float = 0.0
    oldest_at: float | None = None
    latest_at: float | None = None
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Upload ``number`` stands at ``status``; ``reason`` says why it failed, if it did."""

    number: int
    request: UploadRequest
    status: UploadStatus
    reason: str = ""


class Uploading:
    """The upload that is on its way, or the last one."""

    def __init__(
        self,
        errands: Errands,
        compose: Callable[[UploadRequest], bytes],
        tell: Callable[[Progress, float], None],
        record: Mapping[str, object],
    ) -> None:
        """``compose`` makes the file, ``tell`` hears of progress, ``record`` is what an earlier life stored."""
        self._errands = errands
        self._compose = compose
        self._tell_progress = tell
        self._attempts = Attempts(0, 0.0)
        self._errand: int | None = None
        self.progress: Progress | None = None
        self.changed = False
        if record:
            self._restore(record)

    @property
    def busy(self) -> bool:
        """Whether an upload is on its way."""
        return self.progress is not None and self.progress.status is UploadStatus.UPLOADING

    def begin(self, request: UploadRequest, now: float) -> None:
        """Begin an upload; it takes the place of one on its way."""
        self._errands.abandon(self._errand)
        number = self.progress.number + 1 if self.progress is not None else 1
        self._attempts = Attempts(request.retries, request.retry_interval_s)
        self._become(Progress(number, request, UploadStatus.UPLOADING), now)
        self._upload(request)

    def advance(self, now: float) -> None:
        """Try again, if it is time."""
        again_at = self._attempts.again_at
        if self.progress is not None and self.busy and again_at is not None and again_at <= now:
            self._attempts.again_at = None
            self._upload(self.progress.request)

    def next_deadline(self) -> float | None:
        """When it is tried again."""
        return self._attempts.again_at if self.busy else None

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        self.changed = False
        if self.progress is None:
            return {}
        return {
            "number": self.progress.number,
            "request": asdict(self.progress.request),
            "status": str(self.progress.status),
            "attempts_left": self._attempts.left,
        }

    def _restore(self, record: Mapping[str, object]) -> None:
        far = 2**62
        fields = Fields(record, "upload")
        wanted = Fields(fields.object("request"), "request")
        request = UploadRequest(
            kind=wanted.text("kind"),
            location=wanted.text("location", max_length=10_000),
            file_name=wanted.text("file_name"),
            retries=wanted.integer("retries", minimum=0, maximum=far),
            retry_interval_s=wanted.number("retry_interval_s", minimum=0),
            oldest_at=wanted.number("oldest_at") if wanted.has("oldest_at") else None,
            latest_at=wanted.number("latest_at") if wanted.has("latest_at") else None,
            request_id=wanted.integer("request_id", minimum=-far, maximum=far) if wanted.has("request_id") else None,
        )
        number = fields.integer("number", minimum=1, maximum=far)
        left = fields.integer("attempts_left", minimum=0, maximum=far)
        self._attempts = Attempts(left, request.retry_interval_s)
        self.progress = Progress(number, request, fields.choice("status", UploadStatus))
        if self.busy:
            # As soon as time passes: what it is composed of is not all there yet.
            self._attempts.again_at = 0.0

    def _upload(self, request: UploadRequest) -> None:
        content = self._compose(request)
        self._errand = self._errands.upload(request.location, request.file_name, content, self._ended)

    def _ended(self, result: Result, now: float) -> None:
        self._errand = None
        assert self.progress is not None, "something was uploaded"
        number, request = self.progress.number, self.progress.request
        match result:
            case Failed() if self._attempts.failed(result, now):
                self.changed = True
            case Failed(why, reason):
                self._become(Progress(number, request, FAILURES[why], reason), now)
            case Delivered():
                self._become(Progress(number, request, UploadStatus.UPLOADED), now)

    def _become(self, progress: Progress, now: float) -> None:
        self.progress = progress
        self.changed = True
        self._tell_progress(progress, now)
