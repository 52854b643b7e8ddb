"""What each step does to stations, to the central system, to time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

from chargepoint.api.errors import InputError
from chargepoint.api.orders import Configure as ConfigureOrder
from chargepoint.api.orders import Misbehave, PowerLoss, Reboot, StationResult
from chargepoint.api.orders import Send as SendOrder
from chargepoint.api.orders import SendText as SendTextOrder
from chargepoint.api.orders import Verdict as OrderVerdict
from chargepoint.api.payloads import TokenInput
from chargepoint.api.pool import PoolVerb
from chargepoint.api.traffic import Direction
from launcher.scenario.commissioning import Commissioning
from launcher.scenario.draws import Draws
from launcher.scenario.expect import Call, Rebuke
from launcher.scenario.format import Scenario
from launcher.scenario.ids import selected
from launcher.scenario.lookout import Lookout
from launcher.scenario.patterns import brief, mismatch
from launcher.scenario.peer import Peer
from launcher.scenario.requests import NoReply, Reply, Requests
from launcher.scenario.scope import Scope, at
from launcher.scenario.stage import Stage, StageError
from launcher.scenario.steps import (
    Car,
    CentralSystem,
    Check,
    Command,
    Configure,
    Deviate,
    Expect,
    ExpectNo,
    Fault,
    Http,
    Power,
    PowerCycle,
    Saves,
    Send,
    SendText,
    Stations,
    Tap,
    Wait,
)
from launcher.scenario.verdicts import StepFailed, Verdict

POLL_S = 0.2
"""How often an endpoint is asked again that has not yet answered as expected."""

EachStation = (
    Car
    | Tap
    | Fault
    | Deviate
    | Configure
    | PowerCycle
    | Send
    | SendText
    | Command
    | CentralSystem
    | Expect
    | ExpectNo
)
"""What happens to, or at, each station for itself."""
Once = Power | Http | Wait | Check
"""What happens once for all of them."""


class Acts:
    """The acts of one scenario."""

    def __init__(
        self,
        scenario: Scenario,
        stage: Stage,
        peer: Peer,
        requests: Requests,
        draws: Draws,
        commissioning: Commissioning,
    ) -> None:
        self._scenario = scenario
        self._commissioning = commissioning
        self._stage = stage
        self._peer = peer
        self._requests = requests
        self._draws = draws
        self._lookout = Lookout(stage)

    def stations(self, wanted: Stations) -> list[str]:
        """The stations that a step is about."""
        try:
            return selected(wanted, self._scenario.stations)
        except InputError as error:
            raise StepFailed(Verdict.ERROR, str(error)) from None

    async def for_each(self, deed: EachStation, station: str, scope: Scope) -> Mapping[str, object]:
        """Do for one station what ``deed`` says; what was found of what is expected. Raises StepFailed."""
        match deed:
            case Car(car, _, connector):
                await self._stage.connector(station, connector, "car", car.to_json())
            case Tap(tag, _, connector, refused):
                await self._stage.connector(station, connector, "id_tag", _token(tag))
                if refused:
                    await self._lookout.refusal(station, f"the tag {tag}")
            case Fault(fault, _, connector):
                await self._stage.connector(station, connector, "faulted", fault.to_json())
            case Deviate():
                _done(await self._order(station, self._seeded(deed, station)), station)
            case Configure(key, value):
                _done(await self._order(station, ConfigureOrder(key, value)), station)
            case PowerCycle(order):
                _done(await self._order(station, order), station)
            case Send():
                return await self._send(deed, station, scope)
            case SendText():
                await self._send_text(deed, station, scope)
            case Command():
                return await self._command(deed, station, scope)
            case CentralSystem():
                await self._drive(deed, station)
            case Expect(what, within_s, _, save, from_start):
                met = await self._lookout.met(what, station, scope, within_s, from_start=from_start)
                _keep(save, met.found, scope, station)
                return met.found
            case ExpectNo(what, for_s, _, from_start):
                await self._lookout.not_met(what, station, scope, for_s, from_start=from_start)
            case _:
                assert_never(deed)
        return {}

    async def once(self, deed: Once, scope: Scope) -> None:
        """Do what ``deed`` says. Raises StepFailed."""
        match deed:
            case Power():
                await self._power(deed)
            case Http():
                await self._http(deed, scope)
            case Wait(from_s, to_s):
                await asyncio.sleep(self._draws.between(from_s, to_s) / self._stage.speed)
            case Check(value, fits):
                if why := mismatch(fits, value):
                    raise StepFailed(Verdict.FAILED, why)
            case _:
                assert_never(deed)

    async def _power(self, deed: Power) -> None:
        entries: list[Mapping[str, object]] = []
        for station in self.stations(deed.stations):
            entry = self._commissioning.entry(station)
            whole = deed.verb is PoolVerb.START or bool(deed.change)
            entries.append({**entry, **deed.change} if whole else {"id": station})
        try:
            await self._stage.power(deed.verb, entries, deed.over_s / self._stage.speed)
        except StageError as error:
            raise StepFailed(Verdict.ERROR, str(error)) from None

    def _seeded(self, deed: Deviate, station: str) -> Misbehave:
        what: Any = deed.order.what
        if deed.seeded or not getattr(what, "draws", False):
            return deed.order
        return replace(deed.order, what=replace(what, seed=self._draws.seed_of(station, what)))

    async def _order(
        self, station: str, order: ConfigureOrder | SendOrder | SendTextOrder | Misbehave | Reboot | PowerLoss
    ) -> StationResult:
        try:
            return await self._stage.order(station, order)
        except StageError as error:
            raise StepFailed(Verdict.ERROR, str(error), station) from None

    async def _send(self, deed: Send, station: str, scope: Scope) -> Mapping[str, object]:
        since = len(self._stage.records[station].spoken)
        result = await self._order(station, SendOrder(deed.action, deed.payload, deed.force))
        if result.result is not OrderVerdict.DONE:
            sent = self._stage.records[station].calls(Direction.OUT, deed.action, since)
            verdict = Verdict.FAILED if sent else Verdict.ERROR
            raise StepFailed(verdict, f"{station}: {deed.action}: {result.reason}", station)
        scope.marks[station] = since
        payload = dict(deed.payload) or None
        call = Call(Direction.OUT, deed.action, literally(payload), deed.answer, deed.error, deed.latency_s, True)
        met = await self._lookout.met(call, station, scope, deed.within_s)
        _keep(deed.save, met.found, scope, station)
        return met.found

    async def _send_text(self, deed: SendText, station: str, scope: Scope) -> None:
        since = len(self._stage.records[station].spoken)
        _done(await self._order(station, SendTextOrder(deed.text, deed.times)), station)
        scope.marks[station] = since
        if deed.error is not None:
            await self._lookout.met(Rebuke(deed.text, deed.error), station, scope, deed.within_s)

    async def _command(self, deed: Command, station: str, scope: Scope) -> Mapping[str, object]:
        url = self._peer.command_url(station, deed.action)
        since = len(self._stage.records[station].spoken)
        reply = await self._request("POST", url, dict(deed.payload))
        scope.marks[station] = since
        wanted = deed.received if deed.received is not None else literally(dict(deed.payload) or None)
        call = Call(Direction.IN, deed.action, wanted, deed.answer, deed.error)
        try:
            met = await self._lookout.met(call, station, scope, deed.within_s)
        except StepFailed as failed:
            if reply.status < 400:
                raise
            reason = f"{failed.reason}; POST {url} was answered {reply.status} {brief(reply.body)}"
            raise StepFailed(failed.verdict, reason, failed.station, failed.frame) from None
        found = {**met.found, "status": reply.status, "body": reply.body}
        _keep(deed.save, found, scope, station)
        return found

    async def _drive(self, deed: CentralSystem, station: str) -> None:
        api = self._peer.api
        try:
            if deed.tls is not None:
                await self._commissioning.listen(station, deed.tls)
            if deed.client_certificate:
                await self._commissioning.certify(station, deed.client_certificate)
        except NoReply as error:
            raise StepFailed(Verdict.ERROR, str(error)) from None
        if deed.right:
            await self._told("DELETE", f"{api}/behaviours?charge_point={station}")
        for behaviour in deed.behave:
            await self._told("POST", f"{api}/behaviours", {"charge_point": station, **behaviour})
        for tag, info in deed.tags.items():
            await self._told("PUT", f"{api}/tags/{tag}", info)
        if deed.disconnect:
            await self._told("POST", f"{api}/disconnect", {"id": station, "code": 1006})
        if deed.transactions is not None:
            asked = Http(
                f"{api}/transactions?charge_point={station}", match=deed.transactions, within_s=deed.within_s
            )
            await self._fitting(asked)

    async def _told(self, method: str, url: str, body: object = None) -> None:
        try:
            await self._requests.ask(method, url, body)
        except NoReply as error:
            raise StepFailed(Verdict.ERROR, str(error)) from None

    async def _http(self, deed: Http, scope: Scope) -> None:
        reply = await self._fitting(deed)
        _keep(deed.save, {"status": reply.status, "body": reply.body}, scope)

    async def _fitting(self, deed: Http) -> Reply:
        deadline = asyncio.get_running_loop().time() + deed.within_s
        while True:
            reply = await self._request(deed.method, deed.url, deed.body, deed.headers)
            why = mismatch(deed.status, reply.status, "the status")
            if why is None and deed.match is not None:
                why = mismatch(deed.match, reply.body, "the body")
            if why is None:
                return reply
            if asyncio.get_running_loop().time() >= deadline:
                raise StepFailed(Verdict.FAILED, f"{deed.method} {deed.url}: {why}; it answered {brief(reply.body)}")
            await asyncio.sleep(POLL_S)

    async def _request(
        self, method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        try:
            return await self._requests.send(method, url, body, headers)
        except NoReply as error:
            raise StepFailed(Verdict.ERROR, str(error)) from None


def _keep(save: Saves, found: Mapping[str, object], scope: Scope, station: str = "") -> None:
    for name, path in save.items():
        try:
            scope.kept.keep(name, at(path, found), station)
        except KeyError as error:
            why = f"{path} cannot be kept: there is no {error.args[0]} in {brief(found)}"
            raise StepFailed(Verdict.FAILED, why, station) from None


def _token(tag: str) -> bytes:
    try:
        return TokenInput.from_json(TokenInput(tag).to_json()).to_json()
    except InputError as error:
        raise StepFailed(Verdict.ERROR, str(error)) from None


def _done(result: StationResult, station: str) -> None:
    if result.result is not OrderVerdict.DONE:
        raise StepFailed(Verdict.ERROR, f"{station} refused: {result.reason}", station)


def literally(payload: object) -> object:
    """A payload as a pattern that fits nothing else: texts stand for themselves."""
    match payload:
        case str(text):
            return f"= {text}"
        case list(items):
            return [literally(item) for item in items]
        case dict(members):
            return {key: literally(each) for key, each in members.items()}
    return payload
