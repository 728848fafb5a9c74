"""The blogs of a killed comparison, before the next one: no app, and a server that records."""

from __future__ import annotations

import os

import pytest

from lab.compare_settings import ComparisonSettings
from lab.load.journal import Journal, unfinished
from lab.plan import Operation
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.lab.fake_steps import FakeLoad
from tests.tui.conftest import World
from tests.tui.fake import FakeBlogs, serve
from tui.client import http_api, measured
from tui.flows.compare_backends import CompareFlow
from tui.settings.values import BackendName
from tui.state.session import Session

LISTS = ComparisonSettings(seed=1, rate=10, duration_s=24, slot_s=1, operations={Operation.LIST: 1})


class FakeApp:
    """Answers each question with the next of *answers*."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.toasts = []

    async def push_screen_wait(self, _screen):
        return self.answers.pop(0)

    def notify(self, message, **_options):
        self.toasts.append(str(message))

    def run_worker(self, work, **_options):
        work.close()


@pytest.fixture
def world():
    with serve(FakeBlogs(1)) as served:
        yield World(served.blogs, url=served.url, outputs={**OUTPUTS})


async def start(world, *answers):
    """Start a comparison after a killed one; return the app and the runs that are left."""
    session = Session(world, BackendName.FUNCTIONS)
    flow = CompareFlow(session)
    flow.steps = FakeLoad().steps
    folder = measured.folder(os.environ)
    with Journal(folder, "killed", measured.targets(world.backends), ""):
        world.blogs.put(id="lab-killed-1", title="Left")
    world.blogs.table["lab-killed-1"]["created_at"] = "2999-01-01T00:00:00.000000Z"
    app = FakeApp(*answers)
    assert await flow.start(app, flow.prepare(LISTS), lambda: True)
    await session.close()
    return app, unfinished(folder)


async def test_the_blogs_of_a_killed_comparison_are_removed_after_a_question(world):
    app, left = await start(world, "y")

    assert app.toasts[0].startswith("Removed 1 blog of the comparison of")
    assert left == []


async def test_the_check_of_each_backend_uses_no_proxy_as_the_load_does(world, monkeypatch):
    opened = []
    open_ = world.open

    def record(name, log, *, direct=False):
        opened.append((name, direct))
        return open_(name, log, direct=direct)

    monkeypatch.setattr(world, "open", record)
    await start(world, None)

    assert opened == [(name, True) for name in BackendName]


async def test_a_read_only_client_leaves_them_without_a_question(world):
    world.read_only = True
    app, left = await start(world)

    assert "ended before it removed its blogs. Cannot write in read-only mode." in app.toasts[0]
    assert len(left) == 1
    assert world.blogs.paths("DELETE") == []


async def test_the_token_crosses_plain_http_only_after_a_question(world, monkeypatch):
    monkeypatch.setattr(http_api, "is_loopback", lambda _: False)
    _, left = await start(world, "y", None)

    assert len(left) == 1
    assert set(world.blogs.authorizations) == {None}


async def test_the_token_crosses_plain_http_with_permission(world, monkeypatch):
    monkeypatch.setattr(http_api, "is_loopback", lambda _: False)
    _, left = await start(world, "y", "s")

    assert left == []
