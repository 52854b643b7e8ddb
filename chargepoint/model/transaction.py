"""A transaction: the billed part of a charging session (OCPP 1.6 section 4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chargepoint.api.fields import Fields


class StopReason(StrEnum):
    """Why a transaction ended. Its values are OCPP 1.6's, section 7.36; 2.x has all of them too."""

    DE_AUTHORIZED = "DeAuthorized"
    EMERGENCY_STOP = "EmergencyStop"
    EV_DISCONNECTED = "EVDisconnected"
    HARD_RESET = "HardReset"
    LOCAL = "Local"
    OTHER = "Other"
    POWER_LOSS = "PowerLoss"
    REBOOT = "Reboot"
    REMOTE = "Remote"
    SOFT_RESET = "SoftReset"
    UNLOCK_COMMAND = "UnlockCommand"


@dataclass(frozen=True, slots=True)
class Transaction:
    """A running transaction.

    ``handle`` is the station's own number for it, known before the central system gives its id. ``refused``: the
    central system does not accept the id tag, but the transaction goes on (StopTransactionOnInvalidId = false);
    it then may take energy up to the register value ``allowed_until_wh``. ``reservation_id``: the reservation that
    its start used up.
    """

    handle: int
    connector: int
    id_tag: str
    parent_id_tag: str
    started_at: float
    meter_start_wh: int
    central_id: int | None = None
    refused: bool = False
    allowed_until_wh: float = 0.0
    reservation_id: int | None = None

    def spent(self, register_wh: float) -> bool:
        """Whether it is refused and has taken all that it still may."""
        return self.refused and register_wh >= self.allowed_until_wh

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> Transaction:
        """The transaction of a stored record."""
        fields = Fields(record, "transaction")
        far = 2**62
        return cls(
            handle=fields.integer("handle", minimum=0, maximum=far),
            connector=fields.integer("connector", minimum=1, maximum=far),
            id_tag=fields.text("id_tag"),
            parent_id_tag=fields.text("parent_id_tag", ""),
            started_at=fields.number("started_at"),
            meter_start_wh=fields.integer("meter_start_wh", minimum=0, maximum=far),
            central_id=fields.integer("central_id", minimum=-far, maximum=far) if fields.has("central_id") else None,
            refused=fields.boolean("refused", False),
            allowed_until_wh=fields.number("allowed_until_wh", 0.0),
            reservation_id=(
                fields.integer("reservation_id", minimum=-far, maximum=far) if fields.has("reservation_id") else None
            ),
        )
