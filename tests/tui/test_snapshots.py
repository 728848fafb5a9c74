"""The text and styles of each screen, in a small and in a large terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from lab import compare
from lab.analysis import analyse
from lab.cloudwatch.client import CloudWatch
from lab.compare import Finished
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.tui import clocks, lab, snapshot
from tests.tui.conftest import GRACE_S, World, staged
from tests.tui.dialogs.test_id_in_use import conflicting
from tests.tui.fake import FakeBlogs, Response
from tests.tui.screens.test_connections import backends_at
from tests.tui.screens.test_lab import LOCAL, HeldLoad
from tui.flows.compare_backends import CompareFlow
from tui.screens.lab_result import LabResultScreen
from tui.settings import local_clouds, pulumi_cli
from tui.settings.local_clouds import LocalCloud
from tui.settings.pulumi_cli import Stack
from tui.settings.values import BackendName

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS
GATEWAY = "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/Prod"
MARKDOWN = """# A head

Some *text* with `code` and a [link](https://example.org).

| a | b |
|---|---|
| 1 | 2 |

* one
* two
"""

pytestmark = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


@pytest.fixture
def world(monkeypatch):
    clocks.stop(monkeypatch)
    world = World(FakeBlogs(3))
    world.blogs.put(id="told", title="日本語 and é", author="Grace", contents=MARKDOWN)
    world.blogs.put(id="long", title="A title that goes on " * 8, author="Nobody " * 8)
    return world


@pytest.fixture
def shot(request, size):
    """Compare the screen with its snapshot once it no longer changes."""

    async def take(stage, *words, settled=True):
        await stage.sees(*words)
        await (stage.settled() if settled else stage.idle())
        stage.app.clear_notifications()
        for field in stage.app.screen.query(Input):
            field.cursor_blink = False
        before = None
        while before != (before := snapshot.drawn(snapshot.whole(stage))):
            await stage.idle()
        name = request.function.__name__.removeprefix("test_")
        snapshot.check(f"{name}-{size[0]}x{size[1]}", snapshot.whole(stage))

    return take


async def all_loaded(stage):
    """Wait for the blog of the reading pane, too."""
    if stage.app.size.width > 80 and stage.list.blogs:
        await stage.sees("id long", "Hello")


async def hide_log(stage):
    """Hide the log, which has its own snapshot."""
    await all_loaded(stage)
    if "served by" in stage.text():
        await stage.press("l")
        await stage.until(lambda: "served by" not in stage.text())


async def test_list(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await shot(stage, "Blog number 0", "(no more)")


async def test_list_without_blogs(world, size, shot):
    world.blogs.table.clear()
    async with staged(world, size) as stage:
        await hide_log(stage)
        await shot(stage, "No blogs yet")


async def test_list_after_a_failure(world, size, shot):
    world.faults[F].down = True
    async with staged(world, size) as stage:
        await hide_log(stage)
        await shot(stage, "is not reachable")


async def test_search_and_sort(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("slash", *"number", "enter", "s")
        await shot(stage, "3 of 5 loaded", "oldest first")


async def test_two_pending_deletions(world, size, shot, monkeypatch):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "d")
        await stage.until(lambda: stage.app.session.deletions.of("told"))
        await stage.press("down", "d")
        await stage.sees("Deleting 2 blogs")
        clocks.advance(monkeypatch, GRACE_S - 5)
        await shot(stage, "Deleting 2 blogs, the next in 5 s", "gone in 5 s", settled=False)


async def test_blog(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "enter")
        await shot(stage, "A head", "one")


async def test_blog_as_raw_text(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "enter")
        await stage.sees("A head")
        await stage.press("v")
        await shot(stage, "# A head", "* one")


async def test_form_with_errors(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        stage.app.screen.query_one("#author").value = "x" * 101
        await shot(stage, "The author is longer than 100")


async def test_preview(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        stage.app.screen.query_one("#contents").load_text(MARKDOWN)
        await stage.press("f3")
        await shot(stage, "A head", "one")


async def test_conflict(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("down", "e")
        await stage.is_on("FormScreen")
        world.blogs.put(id="told", title="Theirs", author="Grace", contents="same\ntheirs")
        await stage.write("Mine", "same\nmine")
        await shot(stage, "▌ mine", "▌ theirs")


async def test_conflict_of_a_new_blog(world, size, shot):
    async with conflicting(world, size) as (stage, _):
        await shot(stage, "▌ My text", "▌ Older text")


async def test_links(world, size, shot):
    links = "[A *link*](https://example.org/a) https://example.org/b"
    world.blogs.put(id="told", title="日本語 and é", author="Grace", contents=links)
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "enter")
        await stage.until(lambda: stage.reader.blog and stage.reader.blog.id == "told")
        await stage.press("o")
        await shot(stage, "2 links")


async def test_question_that_scrolls(world, size, shot):
    contents = f"https://example.org/{'a' * 2000}"
    world.blogs.put(id="told", title="日本語 and é", author="Grace", contents=contents)
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "enter")
        await stage.until(lambda: stage.reader.blog and stage.reader.blog.id == "told")
        await stage.press("o")
        await shot(stage, "Open this link?")


async def test_question(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("c")
        await shot(stage, "Copy from")


async def test_help(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("question_mark")
        await shot(stage, "Sort (the next")


async def test_list_in_read_only_mode(world, size, shot):
    world.read_only = True
    world.backends = backends_at(GATEWAY)
    async with staged(world, size) as stage:
        await hide_log(stage)
        await shot(stage, "READ-ONLY", "stack dev")


async def test_list_while_waiting(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        gate = world.faults[F].hold()
        await stage.press("r")
        await shot(stage, "… waiting", settled=False)
        gate.set()


async def open_log(stage):
    await all_loaded(stage)
    await stage.press("L")
    await stage.is_on("LogScreen")


async def test_log(world, size, shot):
    async with staged(world, size) as stage:
        await open_log(stage)
        world.faults[F].down = True
        await stage.press("f")
        await shot(stage, "none", "no response", "is not reachable")


async def test_log_filtered(world, size, shot):
    async with staged(world, size) as stage:
        await open_log(stage)
        await stage.press("c")
        await stage.sees("CONTAINERS")
        await stage.press("slash", *"containers")
        await shot(stage, "CONTAINERS", "first byte")


async def test_responses_that_are_the_same(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("B")
        await stage.is_on("CompareScreen")
        await shot(stage, "The responses are the same.")


async def test_responses_that_differ(world, size, shot):
    world.outputs = OUTPUTS
    other = json.dumps(world.blogs.table["long"] | {"author": "Ada"}).encode()
    world.faults[C].replace = lambda method, path: Response(206, {"ETag": '"other"'}, other)
    async with staged(world, size) as stage:
        await stage.press("B")
        await stage.is_on("CompareScreen")
        await shot(stage, "The responses differ.", "206")


async def test_connections(world, size, shot, monkeypatch):
    clouds = [LocalCloud(stack="local", state=Path("/state"), outputs_file=Path())]
    stacks = [Stack(name="dev", current=True), Stack(name="prod", current=False)]
    monkeypatch.setattr(local_clouds, "running", lambda environ: clouds)
    monkeypatch.setattr(pulumi_cli, "stacks", lambda folder, environ: stacks)
    found = backends_at(GATEWAY)
    deployment = replace(found.deployment, chosen_by="--stack")
    world.backends = replace(found, deployment=deployment, outputs=OUTPUTS)
    async with staged(world, size) as stage:
        await stage.press("C")
        await stage.is_on("ConnectionsScreen")
        await shot(stage, "local cloud local (/state)", "pulumi stack prod")


def measurements(_, queries, window):
    """Return CloudWatch data: sawtooth latencies, and some failures."""
    moments = enumerate(range(window.start, window.end, window.step_s))
    steps = [(moment, number) for number, moment in moments if number % 20]
    failing = {"Errors", "5xx", "HTTPCode_Target_5XX_Count"}
    return {
        query.id: [
            (at, float(number % 15 == 1) if query.metric.name in failing else 3.0 + number % 12)
            for at, number in steps
        ]
        for query in queries
    }


async def test_metrics(world, size, shot, monkeypatch):
    monkeypatch.setattr(CloudWatch, "fetch", measurements)
    world.outputs = OUTPUTS
    async with staged(world, size) as stage:
        await all_loaded(stage)
        await stage.press("m")
        await stage.is_on("MetricsScreen")
        await shot(stage, "invocations", "metrics requested")


async def test_metrics_not_available(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("m")
        await stage.is_on("MetricsScreen")
        await shot(stage, "outputs do not include")


async def test_cost(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("dollar_sign")
        await stage.is_on("CostScreen")
        await shot(stage, "USD a month")


async def test_cost_with_errors_and_the_chart(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("dollar_sign")
        await stage.is_on("CostScreen")
        await stage.sees("USD a month")
        await stage.press("f3", "x")
        await shot(stage, "not a number", "log scale")


@pytest.fixture
def load(monkeypatch):
    load = HeldLoad()
    monkeypatch.setattr(CompareFlow, "steps", load.steps)
    monkeypatch.setattr(compare, "make_plan", lambda settings: lab.plan())
    return load


async def test_lab(world, size, shot, load):
    world.outputs = LOCAL
    async with staged(world, size) as stage:
        await stage.press("b")
        await stage.is_on("LabScreen")
        await shot(stage, "This sends")


async def test_lab_with_errors(world, size, shot, load):
    world.outputs = LOCAL
    async with staged(world, size) as stage:
        await stage.press("b")
        await stage.is_on("LabScreen")
        await stage.press(*"fast", "tab", "9", "tab", *"look=1")
        await shot(stage, "no operation")


async def test_comparison_in_progress(world, size, shot, load):
    world.outputs = LOCAL
    async with staged(world, size) as stage:
        await stage.press("b")
        await stage.is_on("LabScreen")
        await stage.press("enter")
        await stage.is_on("LabRunScreen")
        await shot(stage, "Sending requests: 2", "p99, ms", settled=False)


async def test_comparison_result(world, size, shot):
    finished = Finished(results=lab.results(), summary=analyse(lab.results()))
    async with staged(world, size) as stage:
        stage.app.push_screen(LabResultScreen(stage.app.session, finished))
        await stage.is_on("LabResultScreen")
        await shot(stage, "containers faster at p50")


async def test_jump(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("ctrl+o")
        await stage.is_on("JumpScreen")
        await shot(stage, " a ")


async def test_palette(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("ctrl+p")
        await stage.is_on("Palette")
        await shot(stage, "Key: ")


async def test_themes(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        stage.app.action_change_theme()
        await stage.is_on("Palette")
        await shot(stage, "gruvbox")
