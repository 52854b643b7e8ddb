"""Setup files: the start entries of a whole yard."""

from __future__ import annotations

from collections.abc import Mapping

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.api.spec import parse_spec
from launcher.fleet.templates import completed

_STAND_IN: Mapping[str, object] = {"central_system": "ws://localhost"}
"""An entry may leave its central system to the yard it is loaded into."""


def parse_setup(
    content: bytes, where: str, template: Mapping[str, object] | None = None
) -> tuple[Mapping[str, object], ...]:
    """The entries of the setup file ``where``: ``{"charge_points": [...]}`` or the bare list.

    ``template`` stands in for what the entries leave out, for the check alone. Raises InputError for the first
    entry that is wrong: file, place of the entry (the first is 0), field, value, and what would be right.
    """
    raw = parse_json(content, where)
    if isinstance(raw, list):
        entries: list[object] = raw
    else:
        fields = Fields(raw, where)
        try:
            entries = fields.array("charge_points")
        except InputError as error:
            raise error.within(where) from None
        fields.finish()
    defaults = {**_STAND_IN, **(template or {})}
    checked: list[Mapping[str, object]] = []
    seen: dict[str, int] = {}
    for index, entry in enumerate(entries):
        place = f"{where}: charge_points[{index}]"
        if not isinstance(entry, Mapping):
            raise InputError(place, entry, "a JSON object")
        try:
            spec = parse_spec(completed(entry, defaults))
        except InputError as error:
            raise error.within(place) from None
        if spec.id in seen:
            raise InputError(f"{place}.id", spec.id, f"an id of its own: charge_points[{seen[spec.id]}] has it")
        seen[spec.id] = index
        checked.append(entry)
    return tuple(checked)
