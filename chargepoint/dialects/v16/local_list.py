"""SendLocalList (section 5.15) and GetLocalListVersion (section 5.10)."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.dialects.v16.session import Answer, Session
from chargepoint.dialects.v16.values import integer, token_info
from chargepoint.model.authorization import TokenInfo
from chargepoint.model.commands import ListSent, Verdict
from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.v16 import Action, UpdateStatus, UpdateType

NO_LIST = -1
"""The version that a station tells that goes by no list (section 5.10)."""


class LocalAuthorizationList:
    """The local authorization list of the central system."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answers(self) -> dict[Action, Answer]:
        """The CALLs of this block."""
        return {Action.send_local_list: self._send, Action.get_local_list_version: self._version}

    def _version(self, payload: Payload, now: float) -> Payload:
        state = self._session.station.state
        return {"listVersion": state.local_list.version if state.parameters.list_enabled else NO_LIST}

    def _send(self, payload: Payload, now: float) -> Payload:
        if not self._session.station.state.parameters.list_enabled:
            return {"status": str(UpdateStatus.not_supported)}
        raw = payload.get("localAuthorizationList", [])
        assert isinstance(raw, list)
        if not all(_has_readable_expiry(entry) for entry in raw):
            # Left out, it would open the connectors for ever.
            return {"status": str(UpdateStatus.failed)}
        sent = ListSent(
            version=integer(payload["listVersion"]),
            entries=tuple(_entry(entry) for entry in raw),
            full=UpdateType(str(payload["updateType"])) is UpdateType.full,
        )
        match self._session.station.tell(sent, now).verdict:
            case Verdict.ACCEPTED:
                status = UpdateStatus.accepted
            case Verdict.OUTDATED:
                status = UpdateStatus.version_mismatch
            case _:
                status = UpdateStatus.failed
        return {"status": str(status)}


def _entry(raw: Mapping[str, object]) -> tuple[str, TokenInfo | None]:
    info = token_info(raw)
    # No information means that the tag is to go: that must not be read out of information that is wrong.
    assert (info is None) is ("idTagInfo" not in raw), raw
    return str(raw["idTag"]), info


def _has_readable_expiry(raw: Mapping[str, object]) -> bool:
    given = raw.get("idTagInfo")
    if not isinstance(given, Mapping) or "expiryDate" not in given:
        return True
    info = token_info(raw)
    return info is not None and info.expires_at is not None
