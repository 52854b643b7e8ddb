"""Whatever the other end does, the link says why in words, and goes on trying: no exception escapes ``run``."""

from __future__ import annotations

import asyncio
import http
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from chargepoint.adapters import websocket as websocket_module
from chargepoint.adapters.link_events import Opened
from chargepoint.adapters.link_settings import LARGEST_READ, LinkSettings
from tests.chargepoint.adapters.links import central_system, linked, stay, tcp_server
from tests.chargepoint.certificates import Authority
from tests.support.ports import free_port
from tests.support.waiting import eventually_async

# The connection cannot be made


async def test_nobody_listens() -> None:
    url = f"ws://127.0.0.1:{free_port()}/CP1"
    async with linked(url) as link:
        reason = await link.closed()
        assert reason.startswith(f"{url}: ")
        assert "Connect call failed" in reason


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 64])
async def test_a_host_that_cannot_be_resolved(host: str) -> None:
    """The last two are refused at the edge already; the resolver raises UnicodeError for them, no OSError."""
    async with linked(f"ws://{host}/CP1") as link:
        assert await link.closed()


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 426, 500, 503])
async def test_http_refuses(status: int) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(http.HTTPStatus(status), "no\n")

    async with central_system(stay, process_request=refuse) as url, linked(url) as link:
        words = http.HTTPStatus(status).phrase
        assert await link.closed() == f"{url} refuses the connection: HTTP {status} {words}"


async def test_a_status_that_nobody_knows_is_told_as_a_number() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 599 What\r\nContent-Length: 0\r\n\r\n")

    async with tcp_server(refuse) as url, linked(url) as link:
        assert await link.closed() == f"{url} refuses the connection: HTTP 599"


@pytest.mark.parametrize("location", ["/elsewhere", "ws://127.0.0.1:1/", "http://[::1", "", None])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirection_is_not_followed(status: int, location: str | None) -> None:
    """Domain text 5.1; a Location that is no URL must not matter either."""
    asked: list[str] = []

    def redirect(connection: ServerConnection, request: Request) -> Response:
        asked.append(request.path)
        response = connection.respond(http.HTTPStatus(status), "there\n")
        if location is not None:
            response.headers["Location"] = location
        return response

    async with central_system(stay, process_request=redirect) as url, linked(url) as link:
        told = await link.closed()
        assert told.startswith(f"{url} refuses the connection: HTTP {status} ")
        assert not location or told.endswith(f", to '{location}'")
    assert asked == ["/CP1"]


async def test_the_subprotocol_is_missing() -> None:
    codes: list[int | None] = []

    async def note(connection: ServerConnection) -> None:
        await connection.wait_closed()
        codes.append(connection.close_code)

    async with central_system(note, subprotocols=None) as url, linked(url) as link:
        assert await link.closed() == f"{url} does not say that it speaks ocpp1.6"
        await eventually_async(lambda: codes == [1000])
        assert Opened() not in link.events


async def test_a_missing_subprotocol_is_accepted_where_none_is_required() -> None:
    """Seen in the field: SteVe #135, #369, #1109."""
    careless = LinkSettings(subprotocol_required=False)
    async with central_system(stay, subprotocols=None) as url, linked(url, settings=careless) as link:
        await link.opened()


async def test_the_subprotocol_is_another_one() -> None:
    def choose(connection: ServerConnection, request: Request, response: Response) -> Response:
        response.headers["Sec-WebSocket-Protocol"] = "ocpp2.0.1"
        return response

    async with central_system(stay, subprotocols=None, process_response=choose) as url:
        for required in (True, False):
            async with linked(url, settings=LinkSettings(subprotocol_required=required)) as link:
                assert "ocpp2.0.1" in await link.closed()
                assert Opened() not in link.events


async def test_tcp_is_accepted_and_nothing_said() -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with tcp_server(silence) as url, linked(url, settings=LinkSettings(open_timeout_s=0.1)) as link:
        assert await link.closed() == f"{url}: timed out during opening handshake"


async def test_the_handshake_is_broken_off() -> None:
    """As a load balancer does that has had enough for now, or nobody behind it."""

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    for how, told in (
        (reset, "the central system broke off the handshake: Connection reset by peer"),
        (close, "the central system closed the connection in place of an answer to the handshake"),
    ):
        async with tcp_server(how) as url, linked(url) as link:
            assert await link.closed() == f"{url}: {told}"


async def test_what_a_peer_says_stays_on_one_line_and_moves_no_cursor() -> None:
    """It is read on terminals, and put into XML."""

    async def leave(connection: ServerConnection) -> None:
        await connection.close(1008, "go\naway\x1b[2J\x00 – or not")

    async with central_system(leave) as url, linked(url) as link:
        told = "the central system closed the connection: 1008 go\\naway\\x1b[2J\\x00 – or not"
        assert await link.closed() == told


HANDSHAKE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: %s\r\n\r\n"
)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.0\r\n",
        b"\x00" * 100,
        b"\xff" * 100,
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        HANDSHAKE % b"wrong",
        HANDSHAKE.replace(b"ocpp1.6", b"ocpp1.6\r\nSec-WebSocket-Protocol: ocpp1.6"),
        HANDSHAKE.replace(b"ocpp1.6", b"ocpp1.6\r\nSec-WebSocket-Extensions: permessage-deflate"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 101 OK\r\n" + b"a: b\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 \xd9\xa3\xd9\xa3\xd9\xa3 OK\r\n\r\n",
    ],
)
async def test_what_answers_is_no_websocket_server(answer: bytes) -> None:
    async def rubbish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with tcp_server(rubbish) as url, linked(url) as link:
        assert (await link.closed()).startswith(url)
        assert Opened() not in link.events


async def test_wss_with_a_certificate_unknown_to_us_or_no_tls_at_all(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*Authority(tmp_path).issue("localhost"))
    async with central_system(stay, ssl=context) as url, linked(url) as link:
        assert "certificate verify failed" in await link.closed()
    async with central_system(stay) as url, linked(url.replace("ws:", "wss:")) as link:
        assert await link.closed()
    async with central_system(stay, ssl=context) as url, linked(url.replace("wss:", "ws:")) as link:
        assert await link.closed()


async def test_wss_with_a_certificate_that_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("localhost"))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.cafile))
    async with central_system(stay, ssl=context) as url:
        async with linked(url) as link:
            await link.opened()
        async with linked(url.replace("localhost", "127.0.0.1")) as link:
            assert "certificate" in await link.closed()


# The connection is not what it should be


@pytest.mark.parametrize(
    ("code", "reason", "told"),
    [
        (1000, "", "the central system closed the connection: 1000"),
        (1001, "going away", "the central system closed the connection: 1001 going away"),
        (1008, "not registered", "the central system closed the connection: 1008 not registered"),
        (1011, "", "the central system closed the connection: 1011"),
        (4000, "ours", "the central system closed the connection: 4000 ours"),
    ],
)
async def test_the_central_system_closes(code: int, reason: str, told: str) -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(code, reason)

    async with central_system(leave) as url, linked(url) as link:
        assert await link.closed() == told


async def test_the_connection_is_cut() -> None:
    async def cut(connection: ServerConnection) -> None:
        connection.transport.abort()

    async with central_system(cut) as url, linked(url) as link:
        assert await link.closed() == "the connection to the central system was lost"


async def test_pings_are_never_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_module, "CLOSE_TIMEOUT_S", 0.1)

    class Deaf(ServerConnection):
        def data_received(self, data: bytes) -> None:
            if self.request is None:
                super().data_received(data)

    impatient = LinkSettings(pong_timeout_s=0.1)
    async with (
        central_system(stay, create_connection=Deaf) as url,
        linked(url, ping_interval_s=0.05, settings=impatient) as link,
    ):
        await link.opened()
        assert await link.closed() == "the connection was closed: 1002 no pong within 0 s"


@asynccontextmanager
async def frozen_central_system() -> AsyncIterator[str]:
    """One that takes nothing any more, so that every buffer between us fills."""
    thawed = asyncio.Event()

    async def freeze(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await thawed.wait()
        connection.transport.abort()

    async with central_system(freeze) as url:
        yield url
        thawed.set()


async def test_the_peer_has_stopped_reading_and_every_buffer_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_module, "CLOSE_TIMEOUT_S", 0.1)
    impatient = LinkSettings(pong_timeout_s=0.2)
    async with frozen_central_system() as url, linked(url, ping_interval_s=0.2, settings=impatient) as link:
        await link.opened()
        for _ in range(50):
            link.websocket.send("x" * 1_000_000)
        assert await link.closed()
        await asyncio.wait_for(link.websocket.flushed(), 10)


async def test_a_binary_message_is_dropped_and_the_connection_kept() -> None:
    async def binary(connection: ServerConnection) -> None:
        await connection.send(b'[2,"1","Reset",{"type":"Hard"}]')
        await connection.send("text")
        await stay(connection)

    async with central_system(binary) as url, linked(url) as link:
        await eventually_async(lambda: link.texts())
        assert link.texts() == ["text"]
        assert link.is_open


@pytest.mark.parametrize("fragments", [1, 64])
async def test_of_a_message_beyond_16_mebibytes_no_more_is_kept_and_the_connection_goes_on(fragments: int) -> None:
    """What is too large for the station is the endpoint's to refuse: it has to see the beginning."""

    async def large(connection: ServerConnection) -> None:
        for size in (LARGEST_READ, LARGEST_READ + 1, 3 * LARGEST_READ):
            part = "x" * (size // fragments)
            await connection.send([part] * fragments if fragments > 1 else "x" * size)
        await connection.send("after")
        await stay(connection)

    async with central_system(large) as url, linked(url) as link:
        await eventually_async(lambda: "after" in link.texts())
        sizes = [len(text) for text in link.texts()]
        assert sizes == [LARGEST_READ, LARGEST_READ + (fragments == 1), LARGEST_READ + 1, 5]
        assert link.is_open


async def test_a_compressed_message_beyond_16_mebibytes_ends_the_connection() -> None:
    async def large(connection: ServerConnection) -> None:
        await connection.send("x" * (LARGEST_READ + 1))
        await stay(connection)

    compressed = LinkSettings(compression=True)
    async with central_system(large) as url, linked(url, settings=compressed) as link:
        assert (await link.closed()).startswith("the connection was closed: 1009 ")


NOT_UTF8 = [
    (b"\x81\x02\xc3\x28", "\udcc3("),
    (b"\x81\x03\xed\xa0\x80", "\udced\udca0\udc80"),  # a lone surrogate
    (b"\x01\x01\xc3\x80\x01\xff", "\udcc3\udcff"),  # in two fragments
]


@pytest.mark.parametrize(("data", "text"), NOT_UTF8)
async def test_a_text_that_is_not_utf8_is_heard_as_it_came_and_the_connection_kept(data: bytes, text: str) -> None:
    async with central_system(lambda one: raw(one, data + b"\x81\x02ok")) as url, linked(url) as link:
        await eventually_async(lambda: "ok" in link.texts())
        assert link.texts() == [text, "ok"]
        assert link.is_open


@pytest.mark.parametrize(("data", "text"), NOT_UTF8)
async def test_a_station_can_be_told_to_end_the_connection_over_what_is_not_utf8(data: bytes, text: str) -> None:
    strict = LinkSettings(closes_on_invalid_utf8=True)
    async with central_system(lambda one: raw(one, data)) as url, linked(url, settings=strict) as link:
        assert (await link.closed()).startswith("the connection was closed: 1007")


async def test_fragments_of_a_message_are_put_together() -> None:
    async def fragments(connection: ServerConnection) -> None:
        await connection.send(["[2,", '"1",', '"Heartbeat",{}]'])
        await stay(connection)

    async with central_system(fragments) as url, linked(url) as link:
        await eventually_async(lambda: link.texts() == ['[2,"1","Heartbeat",{}]'])


async def raw(connection: ServerConnection, data: bytes) -> None:
    """Put bytes on the wire behind the library's back."""
    connection.transport.write(data)
    await stay(connection)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x83\x00", 1002),  # a reserved opcode
        (b"\xc1\x00", 1002),  # a reserved bit
        (b"\x81\x80\x00\x00\x00\x00", 1002),  # masked by a server
        (b"\x80\x00", 1002),  # the continuation of nothing
        (b"\x88\x01\x00", 1002),  # a close frame of one byte
        (b"\x89\x7e\x01\x00" + b"x" * 256, 1002),  # a ping that is too long
        (b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 1009),
    ],
)
async def test_frames_against_the_websocket_standard_end_the_connection(data: bytes, code: int) -> None:
    async with central_system(lambda connection: raw(connection, data)) as url, linked(url) as link:
        assert (await link.closed()).startswith(f"the connection was closed: {code}")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=200))
async def test_any_bytes_after_the_handshake_are_survived(data: bytes) -> None:
    async def babble(connection: ServerConnection) -> None:
        connection.transport.write(data)
        await asyncio.sleep(0)
        connection.transport.abort()

    async with central_system(babble) as url, linked(url) as link:
        assert await link.closed()


async def test_cancelling_while_the_handshake_is_under_way_ends_at_once() -> None:
    begun = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.set()
        await reader.read()

    async with tcp_server(silence) as url, linked(url) as link:
        await begun.wait()
        assert link.events == []


async def test_cancelling_while_the_peer_has_stopped_reading_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_module, "CLOSE_TIMEOUT_S", 0.1)
    async with frozen_central_system() as url, linked(url) as link:
        await link.opened()
        for _ in range(50):
            link.websocket.send("x" * 1_000_000)
