"""Hostile text on all screens except those of a blog: it is shown without effect.

Hostile text can come from a backend (blogs, headers, links to the next page), from pulumi (names of
stacks), and from files such as drafts. Help, jump mode and the palette show no such text of their
own, but it can be below them, typed or pasted. A URL from the settings is printable ASCII
(`tui.settings.values`), so only markup and length can reach the question about plain HTTP.
"""

from __future__ import annotations

import string
from dataclasses import replace

import httpx
import pytest
from textual import events
from textual.widgets import Input

from lab.cloudwatch.client import CloudWatch
from lab.cloudwatch.metrics import MetricsError
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.tui import snapshot
from tests.tui.conftest import SMALL, staged
from tests.tui.fake import Response
from tests.tui.payloads import ESCAPES, EVERYTHING, GIANT, MARKUP, WIDE, harmful
from tests.tui.screens.test_connections import backends_at, with_settings
from tests.tui.test_hostile import world_with
from tui.settings import pulumi_cli
from tui.settings.pulumi_cli import Stack
from tui.settings.values import BackendName, SettingsError
from tui.state.drafts import SavedDraft

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS
HUGE = (200, 60)
GROUPS = [
    pytest.param(EVERYTHING, HUGE, id="all"),
    pytest.param(GIANT[0], SMALL, id="giant"),
    pytest.param(" ".join(MARKUP), SMALL, id="markup", marks=pytest.mark.sweep),
    pytest.param(" ".join(ESCAPES), SMALL, id="escapes", marks=pytest.mark.sweep),
    pytest.param(" ".join(WIDE), SMALL, id="wide", marks=pytest.mark.sweep),
    pytest.param(GIANT[1], SMALL, id="giant-wide", marks=pytest.mark.sweep),
]
SHORT = 2000  # the longest header allowed
IN_URLS = frozenset(string.ascii_letters + string.digits + string.punctuation) - set("?#")

pytestmark = pytest.mark.parametrize(("payload", "size"), GROUPS)


def check(stage):
    """Check everything that is drawn, including what a dialog does not cover."""
    strips = snapshot.whole(stage)
    assert not harmful("\n".join(strip.text for strip in strips))
    assert {strip.cell_length for strip in strips} == {stage.app.size.width}


async def look(stage, *keys):
    """Check the screen before the first key and after each key."""
    for key in keys:
        check(stage)
        await stage.press(key)
        await stage.pilot.pause()
    check(stage)


async def test_log_with_hostile_headers_and_links(payload, size):
    world = world_with(payload)
    header = payload[:SHORT]
    world.faults[F].replace = lambda method, path: Response(
        200,
        {"Link": f'</Prod/blog?cursor={header}>; rel="next"', "X-Other": header},
        b"[]",
    )
    async with staged(world, size) as stage:
        await stage.press("L")
        await stage.is_on("LogScreen")
        await look(stage, "tab", "end", "shift+tab", "end", "slash")
        stage.app.screen.query_one("#filter", Input).post_message(events.Paste(payload))
        await look(stage, "enter")


async def test_log_with_a_hostile_error(payload, size):
    world = world_with(payload)

    def fail(method, path):
        raise httpx.ProxyError(payload)

    world.faults[F].replace = fail
    async with staged(world, size) as stage:
        await look(stage, "L")
        await stage.is_on("LogScreen")
        await stage.sees("proxy")  # one word, which no line break divides
        await look(stage, "tab", "end")


async def test_comparison_of_hostile_responses(payload, size):
    world = world_with(payload)
    async with staged(world, size) as stage:
        await stage.press("B")
        await stage.sees("The responses are the same.")
        await look(stage, "end", "shift+tab", "end", "l")
        await stage.sees("The responses are the same.")
        header = payload[:SHORT]
        world.faults[C].replace = lambda method, path: Response(
            200, {"X-Served-By": header, header.encode("ascii", "ignore").decode(): header}, b"[]"
        )
        await stage.press("r")
        await stage.sees("The responses differ.")
        await look(stage, "home", "end", "tab", "end")


async def test_connections_with_hostile_names(payload, size, monkeypatch):
    world = world_with("Title")
    found = backends_at("http://127.0.0.1:1", stack=payload)
    deployment = replace(found.deployment, region=payload, account=payload, chosen_by=payload)
    world.backends = replace(found, deployment=deployment)
    with_settings(world, monkeypatch, {"BLOGS_THEME": payload, "BLOGS_PROJECT": payload})
    stacks = [Stack(name=payload, current=True)]
    monkeypatch.setattr(pulumi_cli, "stacks", lambda folder, environ: stacks)
    async with staged(world, size) as stage:
        await stage.press("C")
        await stage.sees("pulumi stack")
        await look(stage, "end", "enter")


async def test_connections_with_a_hostile_error(payload, size, monkeypatch):
    def fail(folder, environ):
        raise SettingsError(payload)

    monkeypatch.setattr(pulumi_cli, "stacks", fail)
    async with staged(world_with("Title"), size) as stage:
        await stage.press("C")
        await stage.is_on("ConnectionsScreen")
        await stage.until(lambda: "Reading stacks" not in stage.text())
        await look(stage)


async def test_metrics_with_a_hostile_source_and_error(payload, size, monkeypatch):
    monkeypatch.setattr(CloudWatch, "fetch", lambda *_: {})
    world = world_with("Title")
    world.outputs = {**OUTPUTS, "Region": payload, "FunctionNames": {payload: payload}}

    def fail(*_):
        raise MetricsError(payload)

    async with staged(world, size) as stage:
        await stage.press("m")
        await stage.sees("metrics requested")
        await look(stage)
        monkeypatch.setattr(CloudWatch, "fetch", fail)
        await stage.press("r")
        await stage.until(lambda: "metrics requested" not in stage.text())
        await stage.until(lambda: "Sending" not in stage.text())
        await look(stage)


@pytest.mark.parametrize(
    ("key", "screen"),
    [("ctrl+o", "JumpScreen"), ("question_mark", "HelpScreen"), ("ctrl+p", "Palette")],
)
async def test_hostile_blog_below_a_dialog(payload, size, key, screen):
    async with staged(world_with(payload), size) as stage:
        await stage.press("enter")
        await stage.until(lambda: not stage.app.session.busy)
        await stage.press(key)
        await stage.is_on(screen)
        await look(stage)


@pytest.mark.parametrize("action", ["command_palette", "change_theme"])
async def test_hostile_text_pasted_into_the_palette(payload, size, action):
    async with staged(world_with("Title"), size) as stage:
        await stage.app.run_action(action)
        await stage.is_on("Palette")
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        stage.app.post_message(events.Paste(payload))
        await stage.until(lambda: stage.app.screen.query_one(Input).value)
        await stage.settled()
        await look(stage)


async def test_draft_with_hostile_text(payload, size):
    world = world_with("Title")
    texts = dict.fromkeys(("id", "title", "author", "contents"), payload)
    async with staged(world, size) as stage:
        stage.app.session.drafts.write(SavedDraft(**texts, base=None, urls=stage.app.session.urls))
        await stage.press("n")
        await stage.is_on("ChoiceScreen")
        await look(stage, "c")
        await stage.is_on("FormScreen")
        await look(stage)


async def test_plain_http_dialog_with_a_hostile_url(payload, size):
    world = world_with(payload)
    world.url = f"http://far.example/{''.join(filter(IN_URLS.__contains__, payload))}"
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.write("Title")
        await stage.is_on("ChoiceScreen")
        await look(stage)
