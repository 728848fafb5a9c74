"""What the report shows of the records of AWS."""

from dataclasses import replace

import pytest

from lab.analysis import analyse
from lab.report.aws_records import aws_records
from lab.report.aws_sentences import sentences
from lab.report.html import render
from lab.report.svg import NARROW, WIDE
from lab.results import AwsRecords, FunctionReport, Results, TaskLaunch
from lab.statistics.quantiles import distribution
from tests.lab.report import example
from tests.lab.report.page import Page, overlapping, read

TASK = TaskLaunch(
    task="0123abcd4567",
    created="2026-11-29T12:00:00.000+00:00",
    pull_started="2026-11-29T12:00:15.000+00:00",
    pull_stopped="2026-11-29T12:00:22.500+00:00",
    started="2026-11-29T12:00:24.000+00:00",
    registered="2026-11-29T12:00:30.000+00:00",
)


def report(operation="GetBlog", count=100, billed_ms=20.0, inits=()):
    return FunctionReport(
        operation=operation,
        billed=distribution([billed_ms] * count),
        billed_ms=billed_ms,
        run_ms=billed_ms,
        init=distribution(inits),
        init_ms=sum(inits) / len(inits) if inits else None,
        billed_init_ms=None,
        max_memory_mb=98.0,
    )


def results(*records):
    run = example.run_of([])
    return Results(runs=[replace(run, aws=one) for one in records])


RECORDED = AwsRecords(
    functions=[report(inits=[400.0, 500.0]), report("ListBlogs", 300, 24.0)], tasks=[TASK]
)


def test_the_sentences_are_about_all_functions_and_all_tasks():
    other = replace(TASK, task="other", started="2026-11-29T12:00:40.000+00:00")

    assert sentences(results(replace(RECORDED, tasks=[TASK, other]))) == [
        (
            "400 REPORT lines: 23 ms billed per invocation on average, 2 cold starts with an init "
            "of 450 ms on average, at most 98 MB of memory in use."
        ),
        "2 tasks of the service: 24 to 40 s from creation to start.",
    ]


def test_results_without_records_have_no_sentence_and_no_figure():
    for records in (None, AwsRecords()):
        assert sentences(results(records)) == aws_records(results(records)) == []


def test_each_function_has_its_figures_in_the_table():
    billed, _ = aws_records(results(RECORDED))

    assert list(billed.table.rows) == [
        ["GetBlog", "100", "20", "20", "20", "-", "2", "450", "500", "98"],
        ["ListBlogs", "300", "24", "24", "24", "24*", "0", "-", "-", "98"],
    ]


def test_the_same_function_of_two_runs_is_told_apart():
    billed, launches = aws_records(results(RECORDED, RECORDED))

    assert [row[0] for row in billed.table.rows][::2] == ["run 1: GetBlog", "run 2: GetBlog"]
    assert len(launches.table.rows) == 1


def test_the_parts_of_a_launch_add_up_to_the_time_from_creation_to_start():
    [launches] = aws_records(results(replace(RECORDED, functions=[])))

    [row] = launches.table.rows
    assert row[2:] == ["15", "7.50", "1.50", "6"]
    for width in (WIDE, NARROW):
        chart = read(launches.draw(width))
        assert "24 s" in [one.text for one in chart.iter("text")]
        assert overlapping(chart) == []


@pytest.mark.parametrize("change", [{"pull_started": None}, {"started": "soon"}])
def test_a_launch_without_a_time_is_in_the_table_only(change):
    [launches] = aws_records(results(AwsRecords(tasks=[replace(TASK, **change)])))

    assert launches.draw is None
    assert "-" in launches.table.rows[0]


def test_the_page_shows_the_launch_or_says_what_it_needs():
    shown, missing = (
        Page(render(found, analyse(found))).text for found in (results(RECORDED), results(None))
    )

    assert "Launch of tasks" in shown
    assert "ecs:DescribeTasks" not in shown
    assert "Launch of tasks" not in missing
    assert "ecs:DescribeTasks" in missing
