"""Any update: requests, transfers, transactions and power cuts in any order; it goes its way and comes to an end."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.api.payloads import ConnectorState
from chargepoint.api.spec import CurrentType
from chargepoint.model.authorization import TokenInfo, TokenStatus
from chargepoint.model.commands import (
    AuthorizeAnswered,
    CarChanged,
    ErrandEnded,
    LinkChanged,
    Reset,
    TokenPresented,
    UpdateWanted,
)
from chargepoint.model.electrical import Supply
from chargepoint.model.errands import Abandon, Download, Failed, Result, TransferFailure
from chargepoint.model.facts import AuthorizeWanted, FirmwareChanged
from chargepoint.model.firmware import FIRST, FOLLOWERS, FirmwareStatus, UpdateRequest
from chargepoint.model.station import Station
from tests.support.world import fetched

S = FirmwareStatus
START = 1_000_000.0
SUPPLY = Supply(CurrentType.AC, 3, 230.0, 32.0, 32.0)
RESULTS: list[Result] = [
    fetched(b'{"version": "2"}'),
    fetched(b'{"version": "3", "install": "InstallationFailed"}'),
    fetched(b"an image"),
    fetched(b""),
    Failed(TransferFailure.FAILED, "lost"),
    Failed(TransferFailure.BAD_ADDRESS, "where?"),
]


class AnyUpdate:
    """A station, what it stored, and the way of every update so far."""

    def __init__(self) -> None:
        self.now = START
        self.stored: dict[str, Any] = {}
        self.way: dict[int, list[FirmwareStatus]] = {}
        self.versions = [""]
        self._boot()

    def _boot(self) -> None:
        self.under_way: dict[int, Download] = {}
        self.station = Station(SUPPLY, 2, self.now, records=json.loads(json.dumps(self.stored)))
        self.station.state.parameters.allow_offline_unknown_id = True
        self.save()

    def save(self) -> None:
        """As a runtime does after every input."""
        self.stored |= self.station.changes()
        for fact in self.station.facts():
            if isinstance(fact, FirmwareChanged):
                way = self.way.setdefault(fact.number, [])
                assert fact.status in (FOLLOWERS[way[-1]] if way else FIRST), (way, fact.status)
                way.append(fact.status)
            elif isinstance(fact, AuthorizeWanted):
                info = TokenInfo(TokenStatus.ACCEPTED)
                self.station.tell(AuthorizeAnswered(fact.request, info), self.now)
        for errand in self.station.state.errands.new():
            if isinstance(errand, Download):
                self.under_way[errand.id] = errand
            elif isinstance(errand, Abandon):
                del self.under_way[errand.id]
        self.check()
        if self.station.state.going_down:
            self._boot()

    def check(self) -> None:
        """What holds at every moment."""
        state = self.station.state
        if state.installed_version != self.versions[-1]:
            assert state.update is not None
            assert state.update.status is S.INSTALL_REBOOTING
            self.versions.append(state.installed_version)
        if state.update is not None and state.update.status is S.INSTALLING:
            assert all(one.transaction is None for one in state.connectors.values())
            assert all(one.status is ConnectorState.UNAVAILABLE for one in state.connectors.values())
        if state.update is None or state.update.ended:
            assert not any(one.status is ConnectorState.UNAVAILABLE for one in state.connectors.values())
            assert not self.under_way
        assert len(self.under_way) <= 1

    def cut(self) -> None:
        self._boot()

    def cut_before_it_is_saved(self) -> None:
        self.station.tell(UpdateWanted(UpdateRequest("http://files.test/x", self.now)), self.now)
        self._boot()

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.station.advance(self.now)
        self.save()

    def update(self, delay_s: float, install_s: float | None, retries: int) -> None:
        at = None if install_s is None else self.now + install_s
        request = UpdateRequest("http://files.test/fw.bin", self.now + delay_s, at, retries, 10.0)
        self.station.tell(UpdateWanted(request), self.now)
        self.save()

    def transfer(self, result: Result) -> None:
        for id in list(self.under_way):
            del self.under_way[id]
            self.station.tell(ErrandEnded(id, result), self.now)
            self.save()

    def fetch_and_wait(self, result: Result) -> None:
        self.update(0.0, None, 1)
        self.transfer(result)
        self.pass_time(10.0)

    def plug(self, connector: int) -> None:
        self.station.tell(CarChanged(connector, cable=32.0), self.now)
        self.save()

    def unplug(self, connector: int) -> None:
        self.station.tell(CarChanged(connector, cable=0.0), self.now)
        self.save()

    def tap(self, connector: int) -> None:
        self.station.tell(TokenPresented(connector, "TAG"), self.now)
        self.save()

    def link(self, online: bool) -> None:
        self.station.tell(LinkChanged(online), self.now)
        self.save()

    def reset(self) -> None:
        update = self.station.state.update
        outcome = self.station.tell(Reset(hard=False), self.now)
        assert outcome.accepted == (update is None or not update.installing)
        self.save()

    def end(self) -> None:
        """Whatever is still on its way comes to its end."""
        for _ in range(20):
            self.transfer(RESULTS[0])
            for connector in (1, 2):
                self.unplug(connector)
            self.pass_time(100.0)
        update = self.station.state.update
        assert update is None or update.ended


connectors = st.sampled_from([1, 2])
steps = st.one_of(
    st.tuples(st.just("cut")),
    st.tuples(st.just("cut_before_it_is_saved")),
    st.tuples(st.just("pass_time"), st.sampled_from([1.0, 10.0, 60.0])),
    st.tuples(st.just("pass_time"), st.sampled_from([5.0, 10.0])),
    st.tuples(
        st.just("update"), st.sampled_from([-5.0, 0.0, 20.0]), st.sampled_from([None, 10.0, 40.0]), st.integers(0, 2)
    ),
    st.tuples(st.just("transfer"), st.sampled_from(RESULTS)),
    st.tuples(st.just("fetch_and_wait"), st.sampled_from(RESULTS)),
    st.tuples(st.just("fetch_and_wait"), st.sampled_from(RESULTS)),
    st.tuples(st.just("plug"), connectors),
    st.tuples(st.just("unplug"), connectors),
    st.tuples(st.just("tap"), connectors),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("reset")),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=30))
def test_whatever_happens_an_update_goes_its_way_and_ends(story: list[tuple[Any, ...]]) -> None:
    life = AnyUpdate()
    for name, *arguments in story:
        getattr(life, name)(*arguments)
    life.end()


def test_a_story_of_an_update_has_all_its_statuses() -> None:
    life = AnyUpdate()
    life.plug(1)
    life.tap(1)
    life.update(20.0, None, 0)
    life.pass_time(20.0)
    life.transfer(RESULTS[0])
    life.tap(1)
    life.pass_time(5.0)
    assert life.way == {
        1: [
            S.DOWNLOAD_SCHEDULED,
            S.DOWNLOADING,
            S.DOWNLOADED,
            S.INSTALL_SCHEDULED,
            S.INSTALLING,
            S.INSTALL_REBOOTING,
            S.INSTALLED,
        ]
    }
    assert life.versions == ["", "2"]
