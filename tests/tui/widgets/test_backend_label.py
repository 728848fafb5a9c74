"""Each screen shows the name, the color and the deployment of its backend."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest

from tests.tui.conftest import LARGE, SMALL, staged
from tests.tui.dialogs.test_id_in_use import conflicting
from tests.tui.screens.test_connections import backends_at
from tui.settings.backends import Deployment
from tui.settings.values import BackendName
from tui.widgets.backend_label import BackendLabel, deployment_text

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS


URL = "https://abcdefghij.execute-api.ap-southeast-2.amazonaws.com/Prod"


def top(stage):
    return stage.text().partition("\n")[0]


def count_colored(stage, name):
    """Return how often the name of the backend appears alone in its color."""
    return sum(
        segment.text == name.word
        and segment.style.bgcolor is not None
        and segment.style.bgcolor.get_truecolor().hex == stage.app.theme_variables[name]
        for strip in stage.strips()
        for segment in strip
    )


def backends_of_stack(name):
    found = backends_at(URL, stack=f"stack {name}")
    return replace(found, deployment=replace(found.deployment, region="ap-southeast-2"))


ADDRESS = "abcdefghij.execute-api.ap-southeast-2.amazonaws.com/Prod"
DEV = Deployment(stack="stack dev", region="ap-southeast-2", account="123456789012")
LONG = replace(DEV, stack="stack acme-corporation/aws-blog-demo/production")
NOTE = "5 blogs · times in UTC"
STACK = " stack dev · ap-southeast-2 · "


@pytest.mark.parametrize(
    ("deployment", "room", "shown"),
    [
        (DEV, 132, f"{STACK}account 123456789012  {ADDRESS}  {NOTE}"),
        (DEV, 100, f"{STACK}account 123456789012  abcdefghij.exec…com/Prod  {NOTE}"),
        (DEV, 80, f"{STACK}account 123456789012  {NOTE}"),
        (DEV, 60, f"{STACK}account 123456789012  5 blogs"),
        (DEV, 52, f"{STACK}123456789012  5 blogs"),
        (DEV, 45, f"{STACK}123456789012 "),
        (LONG, 57, " acme-corpor…/production · ap-southeast-2 · 123456789012 "),
        (LONG, 10, " acm…tion · ap-southeast-2 · 123456789012 "),
        (Deployment(), 90, f" {ADDRESS}  {NOTE}"),
        (Deployment(), 60, f" abcdefghij.execute-api…aws.com/Prod  {NOTE}"),
        (Deployment(), 10, " 5 blogs"),
    ],
)
def test_the_url_is_cut_before_the_stack_and_the_stack_before_region_and_account(
    deployment, room, shown
):
    assert deployment_text(ADDRESS, deployment, NOTE, room) == shown


async def test_the_preview_shows_the_active_backend(world):
    world.backends = backends_of_stack("dev")
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("f3")
        await stage.is_on("PreviewScreen")
        await stage.until(lambda: "FUNCTIONS  stack dev" in top(stage))
        await stage.press("f2")
        await stage.until(lambda: "CONTAINERS  stack dev" in top(stage))


async def test_a_conflict_shows_the_backend_of_the_save(world, size):
    async with conflicting(world, size) as (stage, _):
        await stage.is_on("TakenScreen")
        await stage.sees("UTC on FUNCTIONS", "two versions")
        assert "FUNCTIONS" in top(stage)


async def test_a_switch_during_a_save_does_not_change_its_backend_label(world):
    async with staged(world, SMALL) as stage:
        await stage.press("e")
        await stage.is_on("FormScreen")
        world.blogs.put(id="blog-0004", title="Theirs")
        gate = world.faults[F].hold()
        await stage.write("Mine")
        await world.faults[F].waiting.wait()
        await stage.press("f2")
        await stage.until(lambda: "CONTAINERS" in top(stage))
        gate.set()
        await stage.is_on("ConflictScreen")
        await stage.until(lambda: "FUNCTIONS" in top(stage))
        assert stage.app.session.active is C


async def test_the_log_shows_each_backend_in_its_color(world):
    async with staged(world, LARGE) as stage:
        await stage.press("t")
        await stage.until(lambda: count_colored(stage, F) and count_colored(stage, C))
        await stage.press("L")
        await stage.is_on("LogScreen")
        await stage.until(lambda: count_colored(stage, F) and count_colored(stage, C))
        for width in (30, 20, 16, 11, 8):  # the name is cut, or not visible
            await stage.pilot.resize_terminal(width, 24)
            await stage.until(lambda: {line.cell_length for line in stage.strips()} == {width})  # noqa: B023 -- called in this iteration


async def test_the_comparison_shows_each_backend_in_its_color(world):
    world.faults[C].replace = lambda method, path: None
    async with staged(world, LARGE) as stage:
        await stage.press("B")
        await stage.sees("The responses are the same.")
        assert (count_colored(stage, F), count_colored(stage, C)) == (1, 1)


async def test_backend_names_are_visible_without_colors(world, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged(world, LARGE) as stage:
        await stage.press("t")
        await stage.sees("CONTAINERS  GET", "FUNCTIONS   GET")
        assert count_colored(stage, C) == 0


async def test_a_timer_stopped_too_late_does_not_show_waiting(world):
    async with staged(world, SMALL) as stage:
        label = stage.app.screen.query_one(BackendLabel)
        later = []
        label.set_timer = lambda delay, callback: later.append(callback) or Mock()
        for busy in (True, False):
            label.show(stage.app.session.backend, Deployment(), busy=busy, read_only=False)
        later[0]()
        await stage.pilot.pause()
        assert "waiting" not in stage.text()
