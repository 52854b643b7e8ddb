"""What the embedded broker costs, beside mosquitto when there is one: ``python -m tests.benchmarks.broker``.

Everything runs on one machine, so rates include the load generator; the CPU of the broker is the firmer number.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import psutil

from launcher.broker.decoder import Decoder
from launcher.broker.encoder import encode
from launcher.broker.packets import Connack, Connect, Message, Packet, Puback, Publish, Suback, Subscribe, Will
from tests.launcher.broker.processes import MOSQUITTO, running

PAYLOAD = b'{"status":"Charging","id_tag":"TAG1","setpoint":16.0,"consumption_l1":16.0}'
DEADLINE_S = 60.0


class Client(asyncio.Protocol):
    """A client that counts what it gets, by type of packet."""

    def __init__(self) -> None:
        self.counts: Counter[type[Packet]] = Counter()
        self._decoder = Decoder()
        self._changed = asyncio.Event()

    @classmethod
    async def connect(cls, port: int, client_id: str, will: Will | None = None) -> Client:
        _, client = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        client.send(Connect(client_id, will=will))
        await client.until(Connack, 1)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.counts.update(map(type, self._decoder.feed(data)))
        self._changed.set()

    def send(self, *packets: Packet) -> None:
        self.transport.write(b"".join(map(encode, packets)))

    async def until(self, kind: type[Packet], count: int) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while self.counts[kind] < count:
                self._changed.clear()
                await self._changed.wait()


class Stopwatch:
    """Wall time and the broker's CPU time since it was made."""

    def __init__(self, broker: psutil.Process) -> None:
        self._broker = broker
        self._wall_at = time.perf_counter()
        self._cpu_at = self._cpu_s()

    def _cpu_s(self) -> float:
        times = self._broker.cpu_times()
        return times.user + times.system

    def wall_s(self) -> float:
        return time.perf_counter() - self._wall_at

    def cpu_s(self) -> float:
        return self._cpu_s() - self._cpu_at


def status(number: int, qos: int = 0) -> Message:
    return Message(f"cp_simu/cps/simu_cp_{number:05}/connectors/1/status", PAYLOAD, qos)


async def measure(port: int, broker: psutil.Process, clients: int, messages: int) -> dict[str, str]:
    """One column of the table."""

    def rss_mb() -> str:
        return f"{broker.memory_info().rss / 1e6:.0f} MB"

    column = {"memory at start": rss_mb()}
    watch = Stopwatch(broker)
    stations = []
    for number in range(clients):
        will = Will(Message(f"cp_simu/cps/simu_cp_{number:05}/status", b"Dead", 1), retain=True)
        station = await Client.connect(port, f"simu_cp_{number:05}", will)
        station.send(
            Subscribe(1, ((f"cp_simu/cps/simu_cp_{number:05}/cmd", 1),)),
            Subscribe(2, ((f"cp_simu/cps/simu_cp_{number:05}/connectors/+/car", 1),)),
        )
        await station.until(Suback, 2)
        stations.append(station)
    column[f"{clients} clients: CPU for each to connect and subscribe"] = f"{watch.cpu_s() / clients * 1e6:.0f} us"
    column[f"{clients} clients: memory"] = rss_mb()

    watch = Stopwatch(broker)
    for number, station in enumerate(stations):
        station.send(Publish(status(number, qos=1), retain=True, packet_id=1))
    for station in stations:
        await station.until(Puback, 1)
    column["retained QoS 1 publish: CPU for each"] = f"{watch.cpu_s() / clients * 1e6:.0f} us"

    for qos in (0, 1):
        watcher = await Client.connect(port, f"watcher-{qos}")
        watch = Stopwatch(broker)
        watcher.send(Subscribe(1, (("cp_simu/#", qos),)))
        arrived = 0
        while arrived < clients:
            await watcher.until(Publish, arrived + 1)
            before, arrived = arrived, watcher.counts[Publish]
            if qos:
                # Both brokers number the messages of a connection from 1.
                watcher.send(*map(Puback, range(before + 1, arrived + 1)))
        column[f"{clients} retained messages to a new QoS {qos} subscriber"] = f"{watch.wall_s() * 1e3:.0f} ms"
        watcher.transport.close()

    watcher = await Client.connect(port, "screen")
    watcher.send(Subscribe(1, (("cp_simu/cps/+/connectors/+/status", 0),)))
    await watcher.until(Publish, clients)
    for batch, what in ((1, "one by one"), (20, "in batches of 20")):
        before = watcher.counts[Publish]
        frames = [encode(Publish(status(number))) * batch for number in range(clients)]
        watch = Stopwatch(broker)
        rounds = max(1, messages // clients // batch)
        for _ in range(rounds):
            for station, frame in zip(stations, frames, strict=True):
                station.transport.write(frame)
            await asyncio.sleep(0)
        sent = rounds * clients * batch
        await watcher.until(Publish, before + sent)
        column[f"{clients} publish QoS 0 {what} to one"] = (
            f"{sent / watch.wall_s() / 1e3:.0f} k/s, CPU {watch.cpu_s() / sent * 1e6:.1f} us each"
        )

    watcher.transport.close()
    undertaker = await Client.connect(port, "undertaker")
    undertaker.send(Subscribe(1, (("cp_simu/cps/+/status", 0),)))
    await undertaker.until(Suback, 1)
    watch = Stopwatch(broker)
    for station in stations:
        station.transport.abort()
    await undertaker.until(Publish, clients)
    column[f"{clients} wills"] = f"{watch.wall_s() * 1e3:.0f} ms"
    column["memory at the end"] = rss_mb()
    return column


def print_table(columns: dict[str, dict[str, str]]) -> None:
    rows: Iterable[str] = next(iter(columns.values()))
    width = max(map(len, rows))
    print(" " * width, *(f"{name:>28}" for name in columns))
    for row in rows:
        print(f"{row:{width}}", *(f"{column[row]:>28}" for column in columns.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--messages", type=int, default=200_000)
    options = parser.parse_args()
    columns = {}
    for name in ("embedded", "mosquitto") if MOSQUITTO else ("embedded",):
        with tempfile.TemporaryDirectory() as directory, running(name, Path(directory)) as broker:
            process = psutil.Process(broker.process.pid)
            columns[name] = asyncio.run(measure(broker.port, process, options.clients, options.messages))
    print_table(columns)
    return 0


if __name__ == "__main__":
    sys.exit(main())
