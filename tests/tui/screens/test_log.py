"""The request log screen, with its filter and export."""

from __future__ import annotations

import asyncio
import json
import stat

import pytest

from tests.running import TIMEOUT_S
from tests.tui.conftest import LARGE, SMALL, staged, swept
from tests.tui.fake import TOKEN
from tests.tui.payloads import GIANT, PAYLOADS, harmful
from tui.client.contract import LogEntry
from tui.screens.log import detail
from tui.settings.values import BackendName
from tui.state import history
from tui.state.history import matches
from tui.widgets.request_table import RequestTable

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS
HUGE = (200, 60)


def entry(**given):
    known = {
        "backend": F,
        "method": "GET",
        "path": "/Prod/blog/x",
        "at": "09:00:00",
        "milliseconds": 1.0,
        "status": 200,
        "cold": False,
        "served_by": "functions/a",
    }
    return LogEntry(**(known | given))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", True),
        ("functions", True),
        ("containers", False),
        ("200", True),
        ("2xx", True),
        ("4xx", False),
        ("20", False),
        ("failed", False),
        ("warm", True),
        ("cold", False),
        ("blog/x", True),
        ("get FUNCTIONS 2xx", True),
        ("get containers", False),
        ("[/nope]", False),
    ],
)
def test_a_filter_matches_entries_with_all_its_words(words, wanted):
    assert matches(entry(), words) is wanted


def test_a_failed_request_matches_failed_and_its_error():
    lost = entry(status=None, error="FUNCTIONS is not reachable")

    assert matches(lost, "failed reachable")
    assert not matches(lost, "5xx")


def test_the_export_is_private_and_has_the_documented_shape(tmp_path):
    path = history.export(tmp_path, [entry(number=2), entry(number=1, status=None, error="lost")])
    again = history.export(tmp_path, [entry()])

    document = json.loads(path.read_bytes())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert again != path
    assert list(document) == ["version", "requests"]
    oldest, newest = document["requests"]
    assert (oldest["error"], newest["error"]) == ("lost", None)
    assert list(oldest) == [
        "backend",
        "url",
        "time",
        "method",
        "path",
        "status",
        "ms",
        "cold",
        "served_by",
        "phases",
        "server",
        "sent_bytes",
        "received_bytes",
        "headers",
        "error",
    ]


async def open_log(stage):
    await stage.press("L")
    await stage.is_on("LogScreen")
    await stage.pilot.pause()


def table(stage):
    return stage.app.screen.query_one(RequestTable)


async def post_and_open_log(world, stage):
    """Post a blog in the app, and open the log filtered for that request."""
    await stage.press("n")
    await stage.write("Mine")
    await stage.is_on("MainScreen")
    await stage.until(lambda: not stage.app.session.busy)
    await open_log(stage)
    await stage.press("slash", *"post", "enter")
    await stage.until(lambda: len(table(stage).rows) == 1)


@pytest.mark.parametrize("size", [HUGE, *swept(SMALL, LARGE)])
async def test_every_request_is_listed_with_its_details(world, size):
    async with staged(world, size) as stage:
        await open_log(stage)
        first = "status" if size == SMALL else "server: app"
        await stage.sees("FUNCTIONS", "GET", "200", "first byte", first)
        await stage.press("tab", "end")
        await stage.sees("x-served-by: functions/GetBlogs/abcd1234")
        await stage.press("q")
        await stage.is_on("MainScreen")


async def test_a_read_is_resent_to_either_backend_without_a_dialog(world):
    async with staged(world, SMALL) as stage:
        await open_log(stage)
        before = len(world.blogs.requests)
        await stage.press("c")
        await stage.until(lambda: len(world.blogs.requests) == before + 1)
        method, path = world.blogs.requests[0]
        assert world.blogs.requests[-1] == (method, path.removeprefix("/Prod"))
        await stage.until(lambda: table(stage).current.backend is C)
        await stage.press("f")
        await stage.until(lambda: world.blogs.requests[-1][1].startswith("/Prod/blog?"))


async def test_a_write_is_resent_only_after_confirmation(world):
    async with staged(world, LARGE) as stage:
        await post_and_open_log(world, stage)
        posts = [method for method, _ in world.blogs.requests].count("POST")
        await stage.press("c")
        await stage.sees("Send POST /blog again, to CONTAINERS")
        await stage.press("escape")
        await stage.is_on("LogScreen")
        assert [method for method, _ in world.blogs.requests].count("POST") == posts

        await stage.press("c")
        await stage.sees("again, to")
        await stage.press("y")
        await stage.until(lambda: world.blogs.requests[-1] == ("POST", "/blog"))
        await stage.until(lambda: [row.status for row in table(stage).rows] == [409, 201])


async def test_quitting_waits_for_a_resent_write(world):
    async with staged(world, LARGE) as stage:
        await post_and_open_log(world, stage)
        gate = world.faults[C].hold()
        await stage.press("c")
        await stage.sees("again, to")
        await stage.press("y")
        await world.faults[C].waiting.wait()
        leaving = asyncio.create_task(stage.app.session.finish())
        await stage.pilot.pause()
        assert not leaving.done()
        gate.set()
        await asyncio.wait_for(leaving, TIMEOUT_S)


async def test_read_only_mode_resends_no_write(world, monkeypatch):
    async with staged(world, LARGE) as stage:
        await post_and_open_log(world, stage)
        monkeypatch.setattr(type(stage.app.session), "read_only", True)
        requested = len(world.blogs.requests)
        await stage.press("c")
        await stage.until(lambda: "read-only" in stage.toasts())
        assert len(world.blogs.requests) == requested


async def test_resending_a_dropped_request_shows_an_error(world, monkeypatch):
    monkeypatch.setattr(history, "MAX_BODY_BYTES", 0)
    async with staged(world, SMALL) as stage:
        await open_log(stage)
        for key in ("f", "y"):
            await stage.press(key)
            await stage.until(lambda: "can no longer be sent again" in stage.toasts())
            stage.app.clear_notifications()
        assert len(world.blogs.requests) == 1


async def test_a_request_is_copied_as_curl_without_the_token(world):
    async with staged(world, LARGE) as stage:
        await post_and_open_log(world, stage)
        await stage.press("y")
        await stage.until(lambda: stage.app.clipboard)
        assert stage.app.clipboard.startswith("curl -i -X POST http://127.0.0.1:1/Prod/blog")
        assert '"Authorization: Bearer $BLOGS_WRITE_TOKEN"' in stage.app.clipboard
        assert TOKEN not in stage.app.clipboard


async def test_the_listed_requests_are_exported_to_the_state_folder(world, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path))
    async with staged(world, LARGE) as stage:
        await post_and_open_log(world, stage)
        await stage.press("x")
        await stage.until(lambda: "Exported 1 request to ~/state/blogs/exports/" in stage.toasts())

    assert not list((tmp_path / "work").iterdir())
    (file,) = (tmp_path / "state/blogs/exports").glob("blogs-requests-*.json")
    (request,) = json.loads(file.read_bytes())["requests"]
    assert (request["method"], request["status"]) == ("POST", 201)
    assert TOKEN not in file.read_text()


async def test_an_export_that_fails_names_the_folder_and_the_next_step(world, tmp_path):
    (tmp_path / "state" / "blogs").mkdir(parents=True)
    (tmp_path / "state" / "blogs" / "exports").touch()
    async with staged(world, LARGE) as stage:
        await open_log(stage)
        await stage.press("x")
        message = "blogs/exports: File exists. Set XDG_STATE_HOME"
        await stage.until(lambda: message in stage.toasts())


async def test_the_cursor_stays_on_its_request_when_others_arrive(world):
    async with staged(world, SMALL) as stage:
        await open_log(stage)
        for _ in range(30):
            await stage.app.session.read_blog("blog-0001")
        await stage.press("home", "down", "down")
        chosen = table(stage).current.number
        for _ in range(5):
            await stage.app.session.read_blog("blog-0002")
        await stage.pilot.pause()
        assert table(stage).current.number == chosen
        await stage.press("end")
        await stage.until(lambda: table(stage).current.number == 1)
        await stage.sees("Request 1 · ")


@pytest.mark.parametrize("payload", [*PAYLOADS, *GIANT])
def test_hostile_texts_are_inert_in_the_details(payload):
    shown = detail(entry(path=payload, served_by=payload, base=payload, error=payload))

    assert not harmful("\n".join(words for _, words in shown))
