"""DataTransfer (sections 4.3 and 5.6): this station knows no vendor's extension, and says so."""

from __future__ import annotations

from chargepoint.dialects.v16.session import Answer
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, DataTransferStatus


class DataTransfer:
    """Vendor-specific messages."""

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.data_transfer: self._data_transfer}

    def _data_transfer(self, payload: Payload, now: float) -> Payload:
        return {"status": str(DataTransferStatus.unknown_vendor_id)}
