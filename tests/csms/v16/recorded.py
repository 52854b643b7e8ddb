"""A central system without charge points: commands are recorded and answered from a table."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field

from chargepoint.ocpp.frames import Payload
from chargepoint.ocpp.schema import schemas
from csms.authorization import Tags
from csms.commands import DEFAULT_TIMEOUT_S, Answer, CommandError, NotConnected
from csms.csms import CentralSystem
from csms.dialect import Caller, Signer

NOON = 1_893_499_200.0


@dataclass
class Recorded:
    """Answers a command with its entry in ``answers`` (Accepted without one), or raises it."""

    answers: Mapping[str, Payload | CommandError] = field(default_factory=dict)
    chargers: tuple[str, ...] = ("CP_1",)
    commands: list[tuple[str, str, Payload]] = field(default_factory=list)
    afterwards: list[Coroutine[object, object, None]] = field(default_factory=list)

    def connected(self) -> list[str]:
        return list(self.chargers)

    def check_connected(self, charge_point: str) -> None:
        if charge_point not in self.chargers:
            raise NotConnected(charge_point, known=False)

    async def call(
        self, charge_point: str, action: str, payload: Payload, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Answer:
        self.check_connected(charge_point)
        assert schemas("1.6").violation(action, payload) is None
        self.commands.append((charge_point, action, payload))
        answer = self.answers.get(action, {"status": "Accepted"})
        if isinstance(answer, CommandError):
            raise answer
        return Answer(answer)


def caller(
    action: str,
    system: CentralSystem | None = None,
    commands: Recorded | None = None,
    signer: Signer | None = None,
) -> Caller:
    """CP_1, which sends ``action`` at noon."""
    system = system or CentralSystem(Tags)
    system.seen("CP_1", NOON)
    commands = commands or Recorded()
    return Caller("CP_1", action, "call", NOON, system, commands, 10, signer, commands.afterwards.append)
