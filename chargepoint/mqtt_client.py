"""aiomqtt as a process needs it of which there are a thousand, or one with thousands in it."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Iterator
from typing import Any, Self, TypeVar

import aiomqtt
from paho.mqtt.enums import MQTTErrorCode

T = TypeVar("T")

LOOK_S = 5.0
"""How often to look whether a ping is due: a broker waits for one and a half keep-alives."""

READ_AT_ONCE = 100


class MqttClient(aiomqtt.Client):
    """For one connection, that needs no thread to be made: a thread costs 200 kB, and a broker that never answers its
    TLS handshake keeps it from ending.

    aiomqtt waits out its timeout when a broker hangs up instead of answering CONNECT; this one does not. It also ends
    when it is told to, in whatever moment, and hears many messages in one turn of the loop: aiomqtt reads one in a
    turn and makes a task for it, so that in a process whose turns are long a flood is never over. And it does not
    wake up every second while nothing happens.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._context = named.get("tls_context")
        self._read_one = self._client.loop_read
        # aiomqtt calls it when the socket has something.
        self._client.loop_read = self._read_many  # type: ignore[method-assign]

    async def __aenter__(self) -> Self:
        """Connect; raises MqttError."""
        try:
            async with asyncio.timeout(self.timeout):
                wire = await _way(self._hostname, self._port, self._context)
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None
        except OSError as error:
            raise aiomqtt.MqttError(str(error)) from None
        await self._lock.acquire()
        # What paho would make, and wait for.
        self._client._create_socket = lambda: wire  # type: ignore[method-assign]
        self._client_connect()
        try:
            await self._wait_for(self._connected, timeout=None)
        except BaseException:
            self._client._sock_close()
            raise
        return self

    def _read_many(self, max_packets: int = 1) -> MQTTErrorCode:
        for _ in range(READ_AT_ONCE):
            before = self._queue.qsize()
            code = self._read_one()
            if self._queue.qsize() == before:
                break
        return code

    def at_hand(self) -> Iterator[aiomqtt.Message]:
        """The messages that need not be waited for."""
        while not self._queue.empty():
            yield self._queue.get_nowait()

    async def _misc_loop(self) -> None:
        while self._client.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:
        # Of Python 3.11, asyncio.wait_for forgets a cancellation that comes together with the result
        # (python/cpython#86296), and then a connection goes on for ever; asyncio.timeout does not.
        try:
            async with asyncio.timeout(self.timeout if timeout is None else timeout):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None

    def _on_disconnect(self, *arguments: Any, **named: Any) -> None:
        if self._connected.cancelled():
            return
        if self._connected.done():
            super()._on_disconnect(*arguments, **named)
        else:
            self._connected.set_exception(
                aiomqtt.MqttError("hung up before it let us in; does it want TLS, or none?")
            )


async def _way(host: str, port: int, context: ssl.SSLContext | None) -> socket.socket:
    """A connection to a broker, with TLS or without. Raises OSError."""
    loop = asyncio.get_running_loop()
    failure = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        wire = socket.socket(family, kind, protocol)
        try:
            wire.setblocking(False)
            await loop.sock_connect(wire, address)
            # Two small messages in a row would wait for the broker's delayed acknowledgement, 40 ms each time.
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return wire if context is None else await _secured(wire, host, context)
        except ssl.SSLError:
            wire.close()
            raise
        except OSError as error:
            wire.close()
            failure = OSError(error.errno, os.strerror(error.errno)) if error.errno else error
        except BaseException:
            wire.close()
            raise
    raise failure


async def _secured(wire: socket.socket, host: str, context: ssl.SSLContext) -> socket.socket:
    loop = asyncio.get_running_loop()
    secured = context.wrap_socket(wire, server_hostname=host, do_handshake_on_connect=False)
    number = secured.fileno()
    moved = asyncio.Event()
    try:
        while True:
            moved.clear()
            try:
                secured.do_handshake()
                return secured
            except ssl.SSLWantReadError:
                loop.add_reader(number, moved.set)
            except ssl.SSLWantWriteError:
                loop.add_writer(number, moved.set)
            await moved.wait()
            loop.remove_reader(number)
            loop.remove_writer(number)
    except BaseException:
        loop.remove_reader(number)
        loop.remove_writer(number)
        secured.close()
        raise
