"""Who may charge: the verdicts of the central system, the cache that remembers them, and the rules without it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import lru_cache

from chargepoint.api.fields import Fields
from chargepoint.model.parameters import Parameters

CACHE_SIZE = 1_000


def same_tag(one: str, other: str) -> bool:
    """Whether two id tags are the same (CiString: case does not count)."""
    return one.casefold() == other.casefold()


class TokenStatus(StrEnum):
    """The verdict on an id tag (OCPP 1.6 section 7.2)."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What is known of an id tag. ``expires_at``: POSIX seconds of the station's clock, None for never."""

    status: TokenStatus
    parent_id_tag: str = ""
    expires_at: float | None = None

    def accepted(self, now: float) -> bool:
        """Whether it opens a connector at ``now``."""
        return self.status is TokenStatus.ACCEPTED and (self.expires_at is None or now < self.expires_at)

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: object) -> TokenInfo:
        """The information of a stored record."""
        fields = Fields(record, "token")
        return cls(
            status=fields.choice("status", TokenStatus),
            parent_id_tag=fields.text("parent_id_tag", ""),
            expires_at=fields.number("expires_at") if fields.has("expires_at") else None,
        )


_Verdict = tuple[TokenInfo, dict[str, object]]


@lru_cache(maxsize=256)
def _verdict(info: TokenInfo) -> _Verdict:
    """``info`` and its record, the same for all that are equal: nearly all tags have the same verdict, and each of
    the thousands of stations of a pool knows hundreds of them."""
    return info, info.to_record()


class AuthorizationCache:
    """The Authorization Cache (OCPP 1.6 section 3.5.1): verdicts of the central system, kept over power cuts.

    Id tags compare without regard to case (CiString). When it is full, a tag that is not accepted goes first,
    then the one heard of longest ago.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Verdict] = {}

    def learn(self, id_tag: str, info: TokenInfo) -> None:
        """Remember the latest verdict. ConcurrentTx is about one start, not about the tag: it is not kept."""
        if info.status is TokenStatus.CONCURRENT_TX:
            return
        # Interned, for the stations of a pool know the same tags.
        key = sys.intern(id_tag.casefold())
        self._known.pop(key, None)
        if len(self._known) >= CACHE_SIZE:
            refused = (tag for tag, (one, _) in self._known.items() if one.status is not TokenStatus.ACCEPTED)
            worst = next(refused, None)
            self._known.pop(worst if worst is not None else next(iter(self._known)))
        self._known[key] = _verdict(info)

    def find(self, id_tag: str) -> TokenInfo | None:
        """What is remembered of ``id_tag``."""
        known = self._known.get(id_tag.casefold())
        return known[0] if known is not None else None

    def forget(self, id_tags: Iterable[str]) -> None:
        """Forget ``id_tags``: another source knows better."""
        for id_tag in id_tags:
            self._known.pop(id_tag.casefold(), None)

    def clear(self) -> None:
        """Forget everything (ClearCache)."""
        self._known.clear()

    def to_record(self) -> dict[str, object]:
        """JSON values, oldest first."""
        return {tag: record for tag, (_, record) in self._known.items()}

    def restore(self, record: Mapping[str, object]) -> None:
        """Take over a stored record."""
        self._known = {sys.intern(tag): _verdict(TokenInfo.from_record(info)) for tag, info in record.items()}


def local_verdict(known: TokenInfo | None, online: bool, parameters: Parameters, now: float) -> bool | None:
    """What the station decides by itself on an id tag it knows as ``known``; None: the central system is asked.

    OCPP 1.6 sections 3.5.3 (LocalPreAuthorize while online), 4.1.1 and 3.5.2 (offline).
    """
    valid = known is not None and known.accepted(now)
    if online:
        return True if valid and parameters.local_pre_authorize else None
    if known is None:
        return parameters.allow_offline_unknown_id
    return valid and parameters.local_authorize_offline
