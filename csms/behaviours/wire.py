"""Behaviours as JSON: read with every field checked, and written the same way."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import assert_never

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields
from chargepoint.ocpp.errors import CallErrorCode
from chargepoint.ocpp.frames import Payload
from csms.behaviours.behaviour import (
    ABNORMAL,
    CONNECT,
    EVERY,
    Answer,
    Behaviour,
    Change,
    Close,
    Deed,
    Error,
    Refuse,
    Right,
    Silence,
    Text,
)

MAX_DELAY_S = 3600
MAX_COPIES = 10
MAX_TIMES = 1_000_000
MAX_TEXT = 2**20

_MAX_REASON = 123
"""Bytes in a close frame (RFC 6455 section 5.5)."""
_CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, ABNORMAL, *range(1007, 1015), *range(3000, 5000)})


def parse(raw: object, actions: Collection[str]) -> Behaviour:
    """The behaviour in a JSON object; ``actions`` are those that a charge point sends. Raises InputError."""
    fields = Fields(raw, "behaviour")
    action = _action(fields.text("action"), actions)
    deed = _deed(fields)
    _check(action, deed)
    behaviour = Behaviour(
        deed,
        action,
        charge_point=fields.text("charge_point", EVERY, min_length=1, max_length=48, printable=True),
        delay_s=fields.number("delay", 0.0, minimum=0, maximum=MAX_DELAY_S),
        copies=fields.integer("copies", 1, minimum=1, maximum=MAX_COPIES),
        times=fields.integer("times", minimum=1, maximum=MAX_TIMES) if fields.has("times") else None,
        carried_out=fields.boolean("carried_out", not isinstance(deed, Error | Close | Refuse)),
        probability=fields.number("probability", 1.0, maximum=1, above=0),
        seed=fields.integer("seed", minimum=0, maximum=2**63 - 1) if fields.has("seed") else None,
    )
    fields.finish()
    if not behaviour.carried_out and isinstance(deed, Right | Change):
        raise InputError("carried_out", False, "true here: without it there is no right answer to send or to change")
    if isinstance(deed, Right) and not behaviour.delay_s and behaviour.copies == 1:
        raise InputError("behaviour", raw, f"one that deviates: it needs one of {_KEYS}, or a delay, or copies")
    return behaviour


def to_json(behaviour: Behaviour) -> dict[str, object]:
    """``behaviour`` as it can be given again, with everything said."""
    written: dict[str, object] = {"charge_point": behaviour.charge_point, "action": behaviour.action}
    written |= _written(behaviour.deed)
    optional = {"times": behaviour.times, "seed": behaviour.seed}
    written |= {"delay": behaviour.delay_s, "copies": behaviour.copies, "carried_out": behaviour.carried_out}
    written |= {"probability": behaviour.probability}
    return written | {key: value for key, value in optional.items() if value is not None}


def _action(action: str, actions: Collection[str]) -> str:
    known = [*sorted(actions), CONNECT, EVERY]
    if action in known:
        return action
    spelt = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(action.casefold(), spelt, n=1)
    hint = f" (did you mean {spelt[near[0]]!r}?)" if near else ""
    raise InputError("action", action, f"an action that a charge point sends{hint}; known are {', '.join(known)}")


def _deed(fields: Fields) -> Deed:
    given = [key for key in _DEEDS if fields.has(key)]
    if len(given) > 1:
        raise InputError("behaviour", " and ".join(given), f"one thing to do: only one of {_KEYS}")
    return _DEEDS[given[0]](fields) if given else Right()


def _change(fields: Fields) -> Deed:
    return Change(fields.object("change"))


def _answer(fields: Fields) -> Deed:
    return Answer(fields.object("answer"))


def _error(fields: Fields) -> Deed:
    error = Fields(fields.object("error"), "error")
    try:
        deed = Error(
            error.choice("code", CallErrorCode),
            error.text("description", "", max_length=255),
            error.object("details") if error.has("details") else None,
        )
        error.finish()
    except InputError as wrong:
        raise wrong if wrong.field == "error" else wrong.within("error") from None
    return deed


def _text(fields: Fields) -> Deed:
    return Text(fields.text("text", max_length=MAX_TEXT))


def _silence(fields: Fields) -> Deed:
    if not fields.boolean("silent"):
        raise InputError("silent", False, "true; leave it out for an answer")
    return Silence()


def parse_close(fields: Fields, reason: str = "", code: int | None = 1000) -> Close:
    """The ``code`` and ``reason`` of ``fields``; these defaults for absent ones. Raises InputError."""
    close_code = fields.integer("code", code, minimum=1000, maximum=4999)
    if close_code not in _CLOSE_CODES:
        wanted = "1000 to 1003, 1007 to 1014, 3000 to 4999, or 1006 to cut the connection without a word"
        raise InputError("code", close_code, f"a close code that may be sent: {wanted}")
    text = fields.text("reason", reason, max_length=_MAX_REASON)
    if len(text.encode(errors="replace")) > _MAX_REASON:
        raise InputError("reason", text, f"a text of at most {_MAX_REASON} bytes in UTF-8")
    return Close(close_code, text)


def _close(fields: Fields) -> Deed:
    close = Fields(fields.object("close"), "close")
    try:
        deed = parse_close(close, code=None)
        close.finish()
    except InputError as wrong:
        raise wrong if wrong.field == "close" else wrong.within("close") from None
    return deed


def _refuse(fields: Fields) -> Deed:
    return Refuse(fields.integer("refuse", minimum=300, maximum=599))


_DEEDS: Mapping[str, Callable[[Fields], Deed]] = {
    "change": _change,
    "answer": _answer,
    "error": _error,
    "text": _text,
    "silent": _silence,
    "close": _close,
    "refuse": _refuse,
}
_KEYS = ", ".join(_DEEDS)


def _check(action: str, deed: Deed) -> None:
    if action == CONNECT and isinstance(deed, Change | Answer | Error | Text):
        raise InputError(
            "action", action, "an action that is answered: a connection takes refuse, close, silent, delay"
        )
    if action != CONNECT and isinstance(deed, Refuse):
        raise InputError("action", action, f"{CONNECT!r}: only a connection can be refused with an HTTP status")


def _written(deed: Deed) -> Payload:
    match deed:
        case Right():
            return {}
        case Change(members):
            return {"change": members}
        case Answer(payload):
            return {"answer": payload}
        case Error(code, description, details):
            optional = {"details": details} if details is not None else {}
            return {"error": {"code": str(code), "description": description} | optional}
        case Text(text):
            return {"text": text}
        case Silence():
            return {"silent": True}
        case Close(code, reason):
            return {"close": {"code": code, "reason": reason}}
        case Refuse(status):
            return {"refuse": status}
        case never:
            assert_never(never)
