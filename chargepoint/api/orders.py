"""``cps/<id>/cmd``: what people order of a charge point, and ``cps/<id>/result``: what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json

if TYPE_CHECKING:
    from chargepoint.api.damage import Damage
    from chargepoint.api.disturbances import Mischief

LONGEST_WATCH_S = 3600.0
LONGEST_REQUEST_ID = 64
LONGEST_TEXT = 2**23
"""Characters that are sent by hand in one message."""


class OrderType(StrEnum):
    """The types of ``cps/<id>/cmd``."""

    CLOSE = "close"
    OCPP_CONFIG = "ocpp_config"
    WATCH = "watch"
    DESCRIBE = "describe"
    CONFIGURE = "configure"
    SEND = "send"
    SEND_TEXT = "send_text"
    REBOOT = "reboot"
    POWER_LOSS = "power_loss"
    DISTURB = "disturb"
    QUIRKS = "quirks"
    DAMAGE = "damage"


class Part(StrEnum):
    """What of a charge point can be described."""

    CONFIGURATION = "configuration"
    PROFILES = "profiles"
    COMPOSITE = "composite"
    LOCAL_LIST = "local_list"
    CACHE = "cache"
    QUEUE = "queue"
    RESERVATIONS = "reservations"


@dataclass(frozen=True, slots=True)
class Close:
    """End in good order."""

    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(OrderType.CLOSE, self.request_id)


@dataclass(frozen=True, slots=True)
class OcppConfig:
    """Publish the configuration, key to value, retained."""

    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(OrderType.OCPP_CONFIG, self.request_id)


@dataclass(frozen=True, slots=True)
class Watch:
    """Publish every OCPP frame for ``for_s`` seconds from now (at most ``LONGEST_WATCH_S``); 0 ends it."""

    for_s: float = 60.0
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(OrderType.WATCH, self.request_id, for_s=self.for_s)


@dataclass(frozen=True, slots=True)
class Describe:
    """Publish these parts of the charge point's inside, once."""

    what: frozenset[Part] = frozenset(Part)
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(OrderType.DESCRIBE, self.request_id, what=sorted(map(str, self.what)))


@dataclass(frozen=True, slots=True)
class Configure:
    """Give a configuration key a value, as ChangeConfiguration would (OCPP 1.6 section 5.3)."""

    key: str
    value: str
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(OrderType.CONFIGURE, self.request_id, key=self.key, value=self.value)


@dataclass(frozen=True, slots=True)
class Send:
    """Send a CALL to the central system; ``force`` sends what violates the standard too."""

    action: str
    payload: Mapping[str, object] = field(default_factory=dict)
    force: bool = False
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        body = {"action": self.action, "payload": dict(self.payload)} | ({"force": True} if self.force else {})
        return _payload(OrderType.SEND, self.request_id, **body)


@dataclass(frozen=True, slots=True)
class SendText:
    """Send ``text`` so many ``times`` in one message, whatever it is. ``\\udcNN`` in it is the byte NN as such, which
    need not be UTF-8."""

    text: str
    times: int = 1
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        body = {"text": self.text} | ({"times": self.times} if self.times > 1 else {})
        return _payload(OrderType.SEND_TEXT, self.request_id, **body)


@dataclass(frozen=True, slots=True)
class Reboot:
    """Cut the power and switch it on again: what is stored survives, transactions end with PowerLoss."""

    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(OrderType.REBOOT, self.request_id)


@dataclass(frozen=True, slots=True)
class PowerLoss:
    """The mains fail: the battery lasts to end all transactions with PowerLoss, then the charge point boots."""

    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(OrderType.POWER_LOSS, self.request_id)


@dataclass(frozen=True, slots=True)
class Misbehave:
    """Deviate from what is right, or no longer: ``what`` is the order of ``type``, one of
    ``chargepoint.api.disturbances`` or ``chargepoint.api.damage``."""

    type: OrderType
    what: Mischief | Damage
    request_id: str = ""

    def to_json(self) -> bytes:
        """The payload."""
        return _payload(self.type, self.request_id, **self.what.body())


Order = Close | OcppConfig | Watch | Describe | Configure | Send | SendText | Reboot | PowerLoss | Misbehave


def parse_order(payload: bytes | str) -> Order:
    """The order in ``payload``; raises InputError."""
    fields = Fields(parse_json(payload, "cmd"), "cmd")
    order = _order(fields, fields.choice("type", OrderType), _request_id(fields))
    fields.finish()
    return order


def _order(fields: Fields, type: OrderType, request_id: str) -> Order:
    match type:
        case OrderType.CLOSE:
            return Close(request_id)
        case OrderType.OCPP_CONFIG:
            return OcppConfig(request_id)
        case OrderType.REBOOT:
            return Reboot(request_id)
        case OrderType.POWER_LOSS:
            return PowerLoss(request_id)
        case OrderType.WATCH:
            return Watch(fields.number("for_s", 60.0, minimum=0, maximum=LONGEST_WATCH_S), request_id)
        case OrderType.DESCRIBE:
            return Describe(_parts(fields), request_id)
        case OrderType.CONFIGURE:
            return Configure(fields.text("key", min_length=1), fields.text("value", max_length=10_000), request_id)
        case OrderType.SEND:
            action = fields.text("action", min_length=1, max_length=50, printable=True)
            return Send(action, dict(fields.object("payload")), fields.boolean("force", False), request_id)
        case OrderType.SEND_TEXT:
            text = _sendable(fields.text("text", min_length=1, max_length=LONGEST_TEXT))
            times = fields.integer("times", 1, minimum=1, maximum=LONGEST_TEXT // len(text))
            return SendText(text, times, request_id)
        case OrderType.DISTURB | OrderType.QUIRKS:
            # Loaded here: few charge points are ever disturbed.
            from chargepoint.api.disturbances import parse_mischief

            return Misbehave(type, parse_mischief(fields, quirks=type is OrderType.QUIRKS), request_id)
        case OrderType.DAMAGE:
            from chargepoint.api.damage import parse_damage

            return Misbehave(type, parse_damage(fields), request_id)


def _sendable(text: str) -> str:
    try:
        text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        raise InputError("text", text, "a text in which \\udc80 to \\udcff are all there is of surrogates") from None
    return text


def _parts(fields: Fields) -> frozenset[Part]:
    if not fields.has("what"):
        return frozenset(Part)
    parts = set()
    for name in fields.array("what", max_length=100):
        part = next((one for one in Part if one == name), None)
        if part is None:
            raise InputError("what", name, "one of " + ", ".join(repr(str(one)) for one in Part))
        parts.add(part)
    return frozenset(parts)


class Verdict(StrEnum):
    """What became of an order."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StationResult:
    """``cps/<id>/result``: what became of an order, or why an input was refused.

    ``topic`` is where it came in; ``type`` and ``request_id`` are the order's, as far as they can be read. ``answer``
    is the payload of the central system's CALLRESULT to a sent CALL, ``error`` code and description of its CALLERROR.
    """

    topic: str
    reason: str = ""
    result: Verdict = Verdict.REFUSED
    type: str = ""
    request_id: str = ""
    answer: Mapping[str, object] | None = None
    error: CallRefusal | None = None

    def to_json(self) -> bytes:
        """The payload."""
        body: dict[str, object] = {"topic": self.topic, "result": str(self.result)}
        body |= {name: getattr(self, name) for name in ("type", "reason", "request_id") if getattr(self, name)}
        if self.answer is not None:
            body["answer"] = dict(self.answer)
        if self.error is not None:
            body["error"] = {"code": self.error.code, "description": self.error.description}
        return json.dumps(body).encode()

    @classmethod
    def from_json(cls, payload: bytes) -> StationResult:
        """The result in ``payload``; raises InputError."""
        fields = Fields(parse_json(payload, "result"), "result")
        error = Fields(fields.object("error"), "error") if fields.has("error") else None
        return cls(
            topic=fields.text("topic", ""),
            reason=fields.text("reason", "", max_length=5000),
            result=fields.choice("result", Verdict, Verdict.REFUSED),
            type=fields.text("type", ""),
            request_id=fields.text("request_id", ""),
            answer=dict(fields.object("answer")) if fields.has("answer") else None,
            error=(
                CallRefusal(error.text("code", ""), error.text("description", "", max_length=5000)) if error else None
            ),
        )


@dataclass(frozen=True, slots=True)
class CallRefusal:
    """The central system's CALLERROR to a sent CALL."""

    code: str
    description: str = ""


def asked_by(payload: bytes) -> tuple[str, str]:
    """Type and request id of an order that may be wrong, as far as they can be read: "" for what cannot."""
    try:
        fields = Fields(parse_json(payload, "cmd"), "cmd")
    except InputError:
        return "", ""
    return _text(fields, "type"), _text(fields, "request_id")


def _text(fields: Fields, name: str) -> str:
    try:
        return fields.text(name, "", max_length=LONGEST_REQUEST_ID)
    except InputError:
        return ""


def _request_id(fields: Fields) -> str:
    return fields.text("request_id", "", max_length=LONGEST_REQUEST_ID)


def _payload(type: OrderType, request_id: str, **body: object) -> bytes:
    return json.dumps({"type": str(type), **body} | ({"request_id": request_id} if request_id else {})).encode()
