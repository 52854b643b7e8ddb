"""How a charge point is asked of the zygote: one request with three descriptors, answered with a pid.

A unix socket of type SOCK_SEQPACKET carries it, one connection for each birth: what the process is to be as JSON,
its standard streams as SCM_RIGHTS. Whoever may connect commands processes: the socket is its owner's alone.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from chargepoint.api.errors import InputError
from chargepoint.api.fields import Fields, parse_json

PROGRAM = "chargepoint"
"""The module that a zygote is warm with."""

SOCKET = "zygote.sock"
"""Its name, beside supervisord's own socket."""

LARGEST_REQUEST = 200_000
STREAMS = 3
ANSWER_TIMEOUT_S = 2.0
"""A birth takes milliseconds; supervisord, which waits for it, starts the process itself after that long."""


class NoBirthError(Exception):
    """There is no zygote, or it cannot fork."""


@dataclass(frozen=True, slots=True)
class Birth:
    """A process to be: ``arguments`` of the program, its environment, folder and umask (None: the zygote's)."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    umask: int | None = None

    def to_json(self) -> bytes:
        """The request."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, request: bytes) -> Birth:
        """The process in ``request``; raises InputError."""
        fields = Fields(parse_json(request, "birth"), "birth")
        environment = fields.object("environment")
        if not all(isinstance(value, str) for value in environment.values()):
            raise InputError("birth.environment", environment, "texts by name")
        return cls(
            arguments=[str(word) for word in fields.array("arguments")],
            environment={name: str(value) for name, value in environment.items()},
            folder=fields.text("folder", max_length=4096),
            umask=fields.integer("umask", minimum=0, maximum=0o777) if fields.has("umask") else None,
        )


def is_ready(zygote: Path) -> bool:
    """Whether somebody listens at the socket ``zygote``."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
            line.settimeout(ANSWER_TIMEOUT_S)
            line.connect(str(zygote))
    except OSError:
        return False
    return True


def ask(zygote: Path, birth: Birth, streams: Sequence[int]) -> int:
    """The pid of the process that ``birth`` became, with ``streams`` as its standard input, output and error.

    Raises NoBirthError when nobody answers at the socket ``zygote``, or not with a pid.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
            line.settimeout(ANSWER_TIMEOUT_S)
            line.connect(str(zygote))
            socket.send_fds(line, [birth.to_json()], list(streams))
            answer = line.recv(64)
    except OSError as error:
        raise NoBirthError(f"no zygote at {zygote}: {error}") from None
    if not answer.isdigit():
        raise NoBirthError(f"the zygote at {zygote} cannot fork")
    return int(answer)
