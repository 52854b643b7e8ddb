"""Setup files on the disk; every function blocks and is called in a thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from chargepoint.api.errors import InputError
from tui.state.setups import Setup, parse_setup

_MOST_BESIDE: Final = 200
LARGEST: Final = 50_000_000
"""Bytes of a setup file that are read at most."""


def path_of(typed: str) -> Path:
    """The path somebody typed, ``~`` included; raises InputError."""
    try:
        return Path(typed).expanduser()
    except RuntimeError as error:
        raise InputError("path", typed, f"a path ({error})") from None


def read_setup(path: Path) -> Setup:
    """The setup in the file at ``path``; raises InputError."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("path", str(path), f"a setup file of at most {LARGEST // 1_000_000} MB")
        content = path.read_bytes()
    except OSError as error:
        raise InputError("path", str(path), f"a file that can be read ({_reason(error)})") from None
    return parse_setup(content, path.name)


def write_setup(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all; raises InputError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError("path", str(path), f"a file that can be written ({_reason(error)})") from None


def check_writable(path: Path) -> bool:
    """Whether a file is at ``path`` already; raises InputError when none can be there."""
    try:
        if path.is_dir() or not path.name:
            raise InputError("path", str(path), "a file: it is a folder")
        if not path.parent.is_dir():
            raise InputError("path", str(path), f"in a folder that exists ({path.parent} does not)")
        return path.exists()
    except OSError as error:
        raise InputError("path", str(path), f"a file that can be written ({_reason(error)})") from None


def complete(typed: str) -> str | None:
    """``typed`` continued to the first folder or JSON file that begins with it."""
    folder, _, start = typed.rpartition("/")
    place = Path(f"{folder}/" if "/" in typed else ".").expanduser()
    try:
        entries = sorted(os.scandir(place), key=lambda entry: entry.name)
    except OSError:
        return None
    for entry in entries:
        fits = entry.name.startswith(start) and (start.startswith(".") or not entry.name.startswith("."))
        if fits and (entry.is_dir() or entry.name.endswith(".json")):
            return typed + entry.name[len(start) :] + ("/" if entry.is_dir() else "")
    return None


def beside(typed: str) -> list[str]:
    """The folders and JSON files that begin with ``typed``, or lie beside it where it is one of them; folders end
    in a slash."""
    folder, _, start = typed.rpartition("/")
    place = Path(f"{folder}/" if "/" in typed else ".").expanduser()
    try:
        entries = sorted(os.scandir(place), key=lambda entry: (not entry.is_dir(), entry.name))
    except OSError:
        return []
    before = typed[: len(typed) - len(start)]
    named = [
        before + entry.name + ("/" if entry.is_dir() else "")
        for entry in entries
        if (entry.is_dir() or entry.name.endswith(".json")) and entry.name.startswith(".") is start.startswith(".")
    ]
    fitting = named if typed in named else [path for path in named if path.startswith(typed)]
    return ([f"{before}../"] if not start else []) + fitting[:_MOST_BESIDE]


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
