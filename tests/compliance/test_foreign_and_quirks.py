"""Quirks and disturbances as a central system of other people's meets them: it says what is wrong, and goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call

from chargepoint.api.payloads import ChargePointStatus
from chargepoint.bus import Message
from tests.chargepoint.test_runtime import TOPICS, Stage, staged
from tests.compliance.mobilityhouse import ForeignCentralSystem, Session, foreign_central_system
from tests.support.waiting import eventually_async


@pytest.fixture
async def central() -> AsyncIterator[ForeignCentralSystem]:
    async with foreign_central_system() as one:
        yield one


@pytest.fixture
async def stage(tmp_path: Path, central: ForeignCentralSystem) -> AsyncIterator[Stage]:
    """A station that is connected and has said what it had to say."""
    async with staged(tmp_path, central) as one:  # type: ignore[arg-type]
        session = await central.session()
        await session.hears("StatusNotification", 2)
        yield one


async def order(stage: Stage, deviations: tuple[str, ...], type: str, **body: Any) -> None:
    """An order to the station, followed."""
    stage.runtime.hear(Message(TOPICS.station("CP1", "cmd"), json.dumps({"type": type, **body}).encode()))

    def told() -> bool:
        topic = TOPICS.station("CP1", "status")
        payloads = [one.payload for one in stage.published if one.topic == topic]
        return ChargePointStatus.from_json(payloads[-1]).deviations == deviations

    await eventually_async(told)


async def with_quirks(stage: Stage, *names: str) -> None:
    await order(stage, tuple(f"quirk {name}" for name in names), "quirks", quirks=names)


async def still_talks(session: Session) -> None:
    """The connection is there, and both are understood."""
    answer = await session.call(call.GetLocalListVersion(), suppress=False)
    assert answer.list_version == 0


REFUSED = {
    "number_values": "TypeConstraintViolation",
    "missing_required": "ProtocolError",
    "numbers_as_texts": "TypeConstraintViolation",
    "transaction_null": "TypeConstraintViolation",
    "ts_epoch": "TypeConstraintViolation",
    "unknown_field": "FormatViolation",
}
"""What the package answers to MeterValues and StopTransaction that are wrong."""


@pytest.mark.parametrize("quirk", REFUSED)
async def test_a_payload_against_its_schema_is_refused_and_the_next_one_taken(
    stage: Stage, central: ForeignCentralSystem, quirk: str
) -> None:
    session = await central.session()
    stage.tell("car", cable=32)
    stage.tell("id_tag", id="TAG1")
    await eventually_async(lambda: (stage.status().transaction_id or 0) > 0)
    await with_quirks(stage, quirk)
    asked = asyncio.create_task(session.call(call.TriggerMessage("MeterValues", 1), suppress=False))
    await eventually_async(lambda: session.refused, what=f"{dict(session.heard)}")
    assert REFUSED[quirk] in session.refused[0]
    await with_quirks(stage)
    await asked
    await session.call(call.TriggerMessage("MeterValues", 1), suppress=False)
    await session.hears("MeterValues")
    await still_talks(session)


async def test_answers_under_another_id_time_out_and_the_station_is_still_there(
    stage: Stage, central: ForeignCentralSystem
) -> None:
    session = await central.session()
    session._response_timeout = 1
    await with_quirks(stage, "wrong_ids")
    with pytest.raises(TimeoutError):
        await session.call(call.GetLocalListVersion(), suppress=False)
    await with_quirks(stage)
    await still_talks(session)


async def test_what_is_in_many_frames_is_put_together(stage: Stage, central: ForeignCentralSystem) -> None:
    session = await central.session()
    await order(stage, ("fragments of 3",), "disturb", kind="fragments", size=3)
    stage.tell("car", cable=32)
    await session.hears("StatusNotification", status="Preparing")
    await still_talks(session)


async def test_who_moves_to_a_second_connection_is_found_there(stage: Stage, central: ForeignCentralSystem) -> None:
    await order(stage, ("second_connection",), "disturb", kind="second_connection")
    await eventually_async(lambda: len(central.sessions) == 2)
    stage.tell("car", cable=32)
    await central.sessions[1].hears("StatusNotification", status="Preparing")
    await still_talks(central.sessions[1])
    assert central.sessions[0].heard["StatusNotification"][2:] == []
