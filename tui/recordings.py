"""What happens to charge points, written down as scenarios: each from one key to the next, then saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.topics import Topics
from chargepoint.bus import Broker
from tui import files
from tui.state.answers import Notice, Severity


class Recordings:
    """Those that are under way, by charge point; ``tell`` gets what there is to tell of them."""

    def __init__(self, broker: Broker, topics: Topics, tell: Callable[[Notice], object]) -> None:
        self._broker = broker
        self._topics = topics
        self._tell = tell
        self._running: dict[str, asyncio.Event] = {}
        self._all_saved = asyncio.Event()
        self._all_saved.set()

    @property
    def ids(self) -> frozenset[str]:
        """The charge points that are recorded."""
        return frozenset(self._running)

    def end(self, station_id: str = "") -> None:
        """That one ends, or all do; each is saved then."""
        for each, ended in self._running.items():
            if station_id in ("", each):
                ended.set()

    async def all_saved(self) -> None:
        """Return when none is under way."""
        await self._all_saved.wait()

    async def record(self, station_id: str, path: Path) -> None:
        """Record until it is ended, or the broker is gone; then save it to ``path``."""
        # Imported here: it brings a second MQTT client and a YAML writer along, and few ever record.
        import aiomqtt

        from launcher.diagnostics import Failure
        from launcher.remote import Remote
        from launcher.scenario.tape import taped

        ended = self._running[station_id] = asyncio.Event()
        self._all_saved.clear()
        try:
            recording = await taped(Remote(self._broker, self._topics), station_id, ended)
            text = recording.scenario(path.stem)
            await asyncio.to_thread(files.write_setup, path, text)
        except (InputError, Failure, aiomqtt.MqttError, OSError) as error:
            self._tell(Notice(f"recording of {station_id}", str(error), Severity.ERROR))
        else:
            told = "" if ended.is_set() else "The broker was lost, so that it ends there. "
            severity = Severity.INFORMATION if ended.is_set() else Severity.WARNING
            self._tell(Notice("", f"{told}{station_id} is saved: cp-simu run {path}", severity))
        finally:
            del self._running[station_id]
            if not self._running:
                self._all_saved.set()
