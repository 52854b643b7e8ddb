"""Topic names, topic filters (section 4.7) and the tree that finds the ones that match."""

from __future__ import annotations

from typing import Generic, TypeVar

from launcher.broker.reason_codes import ProtocolError, ReasonCode

LEVELS_MAX = 200
"""Deeper topics are refused, as mosquitto does: each level of a kept one costs memory."""

_SHARED = "$share/"

V = TypeVar("V")


def check_name(name: str) -> None:
    """Raise ProtocolError unless messages may be published to ``name``."""
    if not name:
        raise ProtocolError("a topic name has at least one character [MQTT-4.7.3-1]")
    if "+" in name or "#" in name:
        raise ProtocolError(f"topic name {name!r:.80} contains a wildcard [MQTT-3.3.2-2]")
    if name.count("/") >= LEVELS_MAX:
        why = f"topic name {name!r:.80} has more than {LEVELS_MAX} levels"
        raise ProtocolError(why, ReasonCode.TOPIC_NAME_INVALID)


def check_filter(topic_filter: str) -> None:
    """Raise ProtocolError unless ``topic_filter`` can be subscribed to."""
    if not topic_filter:
        raise ProtocolError("a topic filter has at least one character [MQTT-4.7.3-1]")
    levels = topic_filter.split("/")
    if len(levels) > LEVELS_MAX:
        why = f"topic filter {topic_filter!r:.80} has more than {LEVELS_MAX} levels"
        raise ProtocolError(why, ReasonCode.TOPIC_FILTER_INVALID)
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        raise ProtocolError(f"topic filter {topic_filter!r:.80}: '#' stands alone and last [MQTT-4.7.1-2]")
    if any("+" in level and level != "+" for level in levels):
        raise ProtocolError(f"topic filter {topic_filter!r:.80}: '+' fills its whole level [MQTT-4.7.1-3]")


def is_shared(topic_filter: str) -> bool:
    """Whether several clients share the messages of this subscription among them (4.8.2 of MQTT 5)."""
    return topic_filter.startswith(_SHARED)


def split_shared(topic_filter: str) -> tuple[str, str] | None:
    """The name of the group and the filter proper of a shared subscription; None if either is none."""
    share_name, _, rest = topic_filter.removeprefix(_SHARED).partition("/")
    return None if not share_name or "+" in share_name or "#" in share_name or not rest else (share_name, rest)


class _Node(Generic[V]):
    __slots__ = ("children", "value")

    def __init__(self) -> None:
        self.children: dict[str, _Node[V]] = {}
        self.value: V | None = None


class TopicTree(Generic[V]):
    """A mapping from topic names, or from topic filters, to values, one node for each level.

    Filled with filters it answers which of them match a name (subscriptions); filled with names it answers which
    of them a filter matches (retained messages). Either way the cost follows the depth and the number of answers,
    not the size of the tree. Names and filters must have been checked; nothing here raises.
    """

    __slots__ = ("_root",)

    def __init__(self) -> None:
        self._root: _Node[V] = _Node()

    def get(self, path: str) -> V | None:
        """The value at exactly ``path``, character by character."""
        node: _Node[V] | None = self._root
        for level in path.split("/"):
            if node is None:
                return None
            node = node.children.get(level)
        return None if node is None else node.value

    def put(self, path: str, value: V) -> None:
        """Set the value at ``path``."""
        node = self._root
        for level in path.split("/"):
            child = node.children.get(level)
            if child is None:
                child = node.children[level] = _Node()
            node = child
        node.value = value

    def remove(self, path: str) -> None:
        """Forget the value at ``path``, and the branch that led only to it."""
        node = self._root
        way: list[tuple[_Node[V], str]] = []
        for level in path.split("/"):
            child = node.children.get(level)
            if child is None:
                return
            way.append((node, level))
            node = child
        node.value = None
        for parent, level in reversed(way):
            child = parent.children[level]
            if child.children or child.value is not None:
                return
            del parent.children[level]

    def filters_matching(self, name: str) -> list[V]:
        """The values of the filters in the tree that match ``name``."""
        found: list[V] = []
        # A leading wildcard does not match the names that begin with "$" [MQTT-4.7.2-1].
        wildcards = not name.startswith("$")
        nodes = [self._root]
        for level in name.split("/"):
            following = []
            for node in nodes:
                children = node.children
                if wildcards:
                    if (rest := children.get("#")) is not None and rest.value is not None:
                        found.append(rest.value)
                    if (any_one := children.get("+")) is not None:
                        following.append(any_one)
                if (exact := children.get(level)) is not None:
                    following.append(exact)
            nodes = following
            wildcards = True
        for node in nodes:
            if node.value is not None:
                found.append(node.value)
            # "sport/#" matches "sport" too: the multi-level wildcard includes the parent (4.7.1.2).
            if (rest := node.children.get("#")) is not None and rest.value is not None:
                found.append(rest.value)
        return found

    def names_matching(self, topic_filter: str) -> list[V]:
        """The values of the names in the tree that ``topic_filter`` matches."""
        nodes = [self._root]
        for level in topic_filter.split("/"):
            if level == "#":
                return self._values_from(nodes)
            if level == "+":
                nodes = [child for node in nodes for child in self._children(node)]
            else:
                nodes = [node.children[level] for node in nodes if level in node.children]
        return [node.value for node in nodes if node.value is not None]

    def _values_from(self, nodes: list[_Node[V]]) -> list[V]:
        found: list[V] = []
        while nodes:
            found.extend(node.value for node in nodes if node.value is not None)
            nodes = [child for node in nodes for child in self._children(node)]
        return found

    def _children(self, node: _Node[V]) -> list[_Node[V]]:
        """Those a wildcard may reach: all, but none of the root's that begin with "$" [MQTT-4.7.2-1]."""
        if node is not self._root:
            return list(node.children.values())
        return [child for level, child in node.children.items() if not level.startswith("$")]
