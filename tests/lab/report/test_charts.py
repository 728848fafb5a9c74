"""What the charts of a comparison draw."""

from dataclasses import replace

import pytest

from lab.analysis import analyse
from lab.backends import Backend
from lab.plan import Order
from lab.report.cold_starts import cold_starts
from lab.report.differences import differences
from lab.report.samples import Samples
from lab.report.saturation import saturation
from lab.report.spectrum import spectrum
from lab.report.svg import NARROW, WIDE
from lab.report.timeline import timeline
from lab.rows import Outcome
from tests.lab.report import example
from tests.lab.report.page import overlapping, read


@pytest.fixture(scope="module")
def results():
    return example.results()


@pytest.fixture(scope="module")
def summary(results):
    return analyse(results)


@pytest.fixture(scope="module")
def samples(results):
    return Samples.of(results)


@pytest.fixture(scope="module")
def ramp():
    found = example.ramp()
    return analyse(found), saturation(found, analyse(found))


def drawn(figure, class_):
    """Return the shapes of a chart with this class."""
    return [one for one in read(figure.draw(WIDE)).iter() if one.get("class") == class_]


def subpaths(shapes):
    return sum(one.get("d").count("M") for one in shapes)


def test_only_expected_responses_have_a_latency(samples):
    rows = samples.rows
    found = [row for side in samples.latencies.values() for _, row in side]

    assert any(row.outcome is Outcome.THROTTLED and row.end_s for row in rows)
    assert {row.outcome for row in found} == {Outcome.OK}


def test_the_spectrum_ends_with_the_support(summary, samples):
    table = spectrum(summary, samples).table.rows

    shown = [name for name, *_ in table]
    assert "p99" in shown
    assert "p99.9" not in shown


def test_a_quantile_with_support_on_one_side_has_no_value_on_the_other(results, samples):
    rows = [row for row in samples.rows if row.backend is Backend.FUNCTIONS or row.number % 20 == 0]

    table = spectrum(analyse(results), Samples(rows)).table.rows

    assert ["p99", "-"] in [[row[0], row[2]] for row in table]


def test_cold_requests_are_hollow_in_the_spectrum(summary, samples):
    figure = spectrum(summary, samples)
    cold = summary.backends[Backend.FUNCTIONS].cold.count

    assert 0 < len(drawn(figure, "hollow functions")) <= cold
    assert drawn(figure, "hollow containers") == []


def test_the_sentence_on_differences_follows_the_summary(summary):
    sentence = differences(summary).sentence.lower()

    faster = [one.quantile for one in summary.differences if one.faster is Backend.CONTAINERS]
    assert f"containers are faster at {faster[0]}" in sentence
    assert "functions are faster" not in sentence


def test_missed_steps_of_a_ramp_are_hollow(ramp):
    summary, (rates, times) = ramp
    missed = [step for step in summary.ramp if step.met is False]

    assert missed
    assert all(step.backend is Backend.CONTAINERS for step in missed)
    assert len(drawn(rates, "hollow containers")) == len(missed)
    assert len(drawn(times, "hollow containers")) == len(missed)
    assert drawn(rates, "hollow functions") == drawn(times, "hollow functions") == []


def test_the_target_of_a_ramp_is_a_line_with_its_value(ramp):
    _, (_, times) = ramp

    assert [one.text for one in drawn(times, "strong halo")] == ["target 45 ms"]


@pytest.mark.parametrize("limit", [1, 20, 50, 100, 5000])
def test_the_label_of_a_target_never_lies_on_another(ramp, limit):
    found = replace(example.ramp(), target=f"p95<{limit}ms")
    _, times = saturation(found, ramp[0])

    assert [overlapping(read(times.draw(width))) for width in (WIDE, NARROW)] == [[], []]


@pytest.mark.parametrize("values", [(0.1, 5, 9, 12), (-900, 0.01, 3, 40), (2, 2.5, 3, 4)])
def test_the_zero_line_always_has_its_label(summary, values):
    found = [
        replace(one, value=value, low=value - 20, high=value + 15)
        for one, value in zip(summary.differences, values, strict=False)
    ]
    figure = differences(replace(summary, differences=found))

    for width in (WIDE, NARROW):
        chart = read(figure.draw(width))
        assert "0" in [one.text for one in chart.iter("text")]
        assert overlapping(chart) == []


def test_the_parts_of_a_request_add_up_to_its_latency(results, summary, samples):
    rows = cold_starts(results, summary, samples).table.rows
    shown = [[float(cell) for cell in row[1:]] for row in rows if row[1]]

    assert len(shown) == 4
    for *parts, latency in shown:
        assert sum(parts) == pytest.approx(latency, rel=0.02)


def test_each_failure_has_a_tick_at_the_foot_of_the_timeline(results, samples):
    rows = samples.rows
    lanes = [row.outcome for row in rows if row.outcome in {Outcome.ERROR, Outcome.THROTTLED}]

    chart = timeline(results, samples)
    shapes = [*drawn(chart, "functions"), *drawn(chart, "containers")]
    ticks = [one for one in shapes if "v8" in one.get("d")]

    assert set(lanes) == {Outcome.ERROR, Outcome.THROTTLED}
    assert subpaths(ticks) == len(lanes)


def test_slots_of_one_backend_are_shaded(results, samples):
    chart = timeline(results, samples)

    # 24 slots in the order A B B A: two slots of the same backend in a row have one shade.
    assert subpaths(drawn(chart, "slot functions")) == 7
    assert subpaths(drawn(chart, "slot containers")) == 6


def test_slots_of_both_backends_are_not_shaded():
    results = example.results(order=Order.PARALLEL, duration_s=10.0)

    chart = timeline(results, Samples.of(results))

    assert drawn(chart, "slot functions") == drawn(chart, "slot containers") == []


def test_the_table_of_the_timeline_has_every_failure(results, samples):
    rows = timeline(results, samples).table.rows
    failed = [row for row in samples.rows if row.outcome is not Outcome.OK]

    assert sum(int(cell) for row in rows for cell in row[-3:]) == len(failed)
