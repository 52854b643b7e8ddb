"""Free ports below the range of outgoing connections."""

from __future__ import annotations

import random
import socket

_given: set[int] = set()
_dice = random.SystemRandom()  # hypothesis gives every worker the same seed


def free_port() -> int:
    """A port nobody listens on, below 32768 so that no outgoing connection can take it meanwhile; never one twice."""
    for _ in range(1000):
        port = _dice.randint(10_000, 32_000)
        if port in _given:
            continue
        _given.add(port)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port between 10000 and 32000")
