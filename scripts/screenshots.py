"""Run the client on a local cloud, and save a screenshot of every screen.

Write docs/screenshots/NAME.svg, and NAME.png if Chromium is installed. Requests
are sent for some minutes first, so that the metrics screens have data.
"""

import argparse
import asyncio
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from textual.pilot import Pilot

from tui.app import BlogsApp
from tui.client.api_factory import HttpApiFactory
from tui.settings import preferences
from tui.settings.backends import Finder, Flags
from tui.settings.config import Config
from tui.settings.connections import Connections
from tui.settings.values import BackendName

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
LARGE, SMALL = (120, 36), (80, 24)
TIMEOUT_S = 120  # a comparison takes one minute
PENDING = ("waiting", "Loading", "Reading", "Sending GET")  # shown while a response is awaited
# Textual's SVG loads a font from another site; a page with the screenshot must not.
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
POSTS = (
    ("Ada", "Functions or containers?", "The same blog, twice: *which* backend responds first?"),
    ("Grace", "A cold start, measured", "After a pause, the first request waited **0.4 s**."),
    (
        "Radia",
        "Why the load balancer keeps connections",
        "[HTTP](https://www.rfc-editor.org/rfc/rfc9112), [TLS](https://www.rfc-editor.org/rfc/rfc8446)",
    ),
    ("Edsger", "Notes on the break-even", "1. Count requests.\n2. Price both.\n3. Draw the line."),
    ("Barbara", "One table for both", "| read | costs |\n|---|---|\n| list | 0.5 |\n| one | 0.5 |"),
    ("Katherine", "Percentiles, not averages", "`p95` is what people remember."),
)


@dataclass(frozen=True)
class Screenshot:
    """One screen: the keys that open it from the list, and text that it then shows."""

    name: str
    keys: Sequence[str]
    text: str
    size: tuple[int, int] = LARGE
    theme: str = "textual-dark"
    concurrent_edit: bool = False
    """Another client edits the newest blog before the last key."""


SCREENSHOTS = (
    Screenshot("list", [], "what people remember"),
    Screenshot("containers", ["t", "enter"], "CONTAINERS"),
    Screenshot("small", [], "FUNCTIONS", SMALL),
    Screenshot("reading-small", ["down", "enter"], "by Barbara", SMALL),
    Screenshot("log", ["t", "r", "l", "l"], "served by"),
    Screenshot("requests", ["t", "r", "L"], "GET"),
    Screenshot("both", ["B"], "FUNCTIONS"),
    Screenshot("connections", ["C"], "local"),
    Screenshot("new", ["n", *"A new blog"], "A new blog"),
    Screenshot("preview", ["n", *"Ada", "tab", "tab", *"Twice.", "f3"], "Twice."),
    Screenshot("conflict", ["e", *": which", "ctrl+s"], "changed", concurrent_edit=True),
    Screenshot("links", ["down", "down", "down", "enter", "o"], "2 links"),
    Screenshot("link", ["down", "down", "down", "enter", "o", "enter"], "browser"),
    Screenshot("copy", ["c"], "Copy"),
    Screenshot("delete", ["d"], "Deleting"),
    Screenshot("jump", ["ctrl+o"], " a "),
    Screenshot("palette", ["ctrl+p"], "Search"),
    Screenshot("help", ["question_mark"], "Move the focus"),
    Screenshot("theme", [], "what people remember", LARGE, "textual-light"),
    Screenshot("metrics", ["m", "1"], "the last 5m:", (160, 48)),
    Screenshot("metrics-light", ["m", "1"], "the last 5m:", LARGE, "catppuccin-latte"),
    Screenshot("metrics-small", ["m", "1"], "the last 5m:", SMALL),
    Screenshot("lab", ["b"], "This sends"),
    Screenshot("comparison", ["b", "enter"], "█" * 50),
    Screenshot("result", ["b", "enter"], "s Save"),
    Screenshot("result-small", ["b", "enter"], "s Save", SMALL),
    Screenshot("cost", ["dollar_sign"], "USD a month"),
    Screenshot("cost-small", ["dollar_sign", "f3"], "log scale", SMALL),
    Screenshot("search", ["slash", *"table"], "loaded"),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make screenshots",
        description=__doc__,
        epilog="example: make screenshots",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=4, help="minutes of requests (default: 4)")
    asyncio.run(tour(parser.parse_args().minutes * 60))


async def tour(traffic_s: float) -> None:
    """Take every screenshot, each in a new app."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith("BLOGS_")]:
        del os.environ[name]  # it could name another local cloud, or a stack in AWS
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state
        async with running(state) as outputs:
            await post(outputs)
            log(f"sending requests for {traffic_s:.0f} s")
            await send_requests(outputs, traffic_s)
            for screenshot in SCREENSHOTS:
                log(screenshot.name)
                await take(screenshot, outputs)
                shutil.rmtree(Path(state) / "blogs" / "drafts", ignore_errors=True)


async def take(screenshot: Screenshot, outputs: dict[str, str]) -> None:
    """Open one screen, and save it."""
    app = create_app()
    app.theme, app.animation_level = screenshot.theme, "none"
    async with app.run_test(size=screenshot.size, notifications=True) as pilot:
        await wait_for(pilot, "Percentiles")
        for number, key in enumerate(screenshot.keys, 1):
            if screenshot.concurrent_edit and number == len(screenshot.keys):
                await edit_newest(outputs)
            await pilot.press(key)
            await wait_for(pilot, "")
        await wait_for(pilot, screenshot.text)
        svg = FONT_FACE.sub("", app.export_screenshot(title="blogs"))
        await app.session.finish()
    await app.session.close()
    file = FOLDER / f"{screenshot.name}.svg"
    file.write_text(svg, "utf-8")
    if CHROMIUM:
        to_png(file)


def create_app() -> BlogsApp:
    finder = Finder(flags=Flags(), environ=os.environ, config=Config())
    wanted = preferences.find(argparse.Namespace(), os.environ, Config())
    return BlogsApp(
        HttpApiFactory(
            backends=finder.find(),
            connections=Connections(finder=finder, preferences=wanted),
            plain_http_token=False,
        ),
        BackendName.FUNCTIONS,
    )


async def wait_for(pilot: Pilot[None], text: str) -> None:
    """Wait until the screen shows *text* and no request is pending."""
    deadline = time.monotonic() + TIMEOUT_S
    app = pilot.app
    while True:
        await pilot.pause(0.3)
        lines = app.screen._compositor.render_strips()  # noqa: SLF001 -- there is no public way
        shown = "\n".join(line.text for line in lines)
        if text in shown and not any(word in shown for word in PENDING):
            return
        if time.monotonic() > deadline:
            sys.exit(f"screenshots: {text!r} did not appear on the screen:\n{shown}")


def to_png(file: Path) -> None:
    """Render the SVG as a PNG of the same size, with Chromium."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', file.read_text("utf-8"))
    if found is None:
        sys.exit(f"screenshots: {file} has no viewBox")
    width, height = found.groups()
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",  # the sandbox does not work as root
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                f"--window-size={float(width):.0f},{float(height):.0f}",
                f"--screenshot={file.with_suffix('.png')}",
                file.as_uri(),
            ],
            check=True,
            capture_output=True,
        )


async def post(outputs: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {outputs['WriteToken']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for author, title, contents in POSTS:
            blog = {"title": title, "author": author, "contents": contents}
            async with session.post(f"{outputs['FunctionsURL']}/blog", json=blog) as response:
                response.raise_for_status()


async def edit_newest(outputs: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {outputs['WriteToken']}", "If-Match": "*"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{outputs['ContainersURL']}/blog"
        async with session.get(f"{url}?limit=1") as response:
            (blog,) = await response.json()
        edited = {**blog, "contents": f"{blog['contents']} Ask for `p99` too."}
        async with session.put(f"{url}/{blog['id']}", json=edited) as response:
            response.raise_for_status()


async def send_requests(outputs: dict[str, str], seconds: float) -> None:
    """Send requests to both backends in turn, at a changing rate."""
    end = time.monotonic() + seconds
    async with aiohttp.ClientSession() as session:
        for number in itertools.count():
            if time.monotonic() > end:
                return
            path = "/blog/none" if number % 9 == 0 else "/blog?limit=5"
            for backend in ("FunctionsURL", "ContainersURL"):
                async with session.get(outputs[backend] + path) as response:
                    await response.read()
            await asyncio.sleep(0.02 + 0.2 * (number // 200 % 3))


@asynccontextmanager
async def running(state: str) -> AsyncIterator[dict[str, str]]:
    """Run a local cloud; yield its outputs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "localcloud", "--state", f"{state}/cloud",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout  # noqa: S101 -- it is a pipe
        line = await process.stdout.readline()
        if not line:
            sys.exit("screenshots: the local cloud did not start")
        yield json.loads(line)
    finally:
        process.terminate()
        await process.wait()


def log(line: str) -> None:
    print(f"screenshots: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
