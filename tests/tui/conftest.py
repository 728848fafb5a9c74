"""An app with fake backends, and an environment without the settings of the user."""

from __future__ import annotations

import os
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.strip import Strip

from tests.tui.fake import TOKEN, FakeBlogs, Fault, transport
from tests.tui.waiting import wait_for_screen
from tui.app import BlogsApp
from tui.client.contract import LogEntry
from tui.client.http_api import HttpApi
from tui.screens.main import MainScreen
from tui.settings import preferences
from tui.settings.backends import Backend, Backends, Finder, Flags
from tui.settings.config import Config
from tui.settings.connections import Connections
from tui.settings.values import BackendName, Token
from tui.widgets.blog_list import BlogList
from tui.widgets.reader import Reader

SMALL = (80, 24)
LARGE = (120, 40)
GRACE_S = 3600  # nothing expires before the next step of a test on a slow machine
DEADLINE_S = 180  # long enough for a busy machine; only a failing test waits this long


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("BLOGS_", "TEXTUAL", "PYTHON", "SSL_CERT")) or name.upper().endswith(
            "_PROXY"
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(autouse=True, scope="session")
def styles_parsed_once() -> Iterator[None]:
    """Parse each style sheet once, instead of twice in each app and again for each screen."""
    parse = Stylesheet._parse_rules  # noqa: SLF001 -- Textual has no cache over several apps
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}

    def parse_once(sheet: Stylesheet, *arguments: object, **options: object) -> list[RuleSet]:
        variables = tuple(sorted(sheet._variables.items()))  # noqa: SLF001 -- for the same reason
        key = (*arguments, *sorted(options.items()), variables)
        if key not in parsed:
            parsed[key] = parse(sheet, *arguments, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield


@pytest.fixture(autouse=True)
def quick_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pilot check more often if a key was handled; tests wait for visible results."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr(Pilot, "_wait_for_screen", wait_for_screen)


@pytest.fixture(autouse=True)
def lasting_toasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep toasts until a slow machine has shown them."""
    monkeypatch.setattr(BlogsApp, "NOTIFICATION_TIMEOUT", GRACE_S)


@dataclass
class World:
    """The fake backends behind one app."""

    blogs: FakeBlogs
    url: str = "http://127.0.0.1:1"
    plain_http_token: bool = False
    read_only: bool = False
    faults: dict[BackendName, Fault] = field(
        default_factory=lambda: {name: Fault() for name in BackendName}
    )
    names: tuple[BackendName, ...] = tuple(BackendName)
    outputs: dict[str, object] = field(default_factory=dict)
    moved: Backends | None = None
    """The deployment that the user selected in the app."""

    @property
    def connections(self) -> Connections:
        args = Namespace(read_only=True) if self.read_only else Namespace()
        return Connections(
            finder=Finder(flags=Flags(), environ=os.environ, config=Config()),
            preferences=preferences.find(args, os.environ, Config()),
        )

    @property
    def backends(self) -> Backends:
        if self.moved:
            return self.moved
        stage = {BackendName.FUNCTIONS: "/Prod", BackendName.CONTAINERS: ""}
        return Backends(
            by_name={
                name: Backend(name=name, url=self.url + stage[name], source="test")
                for name in self.names
            },
            token=Token(TOKEN, "test"),
            outputs=self.outputs,
        )

    @backends.setter
    def backends(self, backends: Backends) -> None:
        self.moved = backends

    def open(
        self, name: BackendName, record: Callable[[LogEntry], None], *, direct: bool = False
    ) -> HttpApi:
        return HttpApi(
            backend=self.backends.get(name),
            token=self.backends.token,
            record=record,
            plain_http_token=self.plain_http_token,
            read_only=self.read_only,
            direct=direct,
            transport=transport(self.blogs, self.faults[name]),
        )

    def api(
        self, name: BackendName = BackendName.FUNCTIONS, record: Callable[[LogEntry], None] = print
    ) -> HttpApi:
        return self.open(name, record)


class Stage:
    """A running app, with methods for tests."""

    def __init__(self, app: BlogsApp, pilot: Pilot[None], world: World) -> None:
        self.app = app
        self.world = world
        self.pilot = pilot
        self.press = pilot.press

    @property
    def list(self) -> BlogList:
        return self.app.screen_stack[0].query_one(BlogList)

    @property
    def reader(self) -> Reader:
        return self.app.screen_stack[0].query_one(Reader)

    @property
    def screen_name(self) -> str:
        return type(self.app.screen).__name__

    def text(self) -> str:
        """Return the text of the screen."""
        return "\n".join(strip.text for strip in self.strips())

    def strips(self) -> list[Strip]:
        """Return the lines of the screen."""
        return self.app.screen._compositor.render_strips()  # noqa: SLF001 -- Textual has no other

    def toasts(self) -> str:
        return "\n".join(note.message for note in self.app._notifications)  # noqa: SLF001 -- same

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until *condition* is true; fail after some minutes."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"the condition did not become true:\n{self.text()}")
            await self.pilot.pause(0.02)

    async def idle(self) -> None:
        """Wait until the app has handled all messages and short timers."""
        for _ in range(2):  # one timer may start another
            await self.pilot.pause()
            await self.until(lambda: not self._is_delayed())

    async def settled(self) -> None:
        """Wait until the app has also finished its requests and workers."""
        for _ in range(2):  # same
            await self.pilot.pause()
            await self.until(lambda: not (self._is_delayed() or self._is_working()))

    def _is_delayed(self) -> bool:
        """Return True if a one-time timer of less than a second is pending."""
        nodes = [self.app, *(node for one in self.app.screen_stack for node in one.walk_children())]
        timers = (timer for node in [*nodes, *self.app.screen_stack] for timer in node._timers)  # noqa: SLF001 -- Textual lists them nowhere else
        return any(
            timer._repeat == 0 and timer._interval < 1 and timer._task and not timer._task.done()  # noqa: SLF001 -- same
            for timer in timers
        )

    def _is_working(self) -> bool:
        """Return True if a request or a worker runs, except workers that wait for a dialog."""
        has_dialog = len(self.app.screen_stack) > 1
        workers = () if has_dialog else self.app.workers
        return self.app.session.busy or any(not worker.is_finished for worker in workers)

    async def sees(self, *words: str) -> None:
        await self.until(lambda: all(word in self.text() for word in words))

    async def sees_toast(self, words: str) -> None:
        """Wait for a toast; unlike on the screen, its lines are not wrapped."""
        await self.until(lambda: words in self.toasts())

    async def is_on(self, screen: str) -> None:
        await self.until(lambda: self.screen_name == screen)

    async def write(self, title: str, contents: str = "") -> None:
        """Fill in the empty fields of the form, and save."""
        await self.is_on("FormScreen")
        self.app.screen.query_one("#title").value = title
        if contents:
            self.app.screen.query_one("#contents").load_text(contents)
        await self.press("ctrl+s")


@asynccontextmanager
async def staged(
    world: World, size: tuple[int, int], *, settled: bool = True, tooltips: bool = False
) -> AsyncIterator[Stage]:
    """Run the app with the backends of *world*; wait for the first list if *settled*."""
    app = BlogsApp(world, next(name for name in BackendName if name in world.names))
    app.animation_level = "none"
    app.session.deletions.grace = GRACE_S
    async with app.run_test(size=size, notifications=True, tooltips=tooltips) as pilot:
        stage = Stage(app, pilot, world)
        await stage.until(lambda: isinstance(app.screen, MainScreen))
        if settled:
            await stage.until(lambda: app.session.requests and not app.session.busy)
            await pilot.pause()
        yield stage
    await app.session.close()


@pytest.fixture
def world() -> World:
    return World(FakeBlogs(5))


def swept(*cases: object) -> list[object]:
    """Return *cases* as parameters that only `make sweep` runs."""
    return [pytest.param(case, marks=pytest.mark.sweep) for case in cases]


@pytest.fixture(params=[SMALL, *swept(LARGE)], ids=["small", "large"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The size for tests that do not depend on the layout; other tests list their sizes."""
    return request.param
