"""The screens of the lab, with a load generator that sends nothing."""

from __future__ import annotations

import asyncio
import stat

import pytest

from lab import results_file
from lab.load.journal import unfinished
from lab.load.run import Progress
from lab.load.worker_process import LoadProcessError
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.lab.fake_steps import FakeLoad
from tests.tui.conftest import LARGE, SMALL, World, staged, swept
from tests.tui.fake import FakeBlogs
from tests.tui.test_typed_ahead import type_ahead
from tui.client import measured
from tui.flows.compare_backends import CompareFlow
from tui.screens import lab_run
from tui.settings.values import BackendName
from tui.state import lab_files

LOCAL = {**OUTPUTS, "CloudWatchEndpoint": "http://127.0.0.1:1"}


class HeldLoad(FakeLoad):
    """A load that has sent half of its requests, until it is released or stopped."""

    def __init__(self):
        super().__init__()
        self.half = 0.0
        self.released = asyncio.Event()
        self.may_clean = asyncio.Event()
        self.may_clean.set()

    async def run(self, plan, targets, options, on_progress, stop):
        self.half = half = plan.end_s / 2
        rows = [self._row(one, stopped=False) for one in plan.requests if one.planned_s < half]
        flight = dict.fromkeys(targets, 3)
        on_progress(Progress(elapsed_s=half, duration_s=plan.end_s, rows=rows, in_flight=flight))
        waits = [asyncio.ensure_future(event.wait()) for event in (self.released, stop)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return await super().run(plan, targets, options, lambda progress: None, stop)

    def _row(self, request, *, stopped):
        return super()._row(request, stopped=stopped and request.planned_s >= self.half)

    async def clean(self, targets, ids):
        await self.may_clean.wait()
        return await super().clean(targets, ids)


@pytest.fixture
def world():
    return World(FakeBlogs(3), outputs=LOCAL)


@pytest.fixture
async def load(monkeypatch):
    load = HeldLoad()
    monkeypatch.setattr(CompareFlow, "steps", load.steps)
    monkeypatch.setattr(lab_run, "_REFRESH_S", 0.05)
    return load


async def open_lab(stage):
    await stage.press("b")
    await stage.is_on("LabScreen")
    await stage.sees("This sends", "costs nothing")


async def begin(stage):
    await open_lab(stage)
    await stage.press("enter")
    await stage.is_on("LabRunScreen")
    await stage.sees("Sending requests: 2")


async def finish(stage, load):
    load.released.set()
    await stage.is_on("LabResultScreen")
    await stage.sees("containers faster at p50 by 10")


@pytest.mark.parametrize("size", [SMALL, *swept(LARGE)], ids=str)
async def test_enter_alone_gives_a_result(world, load, size):
    async with staged(world, size) as stage:
        await begin(stage)
        await stage.sees("p50, ms", "in flight", "median latency of each 2.5 s, ms", "s Stop")
        await finish(stage, load)
        await stage.sees("latency by percentile, ms", "p99", "FUNCTIONS")
        assert load.cleaned


async def test_a_field_that_is_not_valid_says_why_and_nothing_starts(world, load):
    async with staged(world, SMALL) as stage:
        await open_lab(stage)
        await stage.press(*"1e9", "enter")
        await stage.sees("at most 200")
        assert "This sends" not in stage.text()
        await stage.press("backspace", "1", "tab", "tab", *"read=1,look=2")
        await stage.sees("the mix has no operation “look”")
        assert stage.screen_name == "LabScreen"
        assert not load.plans


async def test_a_stopped_comparison_shows_the_rows_so_far(world, load):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press("s")
        await stage.is_on("LabResultScreen")
        assert load.cleaned


async def test_leaving_asks_first_and_removes_the_blogs(world, load):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press("q")
        await stage.sees("Stop the comparison without a result?")
        await stage.press("escape")
        await stage.is_on("LabRunScreen")
        assert not stage.app.session.lab_run.is_stopping
        await stage.press("q", "y")
        await stage.is_on("LabScreen")
        assert load.cleaned
        assert stage.app.session.last_comparison is None


async def test_the_clean_up_can_be_left_to_the_next_comparison(world, load):
    load.may_clean.clear()
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press("s")
        await stage.sees("Removing the blogs of the run")
        await stage.press("q")
        await stage.sees("The next comparison offers")
        await stage.press("y")
        await stage.is_on("LabResultScreen")
        (left,) = unfinished(measured.folder(stage.app.session.environ))
        await stage.press("escape")
        await stage.is_on("LabScreen")
        await stage.press("enter")
        await stage.sees("ended before it removed", "Remove (y)")
        await stage.press("escape")
        await stage.is_on("LabRunScreen")
        assert left.file.exists()


async def test_a_screen_that_is_closed_during_the_checks_starts_nothing(world, load):
    async with staged(world, SMALL) as stage:
        await stage.press("b")
        await stage.sees("This sends")
        type_ahead(stage, "enter", "escape")
        await stage.is_on("MainScreen")
        await stage.idle()
        assert not stage.app.session.is_comparing
        assert stage.app.session.lab_run is None


@pytest.mark.parametrize("key", ["Q", "ctrl+c"])
async def test_quitting_stops_the_comparison_and_removes_its_blogs(world, load, key):
    load.may_clean.clear()
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press(key)
        if key == "ctrl+c":
            await stage.sees("A comparison is running. Quit?")
            await stage.press("y")
        await stage.sees("Stopping the comparison and removing its blogs")
        assert stage.app.is_running
        load.may_clean.set()
        await stage.until(lambda: not stage.app.is_running)
        assert load.cleaned


async def test_a_rate_that_the_generator_cannot_hold_is_refused(world, load):
    load.holds = 1
    async with staged(world, SMALL) as stage:
        await open_lab(stage)
        await stage.press("enter")
        await stage.sees("This machine can send about 1 requests per second")
        await stage.is_on("LabScreen")


async def test_a_load_that_fails_shows_why_there_is_no_result(world, load):
    def fail():
        raise LoadProcessError("A load process ended early.")

    load.on_start = fail
    load.released.set()
    async with staged(world, SMALL) as stage:
        await open_lab(stage)
        await stage.press("enter")
        await stage.sees("A load process ended early.")
        assert stage.screen_name == "LabScreen"


async def test_a_backend_that_does_not_respond_is_named_before_the_load(world, load):
    async with staged(world, SMALL) as stage:
        await open_lab(stage)
        world.faults[BackendName.CONTAINERS].down = True
        await stage.press("enter")
        await stage.sees_toast("is not reachable")
        assert not load.plans


async def test_a_read_only_client_refuses_a_comparison(world, load):
    world.read_only = True
    async with staged(world, SMALL) as stage:
        await open_lab(stage)
        await stage.press("enter")
        await stage.sees_toast("A comparison reads blogs that it posts.")
        assert not load.plans


async def test_load_to_given_urls_is_sent_only_after_a_confirmation(world, load):
    world.outputs = {}
    async with staged(world, SMALL) as stage:
        await stage.press("b")
        await stage.is_on("LabScreen")
        await stage.sees("This sends")
        await stage.press("enter")
        await stage.sees("Send load to http://127.0.0.1:1 and http://127.0.0.1:1/Prod?")
        await stage.press("escape")
        await stage.settled()
        assert not load.plans
        await stage.press("enter", "y")
        await stage.is_on("LabRunScreen")


async def test_a_result_is_saved_once_and_its_report_opened(world, load, monkeypatch):
    opened = []
    async with staged(world, SMALL) as stage:
        monkeypatch.setattr(stage.app, "open_url", opened.append)
        await begin(stage)
        await finish(stage, load)
        parent = lab_files.folder(stage.app.session.environ)
        parent.parent.mkdir(parents=True, exist_ok=True)
        parent.write_text("a file")
        await stage.press("s")
        await stage.sees("The result cannot be saved in", "Set XDG_STATE_HOME")
        parent.unlink()
        await stage.press("s")
        await stage.sees("Saved results.json and report.html in")
        await stage.press("o")
        await stage.sees("Open in the browser (b)")
        await stage.press("b")
        await stage.until(lambda: opened)
        (folder,) = parent.iterdir()
    assert opened == [(folder / "report.html").as_uri()]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(results_file.read(folder / "results.json").runs) == 1
    report = (folder / "report.html").read_text()
    assert report.startswith("<!DOCTYPE html>")
    assert "What it costs" in report


async def test_the_last_result_and_the_cost_are_one_key_away(world, load):
    async with staged(world, SMALL) as stage:
        await open_lab(stage)
        assert "Last result" not in stage.text()
        await stage.press("enter")
        await stage.is_on("LabRunScreen")
        await finish(stage, load)
        await stage.press("c")
        await stage.sees("median latency of each 2.5 s, ms")
        await stage.press("dollar_sign")
        await stage.is_on("CostScreen")
        await stage.press("escape", "q")
        await stage.is_on("LabScreen")
        await stage.press("escape", "b")
        await stage.is_on("LabScreen")
        await stage.sees("Last result")
        await stage.press("f3")
        await stage.is_on("LabResultScreen")
        await stage.press("q")
        await stage.is_on("LabScreen")
        await stage.press("f6")
        await stage.is_on("CostScreen")
