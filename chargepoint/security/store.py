"""The certificates and keys of a station, as they are kept over power cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from chargepoint.api.fields import Fields

LONGEST_PEM = 100_000


class RootUse(StrEnum):
    """Whom a root certificate vouches for."""

    CENTRAL_SYSTEM = "CentralSystem"
    MANUFACTURER = "Manufacturer"


@dataclass(frozen=True, slots=True)
class Root:
    """An installed root certificate, in PEM."""

    use: RootUse
    pem: str

    @classmethod
    def from_record(cls, raw: object) -> Root:
        """The root of a stored record."""
        fields = Fields(raw, "root")
        return cls(fields.choice("use", RootUse), fields.text("pem", max_length=LONGEST_PEM))


@dataclass(frozen=True, slots=True)
class Identity:
    """The station's own certificate (PEM, its chain may follow) with its private key. Moments are POSIX seconds."""

    chain: str
    key: str = field(repr=False)
    not_before_at: float = 0.0
    not_after_at: float = 0.0

    @classmethod
    def from_record(cls, raw: object) -> Identity:
        """The identity of a stored record."""
        fields = Fields(raw, "identity")
        return cls(
            fields.text("chain", max_length=LONGEST_PEM),
            fields.text("key", max_length=LONGEST_PEM),
            fields.number("not_before_at"),
            fields.number("not_after_at"),
        )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a station is commissioned with: the root certificates of its central system (PEM), and its identity."""

    roots: tuple[str, ...] = ()
    identity: Identity | None = None


@dataclass(slots=True)
class CertificateStore:
    """Roots, the identity in use, the one that follows when it becomes valid, and a key that waits to be signed for.

    ``fallback`` is the root that a new one has taken the place of, until the new one has proved itself. Whoever
    changes anything calls ``touch``.
    """

    roots: list[Root] = field(default_factory=list)
    identity: Identity | None = None
    next_identity: Identity | None = None
    fallback: Root | None = None
    pending_key: str = field(default="", repr=False)
    changed: bool = False

    @classmethod
    def of(cls, record: Mapping[str, object] | None, given: Credentials) -> CertificateStore:
        """What is stored; a station that never stored any has what it was ``given``."""
        if record is None:
            roots = [Root(RootUse.CENTRAL_SYSTEM, pem) for pem in given.roots]
            return cls(roots, given.identity, changed=bool(roots or given.identity))
        fields = Fields(record, "certificates")
        return cls(
            roots=[Root.from_record(raw) for raw in fields.array("roots")],
            identity=Identity.from_record(record["identity"]) if fields.has("identity") else None,
            next_identity=Identity.from_record(record["next_identity"]) if fields.has("next_identity") else None,
            fallback=Root.from_record(record["fallback"]) if fields.has("fallback") else None,
            pending_key=fields.text("pending_key", "", max_length=LONGEST_PEM),
        )

    def of_use(self, use: RootUse) -> list[str]:
        """The roots of that use, the one to fall back to not among them, in PEM."""
        return [root.pem for root in self.roots if root.use is use]

    def all_roots(self) -> list[Root]:
        """Every installed root certificate."""
        return [*self.roots, *([self.fallback] if self.fallback else [])]

    def touch(self) -> None:
        """It has to be stored."""
        self.changed = True

    def to_record(self) -> dict[str, object]:
        """JSON values, for the store."""
        self.changed = False
        return {
            "roots": [asdict(root) for root in self.roots],
            "identity": asdict(self.identity) if self.identity else None,
            "next_identity": asdict(self.next_identity) if self.next_identity else None,
            "fallback": asdict(self.fallback) if self.fallback else None,
            "pending_key": self.pending_key,
        }
