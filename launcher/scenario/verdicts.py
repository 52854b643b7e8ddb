"""What came of scenarios: of each step, of each scenario, of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chargepoint.api.dialogue import Spoken
from launcher.scenario.format import Scenario
from launcher.scenario.steps import Step


class Verdict(StrEnum):
    """Failed: the central system is not as expected. Error: something else went wrong, so nobody knows. Not
    applicable: this central system cannot be asked that."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    NOT_APPLICABLE = "not applicable"


class StepFailed(Exception):
    """Why a step is not passed; ``station`` and ``frame`` (its number there) where it showed."""

    def __init__(self, verdict: Verdict, reason: str, station: str = "", frame: int | None = None) -> None:
        super().__init__(reason)
        self.verdict, self.reason, self.station, self.frame = verdict, reason, station, frame


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """One step as it was played; moments in seconds since the scenario's beginning."""

    step: Step
    began_s: float
    ended_s: float
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario as it was played. ``frames``: all of each station; ``station``, ``frame``: where it failed.
    ``took_s`` is by the clock of its steps, ``wall_s`` by ours."""

    scenario: Scenario
    verdict: Verdict
    reason: str = ""
    step: Step | None = None
    station: str = ""
    frame: int | None = None
    began_at: float = 0.0
    took_s: float = 0.0
    wall_s: float = 0.0
    steps: tuple[StepOutcome, ...] = ()
    frames: Mapping[str, tuple[Spoken, ...]] = field(default_factory=dict)
    reached: bool = False
    speed: float = 1.0
    """How many seconds of the frames' clock one of ours was."""
    line_error: str = ""
    """Why a station was not connected at last."""

    def around(self, before: int = 6, after: int = 2) -> list[Spoken]:
        """The frames around the failure, the oldest first."""
        if self.frame is None:
            return []
        return list(self.frames.get(self.station, ())[max(0, self.frame - before) : self.frame + after + 1])


@dataclass(frozen=True, slots=True)
class Run:
    """All scenarios of one run. ``command_line`` plays it again."""

    outcomes: tuple[Outcome, ...]
    central_system: str
    seed: int
    took_s: float
    began_at: float
    command_line: str = ""

    def count(self, verdict: Verdict) -> int:
        """How many scenarios ended so."""
        return sum(outcome.verdict is verdict for outcome in self.outcomes)

    @property
    def reached(self) -> bool:
        """Whether any station ever got an answer of the central system."""
        return any(outcome.reached for outcome in self.outcomes)

    @property
    def line_error(self) -> str:
        """Why there was no connection, of the first station that had none."""
        return next((outcome.line_error for outcome in self.outcomes if outcome.line_error), "")

    @property
    def passed(self) -> bool:
        """Whether something was tested, and nothing was found."""
        return bool(self.count(Verdict.PASSED)) and not self.count(Verdict.FAILED) and not self.count(Verdict.ERROR)
