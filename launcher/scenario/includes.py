"""Files with steps in the place of the steps that include them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from chargepoint.api.errors import InputError
from launcher.scenario.source import Node, read_file

DEEPEST = 8


def included(root: Node, path: Path) -> Node:
    """``root``, read from ``path``, with the steps of other files in place of its includes; raises InputError."""
    return _included(root, (path,))


def _included(node: Node, files: tuple[Path, ...]) -> Node:
    match node.value:
        case dict(members):
            return replace(node, value={key: _included(each, files) for key, each in members.items()})
        case list(items):
            return replace(node, value=[each for item in items for each in _steps_of(item, files)])
    return node


def _steps_of(item: Node, files: tuple[Path, ...]) -> Iterator[Node]:
    if not isinstance(item.value, dict) or item.value.keys() != {"include"}:
        yield _included(item, files)
        return
    include = item.value["include"]
    if isinstance(include.value, dict) and include.value.keys() == {"file"}:
        include = include.value["file"]
    if not isinstance(include.value, str):
        raise include.refused("the path of a file with steps")
    path = files[-1].parent / include.value
    if path.resolve() in [each.resolve() for each in files]:
        way = " -> ".join(each.name for each in (*files, path))
        raise include.refused(f"a file that does not include itself ({way})")
    if len(files) > DEEPEST:
        raise include.refused(f"a file with steps, at most {DEEPEST} deep")
    yield from _included(_read(include, path), (*files, path)).value  # type: ignore[misc]


def _read(include: Node, path: Path) -> Node:
    """The list of steps that ``include`` names."""
    try:
        root = read_file(path)
    except InputError as error:
        if error.field != str(path):
            raise
        raise include.refused(f"{error.expected} ({error.value})") from None
    steps = root.value.get("steps") if isinstance(root.value, dict) else root
    if steps is None or not isinstance(steps.value, list):
        raise root.refused("a list of steps, or a mapping that has one")
    return steps
