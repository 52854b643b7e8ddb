"""``python -m launcher.broker`` as supervisord and people see it: its lines, its exit codes, its end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.broker.packets import Connect, Disconnect, Message, Pingreq, Pingresp, Will
from launcher.broker.properties import Properties
from launcher.broker.reason_codes import ReasonCode
from tests.launcher.broker.processes import running
from tests.launcher.broker.wire import Wire
from tests.support.waiting import eventually_async


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "launcher.broker", *options], capture_output=True, text=True, timeout=20, check=False
    )


def test_it_says_once_where_it_listens(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as broker:
        pass
    assert broker.log.read_text() == f"broker: listening on 127.0.0.1 port {broker.port}\n"


def test_it_listens_on_this_machine_only_unless_told_otherwise(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as broker, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", broker.port), timeout=1)
    with running("embedded", tmp_path, "--bind", "0.0.0.0") as broker:
        socket.create_connection(("127.0.0.2", broker.port), timeout=1).close()
    assert "whoever reaches it may read and command everything" in broker.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with running("embedded", tmp_path) as broker:
        will = Will(Message("status", b"Dead"))
        clients = [await Wire.connect(broker.port, Connect(f"cp{n}", will=will), {"status": 0}) for n in range(5)]
        new = await Wire.connect(broker.port, Connect("new", will=will, protocol_level=5), {"status": 0})
        broker.process.send_signal(number)
        assert [await client.closed() for client in clients] == [[]] * 5
        why = Properties(reason_string="the broker ends")
        assert await new.closed() == [Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, why)]
        assert broker.process.wait(10) == 0
    assert broker.log.read_text().count("\n") == 1


async def test_without_files_for_more_clients_it_says_so_once_and_goes_on(tmp_path: Path) -> None:
    with running("embedded", tmp_path, open_files=40) as broker:
        first = await Wire.connect(broker.port, Connect("first"))
        crowd = [await Wire.open(broker.port) for _ in range(60)]
        await eventually_async(lambda: "ulimit -n" in broker.log.read_text())
        await first.send(Pingreq())
        assert await first.receive() == Pingresp()
        for client in crowd:
            client.break_off()
        await Wire.connect(broker.port, Connect("late"))
    assert broker.log.read_text().splitlines() == [
        f"broker: listening on 127.0.0.1 port {broker.port}",
        "broker: no more open files (ulimit -n): new clients have to wait until others leave",
    ]


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run("--port", str(port))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        f"broker: port {port} on 127.0.0.1 is taken; "
        "end the program that listens there or choose another with --port\n"
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--bind", "203.0.113.1"], "'203.0.113.1' is no address of this machine"),
        (["--bind", "no.such.host.invalid"], "'no.such.host.invalid' is no address of this machine"),
        (["--bind", ""], "an address is missing"),
        (["--port", "65536"], "'65536' is not a number from 0 to 65535"),
        (["--port", "mqtt"], "'mqtt' is not a number from 0 to 65535"),
        (["--max-packet-bytes", "10"], "'10' is not a number from 1024 to 268435455"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(options: list[str], complaint: str) -> None:
    ended = run("--port", "0", *options)
    assert ended.returncode == 2
    assert complaint in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_the_largest_packet_can_be_set(tmp_path: Path) -> None:
    with running("embedded", tmp_path, "--max-packet-bytes", "2000") as broker:
        wire = await Wire.connect(broker.port, Connect("cp"))
        await wire.publish("t", bytes(2000))
        assert await wire.closed() == []
    assert "client 'cp': a packet of 2006 bytes; at most 2000 are taken here" in broker.log.read_text()


async def test_it_can_be_started_again_at_once_on_the_same_port(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as broker:
        wire = await Wire.connect(broker.port, Connect("cp"))
    await wire.closed()
    with running("embedded", tmp_path, port=broker.port):
        await Wire.connect(broker.port, Connect("cp"))
