"""A headless Chromium, controlled over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
DEADLINE = 180.0
_KEY_CODES = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40}
# The page keeps its xterm.js terminal in a private object, which sets `terminal`, then `fitAddon`.
_FIND_TERMINAL = """
Object.defineProperty(Object.prototype, "fitAddon", {
  configurable: true,
  set(addon) {
    window.xterm = this.terminal;
    Object.defineProperty(this, "fitAddon", { value: addon });
  },
});
"""
_TEXT = "document.body?.innerText"
_LINES = """
(() => {
  const buffer = window.xterm?.buffer.active;
  return Array.from({ length: buffer ? xterm.rows : 0 }, (_, row) =>
    buffer.getLine(buffer.viewportY + row).translateToString(false, 0, xterm.cols));
})()"""


class Page:
    """One page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.loaded: list[str] = []
        """The URLs of all responses."""
        self.errors: list[str] = []
        """What the console shows as an error."""

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json(timeout=DEADLINE)
            self._record(message.get("method"), message.get("params"))
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def _record(self, event: str | None, details: Any) -> None:
        match event:
            case "Network.responseReceived":
                self.loaded.append(details["response"]["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(str(details["exceptionDetails"]))
            case "Log.entryAdded" if details["entry"]["level"] == "error":
                self.errors.append(str(details["entry"]))
            case "Runtime.consoleAPICalled" if details["type"] == "error":
                self.errors.append(str(details["args"]))

    async def open(self, url: str) -> None:
        for domain in ("Network", "Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=_FIND_TERMINAL)
        await self.call("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        response = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return response["result"].get("value")

    async def lines(self) -> list[str]:
        """Return the lines of the terminal in the page, as wide as it is."""
        return await self.value(_LINES)

    async def sees(self, *words: str) -> None:
        """Wait until the terminal, or the page around it, shows all *words*."""
        for word in words:
            await self.until(f"[{_TEXT}, ...{_LINES}].join('\\n').includes({json.dumps(word)})")

    async def until(self, expression: str) -> None:
        """Wait until *expression* is true."""
        try:
            async with asyncio.timeout(DEADLINE):
                while not await self.value(expression):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            shown = [await self.value(_TEXT), *await self.lines(), *self.errors]
            raise AssertionError("\n".join([f"not true: {expression}", *shown])) from None

    async def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)

    async def press(self, key: str, *, control: bool = False) -> None:
        code = _KEY_CODES.get(key) or ord(key.upper())
        event = {"key": key, "modifiers": 2 if control else 0, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="rawKeyDown", **event)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    async def type(self, text: str) -> None:
        for character in text:
            key = {"key": character, "text": character}
            await self.call("Input.dispatchKeyEvent", type="keyDown", **key)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    async def picture(self) -> bytes:
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])


class Browser:
    """A running browser."""

    def __init__(self, session: aiohttp.ClientSession, port: str) -> None:
        self._session = session
        self._url = f"http://127.0.0.1:{port}/json"

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Yield a new tab, and close it."""
        async with self._session.put(f"{self._url}/new") as response:
            tab = await response.json()
        async with self._session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            yield Page(socket)
            await socket.send_json({"id": 0, "method": "Page.close"})


@asynccontextmanager
async def chromium(folder: Path, size: tuple[int, int] = (1000, 700)) -> AsyncIterator[Browser]:
    """Start a browser with a profile in *folder*."""
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
            yield Browser(session, port)
    finally:
        process.terminate()
        await process.wait()


async def _port(file: Path) -> str:
    async with asyncio.timeout(DEADLINE):
        while not (file.exists() and file.read_text().strip()):
            await asyncio.sleep(0.05)
    return file.read_text().split()[0]
