"""Steps as the text of a scenario file, which means what was meant when it is read again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from launcher.scenario.patterns import exactly

_WIDE = 1_000_000
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
"""What scenario files have for a number where YAML 1.1 has none."""


class Variable(str):
    """A text that stands for the value of a variable."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        """Nothing is written as an alias of what is equal."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    # Line breaks of all kinds are folded where they are not escaped.
    style = "'" if _NUMBER.fullmatch(text) else None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text.replace("${", "$${"), style=style)


def _variable(dumper: _Dumper, variable: Variable) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(variable))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Variable, _variable)


def line(name: str, arguments: Mapping[str, object]) -> str:
    """A step on one line."""
    if not arguments:
        return name
    if name == "tap" and arguments.keys() == {"tag"}:
        return f"tap: {flow(arguments['tag'])}"
    return f"{name}: {flow(dict(arguments))}"


def flow(value: object) -> str:
    """A value on one line."""
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, width=_WIDE, allow_unicode=True, sort_keys=False)
    return text.removesuffix("...\n").strip()


def as_pattern(value: object) -> object:
    """A value as the pattern that fits it: texts that would mean something else stand for themselves."""
    match value:
        case Variable():
            return value
        case str(text):
            return exactly(text)
        case list(items):
            return [as_pattern(item) for item in items]
        case dict(members):
            return {key: as_pattern(each) for key, each in members.items()}
    return value
