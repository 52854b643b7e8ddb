"""What stands in the frame of the list."""

from __future__ import annotations

from tui.state.columns import BY_NAME
from tui.state.groups import Grouping
from tui.state.view import View


def list_title(view: View) -> str:
    """What is shown: the filter, the groups, the order where it is not that of the ids."""
    title = " ".join(["charge points", *view.filter.words])
    parts = [title]
    if view.grouping is not Grouping.NONE:
        parts.append(f"by {view.grouping}")
    if view.order.column != "id" and view.order.column in BY_NAME:
        parts.append(f"{BY_NAME[view.order.column].heading}{'▼' if view.order.descending else '▲'}")
    return " · ".join(parts)


def list_place(view: View, total: int) -> str:
    """How many are marked, and where among how many the selection is."""
    rows, matching = len(view), view.matching
    if view.grouping is Grouping.NONE:
        place = f"{view.position + 1} of {rows}" if rows else "none"
    else:
        place = f"{matching}" if matching else "none"
    if matching != total:
        place += f" ({total} in all)"
    if not view.marks:
        return place
    hidden = sum(not view.matches(station_id) for station_id in view.marks)
    marked = f"✓ {len(view.marks)} marked" + (f", {hidden} not shown" if hidden else "")
    return f"{marked}{' · range' if view.marks.lasting else ''} · {place}"
