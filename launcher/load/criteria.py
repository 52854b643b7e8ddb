"""What a load must keep to: ``--fail-if 'p99(BootNotification) > 2s'``, read once, judged at the end."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chargepoint.api.errors import InputError
from chargepoint.api.figures import Figures, Latencies

WANTED = (
    "a condition like 'p99(BootNotification) > 2s', 'max(connection) > 500ms', 'unanswered > 0', "
    "'refused(Authorize) > 1%', 'sent < 100/s', 'lost > 10', 'accepted < 100%', 'reconnected > 30s', 'drained > 1m'"
)
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
TIMES = {"m": 60.0, "s": 1.0, "ms": 0.001}
SHARE, RATE = "%", "/s"
FAILURES = ("unanswered", "refused")
TRAFFIC = ("sent", "received")
UNITS_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(FAILURES, ("", SHARE, RATE)),
    **dict.fromkeys(TRAFFIC, ("", RATE)),
    **dict.fromkeys(("lost", "accepted"), ("", SHARE)),
    **dict.fromkeys(("reconnected", "drained"), tuple(TIMES)),
}
"""What can be compared, but for latencies, and with what. ``reconnected`` and ``drained`` are how long it took after
the worst of the load's storms; longer than any bound when it never came to that."""

CONNECTION = "connection"
"""Stands in the place of an action: how long it took to connect."""

_FROM_STATION = (
    "Authorize BootNotification DataTransfer DiagnosticsStatusNotification FirmwareStatusNotification Heartbeat"
    " LogStatusNotification MeterValues SecurityEventNotification SignCertificate SignedFirmwareStatusNotification"
    " StartTransaction StatusNotification StopTransaction"
)
_TO_STATION = (
    "CancelReservation CertificateSigned ChangeAvailability ChangeConfiguration ClearCache ClearChargingProfile"
    " DataTransfer DeleteCertificate ExtendedTriggerMessage GetCompositeSchedule GetConfiguration GetDiagnostics"
    " GetInstalledCertificateIds GetLocalListVersion GetLog InstallCertificate RemoteStartTransaction"
    " RemoteStopTransaction ReserveNow Reset SendLocalList SetChargingProfile SignedUpdateFirmware TriggerMessage"
    " UnlockConnector UpdateFirmware"
)
FROM_STATION, TO_STATION = frozenset(_FROM_STATION.split()), frozenset(_TO_STATION.split())
"""The requests of OCPP 1.6 and its security whitepaper, by who sends them; that they are all is tested."""

_FORM = re.compile(
    r"\s*(?P<what>p\d{1,2}(?:\.\d+)?|max|[a-z]+)\s*(?:\(\s*(?P<action>[A-Za-z]+)\s*\))?"
    r"\s*(?P<comparison>[<>]=?)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|ms|m|%|/\s*s|)\s*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What conditions are held against: all ``figures`` of ``stations`` over ``elapsed_s``; of each storm how long it
    was until all were connected again, and until all was delivered (s, None for never)."""

    figures: Figures
    stations: int
    elapsed_s: float = 1.0
    reconnected_s: tuple[float | None, ...] = ()
    drained_s: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition under which the load has failed. ``bound`` is in s, a count, or with % a part of 1."""

    text: str
    what: str
    action: str
    comparison: str
    bound: float
    unit: str

    @classmethod
    def parse(cls, text: str) -> Criterion:
        """The condition in ``text``; raises InputError."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise InputError("--fail-if", text, WANTED)
        what, action, unit = match["what"], match["action"] or "", "".join(match["unit"].split())
        is_latency = _is_latency(what)
        units = tuple(TIMES) if is_latency else UNITS_OF.get(what, ())
        if unit not in units or (action and not is_latency and what not in (*FAILURES, *TRAFFIC)):
            raise InputError("--fail-if", text, WANTED)
        if action and not (is_latency and action == CONNECTION):
            _check_action(action, TO_STATION if what == "received" else FROM_STATION)
        bound = float(match["number"]) * TIMES.get(unit, 0.01 if unit == SHARE else 1.0)
        return cls(text.strip(), what, action, match["comparison"], bound, unit)

    def value(self, measured: Measured) -> float | None:
        """What is compared: seconds, a count, or with % a part of 1; None when nothing of it has happened.

        A request that was never answered took longer than any bound.
        """
        figures = measured.figures
        match self.what:
            case "reconnected":
                return _worst(measured.reconnected_s)
            case "drained":
                return _worst(measured.drained_s)
            case "lost":
                return figures.connections_lost / (measured.stations if self.unit == SHARE else 1)
            case "accepted":
                return figures.registrations["Accepted"] / (measured.stations if self.unit == SHARE else 1)
            case what if what in FAILURES or what in TRAFFIC:
                return self._counted(measured)
            case _:
                return self._latency(figures)

    def fails(self, measured: Measured) -> bool:
        """Whether the load has failed by it; not by what has not happened."""
        value = self.value(measured)
        return value is not None and COMPARISONS[self.comparison](value, self.bound)

    def _counted(self, measured: Measured) -> float | None:
        figures = measured.figures
        count, sent = self._of(getattr(figures, self.what)), self._of(figures.sent)
        match self.unit:
            case "%":
                return count / sent if sent else None
            case "/s":
                return count / measured.elapsed_s
            case _:
                return float(count)

    def _of(self, counter: Mapping[str, int]) -> int:
        return counter[self.action] if self.action else sum(counter.values())

    def _latency(self, figures: Figures) -> float | None:
        concerned = Latencies()
        if self.action == CONNECTION:
            concerned.merge(figures.connecting)
        for action, latencies in figures.latencies.items():
            if self.action in ("", action):
                concerned.merge(latencies)
        silent = self._of(figures.unanswered)
        if not (total := len(concerned) + silent):
            return None
        percent = 100.0 if self.what == "max" else float(self.what[1:])
        rank = math.ceil(total * percent / 100)
        if rank > len(concerned):
            return math.inf
        return concerned.longest_s if self.what == "max" else concerned.nth(rank)


def _is_latency(what: str) -> bool:
    return what == "max" or what[1:2].isdecimal()


def _check_action(action: str, known: frozenset[str]) -> None:
    if action in known:
        return
    # Loaded for who has mistyped.
    from difflib import get_close_matches

    by_lower = {each.lower(): each for each in known}
    meant = get_close_matches(action.lower(), by_lower, n=1)
    guess = f" (did you mean {by_lower[meant[0]]}?)" if meant else ""
    raise InputError("--fail-if", action, f"one of {', '.join(sorted(known))}{guess}")


def _worst(times_s: tuple[float | None, ...]) -> float | None:
    return max((math.inf if time_s is None else time_s for time_s in times_s), default=None)
