"""The options of what charge points show a central system of the user's; ``--help`` imports nothing of what reads
them."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_credentials(parser: argparse.ArgumentParser) -> None:
    """The options of a command whose charge points connect to a central system of the user's."""
    group = parser.add_argument_group(
        "security",
        "What charge points show your central system, as far as scenarios do not say: with a password they are of "
        "security profile 1 (ws) or 2 (wss), with a certificate of profile 3.",
    )
    add = group.add_argument
    add("--authorization-key", metavar="KEY", help="password: text, or 32 to 40 hexadecimal digits")
    add("--passwords", type=Path, metavar="FILE", help='JSON file of passwords by id; "*" is everybody else')
    add("--central-system-root", type=Path, metavar="FILE", help="whom to trust (PEM; default: as this machine does)")
    add("--client-certificate", metavar="FILE", help="certificate and its chain (PEM); {id} in it is the id")
    add("--client-key", metavar="FILE", help="its private key (PEM); {id} in it is the id")
