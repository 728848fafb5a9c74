"""A headless Chromium, controlled over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
DEADLINE = 60.0


class Page:
    """One page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.loaded: list[str] = []
        """The URLs of all responses."""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json(timeout=DEADLINE)
            if message.get("method") == "Network.responseReceived":
                self.loaded.append(message["params"]["response"]["url"])
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    async def open(self, url: str) -> None:
        await self.call("Network.enable")
        await self.call("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        response = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return response["result"].get("value")

    async def until(self, expression: str) -> None:
        async with asyncio.timeout(DEADLINE):
            while not await self.value(expression):
                await asyncio.sleep(0.1)

    async def click(self, x: int, y: int) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )

    async def press_control(self, letter: str) -> None:
        key = {"key": letter, "modifiers": 2, "windowsVirtualKeyCode": ord(letter.upper())}
        await self.call("Input.dispatchKeyEvent", type="rawKeyDown", **key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    async def type(self, text: str) -> None:
        for character in text:
            key = {"key": character, "text": character}
            await self.call("Input.dispatchKeyEvent", type="keyDown", **key)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    async def picture(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])

    async def still_picture(self) -> bytes:
        """Return the picture once two in a row are equal."""
        before = b""
        async with asyncio.timeout(DEADLINE):
            while before != (before := await self.picture()):
                await asyncio.sleep(0.1)
        return before

    async def next_picture(self, previous: bytes) -> bytes:
        """Return the first still picture that differs from *previous*."""
        async with asyncio.timeout(DEADLINE):
            while (picture := await self.still_picture()) == previous:
                await asyncio.sleep(0.1)
        return picture


@asynccontextmanager
async def chromium(folder: Path, size: tuple[int, int] = (1000, 700)) -> AsyncIterator[Page]:
    """Start a browser with a profile in *folder*, and yield its page."""
    assert CHROMIUM
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        "--headless",
        "--no-sandbox",  # root cannot use the sandbox
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={folder}",
        f"--window-size={size[0]},{size[1]}",
        "--remote-debugging-port=0",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(folder / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as response:
                pages = await response.json()
            address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                yield Page(socket)
    finally:
        process.terminate()
        await process.wait()


async def _port(file: Path) -> str:
    async with asyncio.timeout(DEADLINE):
        while not (file.exists() and file.read_text().strip()):
            await asyncio.sleep(0.05)
    return file.read_text().split()[0]
