"""A real browser for a page to run in: Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import websockets

from tests.support.waiting import eventually_async

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    """One page of the browser, and all that its websockets have received."""

    def __init__(self, wire: websockets.ClientConnection) -> None:
        self._wire = wire
        self._numbers = itertools.count(1)
        self.received = b""

    async def ask(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol, and its answer."""
        number = next(self._numbers)
        await self._wire.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(await self._wire.recv())
            if message.get("id") == number:
                return message.get("result", message.get("error"))
            self._note(message)

    async def wait_until(self, condition: Callable[[bytes], bool], timeout_s: float = 30.0) -> None:
        """Go on until ``condition`` holds for what the page's websockets have received."""
        async with asyncio.timeout(timeout_s):
            while not condition(self.received):
                self._note(json.loads(await self._wire.recv()))

    async def press(self, key: str) -> None:
        """Press a key that makes a letter."""
        await self.ask("Input.dispatchKeyEvent", type="keyDown", text=key, key=key)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def click(self, x: int, y: int) -> None:
        """Click somewhere: a page hears keys only when it has been."""
        for kind in ("mousePressed", "mouseReleased"):
            await self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def picture(self) -> bytes:
        """What it looks like, as PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            data = frame["payloadData"]
            self.received += base64.b64decode(data) if frame["opcode"] == 2 else data.encode()


@contextlib.asynccontextmanager
async def browsing(url: str, folder: Path) -> AsyncIterator[Page]:
    """The page at ``url``."""
    assert CHROMIUM is not None
    profile = folder / "profile"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,800", "--remote-debugging-port=0"]
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *options,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told = profile / "DevToolsActivePort"
        listens = await eventually_async(lambda: told.exists() and told.read_text().split(), 30.0, "it listens")
        assert listens is not False
        port, path = listens
        address = f"ws://127.0.0.1:{port}"
        async with websockets.connect(f"{address}{path}", max_size=None) as browser:
            target = (await Page(browser).ask("Target.createTarget", url="about:blank"))["targetId"]
        async with websockets.connect(f"{address}/devtools/page/{target}", max_size=None) as wire:
            page = Page(wire)
            await page.ask("Network.enable")
            await page.ask("Page.enable")
            await page.ask("Page.navigate", url=url)
            yield page
    finally:
        process.terminate()
        await process.wait()
