"""``cp-simu frames``, ``send``, ``configure`` and ``reboot``."""

from __future__ import annotations

import argparse
import json
import sys

from chargepoint.api.dialogue import Dialogue, Kind, Spoken
from chargepoint.api.errors import InputError
from chargepoint.api.fields import parse_json
from chargepoint.api.orders import Configure, Reboot, Send, SendText, parse_order
from chargepoint.api.topics import check_id
from chargepoint.api.traffic import Direction
from launcher.diagnostics import Exit, narrate, say
from launcher.remote import Remote
from launcher.stations import frames as frames_of
from launcher.stations import ordered
from launcher.verbs.reach import ask, remote_of

CALL_TIMEOUT_S = 60.0
"""A central system may take as long as the station waits for it, and calls before this one go first."""

_ARROWS = {Direction.IN: "←", Direction.OUT: "→"}


def frames(options: argparse.Namespace) -> int:
    """Follow the OCPP traffic until Ctrl+C."""
    station_id = check_id(options.id, "ID")
    ask(remote := remote_of(options), _follow(remote, station_id, as_json=options.json))
    return Exit.DONE


def send(options: argparse.Namespace) -> int:
    """Send a CALL to the central system and give its answer; a CALLERROR is a failure. A text is sent as it is."""
    station_id = check_id(options.id, "ID")
    if options.text is not None:
        return _send_text(options, station_id)
    if options.action is None:
        raise InputError("ACTION", None, "such as Heartbeat, or --text TEXT")
    payload = parse_json(options.payload, "PAYLOAD")
    if not isinstance(payload, dict):
        raise InputError("PAYLOAD", payload, "a JSON object")
    remote = remote_of(options)
    order = Send(options.action, payload, options.force)
    result = ask(remote, ordered(remote, station_id, order, CALL_TIMEOUT_S))
    if result.reason:
        narrate(result.reason)
    if result.error is not None:
        narrate(f"{station_id}: CALLERROR {result.error.code}: {result.error.description}")
        return Exit.FAILED
    say(json.dumps(result.answer))
    return Exit.DONE


def _send_text(options: argparse.Namespace, station_id: str) -> int:
    if options.action is not None:
        raise InputError("--text", options.action, "given alone: a text is sent as it is, without an ACTION")
    order = parse_order(json.dumps({"type": "send_text", "text": options.text}))
    assert isinstance(order, SendText)
    remote = remote_of(options)
    ask(remote, ordered(remote, station_id, order))
    say(f"{station_id}\tsent {len(order.text)} characters; `cp-simu frames {station_id}` shows what comes back")
    return Exit.DONE


def configure(options: argparse.Namespace) -> int:
    """Give a configuration key a value."""
    station_id = check_id(options.id, "ID")
    remote = remote_of(options)
    ask(remote, ordered(remote, station_id, Configure(options.key, options.value)))
    say(f"{station_id}\t{options.key}\t{options.value}")
    return Exit.DONE


def reboot(options: argparse.Namespace) -> int:
    """Cut the power and switch it on again."""
    station_id = check_id(options.id, "ID")
    remote = remote_of(options)
    ask(remote, ordered(remote, station_id, Reboot()))
    say(f"{station_id}\trebooting")
    return Exit.DONE


async def _follow(remote: Remote, station_id: str, *, as_json: bool) -> None:
    dialogue = Dialogue()
    async for frame in frames_of(remote, station_id):
        say(frame.to_json().decode() if as_json else line(dialogue.take(frame), colours=sys.stdout.isatty()))


def line(spoken: Spoken, *, colours: bool) -> str:
    """One frame in one line: time, direction, what it is, how long it took, its payload, what is wrong with it."""
    frame = spoken.frame
    clock = frame.at.partition("T")[2].removesuffix("Z") or frame.at
    name = spoken.action or (spoken.id if spoken.kind is not Kind.NONE else "")
    took = f" {1000 * spoken.latency_s:.0f} ms" if spoken.latency_s is not None else ""
    match spoken.kind:
        case Kind.CALL:
            what, colour = name, "1"
        case Kind.RESULT:
            what, colour = f"{name} answered{took}", "2"
        case Kind.ERROR:
            what, colour = f"{name} refused{took}: {spoken.code} {spoken.description}".rstrip(), "31"
        case Kind.NONE:
            what, colour = "no frame", "31"
    body = spoken.body if isinstance(spoken.body, str) else json.dumps(spoken.body, ensure_ascii=False)
    words = [clock, _ARROWS[frame.direction], _coloured(what, colour, colours), _printable(body)]
    if frame.remarks:
        words.append(_coloured(f"! {_printable(frame.remarks)}", "33", colours))
    return " ".join(words)


def _coloured(text: str, colour: str, wanted: bool) -> str:
    return f"\x1b[{colour}m{_printable(text)}\x1b[0m" if wanted else _printable(text)


def _printable(text: str) -> str:
    # What comes over the wire must not steer the terminal.
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
