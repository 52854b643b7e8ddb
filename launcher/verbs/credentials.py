"""What charge points show a central system of the user's: the options of command lines, read and checked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json
from chargepoint.api.spec import parse_spec
from launcher.scenario.credentials import Credentials

EVERYBODY_ELSE = "*"
"""As in the file that `cp-simu csms --passwords` takes."""

SECRET = "--authorization-key"
_OPTIONS = (SECRET, "--passwords", "--central-system-root", "--client-certificate", "--client-key")


def credentials(options: argparse.Namespace) -> Credentials:
    """What they give. Raises InputError."""
    given = {
        option: value for option in _OPTIONS if (value := getattr(options, option[2:].replace("-", "_"))) is not None
    }
    if given and not options.central_system:
        option = next(iter(given))
        shown = "what is given" if option == SECRET else str(given[option])
        raise InputError(option, shown, "given with --central-system: the bundled one needs nothing of it")
    if bool(options.client_certificate) != bool(options.client_key):
        missing = "--client-key" if options.client_certificate else "--client-certificate"
        raise InputError(missing, None, "a PEM file: certificate and key belong together")
    passwords = {} if options.passwords is None else _passwords(options.passwords)
    return Credentials(
        authorization_key=passwords.pop(EVERYBODY_ELSE, "") or _key(SECRET, options.authorization_key or ""),
        passwords=passwords,
        root=_file("--central-system-root", options.central_system_root),
        certificate=_file("--client-certificate", options.client_certificate),
        key=_file("--client-key", options.client_key),
    )


def without_secrets(words: Sequence[str]) -> list[str]:
    """The words of a command line, fit for a report."""
    told = [f"{SECRET}=***" if word.startswith(f"{SECRET}=") else word for word in words]
    return ["***" if before == SECRET else word for before, word in zip(["", *told], told, strict=False)]


def _passwords(file: Path) -> dict[str, str]:
    where = f"--passwords {file}"
    try:
        raw = parse_json(file.read_bytes(), where)
    except OSError as error:
        raise InputError("--passwords", str(file), f"a file that can be read ({error.strerror})") from None
    fields = Fields(raw, where)
    try:
        keys = {name: fields.text(name) for name in raw} if isinstance(raw, dict) else {}
    except InputError as error:
        raise error.within(where) from None
    return {name: _key(f"{where}: {name}", key) for name, key in keys.items()}


def _key(field: str, key: str) -> str:
    """A password that a start entry may have."""
    if not key:
        return ""
    try:
        parse_spec({"id": "CP", "central_system": "ws://localhost", "authorization_key": key})
    except InputError as error:
        raise InputError(field, "what is given", error.expected) from None
    return key


def _file(option: str, file: Path | str | None) -> str:
    """The absolute path of a file that can be read, unless its name is still open."""
    if file is None:
        return ""
    path = Path(file).absolute()
    if "{id}" not in str(path):
        try:
            path.open("rb").close()
        except OSError as error:
            raise InputError(option, str(file), f"a file that can be read ({error.strerror})") from None
    return str(path)
