"""A live session as a scenario: what people and cars did becomes steps, what was said becomes expectations. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from chargepoint.api.damage import Damage
from chargepoint.api.dialogue import Dialogue, Kind, Spoken, posix
from chargepoint.api.disturbances import Clear, Mischief, Quirks
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Configure, Misbehave, Reboot, Send, SendText, parse_order
from chargepoint.api.payloads import CarInput, FaultInput, TokenInput
from chargepoint.api.topics import ConnectorTopic, LauncherTopic, StationTopic
from chargepoint.api.traffic import Direction, TracedFrame
from launcher.api.commands import Close, parse_command
from launcher.scenario.deviations import word
from launcher.scenario.variables import as_text

OF_THE_MOMENT = frozenset(
    {"timestamp", "currentTime", "interval", "meterStart", "meterStop", "expiryDate", "transactionData", "meterValue"}
)
"""Members that are different each time."""
UNTOLD = frozenset({"Heartbeat", "MeterValues"})
"""CALLs that come by the clock, and are not expected."""
OF_THE_YARD = frozenset({"id", "central_system", "pool"})
"""Keys of the start entry that a scenario has otherwise, or not at all."""
SHORTEST_WAIT_S = 1.0
USUAL_CABLE = 32.0
"""What the step plugs in without a word about it."""


@dataclass(slots=True)
class _Step:
    name: str
    arguments: dict[str, object]
    at_s: float
    deed: bool = False


@dataclass(slots=True)
class Recording:
    """What happened to one station, message by message. ``entry`` is its start entry; frames from before ``began_at``
    (POSIX seconds) are of the past."""

    station: str
    entry: Mapping[str, object]
    began_at: float = 0.0
    _steps: list[_Step] = field(default_factory=list)
    _dialogue: Dialogue = field(default_factory=Dialogue)
    _expected: dict[int, _Step] = field(default_factory=dict)
    _transactions: dict[object, str] = field(default_factory=dict)
    _started: dict[int, None] = field(default_factory=dict)
    _by_hand: list[_Step] = field(default_factory=list)
    _cars: dict[int, tuple[float, bool]] = field(default_factory=dict)
    """Of each connector the cable, and whether the car is ready."""

    def take(self, topic: LauncherTopic | StationTopic | ConnectorTopic, payload: bytes, at_s: float) -> None:
        """An MQTT message on a topic of the station, or a command to the launcher; one that cannot be read has had no
        effect."""
        try:
            match topic:
                case LauncherTopic("cmd"):
                    self._command(payload, at_s)
                case StationTopic(_, "frames"):
                    self._hear(self._dialogue.take(TracedFrame.from_json(payload)), at_s)
                case StationTopic(_, "cmd"):
                    self._order(payload, at_s)
                case ConnectorTopic(_, connector, leaf):
                    self._input(connector, leaf, payload, at_s)
        except InputError:
            return

    def scenario(self, name: str) -> str:
        """The scenario file."""
        entry = {key: value for key, value in self.entry.items() if key not in OF_THE_YARD}
        head = {"name": name, "proves": "What was recorded happens again.", "variables": {"STATION": self.station}}
        stations = {"stations": {"${STATION}": entry}}
        lines = [
            yaml.safe_dump(head, sort_keys=False),
            yaml.safe_dump(stations, default_flow_style=None, width=10_000),
        ]
        lines += ["steps:\n", "  - start\n", "  - expect: {registration: Accepted}\n"]
        last_s = self._steps[0].at_s if self._steps else 0.0
        for step in self._steps:
            if step.deed and (gap_s := step.at_s - last_s) >= SHORTEST_WAIT_S:
                lines.append(f"  - wait: {gap_s:.0f}s\n")
            last_s = step.at_s
            lines.append(f"  - {_flow(step.name, step.arguments)}\n")
        return "".join(lines)

    def _input(self, connector: int, leaf: str, payload: bytes, at_s: float) -> None:
        at = {} if connector == 1 else {"connector": connector}
        match leaf:
            case "car":
                cable, ready = self._cars.get(connector, (USUAL_CABLE, True))
                car = CarInput.from_json(payload)
                self._cars[connector] = (
                    cable if car.cable is None else car.cable,
                    ready if car.ready is None else car.ready,
                )
                name, arguments = _car(car, cable)
                if name == "plug" and not self._cars[connector][1]:
                    # The step makes the car ready.
                    self._did(name, arguments | at, at_s)
                    name, arguments = "suspend", {}
            case "id_tag":
                name, arguments = "tap", {"tag": TokenInput.from_json(payload).id}
            case "faulted":
                fault = FaultInput.from_json(payload)
                name, arguments = ("fault", {"code": str(fault.error_code)}) if fault.faulted else ("clear_fault", {})
            case _:
                return
        self._did(name, arguments | at, at_s)

    def _command(self, payload: bytes, at_s: float) -> None:
        command = parse_command(payload)
        if isinstance(command, Close):
            return
        ids = [each.get("id") for each in command.charge_points if isinstance(each, Mapping)]
        if self.station in ids:
            self._did(str(command.type), {}, at_s)

    def _order(self, payload: bytes, at_s: float) -> None:
        match parse_order(payload):
            case Reboot():
                self._did("power_cycle", {}, at_s)
            case Configure(key, value):
                self._did("configure", {"key": key, "value": value}, at_s)
            case Send(action, body, force):
                payload_now = self._lasting(dict(body), keep_all=True)
                arguments: dict[str, object] = {"action": action, "payload": payload_now}
                self._did("send", arguments | ({"force": True} if force else {}), at_s)
                self._by_hand.append(self._steps[-1])
            case SendText(text, times):
                self._did("send_text", {"text": text} | ({"times": times} if times > 1 else {}), at_s)
            case Misbehave(_, what):
                self._did(*_deviation(what), at_s)

    def _did(self, name: str, arguments: dict[str, object], at_s: float) -> None:
        self._steps.append(_Step(name, arguments, at_s, deed=True))

    def _hear(self, spoken: Spoken, at_s: float) -> None:
        if posix(spoken.frame.at) < self.began_at:
            return
        if spoken.kind is Kind.CALL and (sent := self._sent_by_hand(spoken)) is not None:
            # The step waits for the answer itself.
            self._expected[spoken.number] = sent
            if spoken.action == "StartTransaction":
                self._started[spoken.number] = None
        elif spoken.kind is Kind.CALL and spoken.action not in UNTOLD:
            if spoken.frame.direction is Direction.OUT:
                step = _Step("expect", {"sent": spoken.action, **self._with(spoken.body)}, at_s)
                if spoken.action == "StartTransaction":
                    self._started[spoken.number] = None
            else:
                payload = self._lasting(spoken.body, keep_all=True)
                step = _Step("command", {"action": spoken.action, "payload": payload}, at_s, deed=True)
            self._steps.append(step)
            self._expected[spoken.number] = step
        elif spoken.answers in self._expected:
            self._answered(spoken)

    def _sent_by_hand(self, spoken: Spoken) -> _Step | None:
        """The step whose CALL it is, if any."""
        if spoken.frame.direction is not Direction.OUT:
            return None
        sent = next((step for step in self._by_hand if step.arguments["action"] == spoken.action), None)
        if sent is not None:
            self._by_hand.remove(sent)
        return sent

    def _answered(self, spoken: Spoken) -> None:
        assert spoken.answers is not None
        step = self._expected.pop(spoken.answers)
        if spoken.kind is Kind.ERROR:
            step.arguments["error"] = spoken.code
            return
        if spoken.answers in self._started and isinstance(spoken.body, Mapping) and "transactionId" in spoken.body:
            name = f"TX{len(self._transactions) + 1}"
            self._transactions[spoken.body["transactionId"]] = name
            step.arguments["save"] = {name: "answer.transactionId"}
            answer = {key: value for key, value in spoken.body.items() if key != "transactionId"}
            step.arguments["answer"] = self._lasting(answer)
            return
        step.arguments["answer"] = self._lasting(spoken.body)

    def _with(self, body: object) -> dict[str, object]:
        lasting = self._lasting(body)
        return {"with": lasting} if lasting else {}

    def _lasting(self, value: object, *, keep_all: bool = False) -> object:
        """``value`` without what is different each time; transactions by the names of their ids."""
        match value:
            case list(items):
                return [self._lasting(item, keep_all=keep_all) for item in items]
            case dict(members):
                lasting: dict[str, object] = {}
                for key, each in members.items():
                    if key == "transactionId":
                        if each in self._transactions:
                            lasting[key] = f"${{{self._transactions[each]}}}"
                        elif keep_all:
                            lasting[key] = each
                    elif keep_all or key not in OF_THE_MOMENT:
                        lasting[key] = self._lasting(each, keep_all=keep_all)
                return lasting
        return value


def _car(car: CarInput, cable: float) -> tuple[str, dict[str, object]]:
    phases = [car.consumption_l1, car.consumption_l2, car.consumption_l3]
    if car.cable == 0:
        return "unplug", {}
    if car.cable is None and phases == [None, None, None]:
        return ("resume" if car.ready else "suspend"), {}
    arguments: dict[str, object] = {} if car.cable is None else {"cable": car.cable}
    if car.cable is None and cable not in (0, USUAL_CABLE):
        arguments["cable"] = cable
    asked = [each for each in phases if each is not None]
    if asked:
        arguments["asks_for"] = asked[0] if asked == [asked[0]] * 3 else asked
    return "plug", arguments


def _deviation(what: Mischief | Damage) -> tuple[str, dict[str, object]]:
    arguments = {word(name): value for name, value in what.body().items()}
    match what:
        case Quirks():
            return "quirks", {"names": arguments.pop("quirks"), **arguments}
        case Clear() | Damage(clear=True):
            del arguments["clear"]
            return ("clear_disturbance" if isinstance(what, Clear) else "clear_damage"), arguments
    return ("damage" if isinstance(what, Damage) else "disturb"), arguments


def _flow(name: str, arguments: Mapping[str, object]) -> str:
    if not arguments:
        return name
    if name == "tap" and arguments.keys() == {"tag"}:
        return f"tap: {_scalar(as_text(arguments['tag']))}"
    return (
        f"{name}: {yaml.safe_dump(dict(arguments), default_flow_style=True, width=10_000, sort_keys=False).strip()}"
    )


def _scalar(text: str) -> str:
    return yaml.safe_dump(text, width=10_000).removesuffix("...\n").strip()
