"""A trace is driven against a central system again: bare websockets for each charge point, no station behind them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from chargepoint.api.spec import url_of
from launcher.scenario.bare import showing
from launcher.scenario.bare_link import BareLink, Gone
from launcher.scenario.credentials import NO_CREDENTIALS, Credentials
from launcher.scenario.patterns import brief
from launcher.scenario.peer import Peer, Unreachable
from launcher.scenario.requests import NoReply, Requests
from launcher.scenario.retelling import Retelling
from launcher.scenario.traced import Told

LAST_COMMANDS_S = 2.0
"""How long commands of the central system are waited for that came in the trace."""
UNANSWERED_S = 0.5
"""How long an answer is waited for that did not come in the trace."""
DIAL_EVERY_S = 1.0


async def replay(
    trace: Mapping[str, Sequence[Told]],
    peer: Peer,
    answer_timeout_s: float,
    credentials: Credentials = NO_CREDENTIALS,
    *,
    proxy: str = "",
    to_now: bool = False,
) -> dict[str, list[str]]:
    """The differences of each charge point of ``trace``. What ``peer`` takes commands for, it is asked to send;
    ``proxy``: the URL of one that is on the way; the moments of CALLs are as then, or moved ``to_now``. Raises
    Unreachable, and InputError for ``credentials`` that cannot be shown."""
    first_at = min((call.at for calls in trace.values() for call in calls if call.at), default=0.0)
    later_s = time.time() - first_at if to_now and first_at else 0.0
    async with Requests() as requests:
        replays = [
            _Replay(station, Retelling(calls, later_s), answer_timeout_s, peer, requests).run(
                {**showing(station, peer.url, credentials), "proxy": proxy or None}
            )
            for station, calls in trace.items()
        ]
        told = await asyncio.gather(*replays)
    return dict(zip(trace, told, strict=True))


class _CutOff(Exception):
    """There is no connection any more, and no other could be made."""


class _Replay:
    def __init__(
        self, station: str, retelling: Retelling, answer_timeout_s: float, peer: Peer, requests: Requests
    ) -> None:
        self._station = station
        self._retelling = retelling
        self._timeout_s = answer_timeout_s
        self._peer = peer
        self._requests = requests
        self._count = 0

    async def run(self, shown: Mapping[str, Any]) -> list[str]:
        """Drive it, with as many connections as there were; ``shown`` goes to the handshakes. Returns the
        differences. Raises Unreachable when there is no first connection."""
        link = await self._dial(shown)
        for number, calls in enumerate(self._retelling.connections):
            try:
                if number:
                    link = await self._dial_again(calls[0], shown)
                link = await self._tell(calls, link, shown)
            except _CutOff:
                return self._retelling.differences
            await link.close()
        return self._retelling.end()

    async def _dial(self, shown: Mapping[str, Any]) -> BareLink:
        url = url_of(self._station, self._peer.url)
        return await BareLink.dial(
            url, shown, self._timeout_s, self._retelling.answer_to, self._retelling.heard_nonsense
        )

    async def _dial_again(self, call: Told, shown: Mapping[str, Any]) -> BareLink:
        """Another connection, for ``call`` and what follows it; a central system may be away for a while."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout_s
        while True:
            try:
                return await self._dial(shown)
            except Unreachable as error:
                if loop.time() >= deadline:
                    self._retelling.differ(call, f"the rest was not sent: {error}")
                    raise _CutOff from None
            await asyncio.sleep(min(DIAL_EVERY_S, self._timeout_s))

    async def _tell(self, calls: Sequence[Told], link: BareLink, shown: Mapping[str, Any]) -> BareLink:
        """Tell all of one connection; returns the one that is there at last. Raises _CutOff."""
        for place, call in enumerate(calls):
            if not call.from_station:
                if self._peer.commands:
                    await self._ask_for(call, link)
                continue
            lost = await self._sent(call, link)
            if not lost or (call.answer is None and not any(each.from_station for each in calls[place + 1 :])):
                # Where it had no answer and the connection was at its end, it may have ended before.
                continue
            link = await self._dial_again(call, shown)
            if lost_again := await self._sent(call, link):
                self._retelling.differ(call, f"the connection was lost before the answer, twice: {lost_again}")
                link = await self._dial_again(call, shown)
            else:
                self._retelling.differ(call, f"the connection was lost before the answer: {lost}")
        await link.until(lambda: all(map(self._retelling.has_come, _commands(calls))), LAST_COMMANDS_S)
        return link

    async def _ask_for(self, call: Told, link: BareLink) -> None:
        """Let the central system send what it sent in the trace, and wait until it has."""
        url = self._peer.command_url(self._station, call.action)
        try:
            reply = await self._requests.send("POST", url, self._retelling.payload(call))
        except NoReply as error:
            self._retelling.differ(call, str(error))
            return
        if reply.status >= 400 and not self._retelling.has_come(call):
            self._retelling.differ(call, f"POST {url} was answered {reply.status} {brief(reply.body)}")
            return
        await link.until(lambda: self._retelling.has_come(call), self._timeout_s)

    async def _sent(self, call: Told, link: BareLink) -> str:
        """Send ``call`` and take its answer, if one comes; why the connection is gone before that, "" when it is
        not."""
        self._count += 1
        # What had no answer then is not waited for long now.
        timeout_s = self._timeout_s if call.answer is not None else UNANSWERED_S
        try:
            answer = await link.call(f"replay-{self._count}", call.action, self._retelling.payload(call), timeout_s)
        except Gone as gone:
            return str(gone)
        self._retelling.answered(call, answer)
        return ""


def _commands(calls: Sequence[Told]) -> list[Told]:
    return [call for call in calls if not call.from_station]
