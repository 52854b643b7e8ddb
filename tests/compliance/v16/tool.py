"""The eyes of the compliance tool: all that a station says, in order and whole, and the words to expect it in.

A case brings a bench to a state, gives a stimulus, and compares ``said(bench)`` with what is right: every message,
in its place, with its whole content. Only what a case leaves open, such as a meter's reading, is matched by a rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chargepoint.clock import iso
from tests.support.bench import NOON, Bench, Payload

Message = tuple[str, Payload]

SECURITY_EVENT = "SecurityEventNotification"
"""Security events may come at any time; the security cases judge them."""


@dataclass(frozen=True)
class Rule:
    """Equal to every value that holds it."""

    words: str
    holds: Callable[[Any], bool]

    def __eq__(self, other: object) -> bool:
        return self.holds(other)

    def __hash__(self) -> int:
        return hash(self.words)

    def __repr__(self) -> str:
        return f"<{self.words}>"


WHOLE = Rule("a whole number from 0", lambda value: isinstance(value, int) and value >= 0)
TEXT = Rule("a text", lambda value: isinstance(value, str) and value != "")


def said(bench: Bench) -> list[Message]:
    """All that the station has said since the last time: the action of a CALL and its payload, or "answer"."""
    heard = []
    for frame in bench.wire:
        match frame:
            case [2, _, action, payload] if action != SECURITY_EVENT:
                heard.append((action, payload))
            case [3, _, payload]:
                heard.append(("answer", payload))
            case [4, _, code, *_]:
                heard.append(("error", {"code": code}))
    bench.forget()
    return heard


def answer(**payload: Any) -> Message:
    """The station's answer to the tool's CALL."""
    return "answer", payload


def status(state: str, connector: int = 1, *, error: str = "NoError", at: float = NOON) -> Message:
    """StatusNotification."""
    payload = {"connectorId": connector, "errorCode": error, "status": state, "timestamp": iso(at)}
    return "StatusNotification", payload


def authorize(id_tag: str = "TAG") -> Message:
    """Authorize."""
    return "Authorize", {"idTag": id_tag}


def start(id_tag: str = "TAG", connector: int = 1, *, at: float = NOON, **more: Any) -> Message:
    """StartTransaction."""
    payload = {"connectorId": connector, "idTag": id_tag, "meterStart": WHOLE, "timestamp": iso(at), **more}
    return "StartTransaction", payload


def stop(transaction_id: int, reason: str, *, at: float = NOON, **more: Any) -> Message:
    """StopTransaction; ``idTag`` is among ``more`` when an id tag ended it, and absent otherwise."""
    payload = {"transactionId": transaction_id, "meterStop": WHOLE, "timestamp": iso(at), "reason": reason, **more}
    return "StopTransaction", payload


def meter_values(
    connector: int, context: str, *, at: float, transaction_id: int | None = None, measurands: str | None = None
) -> Message:
    """MeterValues of one moment; every sample is in ``context``, and of one of ``measurands`` if given."""

    def right(samples: Any) -> bool:
        told = {sample["measurand"] for sample in samples}
        in_context = all(sample["context"] == context and float(sample["value"]) >= 0 for sample in samples)
        return in_context and (measurands is None or told == set(measurands.split(",")))

    samples = Rule(f"samples of {measurands or 'anything'} in {context}", right)
    payload: Payload = {
        "connectorId": connector,
        "meterValue": [{"timestamp": iso(at), "sampledValue": samples}],
    }
    return "MeterValues", payload if transaction_id is None else {**payload, "transactionId": transaction_id}


def boot(connectors: int = 1, *, states: dict[int, str] | None = None, at: float = NOON) -> list[Message]:
    """A boot that is accepted: who it is, then the state of the station and of every connector."""
    identity = {"chargePointVendor": TEXT, "chargePointModel": TEXT, "chargePointSerialNumber": TEXT}
    told = states or {}
    reports = [status(told.get(number, "Available"), number, at=at) for number in range(connectors + 1)]
    return [("BootNotification", identity), *reports]


def ready(*, config: dict[str, str] | None = None, **entry: Any) -> Bench:
    """A station that has booted, is accepted and has told its states, by ``ocpp_config`` and entry."""
    bench = Bench({"ocpp_config": config or {}, **entry}).connect()
    bench.forget()
    return bench


def charging(bench: Bench, id_tag: str = "TAG", connector: int = 1) -> int:
    """The state "Charging": cable, id tag, transaction. Returns its id."""
    transaction_id = bench.charging(connector, id_tag)
    assert bench.status(connector).status == "Charging"
    bench.forget()
    return transaction_id


def set_key(bench: Bench, key: str, value: str) -> None:
    """Configuration state: ``key`` is ``value``."""
    assert bench.call("ChangeConfiguration", key=key, value=value) == {"status": "Accepted"}
    bench.forget()


def get_key(bench: Bench, key: str) -> str:
    """The value of ``key``."""
    (entry,) = bench.call("GetConfiguration", key=[key])["configurationKey"]
    bench.forget()
    value = entry["value"]
    assert isinstance(value, str)
    return value


def power_cycle(bench: Bench) -> None:
    """Off and on, and connected again."""
    bench.power_cut()
    bench.forget()
    bench.connect()
