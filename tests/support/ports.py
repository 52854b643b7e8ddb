"""Free ports below the range of outgoing connections."""

from __future__ import annotations

import random
import socket


def free_port() -> int:
    """A port nobody listens on, below 32768 so that no outgoing connection can take it meanwhile."""
    for _ in range(1000):
        port = random.randint(10_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port between 10000 and 32000")
