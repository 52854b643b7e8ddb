"""Nonsense on many connections at once: the broker lives, the others notice nothing, nothing is written in panic."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from launcher.broker.encoder import encode
from launcher.broker.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Message,
    Packet,
    Pingreq,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsubscribe,
    Will,
)
from launcher.broker.properties import Properties
from launcher.broker.reason_codes import ReasonCode
from tests.launcher.broker.processes import BrokerProcess
from tests.launcher.broker.wire import Wire

CONNECTIONS = 300
AT_ONCE = 20

WORDS: list[Packet] = [
    Connect("fuzz", clean_start=False, keep_alive_s=3, will=Will(Message("fuzz/will", b"Dead", 1), retain=True)),
    Connect("", user_name="user", password=b"secret"),
    Connack(),
    Publish(Message("fuzz/a", b"0123456789")),
    Publish(Message("fuzz/a", b"", 1), retain=True, packet_id=1),
    Publish(Message("fuzz/a/b/c", bytes(300), 2), dup=True, packet_id=2),
    Puback(1),
    Pubrec(1),
    Pubrel(2),
    Pubcomp(1),
    Subscribe(3, (("fuzz/#", 1), ("fuzz/+/b", 2), ("$SYS/#", 0))),
    Suback(3, (1,)),
    Unsubscribe(4, ("fuzz/#", "fuzz/+/b")),
    Pingreq(),
    Disconnect(),
]


WORDS_5: list[Packet] = [
    Connect(
        "fuzz",
        keep_alive_s=3,
        will=Will(Message("fuzz/will", b"Dead", 1, Properties(content_type="text/plain")), retain=True, delay_s=1),
        protocol_level=5,
        properties=Properties(session_expiry_interval_s=2, receive_maximum=2, maximum_packet_size_bytes=400),
    ),
    Connect("", protocol_level=5, properties=Properties(authentication_method="SCRAM-SHA-1")),
    Publish(Message("fuzz/a", b"0123456789", 0, Properties(user_properties=(("a", "b"), ("a", "c"))))),
    Publish(
        Message("fuzz/a", b"1", 1, Properties(message_expiry_interval_s=1, response_topic="fuzz/b")),
        retain=True,
        packet_id=1,
        properties=Properties(topic_alias=1),
    ),
    Publish(Message("", bytes(300), 2), packet_id=2, properties=Properties(topic_alias=1)),
    Puback(1, ReasonCode.QUOTA_EXCEEDED, Properties(reason_string="enough")),
    Pubrec(1),
    Pubrel(2),
    Subscribe(3, (("fuzz/#", 0x1D), ("$share/fuzz/fuzz/+", 1)), Properties(subscription_identifiers=(7,))),
    Unsubscribe(4, ("fuzz/#", "$share/fuzz/fuzz/+")),
    Pingreq(),
    Auth(ReasonCode.RE_AUTHENTICATE),
    Disconnect(ReasonCode.DISCONNECT_WITH_WILL, Properties(session_expiry_interval_s=1)),
]


def random_bytes(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randint(1, 200))


def random_words(dice: random.Random) -> bytes:
    words, level = dice.choice([(WORDS, 4), (WORDS_5, 5)])
    return b"".join(encode(word, level) for word in dice.choices(words, k=dice.randint(1, 20)))


def damaged_words(dice: random.Random) -> bytes:
    data = bytearray(random_words(dice))
    for _ in range(dice.randint(1, 5)):
        position = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                data[position] = dice.randrange(256)
            case 1:
                data[position] ^= 1 << dice.randrange(8)
            case 2:
                data[position:position] = dice.randbytes(dice.randint(1, 4))
            case _:
                del data[position + 1 : position + dice.randint(1, 8)]
    return bytes(data)


@pytest.mark.parametrize("nonsense", [random_bytes, random_words, damaged_words])
async def test_nonsense_disturbs_nobody(embedded: BrokerProcess, nonsense: Callable[[random.Random], bytes]) -> None:
    dice = random.Random(20260101)
    port = embedded.port
    bystander = await Wire.connect(port, Connect("bystander"), {"bystander": 1})
    turns = asyncio.Semaphore(AT_ONCE)

    async def talk(connected: bool, data: bytes, cuts: list[int]) -> None:
        async with turns:
            connect = Connect("fuzz", protocol_level=dice.choice([4, 5]))
            client = await (Wire.connect(port, connect) if connected else Wire.open(port))
            with suppress(ConnectionError):
                for start, stop in zip([0, *cuts], [*cuts, len(data)], strict=True):
                    await client.send_bytes(data[start:stop])
                    await asyncio.sleep(0)
            client.break_off()

    async with asyncio.TaskGroup() as tasks:
        for number in range(CONNECTIONS):
            data = nonsense(dice)
            cuts = sorted(dice.choices(range(len(data)), k=dice.randint(0, 3)))
            tasks.create_task(talk(dice.random() < 0.7, data, cuts))
            if number % 50 == 0:
                await bystander.publish("bystander", str(number).encode(), 1)
    assert await bystander.messages(CONNECTIONS // 50) == [
        ("bystander", str(number).encode()) for number in range(0, CONNECTIONS, 50)
    ]
    assert embedded.process.poll() is None
    complaints = embedded.log.read_text().splitlines()
    assert all(line.startswith(("broker: a client", "broker: client", "broker: listening")) for line in complaints)
