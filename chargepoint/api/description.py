"""``cps/<id>/description``: what a charge point has inside, on request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

from chargepoint.api.fields import Fields, parse_json

_FAR = 2**62
_LONG = 100_000

_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class ConfigurationEntry:
    """A configuration key. ``wanted`` says in words what values it takes."""

    key: str
    value: str
    readonly: bool
    wanted: str

    @classmethod
    def read(cls, raw: object) -> ConfigurationEntry:
        """The entry of a JSON object; raises InputError."""
        fields = Fields(raw, "configuration")
        return cls(
            key=fields.text("key"),
            value=fields.text("value", "", max_length=_LONG),
            readonly=fields.boolean("readonly", False),
            wanted=fields.text("wanted", "", max_length=_LONG),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """From ``start_s`` after the schedule's start on, at most ``limit``."""

    start_s: int
    limit: float

    @classmethod
    def read(cls, raw: object) -> Step:
        """The step of a JSON object; raises InputError."""
        fields = Fields(raw, "periods")
        return cls(fields.integer("start_s", minimum=0, maximum=_FAR), fields.number("limit"))


@dataclass(frozen=True, slots=True)
class Composite:
    """What a connector (0: the station) may draw from ``starts_at`` (RFC 3339) on, in A per phase or in W."""

    unit: str
    starts_at: str
    duration_s: int
    periods: tuple[Step, ...]

    @classmethod
    def read(cls, raw: object) -> Composite:
        """The schedule of a JSON object; raises InputError."""
        fields = Fields(raw, "composite")
        return cls(
            unit=fields.text("unit", max_length=1),
            starts_at=fields.text("starts_at"),
            duration_s=fields.integer("duration_s", minimum=0, maximum=_FAR),
            periods=_all(fields, "periods", Step.read),
        )


@dataclass(frozen=True, slots=True)
class Tag:
    """An id tag that the station knows; ``expires_at`` RFC 3339, "" for never."""

    id_tag: str
    status: str
    parent_id_tag: str = ""
    expires_at: str = ""

    @classmethod
    def read(cls, raw: object) -> Tag:
        """The tag of a JSON object; raises InputError."""
        fields = Fields(raw, "tag")
        return cls(
            fields.text("id_tag"),
            fields.text("status", ""),
            fields.text("parent_id_tag", ""),
            fields.text("expires_at", ""),
        )


@dataclass(frozen=True, slots=True)
class LocalList:
    """The local authorization list; ``enabled``: whether the station goes by it."""

    version: int
    enabled: bool
    entries: tuple[Tag, ...]

    @classmethod
    def read(cls, raw: object) -> LocalList:
        """The list of a JSON object; raises InputError."""
        fields = Fields(raw, "local_list")
        version = fields.integer("version", 0, minimum=-1, maximum=_FAR)
        return cls(version, fields.boolean("enabled", True), _all(fields, "entries", Tag.read))


@dataclass(frozen=True, slots=True)
class Queued:
    """A transaction-related message that is not delivered yet; ``attempts``: how often it was sent and failed."""

    number: int
    action: str
    payload: Mapping[str, object]
    attempts: int

    @classmethod
    def read(cls, raw: object) -> Queued:
        """The message of a JSON object; raises InputError."""
        fields = Fields(raw, "queue")
        return cls(
            number=fields.integer("number", minimum=0, maximum=_FAR),
            action=fields.text("action"),
            payload=dict(fields.object("payload")),
            attempts=fields.integer("attempts", 0, minimum=0, maximum=_FAR),
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """How many messages wait, and the first of them."""

    count: int
    messages: tuple[Queued, ...]

    @classmethod
    def read(cls, raw: object) -> Queue:
        """The queue of a JSON object; raises InputError."""
        fields = Fields(raw, "queue")
        return cls(fields.integer("count", 0, minimum=0, maximum=_FAR), _all(fields, "messages", Queued.read))


@dataclass(frozen=True, slots=True)
class Reserved:
    """A reservation; connector 0 is any one."""

    id: int
    connector: int
    id_tag: str
    parent_id_tag: str
    expires_at: str

    @classmethod
    def read(cls, raw: object) -> Reserved:
        """The reservation of a JSON object; raises InputError."""
        fields = Fields(raw, "reservations")
        return cls(
            id=fields.integer("id", minimum=-_FAR, maximum=_FAR),
            connector=fields.integer("connector", minimum=0, maximum=_FAR),
            id_tag=fields.text("id_tag"),
            parent_id_tag=fields.text("parent_id_tag", ""),
            expires_at=fields.text("expires_at", ""),
        )


@dataclass(frozen=True, slots=True)
class Description:
    """The parts that were asked for; None for the others.

    ``profiles`` are ChargingProfile objects as OCPP 1.6 section 7.8 has them, each with its ``connectorId``;
    ``composite`` is by connector, 0 being the station, for the next 24 hours.
    """

    configuration: tuple[ConfigurationEntry, ...] | None = None
    profiles: tuple[Mapping[str, object], ...] | None = None
    composite: Mapping[int, Composite] | None = None
    local_list: LocalList | None = None
    cache: tuple[Tag, ...] | None = None
    queue: Queue | None = None
    reservations: tuple[Reserved, ...] | None = None
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return json.dumps({name: part for name, part in asdict(self).items() if part not in (None, "")}).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> Description:
        """The description in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "description"), "description")

        def many(name: str, read: Callable[[object], _One]) -> tuple[_One, ...] | None:
            return _all(fields, name, read) if fields.has(name) else None

        return cls(
            configuration=many("configuration", ConfigurationEntry.read),
            profiles=many("profiles", _profile),
            composite=_composites(fields) if fields.has("composite") else None,
            local_list=LocalList.read(fields.object("local_list")) if fields.has("local_list") else None,
            cache=many("cache", Tag.read),
            queue=Queue.read(fields.object("queue")) if fields.has("queue") else None,
            reservations=many("reservations", Reserved.read),
            request_id=fields.text("request_id", ""),
        )


def _all(fields: Fields, name: str, read: Callable[[object], _One]) -> tuple[_One, ...]:
    return tuple(read(one) for one in fields.array(name))


def _profile(raw: object) -> Mapping[str, object]:
    return dict(Fields({"profile": raw}, "profiles").object("profile"))


def _composites(fields: Fields) -> dict[int, Composite]:
    raw = fields.object("composite")
    numbers = {name: Fields({"connector": int(name) if name.isdecimal() else name}, "composite") for name in raw}
    return {
        number.integer("connector", minimum=0, maximum=_FAR): Composite.read(raw[name])
        for name, number in numbers.items()
    }
