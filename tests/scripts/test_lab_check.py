"""`make lab-check`: what it compares, and what it writes."""

import argparse

import pytest

from tests.scripts.programs import program

check = program("lab_check")
ARGS = argparse.Namespace(rate=200, seconds=10)


def figures(throughput=200.0, p50=20.0, p99=30.0):
    return check.Figures(throughput=throughput, p50=p50, p99=p99)


@pytest.mark.parametrize(
    ("ours", "problem"),
    [
        (figures(), None),
        (figures(throughput=197, p50=22.9, p99=59), None),
        (figures(throughput=195), "throughput"),
        (figures(p50=23.1), "median"),
        (figures(p99=61), "99th percentile"),
        (figures(p99=14), "99th percentile"),
    ],
)
def test_a_figure_that_differs_too_much_is_named(ours, problem):
    found = check.differences(ours, figures())

    assert len(found) == (problem is not None)
    assert not problem or problem in found[0]


def test_a_small_median_may_differ_by_a_millisecond():
    assert check.differences(figures(p50=1.9), figures(p50=1.0)) == []


def test_the_figures_are_those_of_all_slots_together():
    slots = [
        [check.Sample(start + n / 10, start + n / 10 + 0.01 * (n + 1)) for n in range(10)]
        for start in (0.0, 100.0)
    ]

    found = check.figures(slots)
    assert found.throughput == pytest.approx(20 / 2)
    assert (found.p50, found.p99) == (pytest.approx(50), pytest.approx(100))
    with pytest.raises(check.Failed, match="no response"):
        check.figures([slots[0], []])


def test_a_result_of_vegeta_has_nanoseconds_and_a_zone():
    first = check.sample("2026-11-29T00:00:00.000000001Z", 20_000_000)
    second = check.sample("2026-11-29T02:00:01.5+02:00", 1_000_000)

    assert first.ms == pytest.approx(20)
    assert second.sent_s - first.sent_s == pytest.approx(1.5)


def test_the_plan_has_equal_distances():
    plan = check.constant_plan(4, 2)

    assert [request.planned_s for request in plan.requests] == [n / 4 for n in range(8)]


def test_the_table_replaces_the_earlier_one(tmp_path, monkeypatch):
    begin, end = program("marked_text").markers("lab-check")
    document = tmp_path / "lab.md"
    document.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    monkeypatch.setattr(check, "DOCUMENT", document)

    check.write(check.table(figures(), figures(p99=80), ARGS, ["p99 differs"]))
    text = document.read_text()
    assert text.startswith(f"before\n{begin}\n| | lab | vegeta")
    assert text.endswith(f"{end}\nafter\n")
    assert "Not in agreement: p99 differs." in text
    assert "old" not in text


def test_without_go_the_check_is_skipped_with_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check, "BUILT", tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.argv", ["lab_check"])

    assert check.main() == 0
    assert capsys.readouterr().out == (
        "lab-check: skipped, because Go is not installed (https://go.dev/dl/)\n"
    )
