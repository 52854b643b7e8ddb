"""One command being carried out: what became of each of its entries so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec
from chargepoint.api.topics import check_id
from launcher.api.commands import CommandResult, EntryResult, Kill, Remove, Restart, Start, Verdict
from launcher.ramp import Ticket


class Work:
    """The entries of ``command`` in their order, each waiting for its verdict."""

    def __init__(self, command: Start | Restart | Kill | Remove) -> None:
        self._command = command
        self._verdicts: list[EntryResult | None] = [None] * len(command.charge_points)
        self._places: dict[str, int] = {}
        self._specs: dict[str, ChargePointSpec] = {}
        self._waiting: dict[str, tuple[Ticket, Verdict]] = {}

    @property
    def ids(self) -> list[str]:
        """The charge points whose entries have no verdict and wait for none."""
        return [
            station_id
            for station_id, place in self._places.items()
            if self._verdicts[place] is None and station_id not in self._waiting
        ]

    @property
    def specs(self) -> list[ChargePointSpec]:
        """The charge points of ``ids`` as their entries describe them."""
        return [self._specs[station_id] for station_id in self.ids]

    @property
    def tickets(self) -> list[Ticket]:
        """What the answer has to wait for."""
        return [ticket for ticket, _ in self._waiting.values()]

    def read(self, parse: Callable[[object], ChargePointSpec]) -> None:
        """Read whole entries; wrong ones, and second ones of an id, are refused."""
        for place, entry in enumerate(self._command.charge_points):
            self._read(place, entry, lambda raw: self._remember(parse(raw)))

    def read_ids(self, known: Mapping[str, object]) -> None:
        """Read the ids of entries; each has to be one of ``known``."""

        def known_id(entry: object) -> str:
            station_id = check_id(entry.get("id") if isinstance(entry, Mapping) else entry)
            if station_id not in known:
                raise InputError("id", station_id, "that of a charge point of this yard")
            return station_id

        for place, entry in enumerate(self._command.charge_points):
            self._read(place, entry, known_id)

    def refuse(self, station_id: str, expected: str) -> None:
        """The entry of ``station_id`` is refused for its id."""
        error = InputError("id", station_id, expected)
        self._verdicts[self._places[station_id]] = EntryResult.refused(station_id, error)

    def wait_for(self, ticket: Ticket, verdict: Verdict) -> None:
        """The entry gets ``verdict`` if its ticket comes through."""
        self._waiting[ticket.id] = (ticket, verdict)

    def settle_the_rest(self, verdict: Verdict, reason: str = "") -> None:
        """Everything that has no verdict and waits for none gets ``verdict``."""
        for station_id in self.ids:
            self._verdicts[self._places[station_id]] = EntryResult(station_id, verdict, reason)

    def result(self) -> CommandResult:
        """The answer, when all tickets are through."""
        for station_id, (ticket, verdict) in self._waiting.items():
            reason = ticket.verdict.result()
            result = EntryResult(station_id, Verdict.FAILED if reason else verdict, reason)
            self._verdicts[self._places[station_id]] = result
        results = tuple(verdict for verdict in self._verdicts if verdict is not None)
        return CommandResult(str(self._command.type), results, self._command.request_id)

    def _read(self, place: int, entry: object, id_of: Callable[[object], str]) -> None:
        try:
            station_id = id_of(entry)
            if station_id in self._places:
                raise InputError("id", station_id, "named only once in a command")
        except InputError as error:
            named = entry.get("id") if isinstance(entry, Mapping) else None
            self._verdicts[place] = EntryResult.refused("" if named is None else str(named), error)
        else:
            self._places[station_id] = place

    def _remember(self, spec: ChargePointSpec) -> str:
        self._specs.setdefault(spec.id, spec)
        return spec.id
