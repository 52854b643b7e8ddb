"""Traces that are driven against a central system again."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from chargepoint.api.errors import InputError
from launcher.scenario.peer import Peer, Unreachable
from launcher.scenario.replay import replay
from launcher.scenario.retelling import Retelling
from launcher.scenario.traced import UNTOLD, Answer, Told, parse_trace
from tests.csms.program import Program, running


def record(direction: str, kind: str, id: str, **more: object) -> str:
    written = {
        "schemaVersion": "1.1",
        "timestamp": "2026-01-01T00:00:00Z",
        "transport": "json",
        "chargePointId": "CP",
    }
    return json.dumps({**written, "direction": direction, "messageType": kind, "messageId": id, **more}) + "\n"


BOOT = ("chargePointVendor", "chargePointModel")
OUT, IN = "cp-to-csms", "csms-to-cp"
SESSION = (
    record(OUT, "CALL", "1", action="StartTransaction", payload={"connectorId": 1, "idTag": "T"})
    + record(IN, "CALL", "1", action="Reset", payload={"type": "Soft"})
    + record(OUT, "CALLRESULT", "1", payload={"status": "Rejected"})
    + record(IN, "CALLRESULT", "1", payload={"transactionId": 7, "idTagInfo": {"status": "Accepted"}})
    + record(OUT, "CALL", "2", action="StopTransaction", payload={"transactionId": 7, "a": [{"transactionId": 8}]})
    + record(IN, "CALLERROR", "2", error={"code": "InternalError", "description": "", "details": {}})
    + record(OUT, "CALL", "3", action="Heartbeat", payload={})
)


def test_a_trace_is_read_with_each_answer_at_its_call() -> None:
    """Ids of the two sides have nothing to do with each other."""
    told = parse_trace(SESSION, "t")
    assert {station: [replace(call, at=0.0) for call in calls] for station, calls in told.items()} == {
        "CP": [
            Told(
                1,
                True,
                "StartTransaction",
                {"connectorId": 1, "idTag": "T"},
                Answer({"transactionId": 7, "idTagInfo": {"status": "Accepted"}}),
            ),
            Told(2, False, "Reset", {"type": "Soft"}, Answer({"status": "Rejected"})),
            Told(
                5,
                True,
                "StopTransaction",
                {"transactionId": 7, "a": [{"transactionId": 8}]},
                Answer({}, "InternalError"),
            ),
            Told(7, True, "Heartbeat", {}, None),
        ]
    }


def test_lines_out_of_order_are_put_into_that_of_their_timestamps() -> None:
    lines = [json.loads(line) for line in SESSION.splitlines()]
    for number, line in enumerate(lines):
        line["timestamp"] = f"2026-01-01T00:00:{number:02}Z"
    shuffled = [lines[number] for number in (3, 6, 1, 0, 5, 4, 2)]
    [calls] = parse_trace("\n".join(map(json.dumps, shuffled)), "t").values()
    assert [(call.action, call.answer is None) for call in calls] == [
        ("StartTransaction", False),
        ("Reset", False),
        ("StopTransaction", False),
        ("Heartbeat", True),
    ]


def test_a_clock_that_was_set_back_puts_nothing_out_of_order() -> None:
    early = record(OUT, "CALL", "9", action="Heartbeat").replace("2026-01-01", "2020-01-01")
    [calls] = parse_trace(SESSION + early, "t").values()
    assert [call.action for call in calls][-1] == "Heartbeat"


def test_what_a_record_leaves_out_is_in_its_frame_or_not_known() -> None:
    text = (
        "\ufeff"
        + record(OUT, "CALL", "1", action="Authorize", raw='[2, "1", "Authorize", {"idTag": "a\u2028b"}]')
        + record(IN, "CALLRESULT", "1", raw='[3, "1", {"idTagInfo": {"status": "Accepted"}}]')
        + record(OUT, "CALL", "2", action="Heartbeat")
        + record(IN, "CALLRESULT", "2")
    )
    text = text.replace("\\u2028", "\u2028")
    [calls] = parse_trace(text, "t").values()
    assert calls[0].payload == {"idTag": "a\u2028b"}
    assert calls[0].answer == Answer({"idTagInfo": {"status": "Accepted"}})
    assert (calls[1].payload, calls[1].answer) == ({}, Answer(UNTOLD))
    retelling = Retelling(calls)
    retelling.answered(calls[1], Answer({"currentTime": "x"}))
    assert retelling.differences == []
    retelling.answered(calls[1], Answer({}, "InternalError"))
    assert retelling.differences == ["line 3: Heartbeat: the error InternalError, in the trace another answer"]


def test_moments_are_moved_to_now_when_that_is_wanted() -> None:
    payload = {"timestamp": "2026-01-01T00:00:00Z", "idTag": "2026-01-01", "meterValue": [{"timestamp": "x"}]}
    retelling = Retelling(parse_trace(record(OUT, "CALL", "1", action="A", payload=payload), "t")["CP"], 3600.0)
    moved = {**payload, "timestamp": "2026-01-01T01:00:00.000Z"}
    assert retelling.payload(retelling.calls[0]) == moved


@pytest.fixture
def retelling() -> Retelling:
    return Retelling(parse_trace(SESSION, "t")["CP"])


def test_transactions_have_the_ids_they_are_given_this_time(retelling: Retelling) -> None:
    start, _, stop, _ = retelling.calls
    retelling.answered(start, Answer({"transactionId": 99, "idTagInfo": {"status": "Accepted"}}))
    assert retelling.payload(stop) == {"transactionId": 99, "a": [{"transactionId": 8}]}
    assert retelling.differences == []


def test_every_difference_is_told_with_its_line(retelling: Retelling) -> None:
    start, _, stop, beat = retelling.calls
    retelling.answered(start, Answer({"transactionId": 99, "idTagInfo": {"status": "Blocked", "parentIdTag": "F"}}))
    retelling.answered(stop, Answer({}))
    retelling.answered(beat, Answer({"currentTime": "now"}))
    assert retelling.answer_to("ClearCache") == Answer(code="NotSupported")
    assert retelling.end() == [
        'line 1: StartTransaction: the answer.idTagInfo.parentIdTag is "F", in the trace absent',
        'line 1: StartTransaction: the answer.idTagInfo.status is "Blocked", in the trace "Accepted"',
        "line 5: StopTransaction: {}, in the trace the error InternalError",
        'line 7: Heartbeat: {"currentTime": "now"}, in the trace no answer',
        "ClearCache was sent by the central system, which it was not in the trace",
        "line 2: Reset was not sent by the central system",
    ]


def test_the_same_again_has_no_difference(retelling: Retelling) -> None:
    for call in retelling.calls:
        retelling.answered(call, call.answer)
    assert retelling.answer_to("Reset") == Answer({"status": "Rejected"})
    assert all(retelling.has_come(call) for call in retelling.calls if not call.from_station)
    assert retelling.end() == []


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "t: nothing is not a trace"),
        ("{}", "t:1: direction: nothing is not a text"),
        ("nonsense", "t:1: record: 'nonsense' is not JSON"),
        (record("up", "CALL", "1", action="Reset"), "t:1: direction: 'up' is not cp-to-csms or csms-to-cp"),
        (record(OUT, "CALL", "1", action="A", ocppVersion="2.0.1"), "t:1: ocppVersion: '2.0.1 json' is not 1.6 over"),
        (record(OUT, "CALL", "1"), "t:1: action: nothing is not a text"),
        (record(OUT, "CAL", "1"), "t:1: messageType: 'CAL' is not CALL, CALLRESULT or CALLERROR"),
    ],
)
def test_what_is_no_trace_is_refused_with_its_line(text: str, refusal: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_trace(text, "t")
    assert str(refused.value).startswith(refusal)


@pytest.fixture(scope="module")
def csms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("csms")) as program:
        yield program


def cp_simu(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "launcher", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.end_to_end
def test_what_a_scenario_has_traced_is_replayed_and_a_changed_back_end_is_found(
    csms: Program, tmp_path: Path
) -> None:
    traced = cp_simu("run", "charging_session", "--central-system", csms.ws, "--trace", tmp_path)
    assert traced.returncode == 0, traced.stdout + traced.stderr
    [trace] = tmp_path.iterdir()
    same = cp_simu("replay", trace, "--central-system", f"{csms.ws}/ocpp?token=1")
    assert (same.returncode, same.stdout.splitlines()[-1].split(": ")[1]) == (0, "no difference"), same.stderr
    behaviour = {"action": "Authorize", "change": {"idTagInfo": {"status": "Invalid"}}}
    httpx.post(f"{csms.http}/behaviours", json=behaviour, trust_env=False).raise_for_status()
    changed = cp_simu("replay", trace, "--central-system", csms.ws)
    assert changed.returncode == 1
    assert 'Authorize: the answer.idTagInfo.status is "Invalid", in the trace "Accepted"' in changed.stdout


@pytest.mark.end_to_end
def test_what_the_central_system_sent_it_is_asked_to_send_again(tmp_path: Path) -> None:
    """By the bundled one at once, by others where --commands says."""
    text = (
        record(OUT, "CALL", "1", action="BootNotification", payload=dict.fromkeys(BOOT, "x"))
        + record(IN, "CALLRESULT", "1", payload={"status": "Accepted", "currentTime": "", "interval": 3})
        + record(IN, "CALL", "c", action="Reset", payload={"type": "Soft"})
        + record(OUT, "CALLRESULT", "c", payload={"status": "Rejected"})
        + record(OUT, "CALL", "2", action="Heartbeat", payload={})
        + record(IN, "CALLRESULT", "2", payload={"currentTime": ""})
    )
    (tmp_path / "trace.jsonl").write_text(text)
    done = cp_simu("replay", tmp_path / "trace.jsonl", "--to-now")
    assert (done.returncode, done.stdout) == (0, "3 CALLs replayed: no difference\n"), done.stderr


ACCEPTED = {"status": "Accepted", "currentTime": "", "interval": 300}


def asked(id: str, action: str, connection: object = None, **payload: object) -> str:
    meta = {} if connection is None else {"meta": {"connection": connection}}
    return record(OUT, "CALL", id, action=action, payload=payload, **meta)


def answered(id: str, **payload: object) -> str:
    return record(IN, "CALLRESULT", id, payload=payload)


def boot(id: str, connection: object = None) -> str:
    return asked(id, "BootNotification", connection, **dict.fromkeys(BOOT, "x")) + answered(id, **ACCEPTED)


def beat(id: str, connection: object = None) -> str:
    return asked(id, "Heartbeat", connection) + answered(id, currentTime="")


def by_connection(text: str) -> list[list[str]]:
    [calls] = parse_trace(text, "t").values()
    return [[call.action for call in each] for each in Retelling(calls).connections]


def test_each_connection_is_told_by_the_trace() -> None:
    text = boot("1", 1) + beat("2", 1) + beat("3", 2) + boot("4", 3) + beat("5")
    boots, beats = "BootNotification", "Heartbeat"
    assert by_connection(text) == [[boots, beats], [beats], [boots, beats]]


def test_where_the_trace_does_not_tell_who_boots_again_has_connected_again() -> None:
    pending = asked("0", "BootNotification") + answered("0", **ACCEPTED | {"status": "Pending"})
    boots, beats = "BootNotification", "Heartbeat"
    assert by_connection(pending + boot("1") + beat("2") + boot("3")) == [[boots, boots, beats], [boots]]


def test_who_is_asked_to_boot_again_has_not_connected_again() -> None:
    trigger = record(IN, "CALL", "t", action="TriggerMessage", payload={"requestedMessage": "BootNotification"})
    assert by_connection(boot("1") + trigger + boot("2") + boot("3")) == [
        ["BootNotification", "TriggerMessage", "BootNotification"],
        ["BootNotification"],
    ]


@dataclass
class Listener:
    """A central system that answers everything with what a heartbeat wants, and hangs up before it answers what
    ``hang_up`` says of the number of the CALL."""

    hang_up: Callable[[int], bool] = lambda number: False
    how: Callable[[ServerConnection], Coroutine[Any, Any, None]] = lambda connection: connection.close()
    connections: list[list[str]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    async def __call__(self, connection: ServerConnection) -> None:
        heard: list[str] = []
        self.connections.append(heard)
        try:
            async for text in connection:
                frame = json.loads(text)
                heard.append(frame[2])
                if self.hang_up(sum(map(len, self.connections))):
                    await self.how(connection)
                    return
                answer = ACCEPTED if frame[2] == "BootNotification" else {"currentTime": ""}
                await connection.send(json.dumps([3, frame[1], answer]))
        finally:
            self.ends.append(connection.close_code or 0)

    async def differences(self, text: str) -> list[str]:
        """Of a replay with it."""
        async with serve(self, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            return (await replay(parse_trace(text, "t"), Peer(url), 5.0))["CP"]


async def test_each_connection_of_the_trace_is_made_again_and_boots_only_where_it_booted() -> None:
    listener = Listener()
    assert await listener.differences(boot("1", 1) + beat("2", 1) + beat("3", 2) + boot("4", 3)) == []
    assert listener.connections == [["BootNotification", "Heartbeat"], ["Heartbeat"], ["BootNotification"]]
    assert listener.ends == [1000, 1000, 1000]


async def test_a_connection_that_ends_where_it_ended_in_the_trace_is_no_difference() -> None:
    listener = Listener(lambda number: number == 2)
    unanswered = boot("1", 1) + asked("2", "Heartbeat", 1) + beat("3", 2)
    assert await listener.differences(unanswered) == []
    assert listener.connections == [["BootNotification", "Heartbeat"], ["Heartbeat"]]


async def reset(connection: ServerConnection) -> None:
    connection.transport.abort()


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (lambda connection: connection.close(1000), "the central system closed it"),
        (lambda connection: connection.close(1011), "received 1011 (internal error)"),
        (reset, "no close frame received"),
    ],
)
async def test_a_connection_that_ends_unexpectedly_is_a_difference_and_the_rest_goes_over_another(
    how: Callable[[ServerConnection], Coroutine[Any, Any, None]], why: str
) -> None:
    listener = Listener(lambda number: number == 2, how)
    [told] = await listener.differences(boot("1") + beat("2") + beat("3"))
    assert told.startswith(f"line 3: Heartbeat: the connection was lost before the answer: {why}")
    assert listener.connections == [["BootNotification", "Heartbeat"], ["Heartbeat", "Heartbeat"]]


async def test_what_has_no_answer_over_a_second_connection_either_is_left_and_told_once() -> None:
    listener = Listener(lambda number: 2 <= number <= 3)
    [told] = await listener.differences(boot("1") + beat("2") + beat("3"))
    assert told.startswith("line 3: Heartbeat: the connection was lost before the answer, twice: ")
    assert listener.connections == [["BootNotification", "Heartbeat"], ["Heartbeat"], ["Heartbeat"]]


async def test_a_central_system_that_lets_nobody_in_again_ends_the_replay_of_that_charge_point() -> None:
    async def only_once(connection: ServerConnection, _: Request) -> Response | None:
        return None if not listener.connections else connection.respond(503, "full")

    listener = Listener()
    async with serve(listener, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], process_request=only_once) as s:
        url = f"ws://127.0.0.1:{s.sockets[0].getsockname()[1]}"
        text = boot("1", 1) + beat("2", 2) + beat("3", 2)
        [told] = (await replay(parse_trace(text, "t"), Peer(url), 0.2))["CP"]
    assert told.startswith("line 3: Heartbeat: the rest was not sent: ")
    assert "cannot be connected to: server rejected WebSocket connection: HTTP 503" in told


@pytest.mark.end_to_end
def test_a_session_with_a_power_cut_is_replayed_with_as_many_connections(tmp_path: Path) -> None:
    traced = cp_simu("run", "power_cut", "--trace", tmp_path)
    assert traced.returncode == 0, traced.stdout + traced.stderr
    [trace] = tmp_path.iterdir()
    numbers = [json.loads(line)["meta"]["connection"] for line in trace.read_text().splitlines()]
    assert sorted(set(numbers)) == [1, 2]
    assert numbers == sorted(numbers)
    same = cp_simu("replay", trace)
    assert (same.returncode, same.stdout.splitlines()[-1].split(": ")[1]) == (0, "no difference"), same.stdout


@pytest.mark.end_to_end
def test_replay_without_a_central_system_or_a_trace_says_so(tmp_path: Path) -> None:
    (tmp_path / "trace.jsonl").write_text(SESSION)
    away = cp_simu("replay", tmp_path / "trace.jsonl", "--central-system", "ws://127.0.0.1:1")
    assert (away.returncode, away.stdout) == (3, "")
    missing = cp_simu("replay", tmp_path / "nothing.jsonl")
    assert missing.returncode == 2
    assert "is not a file that can be read" in missing.stderr


async def test_who_takes_connections_and_says_nothing_is_told() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(Unreachable) as told:
            await replay(parse_trace(SESSION, "t"), Peer(url), 0.2)
    assert str(told.value) == f"{url}/CP: connected, but no answer to the WebSocket handshake within 0.2 s"
