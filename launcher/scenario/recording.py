"""A live session as a scenario: what people and cars did becomes steps, what was said becomes expectations. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chargepoint.api.dialogue import Dialogue, Kind, Spoken, posix
from chargepoint.api.errors import InputError
from chargepoint.api.orders import Close as CloseOrder
from chargepoint.api.orders import Send, StationResult, Verdict, parse_order
from chargepoint.api.payloads import CarInput
from chargepoint.api.topics import ConnectorTopic, LauncherTopic, StationTopic
from chargepoint.api.traffic import Direction, TracedFrame
from launcher.api.commands import Close, CommandResult, Restart, Start, parse_command
from launcher.scenario.recorded import OF_THE_YARD, Words, changed, of_input, of_order
from launcher.scenario.written import Variable, as_pattern, flow, line

OF_THE_MOMENT = frozenset(
    {"timestamp", "currentTime", "interval", "meterStart", "meterStop", "expiryDate", "transactionData", "meterValue"}
)
"""Members that are different each time."""
UNTOLD = frozenset({"Heartbeat", "MeterValues"})
"""CALLs that come by the clock, and are not expected."""
SHORTEST_WAIT_S = 1.0
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(slots=True)
class _Step:
    name: str
    arguments: dict[str, object]
    at: float
    deed: bool = False
    came_in: str = ""
    """The end of the topic of what ordered it, by which it is told when it was refused, and the request's id."""
    request_id: str = ""
    was_on: bool = True


def _written(group: Sequence[_Step], waited_s: float) -> list[str]:
    """Steps that belong together as lines of the file, after a while in which nothing happened."""
    lines = [f"  - wait: {waited_s:.0f}s\n"] if group[0].deed and waited_s >= SHORTEST_WAIT_S else []
    if len(group) == 1:
        return [*lines, f"  - {line(group[0].name, group[0].arguments)}\n"]
    return [*lines, "  - together:\n", *(f"      - {line(each.name, each.arguments)}\n" for each in group)]


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
    _on: bool = True
    _unready: set[int] = field(default_factory=set)
    """Connectors whose car pauses."""

    def take(self, topic: LauncherTopic | StationTopic | ConnectorTopic, payload: bytes, at: float) -> None:
        """An MQTT message on a topic of the station or of the launcher, that came ``at`` (POSIX seconds). What cannot
        be read, most of what is refused, and what comes while the station is off has had no effect."""
        try:
            match topic:
                case LauncherTopic("cmd"):
                    self._command(payload, at)
                case LauncherTopic("result"):
                    self._commanded(CommandResult.from_json(payload))
                case StationTopic(_, "frames"):
                    self._hear(self._dialogue.take(TracedFrame.from_json(payload)), at)
                case StationTopic(_, "cmd") if self._on:
                    self._order(payload, at)
                case StationTopic(_, "result"):
                    self._settle(StationResult.from_json(payload))
                case ConnectorTopic(_, connector, leaf) if self._on:
                    self._input(connector, leaf, payload, at)
        except InputError:
            return

    def scenario(self, name: str) -> str:
        """The scenario file."""
        entry = {key: value for key, value in self.entry.items() if key not in OF_THE_YARD}
        lines = [
            f"name: {flow(name)}\nproves: What was recorded happens again.\n",
            f"variables: {{STATION: {flow(self.station)}}}\n",
            f"stations:\n  ${{STATION}}: {flow(entry)}\n",
            "steps:\n  - start\n  - expect: {registration: Accepted}\n",
        ]
        last = self._steps[0].at if self._steps else 0.0
        for group in self._grouped():
            lines += _written(group, group[0].at - last)
            last = group[-1].at
        return "".join(lines)

    def _grouped(self) -> list[list[_Step]]:
        """Deeds one right after the other, without anything that came of them between, are of one group: who plays
        them is faster, or slower."""
        groups: list[list[_Step]] = []
        for each in self._steps:
            before = groups[-1][-1] if groups else None
            if before is not None and before.deed and each.deed and each.at - before.at < SHORTEST_WAIT_S:
                groups[-1].append(each)
            else:
                groups.append([each])
        return groups

    def _input(self, connector: int, leaf: str, payload: bytes, at: float) -> None:
        words = of_input(connector, leaf, payload, ready=connector not in self._unready)
        if words is None:
            return
        self._did(words, at, f"/connectors/{connector}/{leaf}")
        if leaf == "car" and (ready := CarInput.from_json(payload).ready) is not None:
            (self._unready.discard if ready else self._unready.add)(connector)

    def _command(self, payload: bytes, at: float) -> None:
        command = parse_command(payload)
        if isinstance(command, Close):
            return
        for entry in command.charge_points:
            if isinstance(entry, Mapping) and entry.get("id") == self.station:
                change = changed(self.entry, entry) if isinstance(command, Start | Restart) else {}
                words: Words = str(command.type), {"change": change} if change else {}
                self._did(words, at, "/launcher/cmd", command.request_id)
                self._on = isinstance(command, Start | Restart)

    def _commanded(self, told: CommandResult) -> None:
        if told.request_id and any(each.id == self.station and not each.result.good for each in told.results):
            self._undo("/launcher/cmd", told.request_id)

    def _order(self, payload: bytes, at: float) -> None:
        order = parse_order(payload)
        if isinstance(order, Send):
            body = self._lasting(dict(order.payload), at, keep_all=True)
            force = {"force": True} if order.force else {}
            words: Words | None = "send", {"action": order.action, "payload": body, **force}
        else:
            words = of_order(order)
        if words is None:
            return
        self._did(words, at, "/cmd", order.request_id)
        if isinstance(order, Send):
            self._by_hand.append(self._steps[-1])
        self._on = not isinstance(order, CloseOrder)

    def _did(self, words: Words, at: float, came_in: str, request_id: str = "") -> None:
        self._steps.append(_Step(*words, at, True, came_in, request_id, self._on))

    def _settle(self, told: StationResult) -> None:
        if told.result is Verdict.REFUSED:
            self._undo(told.topic, told.request_id)

    def _undo(self, topic: str, request_id: str) -> None:
        """What came in there last was refused. A CALL that was sent all the same was sent; a tag may be meant to
        be."""
        for number in range(len(self._steps) - 1, -1, -1):
            each = self._steps[number]
            if each.came_in and topic.endswith(each.came_in) and each.request_id == request_id:
                if each.name == "tap":
                    each.arguments["refused"] = True
                elif each.name != "send" or any(waiting is each for waiting in self._by_hand):
                    self._by_hand = [waiting for waiting in self._by_hand if waiting is not each]
                    self._on = each.was_on
                    del self._steps[number]
                return

    def _hear(self, spoken: Spoken, at: float) -> None:
        if posix(spoken.frame.at) < self.began_at:
            return
        if spoken.kind is Kind.CALL and (sent := self._sent_by_hand(spoken)) is not None:
            # The step waits for the answer itself.
            self._expected[spoken.number] = sent
            if spoken.action == "StartTransaction":
                self._started[spoken.number] = None
        elif spoken.kind is Kind.CALL and spoken.action not in UNTOLD:
            if spoken.frame.direction is Direction.OUT:
                step = _Step("expect", {"sent": spoken.action, **self._with(spoken)}, at)
                if spoken.action == "StartTransaction":
                    self._started[spoken.number] = None
            else:
                payload = self._lasting(spoken.body, posix(spoken.frame.at), keep_all=True)
                step = _Step("command", {"action": spoken.action, "payload": payload}, at, deed=True)
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
            step.arguments["answer"] = as_pattern(self._lasting(answer))
            return
        step.arguments["answer"] = as_pattern(self._lasting(spoken.body))

    def _with(self, spoken: Spoken) -> dict[str, object]:
        lasting = as_pattern(self._lasting(spoken.body))
        return {"with": lasting} if lasting else {}

    def _lasting(self, value: object, at: float = 0.0, *, keep_all: bool = False) -> object:
        """``value`` without what is different each time; transactions by the names of their ids. To ``keep_all``:
        moments are then as far from when it is played as they were from ``at``."""
        match value:
            case str(text) if keep_all and _MOMENT.fullmatch(text):
                return Variable(f"${{now{posix(text) - at:+.0f}s}}") if posix(text) else text
            case list(items):
                return [self._lasting(item, at, keep_all=keep_all) for item in items]
            case dict(members):
                lasting: dict[str, object] = {}
                for key, each in members.items():
                    if key == "transactionId":
                        if isinstance(each, int | str) and each in self._transactions:
                            lasting[key] = Variable(f"${{{self._transactions[each]}}}")
                        elif keep_all:
                            lasting[key] = each
                    elif keep_all or key not in OF_THE_MOMENT:
                        lasting[key] = self._lasting(each, at, keep_all=keep_all)
                return lasting
        return value
