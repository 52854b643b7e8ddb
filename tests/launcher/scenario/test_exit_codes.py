"""How `cp-simu run` ends, whatever comes in its way: its exit code, its words, its reports."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.csms.program import running
from tests.support.ports import free_port
from tests.support.waiting import eventually

BOOTS = "steps:\n  - start\n  - expect: {registration: Accepted, within: 2s}\n"
Words = list[str | Path]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "launcher", "run", *map(str, words)]


def cp_simu(*words: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "launcher", *map(str, words)]
    return subprocess.run(program, capture_output=True, text=True, timeout=60, check=False, input=text)


def cp_simu_run(*words: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return cp_simu("run", *words, text=text)


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    file = tmp_path / "boot.yaml"
    file.write_text("stations: E1\n" + BOOTS)
    return file


def reasons(junit: Path, kind: str) -> list[str]:
    return [each.attrib["message"] for each in ElementTree.parse(junit).getroot().iter(kind)]


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@contextmanager
def listening(serve: Serve) -> Iterator[str]:
    """What is no central system at all, at a URL."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def unauthorized(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    writer.close()


def test_who_lets_nobody_in_is_3_and_why_stands_in_every_report(boot: Path, tmp_path: Path) -> None:
    junit = tmp_path / "r.xml"
    with listening(unauthorized) as url:
        done = cp_simu_run(boot, "--central-system", url, "--junit", junit)
    assert done.returncode == 3
    why = f"({url}/E1 refuses the connection: HTTP 401 Unauthorized)"
    assert done.stderr == f"cp-simu: no charge point was answered by {url} {why}\n"
    assert "HTTP 401 Unauthorized" in reasons(junit, "failure")[0]


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


def test_who_takes_connections_and_says_nothing_is_3_and_what_is_missing_is_told(boot: Path) -> None:
    with listening(silent) as url:
        done = cp_simu_run(boot, "--central-system", url)
    assert done.returncode == 3
    why = "connected, but no answer to the WebSocket handshake within 2 s"
    assert done.stderr == f"cp-simu: no charge point was answered by {url} ({why})\n"
    assert f'within 2 s: registration is "Disconnected", expected Accepted; {why}' in done.stdout


def test_who_takes_websockets_and_says_nothing_is_3_and_what_is_missing_is_told(boot: Path) -> None:
    def mute(connection: ServerConnection) -> None:
        for _ in connection:
            pass

    with serve(mute, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        done = cp_simu_run(boot, "--central-system", url)
        server.shutdown()
        thread.join()
    assert done.returncode == 3
    why = "connected, but no answer to BootNotification within 2 s"
    assert done.stderr == f"cp-simu: no charge point was answered by {url} ({why})\n"


@contextmanager
def proxied(status: str, to: str) -> Iterator[tuple[str, list[str]]]:
    """An HTTP proxy that answers CONNECT with ``status``, and knows the address ``to`` by another name; what it was
    asked."""
    asked: list[str] = []

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().partition("\r\n")[0])
        writer.write(f"HTTP/1.1 {status}\r\n\r\n".encode())
        if not status.startswith("200"):
            writer.close()
            return
        there, back = await asyncio.open_connection(*to.split(":"))
        await asyncio.gather(passed_on(reader, back), passed_on(there, writer))

    with listening(serve) as url:
        yield url.removeprefix("ws://").removesuffix("/ocpp"), asked


OUT_OF_SIGHT = "ws://central-system.invalid:9000"


@pytest.fixture
def boot_by_proxy(tmp_path: Path) -> Path:
    file = tmp_path / "proxied.yaml"
    head = "variables: {PROXY: ''}\nstations: {E1: {ocpp_config: {WebSocketProxy: 'http://me:s3cret@${PROXY}'}}}\n"
    file.write_text(head + BOOTS)
    return file


@pytest.mark.end_to_end
def test_a_central_system_is_looked_for_by_the_way_that_charge_points_go(boot_by_proxy: Path, tmp_path: Path) -> None:
    with running(tmp_path) as csms, proxied("200 OK", csms.ws.removeprefix("ws://")) as (proxy, asked):
        done = cp_simu_run(boot_by_proxy, "-p", f"PROXY={proxy}", "--central-system", OUT_OF_SIGHT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(asked) == {"CONNECT central-system.invalid:9000 HTTP/1.1"}


@pytest.mark.end_to_end
def test_what_a_scenario_says_nothing_of_is_configured_and_a_trace_goes_the_same_way(
    boot: Path, tmp_path: Path
) -> None:
    there = ("--central-system", OUT_OF_SIGHT)
    with running(tmp_path) as csms, proxied("200 OK", csms.ws.removeprefix("ws://")) as (proxy, asked):
        played = cp_simu_run(
            boot, *there, "--configure", f"WebSocketProxy=http://{proxy}", "--trace", tmp_path / "traces"
        )
        assert played.returncode == 0, played.stdout + played.stderr
        [trace] = (tmp_path / "traces").iterdir()
        before = len(asked)
        replayed = cp_simu("replay", trace, *there, "--proxy", f"http://{proxy}")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert len(asked) > before
    assert set(asked) == {"CONNECT central-system.invalid:9000 HTTP/1.1"}


def test_a_scenario_s_own_configuration_goes_before_that_of_the_command_line(
    boot_by_proxy: Path, tmp_path: Path
) -> None:
    with running(tmp_path) as csms, proxied("200 OK", csms.ws.removeprefix("ws://")) as (proxy, _):
        nowhere = f"websocketproxy=http://127.0.0.1:{free_port()}"
        words = ("-p", f"PROXY={proxy}", "--configure", nowhere, "--central-system", OUT_OF_SIGHT)
        done = cp_simu_run(boot_by_proxy, *words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--configure", "X"),
        ("replay", "{}", "--proxy", "proxy:3128"),
        ("replay", "{}", "--proxy", "http://proxy:99999"),
        ("replay", "{}", "--proxy", "http://proxy:3128"),
    ],
)
def test_what_cannot_be_configured_is_wrong_usage(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "trace").write_text("")
    done = cp_simu(*(word.format(tmp_path / "trace") for word in words))
    assert done.returncode == 2
    assert f"{words[-2]}: '{words[-1]}' is not" in done.stderr


def test_a_proxy_that_is_no_url_is_told_without_its_password(boot: Path) -> None:
    wrong = "WebSocketProxy=http://me:s3cret@proxy:99999"
    done = cp_simu_run(boot, "--central-system", OUT_OF_SIGHT, "--configure", wrong)
    why = "what WebSocketProxy says is not the URL of a proxy, http://[user:password@]host:port"
    assert (done.returncode, done.stderr) == (3, f"cp-simu: {why}\n")


def test_a_key_whose_value_is_wrong_is_no_pass(boot: Path) -> None:
    done = cp_simu_run(boot, "--configure", "HeartbeatInterval=soon")
    assert done.returncode == 1
    assert "E1: ocpp_config.HeartbeatInterval: 'soon' is not " in done.stdout


def test_a_proxy_that_does_not_connect_is_3_and_told_without_its_password(boot_by_proxy: Path) -> None:
    with proxied("407 Proxy Authentication Required", "") as (proxy, _):
        done = cp_simu_run(boot_by_proxy, "-p", f"PROXY={proxy}", "--central-system", OUT_OF_SIGHT)
    why = f"the proxy http://{proxy} does not connect to {OUT_OF_SIGHT}: HTTP 407 Proxy Authentication Required"
    assert (done.returncode, done.stderr) == (3, f"cp-simu: {why}\n")


def test_a_proxy_that_is_not_there_is_3_and_no_other_way_is_taken(boot_by_proxy: Path) -> None:
    proxy = f"127.0.0.1:{free_port()}"
    with listening(silent) as url:
        done = cp_simu_run(boot_by_proxy, "-p", f"PROXY={proxy}", "--central-system", url)
    assert done.returncode == 3
    assert done.stderr.startswith(f"cp-simu: nothing answers at the proxy http://{proxy}: ")


def test_where_one_way_leads_nowhere_those_of_other_ways_are_played(boot: Path, boot_by_proxy: Path) -> None:
    with listening(unauthorized) as url:
        words = (boot_by_proxy, boot, "-p", f"PROXY=127.0.0.1:{free_port()}", "--central-system", url, "--jobs", 1)
        done = cp_simu_run(*words)
    assert done.returncode == 3
    assert "2 scenarios: 2 failed" in done.stdout


def test_where_nobody_is_let_in_not_every_scenario_waits_for_it(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"s{number}.yaml").write_text(f"stations: E{number}\n" + BOOTS)
    report = tmp_path / "r.json"
    with listening(unauthorized) as url:
        done = cp_simu_run(*sorted(tmp_path.glob("*.yaml")), "--central-system", url, "--json", report)
    assert done.returncode == 3
    told = json.loads(report.read_text())
    assert told["counts"]["failed"] >= 8
    assert told["counts"]["failed"] + told["counts"]["error"] == 20
    unplayed = [each["reason"] for each in told["scenarios"] if each["verdict"] == "error"]
    assert set(unplayed) == {"not played: no charge point was answered in those before"}


def test_what_was_not_sent_is_told_with_what_is_wrong_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("stations: E1\nsteps:\n  - start\n  - expect: {sent: BootNotification, within: 2s}\n")
    with listening(unauthorized) as url:
        done = cp_simu_run(file, "--central-system", url)
    assert "no BootNotification was sent; it is not connected: " in done.stdout
    assert "HTTP 401 Unauthorized" in done.stdout


def test_nobody_there_is_3_and_in_the_reports_too(boot: Path, tmp_path: Path) -> None:
    junit, page = tmp_path / "r.xml", tmp_path / "r.html"
    url = f"ws://127.0.0.1:{free_port()}"
    done = cp_simu_run(boot, "--central-system", url, "--junit", junit, "--html", page)
    assert done.returncode == 3
    assert reasons(junit, "error") == [done.stderr.removeprefix("cp-simu: ").strip()]
    assert "nothing answers at" in page.read_text()


def test_every_wrong_file_is_told_and_nothing_is_played(boot: Path, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("stations: A\nsteps: [strat]\n")
    (tmp_path / "b.yaml").write_text("stations: A\nsteps: [start]\n")
    done = cp_simu_run(tmp_path / "a.yaml", boot, tmp_path / "b.yaml", tmp_path / "none-*.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    a, b, none = done.stderr.splitlines()
    assert "a.yaml:2: steps[0]: 'strat' is not one of" in a
    assert "b.yaml:1: steps: ['start'] is not steps that expect something" in b
    assert none.endswith("none-*.yaml: 'No such file or directory' is not a file that can be read")


def test_a_folder_is_told_how_to_be_given(tmp_path: Path) -> None:
    done = cp_simu_run(tmp_path)
    assert done.returncode == 2
    assert f"is not a file: {tmp_path}/*.yaml stands for all that are in there" in done.stderr


def test_a_scenario_may_come_over_standard_input() -> None:
    done = cp_simu_run("-", "--virtual", text="name: Piped\nstations: E1\n" + BOOTS)
    assert done.returncode == 0, done.stderr
    assert "passed  Piped" in done.stdout


def test_a_report_that_cannot_be_written_takes_no_other_one_along(boot: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    done = cp_simu_run(boot, "--virtual", "--junit", "/dev/full", "--json", report)
    assert done.returncode == 2
    assert "1 scenario: 1 passed" in done.stdout
    assert done.stderr == "cp-simu: --junit /dev/full: No space left on device\n"
    assert json.loads(report.read_text())["passed"]


def test_a_place_for_traces_is_checked_before(boot: Path) -> None:
    done = cp_simu_run(boot, "--virtual", "--trace", boot / "traces")
    assert done.returncode == 2
    assert "boot.yaml/traces: nothing is not a folder that can be written" in done.stderr
    assert done.stdout == ""


@pytest.mark.end_to_end
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_tells_what_there_is_and_leaves_nothing_behind(number: int, tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text("stations: I1\n" + BOOTS.replace("2s", "9s"))
    (tmp_path / "long.yaml").write_text("stations: I2\n" + BOOTS.replace("2s", "9s") + "  - wait: 90s\n")
    report = tmp_path / "report.json"
    words: Words = [tmp_path / "short.yaml", tmp_path / "long.yaml", "--json", report, "-v"]
    process = subprocess.Popen(command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = ""
    while not ("long: expect" in seen and "passed  short (" in seen):
        seen += process.stdout.readline()
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 2
    process.send_signal(number)
    told, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (130, "")
    assert "2 scenarios: 1 passed, 1 error" in told
    assert f"{tmp_path}/long.yaml:5: wait 90s" in told
    scenarios = {each["name"]: each for each in json.loads(report.read_text())["scenarios"]}
    assert scenarios["short"]["verdict"] == "passed"
    long = scenarios["long"]
    assert (long["verdict"], long["reason"], long["step"]["text"]) == ("error", "interrupted", "wait 90s")
    assert [each["verdict"] for each in long["steps"]] == ["passed", "passed", "error"]
    eventually(lambda: not any(child.is_running() for child in children), what="nothing is left behind")


@pytest.mark.end_to_end
def test_a_killed_run_leaves_nothing_behind_either(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text("stations: I3\n" + BOOTS.replace("2s", "9s") + "  - wait: 90s\n")
    process = subprocess.Popen(command(tmp_path / "long.yaml", "-v"), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while "long: expect" not in process.stdout.readline():
        pass
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 2
    process.kill()
    process.communicate(timeout=30)
    eventually(lambda: not any(child.is_running() for child in children), what="nothing is left behind")


def test_a_scenario_that_takes_too_long_tells_at_which_step(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("timeout: 3s\nstations: E1\n" + BOOTS + "  - wait: 10s\n")
    done = cp_simu_run(file, "--virtual")
    assert done.returncode == 1
    assert "not over within its timeout of 3 s" in done.stdout
    assert f"{file}:6: wait 10s" in done.stdout
