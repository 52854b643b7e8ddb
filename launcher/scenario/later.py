"""Numbers and flags that a scenario does not know yet when it is read: the counter of a repetition, what was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chargepoint.api.errors import InputError
from launcher.scenario.source import Node
from launcher.scenario.variables import filled, is_variable

N = TypeVar("N", int, float)


class _Later:
    """Something that stands for itself until it is known."""

    node: Node
    read: Callable[[Node], Any]

    def now(self, variables: Mapping[str, object]) -> Any:
        """What it is by now; raises InputError when that is not as it should be."""
        try:
            value = filled(self.node.value, variables)
        except InputError as error:
            raise InputError(f"{self.node.place}: {self.node.key}", error.value, error.expected) from None
        return self.read(
            Node(value if isinstance(value, int | float) else str(value), self.node.key, self.node.place)
        )


class LaterInt(int, _Later):
    """A whole number that is not known yet."""


class LaterFloat(float, _Later):
    """A number that is not known yet."""


class LaterFlag(int, _Later):
    """True or false, which is not known yet."""


LATER = (LaterInt, LaterFloat, LaterFlag)


def later_flag(node: Node, read: Callable[[Node], bool]) -> bool | None:
    """As ``later``, in the place of true or false, which may be texts by then: such are values of configuration
    keys."""
    if not isinstance(node.value, str) or not is_variable(node.value):
        return None

    def read_text(known: Node) -> bool:
        spelt = {"true": True, "false": False}.get(str(known.value).lower())
        return read(known if spelt is None else Node(spelt, known.key, known.place))

    flag: Any = LaterFlag(False)
    flag.node, flag.read = node, read_text
    return flag  # type: ignore[no-any-return]


def later(node: Node, stand_in: N, read: Callable[[Node], N]) -> N | None:
    """A number in the place of the variable that ``node`` is; None when it is none. It is as good as ``stand_in``
    until ``read`` makes of the variable's value what it is."""
    if not isinstance(node.value, str) or not is_variable(node.value):
        return None
    number: Any = LaterInt(stand_in) if isinstance(stand_in, int) else LaterFloat(stand_in)
    number.node, number.read = node, read
    return number  # type: ignore[no-any-return]
