"""Firmware, diagnostics and logs, for a station that may never need them: loaded with the first file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.model.facts import FirmwareChanged
from chargepoint.model.survival import Record
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, MessageTrigger

if TYPE_CHECKING:
    from chargepoint.dialects.v16.files import FileBlocks

ACTIONS = (Action.get_diagnostics, Action.get_log, Action.signed_update_firmware, Action.update_firmware)

Report = Callable[[float], None]


class FileTransfers:
    """Stands for the blocks that move files, which would cost every start a twentieth of its time."""

    def __init__(self, session: Session, records: Mapping[str, Record]) -> None:
        self._session = session
        self._records = records
        self._blocks: FileBlocks | None = None
        if not {"firmware", "diagnostics", "log"}.isdisjoint(records):
            self._loaded()

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of these blocks."""
        return {action: partial(self._answer, action) for action in ACTIONS}

    def triggers(self) -> dict[str, Report]:
        """What TriggerMessage may ask of them."""
        return {
            MessageTrigger.diagnostics_status_notification: lambda now: self._loaded().diagnostics.report(now),
            MessageTrigger.firmware_status_notification: lambda now: self._loaded().firmware.report(now),
        }

    def extended_triggers(self) -> dict[str, Report]:
        """What ExtendedTriggerMessage may ask of them."""
        return {
            MessageTrigger.firmware_status_notification: lambda now: self._loaded().firmware.report_signed(now),
            MessageTrigger.log_status_notification: lambda now: self._loaded().logs.report(now),
        }

    def changed(self, fact: FirmwareChanged, now: float) -> None:
        """Tell that an update got on."""
        self._loaded().firmware.changed(fact, now)

    def went_online(self, now: float) -> None:
        """Tell where everything stands, as far as that is not known yet."""
        if self._blocks is not None:
            self._blocks.firmware.went_online(now)
            for upload in self._blocks.uploads:
                upload.went_online(now)

    def advance(self, now: float) -> None:
        """Let time pass."""
        if self._blocks is not None:
            for upload in self._blocks.uploads:
                upload.advance(now)

    def next_deadline(self) -> float | None:
        """When ``advance`` wants to be called next."""
        if self._blocks is None:
            return None
        deadlines = [upload.next_deadline() for upload in self._blocks.uploads]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def changes(self) -> dict[str, Record]:
        """What has to be stored since the last time."""
        changes: dict[str, Record] = {}
        if self._blocks is not None:
            for block in (self._blocks.firmware, *self._blocks.uploads):
                changes |= block.changes()
        return changes

    def _answer(self, action: Action, payload: Payload, now: float) -> Payload:
        return self._loaded().answers[action](payload, now)

    def _loaded(self) -> FileBlocks:
        if self._blocks is None:
            from chargepoint.dialects.v16.files import FileBlocks

            self._blocks = FileBlocks(self._session, self._records)
        return self._blocks
