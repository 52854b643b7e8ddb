"""What a station's configuration does to its connection, over a real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from tests.chargepoint.central import Central, central_system
from tests.chargepoint.test_runtime import staged
from tests.support.waiting import eventually_async


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    """A central system."""
    async with central_system() as one:
        yield one


async def test_a_central_system_that_answers_no_more_is_connected_to_anew(tmp_path: Path, central: Central) -> None:
    """Domain text 5.2."""
    async with staged(tmp_path, central) as stage:
        await central.gets("StatusNotification", 2)
        for key, value in (("MessageTimeout", "1"), ("ReconnectAfterTimeouts", "1")):
            assert await central.ask("ChangeConfiguration", key=key, value=value) == {"status": "Accepted"}
        central.answers["StatusNotification"] = None
        stage.tell("car", cable=32)
        await eventually_async(lambda: len(central.connections) == 2)
        await eventually_async(lambda: central.closes == [1000])
        assert central.connections[0].close_reason == "1 requests in a row without an answer"
        del central.answers["StatusNotification"]
        stage.tell("id_tag", id="TAG1")
        await central.gets("StartTransaction")
        assert len(central.got("BootNotification")) == 1


async def test_a_ping_interval_that_is_changed_holds_at_once(
    tmp_path: Path, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(tmp_path, central):
        await central.gets("StatusNotification", 2)
        connection = central.connections[0]
        pings = 0
        process = connection.process_event

        def count(event: Event) -> None:
            nonlocal pings
            pings += isinstance(event, Frame) and event.opcode is Opcode.PING
            process(event)

        monkeypatch.setattr(connection, "process_event", count)
        await central.ask("ChangeConfiguration", key="WebSocketPingInterval", value="1")
        await eventually_async(lambda: pings >= 1)


async def test_settings_of_the_connection_hold_from_the_next_one_on(tmp_path: Path, central: Central) -> None:
    def offered(number: int) -> bool:
        request = central.connections[number].request
        assert request is not None
        return "Sec-WebSocket-Extensions" in request.headers

    async with staged(tmp_path, central):
        await central.gets("StatusNotification", 2)
        await central.ask("ChangeConfiguration", key="WebSocketCompression", value="true")
        await central.connections[0].close(1001)
        await eventually_async(lambda: len(central.connections) == 2)
        assert [offered(0), offered(1)] == [False, True]


async def test_a_message_that_is_too_large_is_answered_and_the_connection_kept(
    tmp_path: Path, central: Central
) -> None:
    async with staged(tmp_path, central):
        await central.gets("StatusNotification", 2)
        with pytest.raises(AssertionError, match=r"GenericError: \d+ characters are too many"):
            await central.ask("DataTransfer", vendorId="v", data="x" * 5_000_000)
        with pytest.raises(AssertionError, match=r"GenericError: \d+ characters are too many"):
            await central.ask("DataTransfer", vendorId="v", data="x" * 2**24)
        assert await central.ask("ClearCache") == {"status": "Accepted"}
        assert len(central.connections) == 1


async def test_a_text_that_is_not_utf8_is_answered_and_the_connection_kept_unless_a_key_wants_it_closed(
    tmp_path: Path, central: Central
) -> None:
    async with staged(tmp_path, central):
        await central.gets("StatusNotification", 2)
        with pytest.raises(AssertionError, match="FormationViolation: not UTF-8 at character 42"):
            await central.ask_raw("bytes", b'[2,"bytes","DataTransfer",{"vendorId":"Caf\xe9"}]')
        assert await central.ask("ChangeConfiguration", key="CloseOnInvalidUtf8", value="true") == {
            "status": "Accepted"
        }
        await central.connections[0].send(b"\xff", text=True)
        assert await central.ask("ClearCache") == {"status": "Accepted"}, "it holds from the next connection on"
        await central.connections[0].close(1001)
        await eventually_async(lambda: len(central.connections) == 2)
        await central.connections[1].send(b"\xff", text=True)
        await eventually_async(lambda: central.closes == [1001, 1007])
