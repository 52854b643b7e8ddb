"""The declaration of every step: its keys, their kinds, what they are for. The file format and its schema are made
of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from chargepoint.api.orders import LONGEST_TEXT, PowerLoss, Reboot, parse_order
from chargepoint.api.orders import SendText as SendTextOrder
from chargepoint.api.pool import PoolVerb
from launcher.scenario.connectors import AT_CONNECTORS
from launcher.scenario.deviations import deviations
from launcher.scenario.driving import CENTRAL_SYSTEM
from launcher.scenario.expectations import (
    ACTION,
    ANSWER,
    CONNECTOR,
    ERROR,
    EXPECT,
    EXPECT_NO,
    LATENCY,
    SAVE,
    STATIONS,
    WITHIN,
)
from launcher.scenario.kinds import (
    DURATION,
    FLAG,
    JSON,
    OBJECT,
    PATTERN,
    VARIABLE_NAME,
    Kind,
    Member,
    Schema,
    choice,
    form,
    list_of,
    mapping_of,
    text,
    whole,
)
from launcher.scenario.later import LATER
from launcher.scenario.source import LARGEST_FILE, Node
from launcher.scenario.steps import (
    Check,
    Command,
    Configure,
    Deed,
    Http,
    Include,
    Parallel,
    Power,
    PowerCycle,
    Repeat,
    Send,
    SendText,
    Step,
    Together,
    Wait,
)

LONGEST_TOLD = 120
MOST_TIMES = 10_000

_OVER = Member(DURATION, "spread evenly over that time", name="over_s")
_PAYLOAD = Member(OBJECT, "its payload; default: {}")


_CHANGE = Member(
    Kind(OBJECT.read, {"$ref": "#/definitions/entry"}),
    "members of its start entry that are different now, like vehicle",
)


def _power(verb: PoolVerb, note: str) -> Kind[Power]:
    members = {"station": STATIONS, "over": _OVER}
    if verb in (PoolVerb.START, PoolVerb.RESTART):
        members["change"] = _CHANGE
    return form(partial(Power, verb), members, note, short="station")


def _send_text(text: str, times: int = 1, **given: Any) -> SendText:
    parse_order(SendTextOrder(text, times).to_json())
    return SendText(text, times, **given)


def _wait(node: Node) -> Wait:
    if isinstance(node.value, str) and (found := re.fullmatch(r"(.+?)\.\.(.+)", node.value)):
        bounds = [DURATION.read(Node(bound, node.key, node.place)) for bound in found.groups()]
        if bounds[0] > bounds[1] and not any(isinstance(bound, LATER) for bound in bounds):
            raise node.refused("a duration like 5s, or a shorter and a longer one like 1s..3s")
        return Wait(*bounds)
    return Wait(seconds := DURATION.read(node), seconds)


_SPELLED: Schema = {"anyOf": [*DURATION.schema["anyOf"], {"type": "string", "pattern": r"^.+\.\..+$"}]}


def _read_steps(node: Node) -> tuple[Step, ...]:
    return STEPS.read(node)


_STEPS_LATER: Kind[tuple[Step, ...]] = Kind(_read_steps, {"$ref": "#/definitions/steps"})

DEEDS: Mapping[str, Kind[Any]] = {
    "start": _power(PoolVerb.START, "Switch stations on with fresh data."),
    "kill": _power(PoolVerb.KILL, "Cut the power: no goodbye."),
    "restart": _power(PoolVerb.RESTART, "Switch stations on again, with the data they have."),
    "end": _power(PoolVerb.END, "Let stations go down in good order."),
    "remove": _power(PoolVerb.REMOVE, "Cut the power and forget the data."),
    "power_cycle": form(
        partial(PowerCycle, Reboot()), {"station": STATIONS}, "The power goes and comes back.", short="station"
    ),
    "power_loss": form(
        partial(PowerCycle, PowerLoss()),
        {"station": STATIONS},
        "The mains fail: by battery all transactions end with PowerLoss, then stations boot.",
        short="station",
    ),
    **AT_CONNECTORS,
    **deviations(STATIONS, CONNECTOR),
    "configure": form(
        Configure,
        {
            "key": Member(text(), "such as HeartbeatInterval", required=True),
            "value": Member(text(longest=10_000), "the new value", required=True),
            "station": STATIONS,
        },
        "Give a configuration key a value, at the station.",
    ),
    "send": form(
        Send,
        {
            "action": Member(text(longest=50), "such as DataTransfer", required=True),
            "payload": _PAYLOAD,
            "force": Member(FLAG, "also what violates the standard"),
            "answer": ANSWER,
            "error": ERROR,
            "latency": LATENCY,
            "within": WITHIN,
            "station": STATIONS,
            "save": SAVE,
        },
        "Let the station send a CALL, right or wrong.",
        short="action",
    ),
    "send_text": form(
        _send_text,
        {
            "text": Member(text(longest=LARGEST_FILE), "any text; \\udcff in it is the byte FF", required=True),
            "times": Member(whole(1, LONGEST_TEXT), "the text again and again, in one message; default: 1"),
            "error": ERROR,
            "within": WITHIN,
            "station": STATIONS,
        },
        "Let the station send a text as it is: malformed, of a wrong shape, no JSON at all.",
        short="text",
    ),
    "command": form(
        Command,
        {
            "action": Member(ACTION, "such as RemoteStartTransaction", required=True),
            "payload": _PAYLOAD,
            "received": Member(PATTERN, "what the station has to receive; default: the payload"),
            "answer": Member(PATTERN, "what the station has to answer"),
            "error": ERROR,
            "within": WITHIN,
            "station": STATIONS,
            "save": SAVE,
        },
        "Ask the central system (--commands) to send a command; the station has to get it.",
        short="action",
    ),
    "central_system": CENTRAL_SYSTEM,
    "http": form(
        Http,
        {
            "url": Member(text("an http:// or https:// URL", pattern="https?://.+"), "the endpoint", required=True),
            "method": Member(choice(["GET", "POST", "PUT", "PATCH", "DELETE"]), "default: GET"),
            "headers": Member(mapping_of(text()), "such as Authorization"),
            "body": Member(JSON, "sent as JSON"),
            "status": Member(PATTERN, "the status it has to answer; default: below 400"),
            "match": Member(PATTERN, "what the JSON it answers has to be"),
            "within": Member(DURATION, "repeat it for so long until it fits; default: once", name="within_s"),
            "save": SAVE,
        },
        "Call an HTTP endpoint of your back end.",
        short="url",
    ),
    "wait": Kind(_wait, {**_SPELLED, "description": "Let time pass: 5s, or 1s..3s."}),
    "expect": EXPECT,
    "expect_no": EXPECT_NO,
    "check": form(
        Check,
        {
            "value": Member(JSON, "made of variables", required=True),
            "is": Member(PATTERN, "what it has to be", required=True, name="fits"),
        },
        "Compare what was kept.",
    ),
    "repeat": form(
        Repeat,
        {
            "times": Member(whole(1, MOST_TIMES), "how often", required=True),
            "steps": Member(_STEPS_LATER, "what", required=True),
            "as": Member(VARIABLE_NAME, "a variable that counts from 1", name="counter"),
        },
        "The same steps again.",
    ),
    "parallel": Kind(
        lambda node: Parallel(list_of(_STEPS_LATER).read(node)),
        {"type": "array", "items": _STEPS_LATER.schema, "description": "Lists of steps that go at the same time."},
    ),
    "together": Kind(
        lambda node: Together(STEPS.read(node)),
        {
            **_STEPS_LATER.schema,
            "description": "Deeds in quick succession: expectations look at all that comes of them.",
        },
    ),
    "include": form(
        Include,
        {"file": Member(text(), "path of a file with steps, relative to this one", required=True)},
        "The steps of another file.",
        short="file",
    ),
}


def read_step(node: Node) -> Step:
    """The step that ``node`` is: a name, or a mapping of it to its arguments. Raises InputError."""
    given = {node.value: Node(None, node.value, node.place)} if isinstance(node.value, str) else node.value
    if not isinstance(given, dict) or len(given) != 1:
        raise node.refused("one step: its name, or a mapping with a single key, the step's name")
    [(name, arguments)] = given.items()
    if name not in DEEDS:
        known = choice(DEEDS).read
        known(Node(name, node.key, arguments.place))
    deed: Deed = DEEDS[name].read(arguments)
    plain = arguments.plain()
    told = name if plain is None else f"{name} {plain if isinstance(plain, str) else _told(plain)}"
    told = told.encode(errors="backslashreplace").decode()
    return Step(deed, arguments.place, told if len(told) <= LONGEST_TOLD else told[: LONGEST_TOLD - 1] + "…")


def _told(value: object) -> str:
    """JSON without the quotes that say nothing."""
    written = json.dumps(value, ensure_ascii=False)
    return re.sub(r'"([A-Za-z0-9_.${}-]+)"', r"\1", written).removeprefix("{").removesuffix("}")


_BARE = [name for name, kind in DEEDS.items() if {"type": "null"} in kind.schema.get("anyOf", [])]
"""Steps that need nothing but their name."""

_STEP_SCHEMA: Schema = {
    "anyOf": [
        {
            "type": "object",
            "properties": {name: kind.schema for name, kind in DEEDS.items()},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
        {"enum": _BARE},
    ]
}

STEPS: Kind[tuple[Step, ...]] = Kind(
    list_of(Kind(read_step, _STEP_SCHEMA)).read, {"type": "array", "items": {"$ref": "#/definitions/step"}}
)
DEFINITIONS: Schema = {"step": _STEP_SCHEMA, "steps": STEPS.schema}
