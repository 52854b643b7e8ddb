"""Numbers that a scenario does not know yet when it is read: the counter of a repetition, something that was kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from launcher.scenario.source import Node
from launcher.scenario.variables import NAME, filled

N = TypeVar("N", int, float)

_VARIABLE = re.compile(rf"\$\{{{NAME}\}}")


class _Later:
    """A number that stands for itself until it is known."""

    node: Node
    read: Callable[[Node], Any]

    def now(self, variables: Mapping[str, object]) -> Any:
        """What it is by now; raises InputError when that is not as it should be."""
        value = filled(self.node.value, variables)
        return self.read(
            Node(value if isinstance(value, int | float) else str(value), self.node.key, self.node.place)
        )


class LaterInt(int, _Later):
    """A whole number that is not known yet."""


class LaterFloat(float, _Later):
    """A number that is not known yet."""


LATER = (LaterInt, LaterFloat)


def later(node: Node, stand_in: N, read: Callable[[Node], N]) -> N | None:
    """A number in the place of the variable that ``node`` is; None when it is none. It is as good as ``stand_in``
    until ``read`` makes of the variable's value what it is."""
    if not isinstance(node.value, str) or not _VARIABLE.fullmatch(node.value):
        return None
    number: Any = LaterInt(stand_in) if isinstance(stand_in, int) else LaterFloat(stand_in)
    number.node, number.read = node, read
    return number  # type: ignore[no-any-return]
