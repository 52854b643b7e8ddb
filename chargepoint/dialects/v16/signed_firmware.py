"""SignedUpdateFirmware (security whitepaper L01): nothing is installed that the manufacturer has not signed."""

from __future__ import annotations

from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.transfers import required_moment, retries
from chargepoint.dialects.v16.values import integer
from chargepoint.model.commands import UpdateWanted
from chargepoint.model.firmware import UpdateRequest
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, UpdateFirmwareStatus


class SignedFirmware:
    """Firmware with a signature, by a certificate of the manufacturer's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.signed_update_firmware: self._update}

    def _update(self, payload: Payload, now: float) -> Payload:
        left, interval_s = retries(payload)
        firmware = payload["firmware"]
        if not isinstance(firmware, dict):
            raise TypeError("firmware is not an object")
        request = UpdateRequest(
            location=str(firmware["location"]),
            retrieve_at=required_moment(firmware, "retrieveDateTime"),
            install_at=required_moment(firmware, "installDateTime") if "installDateTime" in firmware else None,
            retries=left,
            retry_interval_s=interval_s,
            request_id=integer(payload["requestId"]),
            certificate=str(firmware["signingCertificate"]),
            signature=str(firmware["signature"]),
        )
        return {"status": str(self._decide(request, now))}

    def _decide(self, request: UpdateRequest, now: float) -> UpdateFirmwareStatus:
        # Loaded here: few stations ever check a signature, and the library costs them 10 MB.
        from chargepoint.model.signing import certificate_flaw

        state = self._session.station.state
        flaw = certificate_flaw(request.certificate, self._session.manufacturer_roots(), state.station_time(now))
        if flaw:
            state.record_security("InvalidFirmwareSigningCertificate", now, flaw)
            return UpdateFirmwareStatus.invalid_certificate
        before = state.update
        if before is not None and before.installing:
            return UpdateFirmwareStatus.rejected
        self._session.then(lambda at: self._begin(request, at))
        if before is not None and not before.ended:
            return UpdateFirmwareStatus.accepted_canceled
        return UpdateFirmwareStatus.accepted

    def _begin(self, request: UpdateRequest, now: float) -> None:
        self._session.station.tell(UpdateWanted(request), now)
