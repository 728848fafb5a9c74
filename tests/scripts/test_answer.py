"""The answer in README.md follows from its measurement, the prices and the cost model."""

import json

import pytest

from tests.scripts.programs import program

answer = program("answer")


@pytest.fixture(scope="module")
def measured():
    return json.loads(answer.MEASURED.read_text("utf-8"))


@pytest.fixture(scope="module")
def report(measured):
    return answer.cost(measured)


def test_the_readme_has_the_answer_of_the_measurement(measured, report):
    begin, end = program("marked_text").markers("answer")
    between = answer.README.read_text("utf-8").partition(begin)[2].partition(end)[0]

    assert between.strip() == answer.render(measured, report).strip(), "run make answer (or --keep)"


def test_the_chart_is_that_of_the_measurement(report):
    assert answer.CHART.read_text("utf-8") == answer.chart(report), "run make answer (or --keep)"


def test_longer_functions_are_the_answer_for_less_traffic(measured, report):
    longer = answer.cost({**measured, "billed_ms": "500"})

    assert longer.by_tasks[1].crossings[0].requests < report.by_tasks[1].crossings[0].requests
    assert answer.render(measured, longer) != answer.render(measured, report)
