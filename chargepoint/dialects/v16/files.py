"""The blocks that move files: firmware, diagnostics, logs. Import it when the first file is wanted, by ``Files``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from chargepoint.dialects.v16.diagnostics import Diagnostics
from chargepoint.dialects.v16.firmware import FirmwareUpdates
from chargepoint.dialects.v16.logs import Logs
from chargepoint.dialects.v16.report import compose
from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.signed_firmware import SignedFirmware
from chargepoint.model.survival import Record
from chargepoint.ocpp.v16 import Action


class FileBlocks:
    """All of them, of one station."""

    def __init__(self, session: Session, records: Mapping[str, Record]) -> None:
        text = partial(compose, session)
        self.firmware = FirmwareUpdates(session, records)
        self.diagnostics = Diagnostics(session, text, records)
        self.logs = Logs(session, text, records)
        self.uploads = (self.diagnostics.upload, self.logs.upload)
        blocks = (self.firmware, SignedFirmware(session), self.diagnostics, self.logs)
        self.answers: dict[Action, Answer] = {}
        for block in blocks:
            self.answers |= block.answers()
