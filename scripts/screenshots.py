"""Take the tour: use the client on a local cloud, and keep a picture of every screen.

Writes docs/screenshots/NAME.svg, and NAME.png where Chromium is installed. The metrics are those
of some minutes of requests, so this takes as long.
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
PATIENCE_S = 60
# A font from another site is nothing that a page with this picture should ask for.
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
POSTS = (
    ("Ada", "Functions or containers?", "The same blog, twice: *which* one answers first?"),
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
class Picture:
    """One screen: the keys that lead to it from the list, and what stands on it by then."""

    name: str
    keys: Sequence[str]
    words: str
    size: tuple[int, int] = LARGE
    theme: str = "textual-dark"
    rival: bool = False
    """Somebody else edits the newest blog before the last key."""


PICTURES = (
    Picture("list", [], "what people remember"),
    Picture("containers", ["t", "enter"], "CONTAINERS"),
    Picture("small", [], "FUNCTIONS", SMALL),
    Picture("reading-small", ["down", "enter"], "by Barbara", SMALL),
    Picture("log", ["t", "r", "l", "l"], "served by"),
    Picture("requests", ["t", "r", "L"], "GET"),
    Picture("both", ["B"], "FUNCTIONS"),
    Picture("connections", ["C"], "local"),
    Picture("new", ["n", *"A new blog"], "A new blog"),
    Picture("preview", ["n", *"Ada", "tab", "tab", *"Twice.", "f3"], "Twice."),
    Picture("conflict", ["e", *": which", "ctrl+s"], "changed", rival=True),
    Picture("links", ["down", "down", "down", "enter", "o"], "2 links"),
    Picture("link", ["down", "down", "down", "enter", "o", "enter"], "browser"),
    Picture("copy", ["c"], "Copy"),
    Picture("delete", ["d"], "Deleting"),
    Picture("jump", ["ctrl+o"], " a "),
    Picture("palette", ["ctrl+p"], "Search"),
    Picture("help", ["question_mark"], "move in the list"),
    Picture("theme", [], "what people remember", LARGE, "textual-light"),
    Picture("metrics", ["m", "1"], "the last 5m:", (160, 48)),
    Picture("metrics-small", ["m", "1"], "the last 5m:", SMALL),
    Picture("search", ["slash", *"table"], "loaded"),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make screenshots",
        description=__doc__,
        epilog="example: make screenshots",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=4, help="of requests before (default 4)")
    asyncio.run(tour(parser.parse_args().minutes * 60))


async def tour(traffic_s: float) -> None:
    """Take every picture in turn, each in an app of its own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state
        async with running(state) as outputs:
            await post(outputs)
            say(f"sending requests for {traffic_s:.0f} s")
            await ask_both(outputs, traffic_s)
            for picture in PICTURES:
                say(picture.name)
                await take(picture, outputs)
                shutil.rmtree(Path(state) / "blogs" / "drafts", ignore_errors=True)


async def take(picture: Picture, outputs: dict[str, str]) -> None:
    """Go to one screen, and keep what is there."""
    finder = Finder(flags=Flags(), environ=os.environ, config=Config())
    wanted = preferences.find(argparse.Namespace(), os.environ, Config())
    app = BlogsApp(
        HttpApiFactory(
            backends=finder.find(),
            connections=Connections(finder=finder, preferences=wanted),
            plain_http_token=False,
        ),
        BackendName.FUNCTIONS,
    )
    app.theme, app.animation_level = picture.theme, "none"
    async with app.run_test(size=picture.size, notifications=True) as pilot:
        await shown(pilot, "Percentiles")
        for number, key in enumerate(picture.keys, 1):
            if picture.rival and number == len(picture.keys):
                await edit_newest(outputs)
            await pilot.press(key)
            await shown(pilot, "")
        await shown(pilot, picture.words)
        svg = FONT_FACE.sub("", app.export_screenshot(title="blogs"))
    await app.session.close()
    file = FOLDER / f"{picture.name}.svg"
    file.write_text(svg, "utf-8")
    if CHROMIUM:
        to_png(file)


async def shown(pilot: Pilot[None], words: str) -> None:
    """Wait until *words* stand on the screen and no answer is awaited."""
    deadline = time.monotonic() + PATIENCE_S
    app = pilot.app
    while True:
        await pilot.pause(0.3)
        lines = app.screen._compositor.render_strips()  # noqa: SLF001 -- Textual has no other
        text = "\n".join(line.text for line in lines)
        if words in text and "waiting" not in text and "Asking" not in text:
            return
        if time.monotonic() > deadline:
            sys.exit(f"screenshots: {words!r} never came:\n{text}")


def to_png(file: Path) -> None:
    """Let Chromium draw the picture, as large as it is."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', file.read_text("utf-8"))
    if found is None:
        sys.exit(f"screenshots: {file} says nothing of its size")
    width, height = found.groups()
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",  # which root has not
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
            async with session.post(f"{outputs['FunctionsURL']}/blog", json=blog) as answer:
                answer.raise_for_status()


async def edit_newest(outputs: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {outputs['WriteToken']}", "If-Match": "*"}
    async with aiohttp.ClientSession(headers=headers) as session:
        url = f"{outputs['ContainersURL']}/blog"
        async with session.get(f"{url}?limit=1") as answer:
            (blog,) = await answer.json()
        edited = {**blog, "contents": f"{blog['contents']} Ask for `p99` too."}
        async with session.put(f"{url}/{blog['id']}", json=edited) as answer:
            answer.raise_for_status()


async def ask_both(outputs: dict[str, str], seconds: float) -> None:
    """Send requests to both backends in turn, at a pace that changes."""
    end = time.monotonic() + seconds
    async with aiohttp.ClientSession() as session:
        for number in itertools.count():
            if time.monotonic() > end:
                return
            path = "/blog/none" if number % 9 == 0 else "/blog?limit=5"
            for backend in ("FunctionsURL", "ContainersURL"):
                async with session.get(outputs[backend] + path) as answer:
                    await answer.read()
            await asyncio.sleep(0.02 + 0.2 * (number // 200 % 3))


@asynccontextmanager
async def running(state: str) -> AsyncIterator[dict[str, str]]:
    """Run a local cloud; gives its outputs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "localcloud", "--state", f"{state}/cloud",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout  # noqa: S101  # asked for above
        line = await process.stdout.readline()
        if not line:
            sys.exit("screenshots: the local cloud did not start")
        yield json.loads(line)
    finally:
        process.terminate()
        await process.wait()


def say(line: str) -> None:
    print(f"screenshots: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
