"""Who may charge: the verdict on an id tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from csms.timestamps import moment

EVERYBODY_ELSE = "*"
MAX_ID_TAG = 20


class AuthorizationStatus(StrEnum):
    """The verdicts (OCPP 1.6 section 7.2)."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"


@dataclass(frozen=True, slots=True)
class IdTagInfo:
    """What is known of an id tag; ``expires_at`` in POSIX seconds, None for never."""

    status: AuthorizationStatus = AuthorizationStatus.ACCEPTED
    parent_id_tag: str | None = None
    expires_at: float | None = None


class Tags:
    """All id tags there are; a tag's case does not matter (CiString20Type, OCPP 1.6 section 7.28)."""

    def __init__(self, known: Mapping[str, IdTagInfo] | None = None, everybody_else: IdTagInfo | None = None) -> None:
        """Without ``everybody_else`` every tag that is not ``known`` is Accepted."""
        self._tags = dict(known or {})
        self._known = {tag.casefold(): info for tag, info in self._tags.items()}
        self._everybody_else = everybody_else or IdTagInfo()

    def all(self) -> dict[str, IdTagInfo]:
        """Every tag as it was written; EVERYBODY_ELSE is the last."""
        return {**self._tags, EVERYBODY_ELSE: self._everybody_else}

    def changed(self, changes: Mapping[str, IdTagInfo]) -> Tags:
        """The same tags with ``changes`` laid over them."""
        replaced = {tag.casefold() for tag in changes}
        kept = {tag: info for tag, info in self._tags.items() if tag.casefold() not in replaced}
        known = kept | {tag: info for tag, info in changes.items() if tag != EVERYBODY_ELSE}
        return Tags(known, changes.get(EVERYBODY_ELSE, self._everybody_else))

    def verdict(self, id_tag: str, now: float) -> IdTagInfo:
        """What is to be answered for ``id_tag`` at ``now`` (POSIX seconds)."""
        info = self._known.get(id_tag.casefold(), self._everybody_else)
        expired = info.expires_at is not None and now >= info.expires_at
        if expired and info.status is AuthorizationStatus.ACCEPTED:
            return replace(info, status=AuthorizationStatus.EXPIRED)
        return info


def parse_tags(raw: object) -> Tags:
    """The tags of a tags file's JSON value: an object of id tag to ``{"status", "parentIdTag", "expiryDate"}``,
    the last two optional, ``"*"`` for everybody else. Raises InputError."""
    if not isinstance(raw, Mapping):
        raise InputError("tags", raw, 'a JSON object of id tags, like {"TAG1": {"status": "Accepted"}}')
    known: dict[str, IdTagInfo] = {}
    seen: set[str] = set()
    for tag, entry in raw.items():
        check_tag(tag)
        if tag.casefold() in seen:
            raise InputError("tag", tag, "given once (the case of a tag does not matter)")
        seen.add(tag.casefold())
        try:
            known[tag] = parse_tag(entry)
        except InputError as error:
            raise error.within(tag) from None
    everybody_else = known.pop(EVERYBODY_ELSE, None)
    return Tags(known, everybody_else)


def check_tag(tag: str) -> str:
    """``tag`` when it can be an id tag; raises InputError."""
    if not 1 <= len(tag) <= MAX_ID_TAG or not tag.isprintable():
        raise InputError("tag", tag, f"an id tag of 1 to {MAX_ID_TAG} printable characters")
    return tag


def parse_tag(entry: object) -> IdTagInfo:
    """What one entry of the tags file says; raises InputError."""
    fields = Fields(entry, "tag")
    info = IdTagInfo(
        status=fields.choice("status", AuthorizationStatus),
        parent_id_tag=fields.text("parentIdTag", "", max_length=MAX_ID_TAG) or None,
        expires_at=moment(fields.text("expiryDate"), "expiryDate") if fields.has("expiryDate") else None,
    )
    fields.finish()
    return info
