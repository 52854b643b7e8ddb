"""The screen in a browser: who may come, and that a real one shows it and drives it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import websockets

from chargepoint.api.errors import InputError
from tests.chargepoint.brokers import RealBroker
from tests.support.browser import CHROMIUM, browsing
from tests.support.ports import free_port
from tests.support.waiting import eventually
from tui.serving import Address, named_loopback, same_origin


def test_it_listens_on_the_loopback_unless_a_host_is_named() -> None:
    assert Address.parse("8000") == Address("127.0.0.1", 8000)
    assert Address.parse("192.0.2.7:80") == Address("192.0.2.7", 80)
    assert Address.parse("[::1]:80") == Address("::1", 80)
    assert [Address(host, 80).loopback for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "host")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert Address("::1", 80).url == "http://[::1]:80"


@pytest.mark.parametrize("text", ["", "x", "0", "65536", "host:", "host:http"])
def test_a_wrong_address_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"is not \[HOST:\]PORT"):
        Address.parse(text)


def test_only_its_own_page_may_drive_it() -> None:
    assert same_origin("http://localhost:8000", "localhost:8000")
    assert not same_origin("http://evil.example", "localhost:8000")
    assert not same_origin(None, "localhost:8000")
    assert [named_loopback(host) for host in ("localhost:80", "127.0.0.1", "[::1]:80", "evil.example", None)] == [
        True, True, True, False, False,
    ]  # fmt: skip


@contextlib.contextmanager
def served(broker: RealBroker, folder: Path) -> Iterator[int]:
    """``cp-simu tui --serve`` on a port of its own."""
    port = free_port()
    options = ["--broker", broker.url, "--root", "served", "--state-dir", str(folder), "--serve", str(port)]
    homes = {"XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    with (folder / "served.log").open("w+b") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tui", *options], stdout=log, stderr=log, env=os.environ | homes
        )
        try:
            shows = f"http://127.0.0.1:{port} shows the screen"
            eventually(lambda: shows in (folder / "served.log").read_text(), 30.0, "it listens")
            eventually(lambda: status(port) == 200, 30.0, "the page is there")
            yield port
        finally:
            process.terminate()
            process.wait()


def status(port: int, host: str = "") -> int:
    """What a request for the page is answered with."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


async def test_strangers_are_turned_away_and_each_websocket_gets_a_screen(broker: RealBroker, tmp_path: Path) -> None:
    with served(broker, tmp_path) as port:
        assert await asyncio.to_thread(status, port, "evil.example") == 403
        url = f"ws://127.0.0.1:{port}/ws?width=80&height=24"
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(url, origin=websockets.Origin("http://evil.example"))
        origin = websockets.Origin(f"http://127.0.0.1:{port}")
        async with websockets.connect(url, origin=origin) as wire, asyncio.timeout(30):
            shown = b""
            while b"NO LAUNCHER" not in shown:
                message = await wire.recv()
                shown += message if isinstance(message, bytes) else message.encode()


async def test_the_page_asks_nobody_else_for_anything(broker: RealBroker, tmp_path: Path) -> None:
    with served(broker, tmp_path) as port:
        page = await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/", timeout=5)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy
        page.close()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
async def test_a_real_browser_shows_it_and_drives_it(broker: RealBroker, tmp_path: Path) -> None:
    with served(broker, tmp_path) as port:
        async with browsing(f"http://127.0.0.1:{port}/", tmp_path) as page:
            await page.wait_until(lambda received: b"NO LAUNCHER" in received)
            await page.click(300, 400)
            await page.press("?")
            await page.wait_until(lambda received: b"Plug the car in" in received)
            (tmp_path / "browser.png").write_bytes(await page.picture())
