"""The part of the report on costs."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from lab.analysis import analyse
from lab.backends import Backend
from lab.cost import prices
from lab.cost.inputs import ContainerInputs, Inputs
from lab.cost.report import Intervals, cost_report
from lab.cost.tasks import Scaling
from lab.cost.traffic import Traffic
from lab.report.html import render
from lab.report.svg import WIDE
from lab.report.tornado import tornado
from lab.results import Results
from tests.lab.report import example
from tests.lab.report.page import Page, read, unreadable

MEASURED = Intervals(
    billed_ms=(Decimal(24), Decimal(37)), saturation_per_s=(Decimal(11), Decimal(15))
)


def calculation(requests=5_000_000, *, saturation=None, intervals=None, notes=()):
    scaling = Scaling(saturation_per_s=None if saturation is None else Decimal(saturation))
    inputs = Inputs(traffic=Traffic.constant(requests), containers=ContainerInputs(scaling=scaling))
    return cost_report(inputs, prices.load("us-east-1"), intervals, notes)


def page_of(report):
    results = Results(runs=[example.run_of([])])
    return Page(render(results, analyse(results), report))


@pytest.fixture(scope="module")
def report():
    return calculation(saturation=13, intervals=MEASURED, notes=["<script>billed</script>"])


@pytest.fixture(scope="module")
def page(report):
    return page_of(report)


def figure(page, title):
    return next(one for one in page.figures if one.find("figcaption/h3").text == title)


def test_a_report_without_a_calculation_has_no_costs():
    assert "What it costs" not in page_of(None).text


@pytest.mark.parametrize("backend", list(Backend))
def test_the_items_are_those_of_the_calculation(report, page, backend):
    table = page.table(f"Items of the {backend}")
    side = report.costs.side(backend)

    assert {name.removesuffix(" †"): row["cost"] for name, row in table.items()} == {
        **{item.label: f"{item.shown:,} USD" for item in side.items},
        "total": f"{side.shown:,} USD",
    }


def test_the_shown_costs_add_up(page):
    for caption in ("Items of the functions", "Items of the containers", "Items that both"):
        *items, total = (
            Decimal(row["cost"].removesuffix(" USD").replace(",", ""))
            for row in page.table(caption).values()
        )
        assert sum(items) == total


def test_every_crossing_is_in_the_table_and_marked(report, page):
    found = report.break_even.crossings
    table = page.table("Every break-even")

    assert len(found) == 3
    for number, one in enumerate(found, 1):
        row = table[f"break-even {number}"]
        assert row["requests a month"] == f"{one.requests:,}"
        assert row["cheaper from here"] == one.cheaper
    for chart in figure(page, "The break-even in detail").iter("svg"):
        marks = [one.text for one in chart.iter("text") if one.get("class") == "strong halo"]
        assert marks == ["1", "2", "3"]
    assert unreadable(page) == []


def test_the_idle_floor_and_the_band_are_stated(report, page):
    text = page.text

    assert "idle containers 34.60 USD" in text
    assert f"{report.band.earliest.last.requests:,}" in text
    assert f"{report.band.latest.last.requests:,}" in text
    assert [one.get("class") for one in page.root.iter("path")].count("band containers") == 4


def test_steps_are_mentioned_only_if_tasks_follow_the_traffic(page):
    assert "rise in steps" in page.text
    assert "rise in steps" not in page_of(calculation()).text


def test_bars_of_the_sensitivity_are_in_its_table(report, page):
    table = page.table("Functions minus containers a month")

    assert list(table) == [one.name for one in report.sensitivity]


def test_prices_that_were_not_verified_are_marked(report, page):
    assert "point-in-time recovery †" in page.table("Items that both")
    assert "not verified (marked with †): point-in-time recovery" in page.text
    assert "list prices of us-east-1, dated" in page.table("The run")["prices"]["value"]


def test_assumptions_warnings_and_notes_are_shown_as_text(report, page):
    for sentence in (*report.assumptions, *report.warnings, *report.notes):
        assert sentence in page.text
    assert not list(page.root.iter("script"))


def test_each_chart_has_a_name_a_sentence_and_a_table(page):
    for one in page.figures:
        assert one.find("figcaption/p").text.endswith(".")
        assert one.find(".//table") is not None
        assert [chart.get("aria-label") for chart in one.iter("svg")] == [
            chart.find("title").text for chart in one.iter("svg")
        ]


@pytest.mark.parametrize("requests", [0, 1_000, 400_000_000])
def test_no_label_is_cut_or_lies_on_another(requests):
    assert unreadable(page_of(calculation(requests, saturation=13))) == []


def test_costs_that_never_cross_are_stated(report):
    never = replace(report.break_even, crossings=[])
    page = page_of(
        replace(report, break_even=never, by_tasks={1: never}, band=None, sensitivity=[])
    )

    assert "The costs never cross" in page.text
    assert "with at least 1 task, the costs never cross" in page.text.lower()
    assert "The break-even in detail" not in page.text


def test_many_crossings_are_counted_and_listed_in_the_table(report):
    first = report.break_even.crossings[0]
    many = [replace(first, requests=first.requests + 40_000 * number) for number in range(40)]
    page = page_of(replace(report, break_even=replace(report.break_even, crossings=many)))

    assert "The costs cross 40 times" in page.text
    assert len(page.table("Every break-even")) == 41
    assert unreadable(page) == []


def test_costs_of_nothing_have_no_number_that_is_none(page):
    free = page_of(calculation(0))

    for one in (page, free):
        assert not re.search(r"\b(nan|inf|none)\b", one.html.partition("</head>")[2], re.IGNORECASE)


def test_the_hollow_end_of_a_bar_is_half_of_the_number(report):
    chart = read(tornado(report).draw(WIDE))
    full, hollow = (
        [float(one.get("cx")) for one in chart.iter("circle") if one.get("class") == look][1:]
        for look in ("full neutral", "hollow neutral")
    )

    assert [one < other for one, other in zip(full, hollow, strict=True)] == [
        one.high.difference_usd < one.low.difference_usd for one in report.sensitivity[:10]
    ]
