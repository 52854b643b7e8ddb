"""The lines of what a charge point has inside: configuration, id tags, reservations, queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chargepoint.api.description import ConfigurationEntry, Description, Queued, Reserved, Tag
from tui.state import units
from tui.state.cells import Cell, Line, Tone, clean, fit, left, right
from tui.state.json_lines import compact

_KEY: Final = 34
_TAG: Final = 21
_NOTHING: Line = (Cell("   none", Tone.DIM),)


def matching(entries: Sequence[ConfigurationEntry], words: Sequence[str]) -> list[ConfigurationEntry]:
    """The keys that have each of ``words`` (in small letters) in their name or value."""
    return [one for one in entries if all(word in f"{one.key} {one.value}".casefold() for word in words)]


def configuration_line(entry: ConfigurationEntry, width: int) -> Line:
    """One key: its name, its value, and what it takes."""
    name_width = min(_KEY, max(16, width // 2))
    value = clean(entry.value) or units.NONE
    access = "read-only" if entry.readonly else clean(entry.wanted)
    value_width = max(10, min(36, width - name_width - 24)) if width >= 70 else width - name_width - 4
    return fit(
        (
            Cell(" · " if entry.readonly else "   ", Tone.DIM),
            Cell(left(clean(entry.key), name_width), Tone.DIM if entry.readonly else Tone.PLAIN),
            Cell(" "),
            Cell(left(value, value_width), Tone.DIM if entry.readonly else Tone.STRONG),
            Cell("  "),
            Cell(access, Tone.DIM),
        ),
        width,
    )


def tag_lines(inside: Description, width: int) -> list[Line]:
    """The local list, the cache and the reservations, below each other."""
    listed = inside.local_list
    lines = [_heading("Local list", _list_words(inside), width)]
    lines += _tags(listed.entries if listed else ())
    lines += [(), _heading("Authorization cache", _count(len(inside.cache or ()), "id tag"), width)]
    lines += _tags(inside.cache or ())
    kept = inside.reservations or ()
    lines += [(), _heading("Reservations", _count(len(kept), "reservation"), width)]
    lines += [_reservation(one) for one in kept] or [_NOTHING]
    return lines


def _list_words(inside: Description) -> str:
    listed = inside.local_list
    if listed is None:
        return ""
    words = f"version {listed.version} · {units.plural(len(listed.entries), 'id tag')}"
    return words if listed.enabled else f"{words} · switched off"


def _count(number: int, noun: str) -> str:
    return units.plural(number, noun) if number else ""


def _tags(tags: Sequence[Tag]) -> list[Line]:
    return [_tag(tag) for tag in tags] or [_NOTHING]


def _tag(tag: Tag) -> Line:
    good = tag.status == "Accepted"
    until = f"until {clean(tag.expires_at)}" if tag.expires_at else ""
    group = f"group {clean(tag.parent_id_tag)}" if tag.parent_id_tag else ""
    return (
        Cell("   " + left(clean(tag.id_tag), _TAG), Tone.STRONG),
        Cell(" " + left(f"{'✓' if good else '✕'} {clean(tag.status)}", 14), Tone.GOOD if good else Tone.BAD),
        Cell("  ".join(part for part in (group, until) if part), Tone.DIM),
    )


def _reservation(one: Reserved) -> Line:
    where = f"connector {one.connector}" if one.connector else "any connector"
    return (
        Cell(f"   ◇ {one.id}  ", Tone.HOLD),
        Cell(left(where, 14)),
        Cell(left(clean(one.id_tag), _TAG), Tone.STRONG),
        Cell(f"until {clean(one.expires_at)}", Tone.DIM),
    )


def queue_line(message: Queued, width: int) -> Line:
    """A message that waits to be delivered."""
    tried = f"tried {message.attempts}×" if message.attempts else "not tried"
    return fit(
        (
            Cell(right(str(message.number), 6) + "  ", Tone.DIM),
            Cell(left(clean(message.action), 18), Tone.STRONG),
            Cell(" " + left(tried, 10) + "  ", Tone.WARN if message.attempts else Tone.DIM),
            *compact(message.payload),
        ),
        width,
    )


def _heading(title: str, words: str, width: int) -> Line:
    return fit((Cell(f" {title}  ", Tone.KEY), Cell(words, Tone.DIM)), width)
