"""The report of a comparison."""

import math
import re
from dataclasses import replace

import pytest

from lab.analysis import analyse
from lab.backends import Backend
from lab.plan import Order
from lab.report.html import render
from lab.results import Results
from lab.rows import Outcome, Row
from lab.summary import QUANTILES
from tests.lab.report import example
from tests.lab.report.page import Page, unreadable

LIMIT = 300_000
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>&amp;\x00\u202e\ud800'


@pytest.fixture(scope="module")
def comparison():
    results = example.results()
    return results, analyse(results)


@pytest.fixture(scope="module")
def page(comparison):
    return Page(render(*comparison))


@pytest.fixture(scope="module")
def ramp():
    results = example.ramp()
    return Page(render(results, analyse(results)))


def rows(outcome, *, count=10, backends=tuple(Backend), latency_s=0.02):
    """Return *count* requests of each backend with one outcome."""
    responded = outcome in {Outcome.OK, Outcome.THROTTLED}
    return [
        Row(
            number=number,
            backend=backend,
            operation="read",
            slot=slot,
            planned_s=at,
            sent_s=at,
            end_s=at + latency_s if responded else None,
            outcome=outcome,
            status=200 if outcome is Outcome.OK else None,
        )
        for slot, backend in enumerate(backends)
        for number, at in ((one, 3 + 2.5 * slot + one / 10) for one in range(count))
    ]


def report_of(found):
    results = Results(runs=[example.run_of(found)])
    return Page(render(results, analyse(results)))


def test_the_headline_is_the_three_sentences_of_the_summary(comparison, page):
    sentences = [
        one.sentence for one in comparison[1].differences if one.quantile in {"p50", "p95", "p99"}
    ]

    assert [one.lower() for one in page.headline] == [one.lower() for one in sentences]
    assert len(sentences) == 3


def test_the_table_of_times_holds_the_figures_of_the_summary(comparison, page):
    table = page.table("Times in milliseconds")

    for backend, figures in comparison[1].backends.items():
        for name in QUANTILES:
            for clock, times in (("latency", figures.latency), ("service time", figures.service)):
                shown, value = table[name][f"{backend} {clock}"], times.quantiles[name].value
                if value is None:
                    assert shown == "-"
                else:
                    assert math.isclose(float(shown.strip("*")), value, rel_tol=0.01)
        assert table["responses"][f"{backend} latency"] == f"{figures.ok:,}"


def test_the_table_of_the_spectrum_agrees_with_the_summary(comparison, page):
    spectrum, times = page.table("Latency in milliseconds by"), page.table("Times in milli")

    for backend in Backend:
        for name in ("p50", "p90", "p95", "p99"):
            assert spectrum[name][f"{backend} (ms)"] == times[name][f"{backend} latency"]


def test_the_table_of_differences_holds_the_intervals(comparison, page):
    table = page.table("Functions minus containers")

    for one in comparison[1].differences:
        assert table[one.quantile]["in words"] == one.sentence
        for head, value in (("difference", one.value), ("low", one.low), ("high", one.high)):
            shown = table[one.quantile][head].replace("\N{MINUS SIGN}", "-").replace(",", "")
            assert (
                shown == "-" if value is None else math.isclose(float(shown), value, rel_tol=0.01)
            )


def test_the_table_of_outcomes_holds_the_counts(comparison, page):
    table = page.table("Requests by outcome")

    for backend, figures in comparison[1].backends.items():
        for name in ("planned", "sent", "errors", "throttled", "dropped"):
            assert table[name][backend] == f"{getattr(figures, name):,}"
        for error, number in figures.error_classes.items():
            assert table[f"error: {error}"][backend] == f"{number:,}"


def test_the_foot_tells_how_to_repeat_the_run(comparison, page):
    run = comparison[0].runs[0]
    table = page.table("The run")

    assert run.environment.command in page.text
    assert table["seed"]["value"] == str(run.settings.seed)
    assert "aiohttp 3.14.5" in table["versions"]["value"]
    assert table["region"]["value"] == "eu-west-1"
    assert "A B B A" in table["order"]["value"]


def test_latency_and_service_time_are_explained(page):
    assert "Latency counts from the planned time" in page.text
    assert "service time counts from the moment when the request was sent" in page.text


@pytest.mark.parametrize("which", ["page", "ramp"])
def test_each_chart_has_a_name_a_sentence_and_a_table(request, which):
    page = request.getfixturevalue(which)

    assert len(page.charts) == 2 * len(page.figures)
    for figure in page.figures:
        assert figure.find("figcaption/p").text.endswith(".")
        assert figure.find("details/summary") is not None
        assert figure.findall("details//tbody/tr")
        for chart in figure.iter("svg"):
            assert chart.get("role") == "img"
            assert chart.get("aria-label") == chart.find("title").text


@pytest.mark.parametrize("which", ["page", "ramp"])
def test_no_label_is_cut_or_lies_on_another(request, which):
    assert unreadable(request.getfixturevalue(which)) == []


def test_the_report_needs_nothing_from_elsewhere(page):
    names = {element.tag for element in page.root.iter()}
    attributes = {name for element in page.root.iter() for name in element.keys()}  # noqa: SIM118
    style = page.root.find("head/style").text

    assert not names & {"script", "link", "img", "image", "iframe", "object", "use", "base"}
    assert not attributes & {"src", "href", "srcset", "style"}
    assert not any(name.startswith("on") for name in attributes)
    assert not re.search(r"url\(|@import|http", style)


def test_a_long_run_fits_in_the_size_limit():
    results = example.results(duration_s=300.0, rate=20.0, order=Order.PARALLEL)

    assert len(render(results, analyse(results)).encode()) < LIMIT


def test_a_ramp_of_many_steps_fits_in_the_size_limit():
    results = example.ramp(rates=tuple(map(float, range(5, 205))), step_s=0.3)
    highest = {Backend.FUNCTIONS: 8.0, Backend.CONTAINERS: 9.0}
    summary = replace(analyse(results), highest_rate=highest)
    text = render(results, summary)
    table = Page(text).table("103 of 400 steps of the ramp; the results file has all")

    assert len(text.encode()) < LIMIT
    assert {"functions, 8/s", "functions, 204/s", "containers, 204/s"} <= set(table)


def test_no_text_becomes_markup(comparison):
    results, summary = comparison
    run = results.runs[0]
    where = replace(
        run.environment,
        command=HOSTILE,
        stack=HOSTILE,
        region=HOSTILE,
        started_at=HOSTILE,
        versions={HOSTILE: HOSTILE},
        urls=dict.fromkeys(Backend, HOSTILE),
    )
    differences = [replace(one, sentence=HOSTILE) for one in summary.differences]
    verdict = replace(summary.verdict, reasons=[HOSTILE])
    hostile = replace(summary, differences=differences, verdict=verdict, notes=[HOSTILE])

    page = Page(render(Results(runs=[replace(run, environment=where)]), hostile))

    page.html.encode()  # a lone surrogate has no encoding
    assert not {"script", "img"} & {element.tag for element in page.root.iter()}
    assert page.text.count("<script>alert(1)</script>") > 8
    assert not {"\x00", "\u202e"} & set(page.html)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], "No comparison is possible"),
        (rows(Outcome.OK, backends=[Backend.CONTAINERS]), "functions have no successful response"),
        (rows(Outcome.OK, count=1), "too few responses"),
        (rows(Outcome.THROTTLED), "10 throttled"),
        (rows(Outcome.DROPPED), "10 dropped by the generator"),
        (rows(Outcome.STOPPED), "10 stopped by the user"),
        (rows(Outcome.OK, count=9, latency_s=0.0), "all 9 planned requests"),
    ],
    ids=["nothing", "one side", "one request", "throttled", "dropped", "stopped", "zero"],
)
def test_a_report_without_data_shows_what_is_missing(found, expected):
    page = report_of(found)

    assert expected.lower() in page.text.lower()
    assert not re.search(r"\b(nan|inf|none)\b", page.html.partition("</head>")[2], re.IGNORECASE)
    assert "faster by" not in page.text


def test_results_without_a_run_have_a_report(comparison):
    page = Page(render(Results(runs=[]), comparison[1]))

    assert "The results hold no run." in page.text


def test_a_star_in_a_table_is_explained_below_it(page):
    figure = next(one for one in page.figures if "each operation" in one.find("figcaption/h3").text)

    assert "*" in "".join(figure.find(".//table").itertext())
    assert figure.find("details/p").text == "* from few samples"


def test_a_limited_generator_is_announced_before_the_charts(comparison):
    results, summary = comparison
    verdict = replace(summary.verdict, reasons=["The busiest process used 97 % of a core."])

    page = Page(render(results, replace(summary, verdict=verdict)))

    assert page.text.index("97 % of a core") < page.text.index("What was measured")


def test_a_ramp_shows_the_highest_rates_instead_of_pooled_quantiles(ramp):
    assert ramp.headline[0] == (
        "The highest rate at which functions met the target is at least 300 per second (the "
        "highest step); the highest rate at which containers met the target is 150 per second."
    )
    assert "Latency of both backends" not in ramp.text
    assert len(ramp.table("Steps of the ramp")) == 12


def test_the_times_of_operations_and_servers_are_those_of_the_summary(comparison, page):
    operations = page.table("Times in milliseconds by operation")
    server = page.table("Times in milliseconds by time")

    for backend, figures in comparison[1].backends.items():
        for operation, times in figures.operations.items():
            value = times.quantiles["p50"].value
            shown = operations[operation][f"{backend} p50"].strip("*")
            assert math.isclose(float(shown), value, rel_tol=0.01)
        for name, key in (("handler", "app"), ("database", "db")):
            value = figures.server_ms[key].quantiles["p95"].value
            assert math.isclose(float(server[name][f"{backend} p95"]), value, rel_tol=0.01)
