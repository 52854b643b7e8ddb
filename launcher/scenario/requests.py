"""HTTP calls of scenarios: to the bundled central system, and to endpoints of the user's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from launcher.scenario.patterns import brief

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 30.0


class NoReply(Exception):
    """An endpoint did not answer; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of an endpoint; ``body`` is its JSON, or its text when it is none."""

    status: int
    body: object


class Requests:
    """A client whose connections are used again. ``app``: what answers at ``place`` in this process, and then
    there is nothing else."""

    def __init__(self, place: str = "", app: Callable[[], Any] | None = None) -> None:
        self._place = place
        self._app = app
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Requests:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def ask(self, method: str, url: str, body: object = None) -> Reply:
        """The answer of ``url``, which has to do what it is asked. Raises NoReply."""
        reply = await self.send(method, url, body)
        if reply.status >= 400:
            raise NoReply(f"{method} {url} was answered {reply.status} {brief(reply.body, 500)}")
        return reply

    async def send(
        self, method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """The answer of ``url``. Raises NoReply."""
        import httpx  # half a second, which scenarios without an HTTP call do not wait for

        if self._app is not None:
            if not url.startswith(f"{self._place}/"):
                raise NoReply(f"{method} {url}: in virtual time there is nothing but the bundled central system")
            if self._client is None:
                self._client = httpx.AsyncClient(
                    transport=httpx.ASGITransport(self._app(), raise_app_exceptions=False)
                )
        if self._client is None:
            # A proxy of the environment is for other machines.
            direct = {f"all://{host}": httpx.AsyncHTTPTransport() for host in ("127.0.0.1", "localhost")}
            self._client = httpx.AsyncClient(timeout=TIMEOUT_S, mounts=direct)
        try:
            response = await self._client.request(method, url, headers=dict(headers or {}), json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoReply(f"{method} {url}: {str(error) or type(error).__name__}") from None
        try:
            content: object = response.json()
        except ValueError:
            content = response.text
        return Reply(response.status_code, content)
