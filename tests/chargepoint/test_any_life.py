"""Any life: people, cars, a central system and a network do what they like, and the power may go at any frame.

Nothing may crash, nothing billed may be lost or told twice, and time always moves on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargepoint.api.payloads import ErrorCode
from chargepoint.model.vehicle import GENERIC, Vehicle
from tests.chargepoint.judge import BLOCKED, Judge
from tests.support.bench import Bench, CallError, Payload

CONNECTORS = (1, 2)
PLACES = (0, *CONNECTORS)
STATION_A = 24.0
"""Less than two cars take, and enough for both."""

ENTRY = {"nb_connectors": 2, "max_current": STATION_A, "max_current_per_connector": 20}

CONFIGURATION = {
    "TransactionMessageAttempts": "1000000",
    "TransactionMessageRetryInterval": "1",
    "AllowOfflineTxForUnknownId": "true",
    "MeterValueSampleInterval": "30",
    "StopTxnSampledData": "Energy.Active.Import.Register",
}

GIVEN = st.fixed_dictionaries(
    {
        "TransactionResumeAfterPowerLoss": st.sampled_from(["true", "false"]),
        "UnlockConnectorOnEVSideDisconnect": st.sampled_from(["true", "false"]),
        "MeterAccuracyClass": st.sampled_from(["0", "2"]),
    }
)
"""What a life begins with, as it decides over all of it; it may change on the way."""

VEHICLES = (
    GENERIC,
    Vehicle(
        "slow",
        3000.0,
        90.0,
        bounded=True,
        ac_minimum_a=7.0,
        ac_curve=((95, 1.0), (100, 0.2)),
        ac_rise_a_per_s=2.0,
        fall_s=4.0,
    ),
)
"""One that follows at once, and one that takes its time, tapers off and is soon full."""

SETTINGS = (
    ("StopTransactionOnInvalidId", ("true", "false")),
    ("StopTransactionOnEVSideDisconnect", ("true", "false")),
    ("UnlockConnectorOnEVSideDisconnect", ("true", "false")),
    ("TransactionResumeAfterPowerLoss", ("true", "false")),
    ("MeterAccuracyClass", ("0", "2")),
    ("MaxEnergyOnInvalidId", ("0", "200")),
    ("ConnectionTimeOut", ("0", "20", "60")),
    ("MeterValueSampleInterval", ("0", "7", "30")),
    ("ClockAlignedDataInterval", ("0", "40")),
    ("LocalPreAuthorize", ("true", "false")),
    ("AuthorizeRemoteTxRequests", ("true", "false")),
    ("AuthorizationCacheEnabled", ("true", "false")),
)


class PowerCutError(Exception):
    """The power is gone in the middle of something."""


class FragileBench(Bench):
    """A bench whose power goes when its fuse has burnt down: before a frame is sent, or an answer is heard."""

    fuse: int | None = None

    def _take(self, frame: list[Any]) -> None:
        self._burn()
        super()._take(frame)

    def _say(self, call_id: str, answer: Payload | CallError) -> None:
        self._burn()
        super()._say(call_id, answer)

    def _burn(self) -> None:
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise PowerCutError


@dataclass(frozen=True)
class Step:
    """Something that happens: a method of ``AnyLife``, with its arguments.

    ``fuse``: after how many frames, or answers to them, the power goes; None: not now.
    """

    what: str
    args: tuple[Any, ...] = ()
    fuse: int | None = None


def steps() -> st.SearchStrategy[Step]:
    """Steps, in a mixture that charges often enough to lose something."""
    connectors, places = st.sampled_from(CONNECTORS), st.sampled_from(PLACES)
    tags = st.sampled_from(("A1", "A1", "A2", "B1", BLOCKED))
    fuses = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 8))
    settings_of_keys = st.sampled_from([(key, value) for key, values in SETTINGS for value in values])

    def step(what: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
        return st.builds(Step, st.just(what), st.tuples(*args), fuses)

    seconds = st.sampled_from([0.4, 3.0, 31.0, 61.0, 95.0])
    return st.one_of(
        step("charge", connectors, tags),
        step("charge", connectors, tags),
        step("charge", connectors, tags),
        step("charge", connectors, tags),
        step("pass_time", seconds),
        step("pass_time", seconds),
        step("pass_time", seconds),
        step("connect"),
        step("connect"),
        step("disconnect"),
        step("cut_power"),
        step("cable", connectors, st.sampled_from([0.0, 5.0, 13.0, 32.0])),
        step("drive", connectors, st.booleans(), st.sampled_from([0.0, 0.01, 10.0, 40.0])),
        step("tap", connectors, tags),
        step("fault", places, st.booleans()),
        step("change_mood", st.sampled_from(["good", "good", "silent", "failing", "absurd"])),
        step("remote_start", connectors, tags),
        step("remote_stop"),
        step("change_availability", places, st.sampled_from(["Operative", "Inoperative"])),
        step("unlock", connectors),
        step("reset", st.sampled_from(["Hard", "Soft"])),
        step("trigger", st.sampled_from(["StatusNotification", "MeterValues", "Heartbeat"])),
        step("configure", settings_of_keys),
        step("update", st.sampled_from([b"an image", b"", None])),
        step("limit", places, st.sampled_from([0.0, 5.9, 8.0, 16.0])),
    )


class AnyLife:
    """A station, its world, and what must hold whatever happens."""

    def __init__(self, vehicle: Vehicle, given: Mapping[str, str]) -> None:
        self.judge = Judge()
        entry = ENTRY | {"ocpp_config": CONFIGURATION | given}
        self.bench = FragileBench(entry, script=self.judge.script(), vehicle=vehicle)
        self.energy_wh = dict.fromkeys(CONNECTORS, 0.0)

    def do(self, step: Step) -> None:
        """Take ``step``; the power goes in the middle of it when its fuse burns down."""
        self.bench.now += 1.0
        self.bench.fuse = step.fuse
        try:
            getattr(self, step.what)(*step.args)
        except PowerCutError:
            self.bench.fuse = None
            self.bench.power_cut()
        self.bench.fuse = None
        if self.bench.life.going_down is not None:
            self.bench.power_on()
        self.check()

    def check(self) -> None:
        """What holds at every moment."""
        for number, before_wh in self.energy_wh.items():
            self.energy_wh[number] = self.bench.life.station.state.connectors[number].meter.energy_wh
            assert self.energy_wh[number] >= before_wh
        statuses = [self.bench.status(number) for number in CONNECTORS]
        assert sum(status.consumption_l1 for status in statuses) <= STATION_A + 0.001
        if not self.bench.vehicle.fall_s:
            assert all(status.consumption_l1 <= status.setpoint + 0.001 for status in statuses)

    def end(self) -> None:
        """The bad days are over: everything that was ever owed is told."""
        self.judge.mood = "good"
        self.connect()
        for number in PLACES:
            self.bench.clear_fault(number)
        for number in CONNECTORS:
            self.cable(number, 0.0)
        self.bench.call("ChangeConfiguration", key="ConnectionTimeOut", value="20")
        self.bench.call("ChangeAvailability", connectorId=0, type="Operative")
        for number in CONNECTORS:
            self.bench.call("UnlockConnector", connectorId=number)
        self.bench.advance(20)
        if self.bench.life.going_down is not None:
            self.bench.power_on()
            self.connect()
        self.bench.advance(200)
        assert self.bench.queue == {}
        assert [self.bench.status(number).status for number in CONNECTORS] == ["Available"] * len(CONNECTORS)
        self.judge.verdict()

    def connect(self) -> None:
        if not self.bench.online:
            self.judge.connected()
            self.bench.connect()

    def disconnect(self) -> None:
        if self.bench.online:
            self.bench.disconnect()

    def cut_power(self) -> None:
        self.bench.power_cut()

    def pass_time(self, seconds: float) -> None:
        self.bench.advance(seconds)

    def charge(self, connector: int, id_tag: str) -> None:
        self.bench.plug(connector)
        self.bench.tap(id_tag, connector)

    def cable(self, connector: int, cable: float) -> None:
        self.bench.car(connector, cable=cable)

    def drive(self, connector: int, ready: bool, current: float) -> None:
        self.bench.car(connector, ready=ready, consumption_l1=current, consumption_l3=current)

    def tap(self, connector: int, id_tag: str) -> None:
        self.bench.tap(id_tag, connector)

    def fault(self, place: int, faulted: bool) -> None:
        change = self.bench.fault if faulted else self.bench.clear_fault
        change(place)

    def change_mood(self, mood: str) -> None:
        self.judge.mood = mood

    def remote_start(self, connector: int, id_tag: str) -> None:
        self.call("RemoteStartTransaction", connectorId=connector, idTag=id_tag)

    def remote_stop(self) -> None:
        self.call("RemoteStopTransaction", transactionId=self.judge.newest())

    def change_availability(self, place: int, kind: str) -> None:
        self.call("ChangeAvailability", connectorId=place, type=kind)

    def unlock(self, connector: int) -> None:
        self.call("UnlockConnector", connectorId=connector)

    def reset(self, kind: str) -> None:
        self.call("Reset", type=kind)

    def trigger(self, message: str) -> None:
        self.call("TriggerMessage", requestedMessage=message)

    def configure(self, setting: tuple[str, str]) -> None:
        key, value = setting
        self.call("ChangeConfiguration", key=key, value=value)

    def update(self, image: bytes | None) -> None:
        location = "http://files.test/fw.bin"
        self.bench.world.files = {} if image is None else {location: image}
        self.call("UpdateFirmware", location=location, retrieveDate="2020-01-01T00:00:00Z", retries=0)

    def limit(self, place: int, limit: float) -> None:
        periods = [{"startPeriod": 0, "limit": limit}, {"startPeriod": 20, "limit": 12.0}]
        made = {
            "chargingProfileId": place,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile" if place else "ChargePointMaxProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": periods},
        }
        self.call("SetChargingProfile", connectorId=place, csChargingProfiles=made)

    def call(self, action: str, **payload: Any) -> None:
        """The central system asks, if it can."""
        if self.bench.online:
            self.bench.call(action, **payload)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(VEHICLES), GIVEN, st.lists(steps(), min_size=15, max_size=40))
def test_whatever_happens_nothing_billed_is_lost_or_told_twice(
    vehicle: Vehicle, given: dict[str, str], story: list[Step]
) -> None:
    life = AnyLife(vehicle, given)
    life.connect()
    for step in story:
        life.do(step)
    life.end()


def test_the_judge_sees_a_lost_stop() -> None:
    judge = Judge()
    bench = Bench(script=judge.script())
    bench.charging()
    with pytest.raises(AssertionError, match="was stopped by nothing"):
        judge.verdict()
    bench.fault(1, ErrorCode.GROUND_FAILURE)
    bench.tap()
    judge.verdict()
    judge.script()["StopTransaction"]({"transactionId": 1, "meterStop": 5, "timestamp": "2030"})
    with pytest.raises(AssertionError, match="was stopped by"):
        judge.verdict()
