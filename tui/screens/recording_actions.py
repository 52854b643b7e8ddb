"""Record what happens to the chosen charge point as a scenario, or end that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chargepoint.api.payloads import ConnectorState
from tui.messages import RecordWanted
from tui.screens.connector_actions import Stage
from tui.screens.station_forms import RecordForm


class RecordingActions:
    """One key begins and ends it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def performers(self) -> dict[str, Callable[[], object]]:
        """The actions by name."""
        return {"record": self.record}

    def record(self) -> None:
        """Ask where to, or end what is recorded."""
        station, post = self._stage.situation.station, self._stage.post_message
        if station is None:
            return
        if station.id in self._stage.situation.recorded:
            post(RecordWanted(station.id, None))
            return

        def begin(path: Path | None) -> None:
            if path is not None:
                post(RecordWanted(station.id, path))

        idle = all(one.state is ConnectorState.AVAILABLE for one in station.connectors.values())
        self._stage.app.push_screen(RecordForm(station.id, fresh=idle and not station.deviates), begin)
