"""What ``--configure`` gives the charge points of ``run`` and ``load``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from chargepoint.api.errors import InputError
from chargepoint.api.spec import parse_spec
from launcher.scenario.credentials import checkable
from launcher.scenario.format import Scenario


def configuration(assignments: Iterable[str]) -> dict[str, str]:
    """OCPP configuration keys and their values; raises InputError."""
    found = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not key or not equals:
            raise InputError("--configure", assignment, "a key and its value, like HeartbeatInterval=60")
        found[key] = value
    return found


def configured(scenario: Scenario, given: Mapping[str, str]) -> Scenario:
    """``scenario`` with ``given`` at all of its stations, as far as they do not say otherwise; raises InputError."""
    stations = {}
    for station, entry in scenario.stations.items():
        own = entry.get("ocpp_config")
        said: Mapping[str, object] = own if isinstance(own, Mapping) else {}
        theirs = {key.casefold() for key in said}
        keys = {key: value for key, value in given.items() if key.casefold() not in theirs}
        stations[station] = {**entry, "ocpp_config": {**keys, **said}}
        try:
            parse_spec({**checkable(stations[station]), "id": station})
        except InputError as error:
            raise error.within("--configure") from None
    return replace(scenario, stations=stations)
