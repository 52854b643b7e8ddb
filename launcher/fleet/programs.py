"""Charge points as supervisord programs: their names, and the text of supervisord's files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from string import Template

from chargepoint.api.errors import InputError

CHARGE_POINT = "program:chargepoint"
"""The section of ``etc/supervisord.conf`` that is the pattern of every charge point."""

POOL = "program:pool"
"""The pattern of every pool."""

_POOL_PREFIX = "pool+"
"""No charge point's id has a plus in it, so that no program of theirs is called so."""

_SECTION = re.compile(r"^\[([^\]]+)\]\s*$")


def program_name(station_id: str) -> str:
    """The supervisord program of a charge point: its id, with ``~`` for ``:``, which supervisord keeps for groups."""
    return station_id.replace(":", "~")


def station_id_of(program: str) -> str:
    """The charge point whose program it is."""
    return program.replace("~", ":")


def pool_program(pool: str) -> str:
    """The supervisord program of a pool."""
    return _POOL_PREFIX + pool


def pool_of(program: str) -> str | None:
    """The pool whose program it is; None for another program."""
    return program[len(_POOL_PREFIX) :] if program.startswith(_POOL_PREFIX) else None


def command_line(*words: object) -> str:
    """``words`` as the value of ``command``: each reaches the program as it is."""
    return shlex.join(str(word) for word in words)


class SupervisordTemplate:
    """``etc/supervisord.conf``: sections with ``${name}`` in them. ``where`` names the file in an InputError."""

    def __init__(self, text: str, where: str) -> None:
        self._where = where
        self._sections = _sections(text)

    def render(self, values: Mapping[str, str], *, leave_out: Iterable[str] = ()) -> str:
        """The configuration of a yard, without the patterns and the sections of ``leave_out``."""
        absent = {CHARGE_POINT, POOL, *leave_out}
        kept = [lines for name, lines in self._sections.items() if name not in absent]
        return "\n".join(self._filled([*lines, ""], values) for lines in kept)

    def render_program(self, station_id: str, values: Mapping[str, str]) -> str:
        """The program of one charge point."""
        return self._program(CHARGE_POINT, program_name(station_id), values)

    def render_pool(self, pool: str, values: Mapping[str, str]) -> str:
        """The program of one pool."""
        return self._program(POOL, pool_program(pool), values)

    def _program(self, pattern: str, name: str, values: Mapping[str, str]) -> str:
        lines = self._sections.get(pattern)
        if lines is None:
            raise InputError(self._where, f"without [{pattern}]", "complete: that section is a pattern of many")
        return self._filled([f"[program:{name}]", *lines[1:], ""], values)

    def _filled(self, lines: list[str], values: Mapping[str, str]) -> str:
        # A % in a value would be the beginning of one of supervisord's own expansions.
        escaped = {name: value.replace("%", "%%") for name, value in values.items()}
        try:
            return Template("\n".join(lines)).substitute(escaped)
        except (KeyError, ValueError) as error:
            raise InputError(self._where, str(error), "a name that cp-simu fills in; $$ is a dollar") from None


def _sections(text: str) -> dict[str, list[str]]:
    """Header and settings by section, comments and blank lines left behind."""
    sections: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := _SECTION.match(line):
            sections[match[1]] = [line]
        elif sections and line.strip() and not line.startswith(";"):
            sections[next(reversed(sections))].append(line)
    return sections
