"""Where Prometheus comes to ask: an HTTP endpoint, by the official library."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chargepoint.api.errors import InputError
from launcher.addresses import LOOPBACK
from launcher.diagnostics import Failure, reason_of

if TYPE_CHECKING:
    from prometheus_client.core import Metric

WANTED = "[HOST:]PORT, like 9102 or 0.0.0.0:9102"

Collect = Callable[[], Iterable["Metric"]]
"""Makes the metrics of the moment; it is called in threads."""

_FORM = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+):)?(?P<port>\d{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 is any free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, where: str = "--metrics") -> Address:
        """``[HOST:]PORT``, on the loopback without a host; raises InputError."""
        match = _FORM.fullmatch(text)
        if match is None or int(match["port"]) > 65_535:
            raise InputError(where, text, WANTED)
        return cls((match["host"] or LOOPBACK).strip("[]"), int(match["port"]))

    @property
    def url(self) -> str:
        """What Prometheus is given."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/metrics"


@contextmanager
def serving(address: Address, collect: Collect) -> Iterator[str]:
    """Answer at ``address`` until the end of the block; gives the URL. Raises Failure when it cannot be had."""
    # Loaded here: without an endpoint nobody needs it.
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.registry import Collector

    class Figures(Collector):
        """The collector of the one registry."""

        def collect(self) -> Iterable[Metric]:
            return collect()

    registry = CollectorRegistry()
    registry.register(Figures())
    try:
        server, thread = start_http_server(address.port, address.host, registry)
    except OSError as error:
        raise Failure(f"no metrics at {address.url}: {reason_of(error)}") from None
    try:
        yield Address(address.host, server.server_port).url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
