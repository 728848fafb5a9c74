"""What the result of a comparison shows."""

from __future__ import annotations

import itertools
import math

import pytest
from rich.cells import cell_len

from lab.rows import Outcome
from lab.summary import Support
from tests.tui import lab
from tests.tui.lab import C, F
from tests.tui.payloads import EVERYTHING, harmful
from tui.state import lab_result


def shown(summary, width=76):
    return "\n".join(words for _, words in lab_result.lines(summary, width))


def test_the_sentences_about_the_difference_come_first():
    first, second, *_ = shown(lab.summary()).splitlines()

    assert first == "containers faster at p50 by 6.2 ms (5.1 to 7.3)"
    assert second == "no difference shown at p99"
    assert "In parentheses: the 95% interval of the difference." in shown(lab.summary())


def test_both_sides_are_in_one_table():
    rows = {name: values for name, *values in lab_result.latencies(lab.summary())}

    assert rows["p95"] == ["28.2", "13.9"]
    assert rows["p99"] == ["41", "20.1"], "rounded to what can be compared"
    assert rows["p99.9"] == ["-", "-"], "no value is made up"


def test_a_quantile_from_few_samples_is_marked_and_explained():
    few = lab.figures(F, lab.distribution(12.2, 23.4, support=Support.MARKED))
    marked = lab.summary({F: few, C: lab.figures(C, lab.distribution(6.0))})

    assert ["12.2*", "6"] in [list(values) for _, *values in lab_result.latencies(marked)]
    assert "* from few samples" in shown(marked)
    assert "few samples" not in shown(lab.summary())


def test_failures_are_counted_by_kind():
    failed = lab.figures(F, lab.NOTHING, errors=2, skipped=3, throttled=4, dropped=5)
    table = lab_result.requests(lab.summary({F: failed, C: failed}))
    rows = {name: functions for name, functions, _ in table}

    kinds = ("failed", "skipped", "throttled", "dropped")
    assert [rows[kind] for kind in kinds] == ["2", "3", "4", "5"]


def test_a_backend_without_data_has_no_figures():
    text = shown(lab.summary({F: lab.figures(F, lab.NOTHING, sent=0, ok=0)}))

    assert "nan" not in text
    assert "None" not in text


def test_the_verdict_of_the_generator_is_shown():
    assert "did not limit" in shown(lab.summary())
    limited = shown(lab.summary(reasons=["99 % of the requests were late by 30 ms"]))
    assert "late by 30 ms" in limited
    assert "did not limit" not in limited


def test_texts_are_safe():
    assert not harmful(shown(lab.summary(notes=[EVERYTHING], reasons=[EVERYTHING])))


@pytest.mark.parametrize("width", [36, 40, 76, 116])
def test_lines_are_wrapped_between_words(width):
    text = shown(lab.summary(notes=["word " * 60]), width)

    assert all(cell_len(line) <= width for line in text.splitlines())
    assert set(text.partition("word")[2].partition("Latency")[0].split()) == {"word"}


def test_the_spectrum_ends_where_too_few_values_are_above():
    values = [float(number) for number in range(1, 301)]
    run = lab.run([lab.row(F, 0, ms) for ms in values])
    points = lab_result.spectrum(run, F)

    assert points[-1] == (100, pytest.approx(297)), "p99 of 300 values"
    assert all(earlier < later for earlier, later in itertools.pairwise(points))
    for at, ms in points:
        rank = math.ceil(round(300 * (1 - 1 / at), 6))
        assert ms == pytest.approx(values[rank - 1]), "an observed value"
    assert lab_result.spectrum(run, C) == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_few_values_have_no_spectrum(count):
    assert lab_result.spectrum(lab.run([lab.row(F, 0, 5.0)] * count), F) == []


def test_only_responses_have_a_place_in_the_charts():
    run = lab.run([lab.row(F, 0, 5.0)] * 9 + [lab.row(F, 1, 9000.0, outcome=Outcome.ERROR)] * 9)

    assert max(ms for _, ms in lab_result.spectrum(run, F)) == pytest.approx(5)
    assert lab_result.timeline(run)[F] == [(1.25, pytest.approx(5))]
