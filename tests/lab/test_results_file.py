import csv
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


def with_value(value, *path):
    """Return the file of one run of two requests with another value in one place."""
    content = json.loads(text(results(run([row(0, app_ms=1.0, db_ms=1.0, init_ms=1.0), row(1)]))))
    inner = content["runs"][0]
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        (-1, ("settings", "seed"), "settings: The seed must be 0 or more, not -1."),
        (0, ("settings", "slot_s"), "settings: The slot must be above 0, not 0."),
        (1e-9, ("settings", "slot_s"), "settings.slot_s: is too short: 1e-09"),
        ({"read": 0}, ("settings", "mix"), "settings: The mix is empty."),
        ("ramp", ("settings", "order"), "settings: A ramp needs at least one rate."),
        (1e300, ("settings", "rate"), "settings: has a rate above 1,000,000,000"),
        ([1e300], ("settings", "ramp"), "settings: has a rate above 1,000,000,000"),
        ([], ("slots", 1, "backends"), "slots[1]: has no backend"),
        (-5, ("slots", 1, "end_s"), "slots[1]: does not end after its start"),
        (0, ("slots", 1, "rate"), "slots[1]: has the rate 0"),
        (1e308, ("rows", "end_s", 1), "rows.end_s[1]: is not a time of a run: 1e+308"),
        (-1e308, ("rows", "planned_s", 1), "rows.planned_s[1]: is not a time of a run"),
        (-1, ("rows", "end_s", 1), "rows.end_s[1]: is before the sending"),
        (1e300, ("rows", "app_ms", 0), "rows.app_ms[0]: is not a duration: 1e+300"),
        (-1, ("rows", "init_ms", 0), "rows.init_ms[0]: is not a duration: -1"),
        ({"run_blocks_ms": [1, 1e300]}, ("aws",), "aws.run_blocks_ms[1]: is not a duration"),
    ],
)
def test_a_number_that_no_run_has_is_an_error_with_its_place(value, path, message):
    with pytest.raises(InvalidResults) as error:
        results_file.loads(with_value(value, *path))

    assert str(error.value).startswith(f"runs[0].{message}")


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


def test_the_csv_has_no_formula_and_no_control_sequence():
    names = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\x1b]0;title\x07", "\x9b31m", "a=1"]
    rows = [row(number, served_by=name) for number, name in enumerate(names)]
    lines = csv.DictReader(results_file.dumps_csv(results(run(rows))).splitlines())

    assert [line["served_by"] for line in lines] == [
        *("'=cmd|'/c calc'!A1", "'+1", "'-1", "'@SUM(A1)", "?]0;title?", "?31m", "a=1"),
    ]


@pytest.mark.parametrize(("name", "place"), [("stack", "environment"), ("run_id", "settings")])
def test_text_that_no_file_can_hold_is_rejected(name, place):
    def spoil(content):
        content["runs"][0][place][name] = "a\ud800b"

    with pytest.raises(InvalidResults, match=rf"runs\[0\].{place}.{name}: is not a text"):
        results_file.loads(changed(spoil))


def test_the_csv_has_one_line_per_request():
    heading, *lines = results_file.dumps_csv(MIXED).splitlines()

    assert heading.startswith("run,number,backend,operation,slot,planned_s,sent_s")
    assert len(lines) == 6
    assert lines[1].endswith("20.1,20.1,0.0,True,False")
