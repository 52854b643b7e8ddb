"""What can happen in a scenario, as it is read from the file; texts may have variables in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chargepoint.api.orders import Misbehave, PowerLoss, Reboot
from chargepoint.api.payloads import CarInput, FaultInput
from chargepoint.api.pool import PoolVerb
from launcher.scenario.expect import Expectation
from launcher.scenario.source import Place

WITHIN_S = 10.0
"""How long an expectation waits when it does not say."""

Stations = tuple[str, ...]
"""Ids, ranges and globs; empty for all of the scenario."""

Saves = Mapping[str, str]
"""Variables to the path of what they keep, like ``answer.transactionId``."""


@dataclass(frozen=True, slots=True)
class Power:
    """Stations are started afresh, killed, restarted, ended or removed; ``change``: members of their start entry."""

    verb: PoolVerb
    stations: Stations = ()
    over_s: float = 0.0
    change: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PowerCycle:
    """The power goes and comes back: at once, or when the battery has let the station end what was going on."""

    order: Reboot | PowerLoss
    stations: Stations = ()


@dataclass(frozen=True, slots=True)
class Car:
    """A car comes, goes, pauses, or asks for something else."""

    car: CarInput
    stations: Stations = ()
    connector: int = 1


@dataclass(frozen=True, slots=True)
class Tap:
    """An id tag is held to the reader; ``refused``: the station takes it for none that it may let in, and asks
    nobody."""

    tag: str
    stations: Stations = ()
    connector: int = 1
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault appears, or is gone. Connector 0 is the station."""

    fault: FaultInput
    stations: Stations = ()
    connector: int = 1


@dataclass(frozen=True, slots=True)
class Deviate:
    """The line is disturbed, quirks are put on, something breaks, or no longer. What is not ``seeded`` draws by the
    seed of the run."""

    order: Misbehave
    stations: Stations = ()
    seeded: bool = False

    @property
    def connector(self) -> int:
        """The one that it is about; 0: none."""
        return getattr(self.order.what, "connector", 0)


@dataclass(frozen=True, slots=True)
class Configure:
    """A configuration key gets a value, at the station."""

    key: str
    value: str
    stations: Stations = ()


@dataclass(frozen=True, slots=True)
class Send:
    """The station sends a CALL by hand; ``force``: also what violates the standard."""

    action: str
    payload: Mapping[str, object] = field(default_factory=dict)
    force: bool = False
    answer: object = None
    error: str | None = None
    latency_s: float | None = None
    within_s: float = WITHIN_S
    stations: Stations = ()
    save: Saves = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendText:
    """The station sends any text, so many ``times`` in one message. ``error``: the code of the CALLERROR that has to
    come back; None for whatever does."""

    text: str
    times: int = 1
    error: str | None = None
    within_s: float = WITHIN_S
    stations: Stations = ()


@dataclass(frozen=True, slots=True)
class Command:
    """The central system is asked to send a command, and the station has to get it."""

    action: str
    payload: Mapping[str, object] = field(default_factory=dict)
    received: object = None
    answer: object = None
    error: str | None = None
    within_s: float = WITHIN_S
    stations: Stations = ()
    save: Saves = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CentralSystem:
    """The bundled central system deviates, knows other tags, closes a connection, or tells what it knows; its TLS
    changes, or it makes a certificate for the station."""

    behave: tuple[Mapping[str, object], ...] = ()
    right: bool = False
    tags: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    disconnect: bool = False
    transactions: object = None
    tls: Mapping[str, object] | None = None
    client_certificate: str = ""
    within_s: float = WITHIN_S
    stations: Stations = ()


@dataclass(frozen=True, slots=True)
class Http:
    """A call of an HTTP endpoint, repeated until its answer is as expected or ``within_s`` is over."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    status: object = "< 400"
    match: object = None
    within_s: float = 0.0
    save: Saves = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes, as the stations' clocks have it; between two bounds the seed draws."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Expect:
    """Something is so, or becomes so in time. ``from_start``: all that was before counts."""

    what: Expectation
    within_s: float = WITHIN_S
    stations: Stations = ()
    save: Saves = field(default_factory=dict)
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class ExpectNo:
    """Something is not so, and does not become so for ``for_s``."""

    what: Expectation
    for_s: float
    stations: Stations = ()
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A value made of variables fits a pattern."""

    value: object
    fits: object


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same again; the variable ``counter`` counts from 1."""

    times: int
    steps: tuple[Step, ...]
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Parallel:
    """Branches at the same time; over when all are."""

    branches: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Steps in quick succession, which count as one deed: what comes after the first may be expected after the
    last."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Include:
    """The steps of another file, whose path is relative to this one."""

    file: str


Deed = (
    Power
    | PowerCycle
    | Car
    | Tap
    | Fault
    | Deviate
    | Configure
    | Send
    | SendText
    | Command
    | CentralSystem
    | Http
    | Wait
    | Expect
    | ExpectNo
    | Check
    | Repeat
    | Parallel
    | Together
    | Include
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: where it stands, and how it is told."""

    deed: Deed
    place: Place
    text: str

    def mentions(self, text: str) -> bool:
        """Whether ``text`` stands anywhere in it."""
        return text in repr(self.deed)
