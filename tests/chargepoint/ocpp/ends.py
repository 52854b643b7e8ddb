"""One end of a session on a test bench: its message ids are a1, a2, ..."""

from __future__ import annotations

import itertools
import json
from typing import Any

from chargepoint.ocpp.checking import Checking
from chargepoint.ocpp.endpoint import Endpoint
from chargepoint.ocpp.events import Event, Lane, Request
from chargepoint.ocpp.schema import schemas

BEAT = Request("Heartbeat", {})
BEATEN = {"currentTime": "2030-01-01T00:00:00Z"}


def endpoint(*, checking: Checking = Checking.STRICT, connected: bool = True) -> Endpoint:
    """An endpoint whose message ids are a1, a2, ..."""
    numbers = itertools.count(1)
    end = Endpoint(schemas("1.6"), lambda: f"a{next(numbers)}", timeout_s=30.0, checking=checking)
    if connected:
        end.opened()
    return end


def sent(end: Endpoint) -> list[list[Any]]:
    """The frames on the wire since the last time."""
    return [json.loads(text) for text in end.frames()]


def received(end: Endpoint, *frame: object, now: float = 0.0) -> list[Event]:
    """The events of ``frame`` coming in."""
    end.receive(json.dumps(frame), now)
    return end.events()


def tag(id_tag: str, lane: Lane = Lane.OTHER) -> Request:
    """A request that can be told from others."""
    return Request("Authorize", {"idTag": id_tag}, lane, about=id_tag)
