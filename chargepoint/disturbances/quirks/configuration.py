"""Lies about configuration keys: GetConfiguration tells what is not, ChangeConfiguration does nothing."""

from __future__ import annotations

from chargepoint.api.quirks import QuirkName
from chargepoint.disturbances.quirks.talk import Answering, Frame, Hearing, Payload

_Q = QuirkName


def _keys(payload: Payload) -> list[Payload]:
    keys = payload.get("configurationKey", [])
    return keys if isinstance(keys, list) else []


def _all_writable(payload: Payload, asked: Payload) -> bool:
    readonly = [key for key in _keys(payload) if key.get("readonly")]
    for key in readonly:
        key["readonly"] = False
    return bool(readonly)


def _other_case(payload: Payload, asked: Payload) -> bool:
    for key in _keys(payload):
        key["key"] = key["key"].lower()
    return bool(_keys(payload))


def _some_missing(payload: Payload, asked: Payload) -> bool:
    keys = _keys(payload)
    missing = [key for number, key in enumerate(keys) if number % 2 == 0]
    payload["configurationKey"] = [key for number, key in enumerate(keys) if number % 2]
    if asked.get("key"):
        payload["unknownKey"] = [*payload.get("unknownKey", []), *(key["key"] for key in missing)]
    return bool(missing)


def _unknown_profile(payload: Payload, asked: Payload) -> bool:
    profiles = [key for key in _keys(payload) if key["key"].casefold() == "supportedfeatureprofiles"]
    for key in profiles:
        key["value"] = f"{key.get('value', '')},Teleportation"
    return bool(profiles)


def _answered(status: str) -> Hearing:
    def hear(frame: Frame) -> Payload | None:
        return {"status": status} if frame[2] == "ChangeConfiguration" else None

    return hear


ANSWERINGS: dict[QuirkName, Answering] = {
    _Q.READONLY_AS_WRITABLE: _all_writable,
    _Q.MISSING_KEYS: _some_missing,
    _Q.UNKNOWN_PROFILE: _unknown_profile,
    _Q.KEYS_IN_LOWER_CASE: _other_case,
}

HEARINGS: dict[QuirkName, Hearing] = {
    _Q.CHANGE_WITHOUT_EFFECT: _answered("Accepted"),
    _Q.REBOOT_NEVER_APPLIES: _answered("RebootRequired"),
}
