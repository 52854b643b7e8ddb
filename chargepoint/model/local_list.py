"""The local authorization list: id tags that the central system has deposited, so that it need not be asked."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.api.fields import Fields
from chargepoint.model.authorization import TokenInfo, TokenStatus
from chargepoint.model.commands import ACCEPTED, ListSent, Outcome, Verdict


class LocalList:
    """The list as last sent (OCPP 1.6 section 3.5.2). The station itself never changes it.

    Id tags compare without regard to case (CiString).
    """

    def __init__(self) -> None:
        self._version = 0
        self._entries: dict[str, TokenInfo] = {}
        self._contradicted: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id_tag: str) -> bool:
        return id_tag.casefold() in self._entries

    @property
    def version(self) -> int:
        """The version that was sent with it; an empty list has version 0 (section 5.10)."""
        return self._version if self._entries else 0

    @property
    def in_conflict(self) -> bool:
        """Whether the central system's latest verdict on any id tag is not what its own list says."""
        return bool(self._contradicted)

    def find(self, id_tag: str) -> TokenInfo | None:
        """What the list says of ``id_tag``."""
        return self._entries.get(id_tag.casefold())

    def take(self, sent: ListSent, max_length: int, max_sent: int) -> Outcome:
        """Become what ``sent`` says, or stay as it is (section 5.15).

        Outdated: a change that does not follow on the present version. Rejected: anything else that is wrong with it,
        such as more than ``max_sent`` entries at once or ``max_length`` in all.
        """
        if not sent.full and sent.version <= self.version:
            return Outcome(Verdict.OUTDATED, f"version {sent.version} does not follow on {self.version}")
        if sent.version <= 0:
            return Outcome(Verdict.REJECTED, f"version {sent.version} is not above 0")
        if len(sent.entries) > max_sent:
            return Outcome(Verdict.REJECTED, f"{len(sent.entries)} id tags are more than {max_sent} at once")
        changes = {id_tag.casefold(): info for id_tag, info in sent.entries}
        if len(changes) < len(sent.entries):
            return Outcome(Verdict.REJECTED, "an id tag is in it twice")
        if sent.full and None in changes.values():
            return Outcome(Verdict.REJECTED, "a whole list says something of each of its id tags")
        merged = changes if sent.full else {**self._entries, **changes}
        entries = {id_tag: info for id_tag, info in merged.items() if info is not None}
        if len(entries) > max_length:
            return Outcome(Verdict.REJECTED, f"{len(entries)} id tags are more than {max_length}")
        self._version, self._entries = sent.version, entries
        self._contradicted.clear()
        return ACCEPTED

    def compare(self, id_tag: str, verdict: TokenInfo, now: float) -> bool:
        """Whether the central system's ``verdict`` contradicts the list: one says valid and the other does not.

        ConcurrentTx is about one start, not about the tag: it contradicts nothing.
        """
        entry = self.find(id_tag)
        if entry is None or verdict.status is TokenStatus.CONCURRENT_TX:
            return False
        contradicts = entry.accepted(now) is not verdict.accepted(now)
        if contradicts:
            self._contradicted.add(id_tag.casefold())
        else:
            self._contradicted.discard(id_tag.casefold())
        return contradicts

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        entries = {id_tag: info.to_record() for id_tag, info in self._entries.items()}
        return {"version": self._version, "entries": entries}

    def restore(self, record: Mapping[str, object]) -> None:
        """Take over a stored record."""
        fields = Fields(record, "local_list")
        self._version = fields.integer("version", 0, minimum=0, maximum=2**62)
        self._entries = {id_tag: TokenInfo.from_record(info) for id_tag, info in fields.object("entries").items()}
