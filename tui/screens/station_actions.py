"""What can be done to the charge point that is looked at closely: each ends in a message, or in a form before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from chargepoint.api.orders import Order, Send, SendText
from launcher.api.commands import Kill, Restart
from tui.messages import LauncherOrdered, StationOrdered, TraceWanted
from tui.screens.connector_actions import Stage
from tui.screens.send_form import ANY_TEXT, SendForm
from tui.screens.station_forms import TraceForm, ValueForm
from tui.state.answers import Severity
from tui.state.close_up import CloseUp
from tui.verdicts import Verdicts


class StationActions:
    """Send by hand, configure, copy, save the traffic, kill, restart, reboot; remembers the last action and file."""

    def __init__(self, stage: Stage, close_up: CloseUp, verdicts: Verdicts) -> None:
        self._stage = stage
        self._close_up = close_up
        self._verdicts = verdicts
        self._action = "Heartbeat"
        self._path = f"{close_up.station_id}.jsonl"

    @property
    def performers(self) -> dict[str, Callable[[], object]]:
        """The actions by name."""
        return {
            "send": self.send,
            "edit": self.edit,
            "copy": self.copy,
            "trace": self.trace,
            "toggle": self.toggle,
            "restart": self.restart,
        }

    def send(self) -> None:
        """Ask for a message and let the charge point send it."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        form = SendForm(self._close_up.station_id, self._verdicts, now, self._action)
        self._stage.app.push_screen(form, self._send)

    def edit(self) -> None:
        """Ask for the value of the chosen configuration key."""
        entry = self._close_up.entry
        if entry is None:
            return
        if entry.readonly:
            self._say(f"{entry.key} is read-only.", Severity.WARNING)
            return
        form = ValueForm(self._close_up.station_id, entry)
        self._stage.app.push_screen(form, lambda order: self._order(order) if order else None)

    def copy(self) -> None:
        """Copy the frames of the chosen exchange, as they were on the wire."""
        if exchange := self._close_up.exchange:
            self._stage.app.copy_to_clipboard("\n".join(one.frame.text for one in exchange.spoken))
            self._say(f"{exchange.action or 'Frame'} copied, where the terminal lets it (OSC 52)")

    def trace(self) -> None:
        """Ask for a file and save the traffic there."""
        text = self._close_up.traffic.trace()
        form = TraceForm(self._path, text.count("\n"))
        self._stage.app.push_screen(form, lambda path: self._save(path, text))

    def toggle(self) -> None:
        """Kill a living charge point, restart a dead one."""
        if (station := self._stage.situation.station) and station.alive:
            self._stage.post_message(LauncherOrdered(Kill.of([station.id])))
        else:
            self.restart()

    def restart(self) -> None:
        """Start it again, with its data."""
        self._stage.post_message(LauncherOrdered(Restart.of([self._close_up.station_id])))

    def _send(self, order: Send | SendText | None) -> None:
        if order is not None:
            self._action = order.action if isinstance(order, Send) else ANY_TEXT
            self._order(order)

    def _save(self, path: Path | None, text: str) -> None:
        if path is not None:
            self._path = str(path)
            self._stage.post_message(TraceWanted(path, text))

    def _order(self, order: Order) -> None:
        self._stage.post_message(StationOrdered(self._close_up.station_id, order))

    def _say(self, words: str, severity: Severity = Severity.INFORMATION) -> None:
        self._stage.app.notify(words, severity=severity.value, markup=False)
