"""DataTransfer: what vendors have added (OCPP 1.6 section 4.3)."""

from __future__ import annotations

from collections.abc import Awaitable

from chargepoint.api.fields import Fields
from chargepoint.ocpp.frames import Payload
from csms.dialect import Caller
from csms.v16 import moev


def data_transfer(caller: Caller, payload: Payload) -> Payload | Awaitable[Payload]:
    """Handed to the vendor's own file; any other vendor is unknown.

    A card payment comes from whatever vendor has built the charger.
    """
    fields = Fields(payload, caller.action)
    vendor_id = fields.text("vendorId")
    message_id = fields.text("messageId", "")
    data = fields.text("data", "", max_length=2**20)
    if vendor_id == moev.GUI_VENDOR:
        return moev.gui(caller, message_id, data)
    if message_id == moev.AUTHORIZED_PAYMENT:
        return moev.authorized_payment(caller, data)
    return {"status": "UnknownVendorId"}
