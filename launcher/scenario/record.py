"""What has been seen of one station: its frames, its registration, its connectors, what it refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from chargepoint.api.dialogue import Dialogue, Kind, Spoken
from chargepoint.api.orders import StationResult, Verdict
from chargepoint.api.payloads import ChargePointStatus, ConnectorStatus, Registration
from chargepoint.api.topics import ConnectorTopic, StationTopic
from chargepoint.api.traffic import Direction, TracedFrame


@dataclass(slots=True)
class Record:
    """One station, from its first start in a scenario on. ``results`` are by request id; ``speed`` is how much faster
    than ours its clock goes."""

    station: str
    speed: float = 1.0
    spoken: list[Spoken] = field(default_factory=list)
    answers: dict[int, Spoken] = field(default_factory=dict)
    registration: Registration = Registration.DEAD
    last_error: str = ""
    reached: bool = False
    connectors: dict[int, ConnectorStatus] = field(default_factory=dict)
    results: dict[str, StationResult] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    _dialogue: Dialogue = field(default_factory=Dialogue)

    def take(self, topic: StationTopic | ConnectorTopic, payload: bytes) -> None:
        """An MQTT message of the station; raises InputError for one that cannot be read."""
        match topic:
            case StationTopic(_, "frames"):
                self._hear(TracedFrame.from_json(payload))
            case StationTopic(_, "status") if payload:
                status = ChargePointStatus.from_json(payload)
                self.registration, self.last_error = status.status, status.last_error
                self.reached |= status.status not in (Registration.DEAD, Registration.DISCONNECTED)
            case StationTopic(_, "result"):
                self._settle(StationResult.from_json(payload))
            case ConnectorTopic(_, connector, "status") if payload:
                self.connectors[connector] = ConnectorStatus.from_json(payload)
            case _:
                pass

    def silence(self, waited_s: float) -> str:
        """What did not come of a central system that has not said a word since the station was switched on, so long
        ago; "" for one that has, or that is known not to be there."""
        if self.reached or self.last_error or self.registration is not Registration.DISCONNECTED:
            return ""
        sent = next((each.action for each in self.spoken if each.frame.direction is Direction.OUT), "")
        if sent and self.answers:
            return ""
        return f"connected, but no answer to {sent or 'the WebSocket handshake'} within {waited_s:g} s"

    def violations(self, since: int = 0) -> list[Spoken]:
        """Frames of the central system that are against the standard."""
        return [each for each in self.spoken[since:] if each.frame.problem and each.frame.direction is Direction.IN]

    def calls(self, direction: Direction, action: str, since: int) -> list[Spoken]:
        """The CALLs of ``action`` from the ``since``-th frame on."""
        return [
            each
            for each in self.spoken[since:]
            if each.kind is Kind.CALL and each.action == action and each.frame.direction is direction
        ]

    def latency_s(self, answer: Spoken) -> float:
        """How long ``answer`` took, in seconds of ours."""
        return (answer.latency_s or 0.0) / self.speed

    def _hear(self, frame: TracedFrame) -> None:
        spoken = self._dialogue.take(frame)
        self.spoken.append(spoken)
        if spoken.answers is not None:
            self.answers[spoken.answers] = spoken

    def _settle(self, result: StationResult) -> None:
        if result.request_id:
            self.results[result.request_id] = result
        elif result.result is Verdict.REFUSED:
            self.refusals.append(f"{result.topic}: {result.reason}")
