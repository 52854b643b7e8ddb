"""How the screen is arranged, to be found again the next time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from tui.state.columns import BY_NAME
from tui.state.groups import Grouping


class Zoom(StrEnum):
    """Which panes share the screen."""

    BOTH = "both"
    LIST = "list"
    DETAILS = "details"

    @property
    def following(self) -> Zoom:
        """The next one, round and round."""
        every = list(Zoom)
        return every[(every.index(self) + 1) % len(every)]


@dataclass(frozen=True, slots=True)
class ScreenLayout:
    """Theme, columns (none: those that fit), order, groups, panes, and which setup each charge point came from."""

    theme: str = ""
    columns: tuple[str, ...] = ()
    sort_by: str = "id"
    descending: bool = False
    grouping: Grouping = Grouping.NONE
    folded: tuple[str, ...] = ()
    zoom: Zoom = Zoom.BOTH
    setups: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The text of its file."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, content: bytes, where: str) -> ScreenLayout:
        """The layout in ``content``; raises InputError. Columns that there are no longer are left out."""
        fields = Fields(parse_json(content, where), where)
        sort_by = fields.text("sort_by", "id")
        return cls(
            theme=fields.text("theme", ""),
            columns=tuple(name for name in _texts(fields, "columns") if name in BY_NAME),
            sort_by=sort_by if sort_by in BY_NAME else "id",
            descending=fields.boolean("descending", False),
            grouping=fields.choice("grouping", Grouping, Grouping.NONE),
            folded=_texts(fields, "folded"),
            zoom=fields.choice("zoom", Zoom, Zoom.BOTH),
            setups={key: value for key, value in fields.object("setups").items() if isinstance(value, str)},
        )


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    values = fields.array(name) if fields.has(name) else []
    for value in values:
        if not isinstance(value, str):
            raise InputError(name, value, "a text")
    return tuple(str(value) for value in values)
