"""What the official schemas say of a frame or of a payload; loaded when somebody first asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chargepoint.api.dialogue import Kind, Spoken

if TYPE_CHECKING:
    from chargepoint.ocpp.schema import Schemas


class Verdicts:
    """The schemas of OCPP 1.6, and the messages a charge point sends."""

    def __init__(self) -> None:
        self._loaded: Schemas | None = None

    @property
    def _schemas(self) -> Schemas:
        if self._loaded is None:
            # The screen starts without them: they are for whoever opens a frame.
            from chargepoint.ocpp.schema import schemas

            self._loaded = schemas("1.6")
        return self._loaded

    def actions(self) -> list[str]:
        """Every CALL that a charge point may make."""
        from chargepoint.ocpp.v16 import FROM_CHARGE_POINT

        return sorted(str(action) for action in FROM_CHARGE_POINT)

    def document(self, action: str) -> Mapping[str, object]:
        """The schema of the CALL ``action``."""
        return self._schemas.document(action)

    def of_payload(self, action: str, payload: Mapping[str, object]) -> str:
        """What ``payload`` violates as a CALL of ``action``; "" when it is right."""
        violation = self._schemas.violation(action, payload)
        return violation.reason if violation else ""

    def of_frame(self, spoken: Spoken) -> str:
        """What ``spoken`` violates; "" when it is right, or cannot be judged."""
        if not isinstance(spoken.body, Mapping) or spoken.kind not in (Kind.CALL, Kind.RESULT):
            return ""
        if not spoken.action:
            return "an answer to a CALL that was not seen"
        if not self._schemas.knows(spoken.action):
            return f"{spoken.action} is no action of OCPP 1.6"
        violation = self._schemas.violation(spoken.action, spoken.body, response=spoken.kind is Kind.RESULT)
        return f"{violation.code}: {violation.reason}" if violation else ""
