import json
import math

import pytest

from lab import results_file
from lab.analysis import analyse
from lab.results_file import InvalidResults
from lab.rows import ErrorClass, Outcome
from tests.lab.build import (
    CONTAINERS,
    drawn_run,
    failed,
    generator,
    results,
    row,
    run,
    settings,
    warm_up_row,
)

MIXED = results(
    run(
        [
            warm_up_row(),
            row(1, latency_ms=20.1, init_ms=312.5),
            row(2, CONTAINERS, latency_ms=1 / 3, slot=1, served_by="task 1"),
            failed(3, error=ErrorClass.TIMEOUT),
            failed(4, outcome=Outcome.DROPPED),
            failed(5, outcome=Outcome.SKIPPED),
        ]
    )
)


def text(given=MIXED):
    return results_file.dumps(given, analyse(given))


def changed(change):
    content = json.loads(text())
    change(content)
    return json.dumps(content)


@pytest.mark.parametrize(
    "given",
    [
        MIXED,
        results(run(), run(generator=generator(stopped=True)), target="p95<200ms", strict=True),
    ],
    ids=["every outcome", "no request"],
)
def test_read_returns_what_was_written(tmp_path, given):
    path = tmp_path / "results.json"
    results_file.write(given, analyse(given), path)

    assert results_file.read(path) == given


def test_the_rows_are_columns():
    [written] = json.loads(text())["runs"]

    assert written["rows"]["number"] == [0, 1, 2, 3, 4, 5]
    assert written["rows"]["end_s"][3:] == [None] * 3


def test_figures_are_in_the_file_for_scripts():
    given = results(drawn_run(planned=settings(duration_s=10.0)))
    summary = analyse(given)

    written = json.loads(text(given))["summary"]

    p50 = summary.backends[CONTAINERS].latency.quantiles["p50"].value
    assert written["backends"]["containers"]["latency"]["quantiles"]["p50"]["value"] == p50
    assert written["verdict"]["generator_limited"] is False


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_not_written(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        text(results(run([row(end_s=value)])))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a results file"),
        (text()[:-100], "may be incomplete"),
        (text().replace("312.5", "NaN"), "NaN is not a JSON number"),
        ("# Title", "not a results file"),
        ('{"runs": ' + "[" * 100_000, "not valid JSON"),
        ("[]", "not a results file"),
        ('{"runs": []}', "not a results file"),
        (changed(lambda it: it.update(schema=2)), "schema 2, but this program reads schema 1"),
        (changed(lambda it: it.update(runs=[])), "runs: is not a list with at least one item"),
        (changed(lambda it: it.update(target="p95")), "p95: write a figure"),
        (changed(lambda it: it["runs"][0].pop("slots")), r"runs\[0\].slots: is missing"),
        (
            changed(lambda it: it["runs"][0]["settings"].update(rate="50")),
            r"runs\[0\].settings.rate: is not a number: 50",
        ),
        (
            changed(lambda it: it["runs"][0]["settings"].update(rate=10**400)),
            r"runs\[0\].settings.rate: is not a number",
        ),
        (
            changed(lambda it: it["runs"][0]["settings"]["mix"].update(erase=1)),
            r"runs\[0\].settings.mix.erase: is not one of read, list",
        ),
        (
            changed(lambda it: it["runs"][0]["rows"].pop("planned_s")),
            r"runs\[0\].rows.planned_s: is not a list: None",
        ),
        (
            changed(lambda it: it["runs"][0]["rows"]["number"].pop()),
            r"runs\[0\].rows: has columns of different lengths",
        ),
        (
            changed(lambda it: it["runs"][0]["rows"]["outcome"].__setitem__(2, "lost")),
            r"runs\[0\].rows.outcome\[2\]: is not one of ok, throttled",
        ),
        (
            changed(lambda it: it["runs"][0]["rows"]["slot"].__setitem__(2, 99)),
            r"runs\[0\].rows.slot\[2\]: is not a slot of the run: 99",
        ),
    ],
)
def test_a_file_that_is_not_complete_names_what_is_wrong(tmp_path, content, message):
    path = tmp_path / "results.json"
    path.write_text(content)

    with pytest.raises(InvalidResults, match=message) as error:
        results_file.read(path)

    assert str(error.value).startswith(f"{path}: ")


def test_a_file_that_is_not_text_is_an_error(tmp_path):
    path = tmp_path / "results.json"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InvalidResults, match="not a text file"):
        results_file.read(path)


def test_a_field_that_this_version_does_not_know_is_ignored():
    content = changed(lambda it: it["runs"][0]["environment"].update(weather="rain"))

    assert results_file.loads(content) == MIXED


def test_the_csv_has_one_line_per_request():
    heading, *lines = results_file.dumps_csv(MIXED).splitlines()

    assert heading.startswith("run,number,backend,operation,slot,planned_s,sent_s")
    assert len(lines) == 6
    assert lines[1].endswith("20.1,20.1,0.0,True,False")
