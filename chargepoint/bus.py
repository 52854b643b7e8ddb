"""The way to the MQTT broker: its URL, and a connection that comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import re
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import aiomqtt

from chargepoint.api.errors import InputError
from chargepoint.mqtt_client import MqttClient
from chargepoint.trust import trusting

log = logging.getLogger(__name__)

UNACKNOWLEDGED = 20
"""So many messages are on their way at the same time, in order; what replaces them meanwhile is not among them."""

KEEPALIVE_S = 15

CONNECT_TIMEOUT_S = 10.0
LEAVE_TIMEOUT_S = 1.0
FIRST_RETRY_S = 0.2
LONGEST_RETRY_S = 5.0

_FORM = "a broker URL like 'mqtt://user:password@host:1883' or 'mqtts://host:8883?cafile=ca.pem'"


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is and how to get in. ``tls`` files may be empty: the system's CAs, no client certificate."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    cafile: str = ""
    certfile: str = ""
    keyfile: str = ""

    @classmethod
    def parse(cls, url: str) -> Broker:
        """The broker at ``url``: mqtt (or tcp) or mqtts, with cafile, certfile and keyfile in the query of the
        latter. Raises InputError, also for a file that is not there or not what it should be."""
        told = re.sub(r"//([^:/@]*):.*@", r"//\1:…@", url)
        try:
            parts = urlsplit(url)
            port = parts.port
            query = parse_qs(parts.query, strict_parsing=bool(parts.query))
            (parts.hostname or "").encode("idna")
        except ValueError:
            raise InputError("broker", told, _FORM) from None
        tls = parts.scheme == "mqtts"
        strange = parts.path not in ("", "/") or parts.fragment or (parts.password and not parts.username)
        if strange or not parts.hostname or port == 0 or parts.scheme not in ("mqtt", "tcp", "mqtts"):
            raise InputError("broker", told, _FORM)
        files = {key: values[-1] for key, values in query.items()}
        for key, file in files.items():
            if not tls or key not in ("cafile", "certfile", "keyfile"):
                raise InputError("broker", f"?{key}", "one of cafile, certfile, keyfile, of an mqtts URL")
            if not Path(file).is_file():
                raise InputError(f"broker {key}", file, "a file that exists")
        if "keyfile" in files and "certfile" not in files:
            raise InputError("broker", told, "complete: a keyfile needs its certfile")
        broker = cls(
            host=parts.hostname,
            port=port or (8883 if tls else 1883),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password is not None else None,
            tls=tls,
            **files,
        )
        try:
            broker.tls_context()
        except OSError as error:
            raise InputError("broker", told, f"given with certificate files that fit: {error}") from None
        return broker

    @property
    def url(self) -> str:
        """The URL without password, for people."""
        user = f"{self.username}@" if self.username else ""
        return f"{'mqtts' if self.tls else 'mqtt'}://{user}{self.host}:{self.port}"

    @property
    def tcp_url(self) -> str:
        """The spelling of the Open OCPP launcher's start-up lines."""
        return f"{'ssl' if self.tls else 'tcp'}://{self.host}:{self.port}"

    def tls_context(self) -> ssl.SSLContext | None:
        """A context for mqtts: TLS 1.2 or later, the server's name checked."""
        if not self.tls:
            return None
        context = trusting(self.cafile)
        if self.certfile:
            # Without a password to try, a locked key would be asked for on the terminal.
            context.load_cert_chain(self.certfile, self.keyfile or None, password="")
        return context


@dataclass(frozen=True, slots=True)
class Message:
    """An application message, to publish or as heard. ``retain`` on a heard one: it is the stored state."""

    topic: str
    payload: bytes = b""
    qos: int = 1
    retain: bool = False


class Bus:
    """One MQTT connection of one process, kept up until cancelled.

    ``greet`` is asked for the messages that make the retained state true, after every (re)connection, once the
    subscriptions stand - who sees a greeting may answer it - and before anything else is published. ``hear`` gets
    every message; it must not block. ``told`` learns of every connection, and why one ended or could not be made.
    What is published while there is no connection is dropped: ``greet`` tells the state anew, and nobody listens
    to an answer that comes late. ``subscription_qos`` 0 suits who watches thousands of retained topics: of QoS 1
    mosquitto queues a thousand for one client and drops the rest (max_queued_messages).
    """

    def __init__(
        self,
        broker: Broker,
        *,
        name: str,
        subscriptions: Iterable[str] = (),
        subscription_qos: int = 1,
        will: Message | None = None,
        greet: Callable[[], Iterable[Message]] = tuple,
        hear: Callable[[Message], None] = lambda message: None,
        told: Callable[[bool, str], None] = lambda connected, reason: None,
    ) -> None:
        self._broker = broker
        # A process number is not unique between containers, and equal client ids evict each other for ever.
        self._client_id = f"{name}-{os.urandom(4).hex()}"
        self._subscriptions = [(topic, subscription_qos) for topic in subscriptions]
        self._will = will
        self._greet = greet
        self._hear = hear
        self._told = told
        self._pending: dict[object, Message] = {}
        self._wake = asyncio.Event()
        self._client: aiomqtt.Client | None = None
        self._up_since: float | None = None
        self._unacknowledged = 0
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def connected(self) -> bool:
        """Whether messages published now will leave."""
        return self._client is not None

    def publish(self, message: Message) -> None:
        """Send ``message`` in its turn; a retained one replaces an unsent older one of the same topic."""
        if self._client is None:
            return
        key: object = message.topic if message.retain else object()
        self._unacknowledged += key not in self._pending
        self._pending[key] = message
        self._drained.clear()
        self._wake.set()

    async def drained(self, timeout_s: float = 2.0) -> None:
        """Return when everything published so far is with the broker, or after ``timeout_s``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._drained.wait()

    async def run(self) -> None:
        """Connect, and connect again after every loss, until cancelled; then leave with a DISCONNECT."""
        retry_s, known = FIRST_RETRY_S, ""
        while True:
            reason = await self._one_connection()
            # A broker that lets us in and throws us out again at once is not to be rushed.
            if self._up_since is not None and asyncio.get_running_loop().time() - self._up_since > LONGEST_RETRY_S:
                retry_s, known = FIRST_RETRY_S, ""
            level = logging.DEBUG if reason == known else logging.WARNING
            log.log(level, "broker %s: %s; trying again until it works", self._broker.url, reason)
            known = reason
            self._told(False, reason)
            # Drawn, so that a fleet does not come back as one.
            await asyncio.sleep(retry_s * random.uniform(0.5, 1.0))
            retry_s = min(retry_s * 2, LONGEST_RETRY_S)

    async def _one_connection(self) -> str:
        """Live through one connection; returns why it ended, or could not be made."""
        reason = ""
        self._up_since = None
        try:
            async with self._connect() as client:
                await self._live(client)
        except* (aiomqtt.MqttError, OSError, UnicodeError) as group:
            reason = _reason(group)
        finally:
            self._client = None
            self._pending.clear()
            self._unacknowledged = 0
            self._drained.set()
        if (task := asyncio.current_task()) and task.cancelling():
            # Leaving in good order failed, and that failure took the place of the cancellation.
            raise asyncio.CancelledError
        return reason

    def _connect(self) -> MqttClient:
        will = self._will
        return MqttClient(
            self._broker.host,
            self._broker.port,
            username=self._broker.username,
            password=self._broker.password,
            identifier=self._client_id,
            keepalive=KEEPALIVE_S,
            timeout=CONNECT_TIMEOUT_S,
            tls_context=self._broker.tls_context(),
            will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain) if will else None,
        )

    async def _live(self, client: MqttClient) -> None:
        if self._subscriptions:
            codes = await client.subscribe(self._subscriptions)
            for (topic, _), code in zip(self._subscriptions, codes, strict=False):
                if getattr(code, "is_failure", False):
                    raise aiomqtt.MqttError(f"the broker refuses the subscription to {topic}")
        client.pending_calls_threshold = UNACKNOWLEDGED
        self._client = client
        self._up_since = asyncio.get_running_loop().time()
        self._told(True, "")
        for message in self._greet():
            self.publish(message)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write(client))
                async for first in client.messages:
                    for heard in (first, *client.at_hand()):
                        payload = heard.payload if isinstance(heard.payload, bytes) else b""
                        self._hear(Message(heard.topic.value, payload, heard.qos, heard.retain))
        finally:
            client.timeout = LEAVE_TIMEOUT_S

    async def _write(self, client: aiomqtt.Client) -> None:
        room = asyncio.Semaphore(UNACKNOWLEDGED)
        async with asyncio.TaskGroup() as on_the_way:
            while True:
                if not self._pending:
                    self._wake.clear()
                    await self._wake.wait()
                await room.acquire()
                # Taken when there is room for it: until then a newer one may take its place.
                message = self._pending.pop(next(iter(self._pending)))
                on_the_way.create_task(self._send(client, message, room))

    async def _send(self, client: aiomqtt.Client, message: Message, room: asyncio.Semaphore) -> None:
        # As soon as one is acknowledged the next leaves: a broker that gathers small packets (Nagle) would keep the
        # acknowledgements of a batch back until we say something.
        await client.publish(message.topic, message.payload, message.qos, message.retain)
        room.release()
        self._unacknowledged -= 1
        if not self._unacknowledged:
            self._drained.set()


def _reason(group: BaseExceptionGroup[BaseException]) -> str:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    text = str(first.__cause__ or first) or type(first).__name__
    return re.sub(r"^\[code:\d+\] ", "", text)
