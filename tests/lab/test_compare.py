"""One comparison from settings to results, with a fake load generator."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from contextlib import suppress

import pytest

from lab import results_file
from lab.analysis import analyse
from lab.backends import Backend, Target
from lab.compare import Comparison, ComparisonError, Phase, RateTooHigh
from lab.compare_settings import ComparisonSettings, InvalidSettings
from lab.load.journal import unfinished
from lab.load.worker_process import LoadProcessError
from lab.place import Place
from lab.plan import Operation
from lab.results import AwsRecords
from lab.rows import Outcome
from tests.lab.fake_steps import FakeLoad

TARGETS = {
    backend: Target(backend=backend, url=f"http://{backend}.example", token="secret-token")
    for backend in Backend
}
PLACE = Place(
    targets=TARGETS,
    command="blogs compare",
    stack="prod",
    region="us-east-1",
    outputs={"FunctionMemory": 442, "WriteToken": "secret-token", "ComparisonNotes": ["CPU: x."]},
)


def settings(**changes):
    return ComparisonSettings(**({"seed": 1, "rate": 10, "duration_s": 24, "slot_s": 1} | changes))


@pytest.fixture
def compare(tmp_path):
    """Return a function that runs a comparison with a fake load."""

    async def run(load=None, *, stop=None, leave=None, on_progress=lambda _: None, **changes):
        steps = (load or FakeLoad()).steps
        comparison = Comparison(settings(**changes), PLACE, tmp_path, steps)
        return await comparison.run(on_progress, stop or asyncio.Event(), leave)

    return run


async def test_a_comparison_has_the_log_and_the_figures_of_both_backends(compare):
    finished = await compare(FakeLoad(functions_ms=30, containers_ms=10))

    p50 = {b: figures.latency.quantiles["p50"].value for b, figures in _backends(finished)}
    assert p50 == {Backend.FUNCTIONS: pytest.approx(30), Backend.CONTAINERS: pytest.approx(10)}
    assert finished.summary.differences[0].faster is Backend.CONTAINERS
    assert finished.results.runs[0].generator.capacity_per_s == 10_000
    assert not finished.stopped


def _backends(finished):
    return finished.summary.backends.items()


async def test_the_results_name_the_deployment_but_not_the_token(compare):
    finished = await compare()

    environment = finished.results.runs[0].environment
    assert environment.stack == "prod"
    assert environment.outputs == {"FunctionMemory": 442, "ComparisonNotes": ["CPU: x."]}
    assert environment.comparison_notes[0] == "CPU: x."
    assert "secret-token" not in results_file.dumps(finished.results, finished.summary)


async def test_the_quota_of_the_account_is_read_for_a_stack_but_not_for_a_local_cloud(tmp_path):
    load = FakeLoad()
    load.quota = 10
    subjects = []
    for place in (PLACE, dataclasses.replace(PLACE, is_local=True)):
        comparison = Comparison(settings(), place, tmp_path, load.steps)
        finished = await comparison.run(lambda _: None, asyncio.Event())
        notes = finished.results.runs[0].environment.comparison_notes
        subjects.append({note.partition(":")[0] for note in notes})

    assert "Quota" in subjects[0]
    assert "Quota" not in subjects[1]


async def test_what_aws_recorded_is_read_for_a_stack_but_not_for_a_local_cloud(tmp_path):
    load = FakeLoad()
    load.aws, load.aws_notes = AwsRecords(run_blocks_ms=[21.0]), ["AWS: a note."]
    found = []
    for place in (PLACE, dataclasses.replace(PLACE, is_local=True)):
        comparison = Comparison(settings(repeat=2), place, tmp_path, load.steps)
        finished = await comparison.run(lambda _: None, asyncio.Event())
        found.append([run.aws for run in finished.results.runs])
        notes = finished.results.runs[0].environment.comparison_notes
        assert ("AWS: a note." in notes) != place.is_local

    assert found == [[load.aws, load.aws], [None, None]]
    first, second = load.aws_windows
    assert first.start <= first.end <= second.start <= second.end


async def test_leaving_ends_the_reading_from_aws_and_keeps_the_rows(compare):
    load, leave, asked = FakeLoad(), asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait(*_):
        loop.call_soon_threadsafe(leave.set)
        asked.wait()

    load.aws_records = wait
    finished = await compare(load, leave=leave)
    asked.set()

    assert finished.results.runs[0].rows
    assert finished.results.runs[0].aws is None


async def test_the_progress_has_each_phase_of_each_run(compare):
    seen = []
    await compare(repeat=2, on_progress=lambda one: seen.append((one.phase, one.run, one.runs)))

    assert list(dict.fromkeys(seen)) == [
        (Phase.SELF_TEST, 1, 2),
        (Phase.LOAD, 1, 2),
        (Phase.CLEAN_UP, 1, 2),
        (Phase.LOAD, 2, 2),
        (Phase.CLEAN_UP, 2, 2),
        (Phase.AWS_RECORDS, 2, 2),
        (Phase.ANALYSIS, 2, 2),
    ]


async def test_repeated_runs_have_different_plans_and_ids(compare):
    load = FakeLoad()
    finished = await compare(load, repeat=2)

    first, second = load.plans
    assert len(finished.results.runs) == 2
    assert first.settings.seed + 1 == second.settings.seed
    assert not {r.id for r in first.requests if r.id} & {r.id for r in second.requests}


async def test_the_blogs_that_a_run_posts_are_removed(compare, tmp_path):
    load = FakeLoad()
    finished = await compare(load, operations={Operation.READ: 1})

    posted = {r.id for r in load.plans[0].requests if r.operation is Operation.POST}
    assert {each for ids in load.cleaned[0].values() for each in ids} == posted != set()
    assert finished.left_behind == []
    assert unfinished(tmp_path) == []


async def test_a_run_is_recorded_until_its_blogs_are_removed(compare, tmp_path):
    load = FakeLoad()
    load.kept = {"lab-1": "status 500"}
    finished = await compare(load)

    (run,) = unfinished(tmp_path)
    assert finished.left_behind == ["lab-1"]
    assert run.used(TARGETS)
    assert "secret-token" not in run.file.read_text()


async def test_stopping_keeps_the_rows_removes_the_blogs_and_starts_no_other_run(compare):
    load, stop = FakeLoad(), asyncio.Event()
    load.on_start = stop.set
    finished = await compare(load, stop=stop, repeat=3)

    assert finished.stopped
    assert len(finished.results.runs) == len(load.cleaned) == 1
    assert {row.outcome for row in finished.results.runs[0].rows} == {Outcome.STOPPED}


async def test_leaving_ends_the_clean_up_and_keeps_the_record(compare, tmp_path):
    load, leave = FakeLoad(), asyncio.Event()

    async def hang(_targets, ids):
        load.cleaned.append(ids)
        leave.set()
        await asyncio.Event().wait()

    load.clean = hang
    finished = await compare(load, leave=leave)

    assert finished.left_behind == [each for ids in load.cleaned[0].values() for each in ids] != []
    assert finished.summary.differences
    assert len(unfinished(tmp_path)) == 1


async def test_a_cancelled_comparison_leaves_its_record(compare, tmp_path):
    load = FakeLoad()
    load.on_start = lambda: asyncio.current_task().cancel()
    with suppress(asyncio.CancelledError):
        await compare(load)

    assert len(unfinished(tmp_path)) == 1


async def test_load_processes_that_do_not_start_are_an_error_without_a_record(compare, tmp_path):
    load = FakeLoad()

    def fail():
        raise LoadProcessError("Load process 1 of 1 ended with status 1.")

    load.on_start = fail
    with pytest.raises(ComparisonError, match="ended with status 1"):
        await compare(load)

    assert unfinished(tmp_path) == []


async def test_a_rate_that_the_generator_does_not_hold_is_refused_before_a_request(compare):
    load = FakeLoad(holds=5)
    with pytest.raises(RateTooHigh):
        await compare(load)

    assert load.plans == []


async def test_a_folder_that_cannot_be_written_is_an_error_before_a_request(tmp_path):
    file, load = tmp_path / "file", FakeLoad()
    file.touch()
    comparison = Comparison(settings(), PLACE, file / "lab", load.steps)

    with pytest.raises(ComparisonError, match="Cannot write to"):
        await comparison.run(lambda _: None, asyncio.Event())
    assert load.plans == []


def test_settings_without_a_plan_are_refused(tmp_path):
    with pytest.raises(InvalidSettings, match="mix is empty"):
        Comparison(settings(operations={}), PLACE, tmp_path)


@pytest.mark.parametrize(
    ("mix", "writes"), [({Operation.LIST: 1}, False), ({Operation.READ: 1}, True)]
)
def test_reads_need_blogs_and_so_a_token_but_lists_do_not(tmp_path, mix, writes):
    assert Comparison(settings(operations=mix), PLACE, tmp_path).writes is writes


async def test_a_results_file_gives_the_same_figures_again(compare, tmp_path):
    finished = await compare()
    text = results_file.dumps(finished.results, finished.summary)

    assert json.loads(text)["summary"]["notes"] == list(finished.summary.notes)
    assert analyse(results_file.loads(text)) == finished.summary
