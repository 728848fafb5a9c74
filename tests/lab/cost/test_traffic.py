"""The requests of a month, and the tasks that they need."""

from decimal import Decimal

import pytest

from lab.cost.errors import CostError
from lab.cost.tasks import Scaling, needed, steps, task_hours, tasks_of_day
from lab.cost.traffic import Period, Traffic, parse_csv, parse_day

D = Decimal


def test_a_day_gives_the_requests_of_a_month():
    traffic = parse_day("5x20h,200x4h")

    assert traffic.requests == 98_550_000
    assert [traffic.rate(period) for period in traffic.periods] == [5, 200]
    assert traffic.busy_hours == 730


def test_a_day_keeps_its_form_with_other_requests():
    traffic = parse_day("5x20h, 200x3h, 0x60m").of(D(10))

    assert traffic.rate(traffic.periods[1]) == 40 * traffic.rate(traffic.periods[0])
    assert round(sum(map(traffic.share, traffic.periods)), 20) == 1
    assert round(traffic.busy_hours, 10) == round(D(730) * 23 / 24, 10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5x20h", "have 20 hours. Let the hours of all periods add up to 24"),
        ("5x20h,200x", "'200x' is not a period"),
        ("5x20h,,200x4h", "'' is not a period"),
        ("-5x24h", "'-5x24h' is not a period"),
        ("1e3x24h", "'1e3x24h' is not a period"),
        ("0x24h", "no requests"),
        ("5x0.01h,5x23.99h", "at least one minute"),
    ],
)
def test_a_day_that_is_not_valid_is_refused_with_the_reason(text, words):
    with pytest.raises(CostError, match=words):
        parse_day(text)


def test_a_file_gives_a_day_with_new_connections():
    traffic = parse_csv("hours,requests_per_s,new_connections_per_s\n20,5,1\n4,200,10\n", "day.csv")

    assert traffic.requests == 98_550_000
    assert [one.connections_per_request for one in traffic.periods] == [D("0.2"), D("0.05")]
    without = parse_csv("hours, requests_per_s\r\n20, 5\r\n4, 200\r\n", "day.csv")
    assert without.requests == 98_550_000


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", "The first line of day.csv must be hours,requests_per_s"),
        ("hour,rate\n24,5", "The first line of day.csv"),
        ("hours,requests_per_s\n", "day.csv has no periods"),
        (
            "hours,requests_per_s\n20,5\nfour,200",
            "day.csv, line 3: hours must be a number, not 'four'",
        ),
        (
            "hours,requests_per_s\n20,5\n4",
            "day.csv, line 3: requests_per_s must be a number, not ''",
        ),
        ("hours,requests_per_s\n20,5\n4,5,6", "day.csv, line 3: There are more values"),
        (
            "hours,requests_per_s\n20,-5\n4,5",
            "line 2: requests_per_s must be a number of at least 0, not '-5'",
        ),
        (
            "hours,requests_per_s\n20,nan\n4,5",
            "line 2: requests_per_s must be a number of at least 0, not 'nan'",
        ),
        ("hours,requests_per_s\n20,5", "day.csv: The periods of the day have 20 hours"),
        (
            "hours,requests_per_s,new_connections_per_s\n20,0,1\n4,5,1",
            "line 2: There are new connections without requests",
        ),
    ],
)
def test_a_file_that_is_not_valid_is_refused_with_its_line(lines, words):
    with pytest.raises(CostError, match=words):
        parse_csv(lines, "day.csv")


def test_tasks_follow_the_rate_and_never_fall_below_the_minimum():
    scaling = Scaling(min_tasks=2, saturation_per_s=D(50), target=D("0.6"))

    counts = [needed(scaling, D(rate)) for rate in ("0", "60", "60.01", "90", "300")]

    assert counts == [2, 2, 3, 3, 10]
    assert needed(Scaling(min_tasks=2), D(300)) == 2


def test_task_hours_include_the_tasks_that_wait_to_be_removed():
    scaling = Scaling(saturation_per_s=D(36), target=D(1))
    traffic = parse_day("5x20h,200x4h")

    assert tasks_of_day(scaling, traffic) == [1, 6]
    assert round(task_hours(scaling, traffic) * 24 / 730, 20) == 20 + 6 * 4 + D("1.25")


def test_a_short_quiet_period_adds_no_more_task_hours_than_it_has():
    scaling = Scaling(saturation_per_s=D(1), target=D(1))
    traffic = Traffic.of_day(
        [
            Period(hours=D("23.9"), requests_per_s=D(3)),
            Period(hours=D("0.1"), requests_per_s=D(1)),
        ]
    )

    assert round(task_hours(scaling, traffic) * 24 / 730, 20) == 3 * D(24)


def test_steps_are_where_one_more_task_is_needed():
    scaling = Scaling(saturation_per_s=D(8), target=D(1))
    traffic = Traffic.constant(1)

    assert list(steps(scaling, traffic, D(70_000_000))) == [21_024_000, 42_048_000, 63_072_000]
    assert [
        needed(scaling, traffic.of(D(one)).rate(traffic.periods[0]))
        for one in (21_024_000, 21_024_001)
    ] == [1, 2]
    assert list(steps(Scaling(), traffic, D(70_000_000))) == []


@pytest.mark.parametrize(
    "changes",
    [{"min_tasks": 0}, {"min_tasks": 5001}, {"saturation_per_s": D(0)}, {"target": D("1.1")}],
)
def test_impossible_scaling_is_refused(changes):
    with pytest.raises(CostError):
        Scaling(**changes)
