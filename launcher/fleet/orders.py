"""What a command asks for, entry by entry: a wish that can be tried, or a refusal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.spec import ChargePointSpec, parse_spec
from chargepoint.api.topics import check_id
from launcher.api.commands import EntryResult, Kill, Remove, Restart, Start, Verdict
from launcher.fleet.placement import OWN_PROCESS, Placement, check_stays
from launcher.fleet.templates import completed


class Verb(StrEnum):
    """What is to be done with one charge point; its value is the verdict when it is done."""

    START = Verdict.STARTED.value
    RESTART = Verdict.RESTARTED.value
    KILL = Verdict.KILLED.value
    REMOVE = Verdict.REMOVED.value


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing to do with one charge point; ``spec`` is what it is to be, when it is to run, and ``home`` where it
    is to live then."""

    verb: Verb
    id: str
    spec: ChargePointSpec | None = None
    home: str = OWN_PROCESS


@dataclass(frozen=True, slots=True)
class Known:
    """What a command is judged by.

    ``stored`` are this yard's charge points, ``strangers`` those whose status was heard though they are not ours
    (True: it lives), ``template`` is what entries leave out. ``homes`` are those of the stored, and ``placement``
    says where others come to live.
    """

    stored: Mapping[str, ChargePointSpec]
    strangers: Mapping[str, bool]
    template: Mapping[str, object]
    homes: Mapping[str, str] = field(default_factory=dict)
    placement: Placement = field(default_factory=Placement)


def refused(command: Start | Restart, error: InputError) -> list[Wish | EntryResult]:
    """Each entry of ``command`` refused for the same reason, which is none of its own."""
    return [EntryResult.refused(_id_of(entry), error) for entry in command.charge_points]


def judged(command: Start | Restart | Kill | Remove, known: Known) -> list[Wish | EntryResult]:
    """For each entry of ``command``, in order: the wish in it, or why it is refused."""
    entries = [_judged(command, entry, known) for entry in command.charge_points]
    if not isinstance(command, Start | Restart):
        return entries
    keep = known.stored if isinstance(command, Restart) else {}
    present = {station_id: known.homes.get(station_id, OWN_PROCESS) for station_id in known.stored}
    new = [entry.spec for entry in entries if isinstance(entry, Wish) and entry.spec and entry.id not in keep]
    homes = present | known.placement.homes(new, present)
    return [replace(entry, home=homes[entry.id]) if isinstance(entry, Wish) else entry for entry in entries]


def _judged(command: Start | Restart | Kill | Remove, entry: object, known: Known) -> Wish | EntryResult:
    try:
        if not isinstance(entry, Mapping):
            raise InputError("charge_points", entry, "a JSON object")
        station_id = check_id(entry.get("id"))
        match command:
            case Start():
                _check_free(station_id, known)
                return Wish(Verb.START, station_id, parse_spec(completed(entry, known.template)))
            case Restart():
                return Wish(Verb.RESTART, station_id, _restarted(station_id, entry, known))
            case Kill():
                _check_known(station_id, known.stored)
                return Wish(Verb.KILL, station_id)
            case Remove():
                if known.strangers.get(station_id):
                    raise InputError("id", station_id, "a charge point of this launcher: end it where it was started")
                if station_id not in known.strangers:
                    _check_known(station_id, known.stored)
                return Wish(Verb.REMOVE, station_id)
    except InputError as error:
        return EntryResult.refused(_id_of(entry), error)


def _id_of(entry: object) -> str:
    named = entry.get("id") if isinstance(entry, Mapping) else None
    return named if isinstance(named, str) else ""


def _restarted(station_id: str, entry: Mapping[str, object], known: Known) -> ChargePointSpec:
    _check_free(station_id, known)
    stored = known.stored.get(station_id)
    if stored is not None:
        spec = parse_spec(completed(entry, stored.to_entry()))
        check_stays(spec, known.homes.get(station_id, OWN_PROCESS))
        return spec
    if len(entry) == 1:
        raise InputError("id", station_id, "the id of a charge point that was started before")
    return parse_spec(completed(entry, known.template))


def _check_free(station_id: str, known: Known) -> None:
    if known.strangers.get(station_id):
        wanted = "free: a charge point of this id lives that was not started here (or clear its retained status)"
        raise InputError("id", station_id, wanted)


def _check_known(station_id: str, present: Collection[str]) -> None:
    if station_id not in present:
        raise InputError("id", station_id, "the id of a charge point here")
