import pytest

from lab.analysis import analyse
from lab.rows import Outcome
from lab.thresholds import InvalidThreshold, parse, parse_target
from tests.lab.build import CONTAINERS, FUNCTIONS, drawn_run, failed, results, row, run, settings

SUMMARY = analyse(
    results(
        run(
            [
                *(row(n, FUNCTIONS, latency_ms=n, late_ms=0.5, app_ms=n / 2) for n in range(1, 97)),
                failed(97),
                row(98, outcome=Outcome.THROTTLED, status=429),
                *(failed(n, outcome=Outcome.DROPPED) for n in (99, 100)),
                *(row(n, CONTAINERS, latency_ms=10.0, slot=1) for n in range(101, 201)),
                row(201, CONTAINERS, latency_ms=2000.0, slot=1, init_ms=1.0),
                failed(202, CONTAINERS, slot=1, outcome=Outcome.SKIPPED),
            ],
            planned=settings(duration_s=10.0),
        )
    )
)
EMPTY = analyse(results(run()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("containers.p95>9ms", "containers.p95 is 10 ms, 1 ms above the limit of 9 ms"),
        ("containers.p95>=10ms", "containers.p95 is 10 ms, exactly the limit"),
        ("containers.p95 < 12.5 ms", "containers.p95 is 10 ms, 2.5 ms below the limit of 12.5 ms"),
        ("containers.p95<=0.01s", "containers.p95 is 10 ms, exactly the limit"),
        ("containers.max>1.5s", "containers.max is 2,000 ms, 500 ms above the limit of 1,500 ms"),
        ("functions.service.p50>1ms", "functions.service.p50 is 47.5 ms"),
        ("functions.errors>0.1%", "functions.errors is 1 %, 0.9 % above the limit of 0.1 %"),
        ("functions.throttled>0%", "functions.throttled is 1 %"),
        ("functions.dropped>1.5%", "functions.dropped is 2 %"),
        ("containers.cold>0.5%", "containers.cold is 0.9901 %"),
        ("functions.achieved<20", "functions.achieved is 19.2/s, 0.8/s below the limit of 20/s"),
        ("functions.achieved<20/s", "functions.achieved is 19.2/s"),
        ("functions.read.p50>47ms", "functions.read.p50 is 48 ms"),
        ("functions.warm.p95>90ms", "functions.warm.p95 is 92 ms"),
        ("functions.app.p50>20ms", "functions.app.p50 is 24 ms"),
        ("containers.cold.max>1s", "containers.cold.max is 2,000 ms"),
        ("containers.init.max>0.5ms", "containers.init.max is 1 ms"),
        ("containers.skipped>0.9%", "containers.skipped is 0.9804 %, 0.0"),
    ],
)
def test_a_failed_threshold_names_the_figure_its_value_and_the_distance(text, message):
    found = parse(text).check(SUMMARY)

    assert found.startswith(message)
    assert found.endswith(f"({text.strip()})")


@pytest.mark.parametrize(
    "text",
    [
        "containers.p95>10ms",
        "containers.p95<10ms",
        "functions.p50<=47ms",
        "functions.errors>=1.1%",
        "functions.achieved<19",
    ],
)
def test_a_threshold_that_is_not_reached_passes(text):
    assert parse(text).check(SUMMARY) is None


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        *((EMPTY, f"functions.{name}") for name in ("p50<1ms", "max<1ms", "service.p99<1ms")),
        *((EMPTY, f"functions.{name}") for name in ("errors>5%", "dropped>5%", "cold>5%")),
        (EMPTY, "functions.achieved<1"),
        (EMPTY, "functions.skipped>5%"),
        *((SUMMARY, f"functions.{name}") for name in ("post.p50>1s", "db.p50>1s", "cold.p50>1s")),
        *((SUMMARY, f"functions.{name}") for name in ("p99>1s", "max>1s", "service.max>1s")),
        (EMPTY, "difference.p50>20ms"),
        (SUMMARY, "containers.p99>1s"),
        (SUMMARY, "difference.p99.9>20ms"),
    ],
)
def test_a_figure_without_data_never_passes(summary, text):
    assert "has no value" in parse(text).check(summary)


@pytest.fixture(scope="module")
def slower():
    return analyse(results(drawn_run(slower_ms=50.0, planned=settings(duration_s=60.0))))


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("difference.p50>20ms", True),
        ("  difference.p95>-1ms ", True),
        ("difference.p50<200ms", True),
        ("difference.p50>200ms", False),
    ],
)
def test_a_threshold_on_a_difference(slower, text, fails):
    assert (parse(text).check(slower) is not None) == fails


def test_a_difference_without_an_interval_fails_and_gives_the_reason():
    assert parse("difference.p50>1s").check(SUMMARY) == (
        "difference.p50 has no value, so the threshold difference.p50>1s fails: no statement at "
        "p50: too short: an interval needs 6 cycles of slots, and the run has 1"
    )


def with_failures(count):
    """Return the figures of 100 requests, of which *count* failed and the others took 10 ms."""
    rows = [row(n, FUNCTIONS, 10.0) for n in range(100 - count)]
    return analyse(results(run([*rows, *(failed(n) for n in range(100 - count, 100))])))


@pytest.mark.parametrize("name", ["p90", "service.p90", "warm.p90", "read.p90"])
def test_a_time_that_could_be_that_of_a_failed_request_fails(name):
    assert parse(f"functions.{name}>300ms").check(with_failures(10)) is None
    assert parse(f"functions.{name}>300ms").check(with_failures(11)) == (
        f"functions.{name} has no value, so the threshold functions.{name}>300ms fails: "
        "11 of 100 requests did not succeed"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("container.p95>300ms", "unknown figure container.p95: did you mean containers.p95?"),
        ("containers.p999>1s", "did you mean containers.p99.9?"),
        ("functions.error>1%", "did you mean functions.errors?"),
        ("p95>300ms", "unknown figure p95: did you mean"),
        ("difference.max>1ms", "unknown figure difference.max"),
        ("containers.p95>300", "give the limit of containers.p95 in ms or s"),
        ("containers.p95>3%", "give the limit of containers.p95 in ms or s"),
        ("functions.errors>3", "give the limit of functions.errors in %"),
        ("containers.p95=300ms", "write a figure, a comparison and a limit: containers.p95>300ms"),
        ("containers.p95>fast", "write a figure"),
        ("containers.p95>nanms", "write a figure"),
        ("", "write a figure"),
        ("300ms>containers.p95", "write a figure"),
    ],
)
def test_a_text_that_is_not_a_threshold_is_refused_with_the_next_step(text, message):
    with pytest.raises(InvalidThreshold) as error:
        parse(text)

    assert message in str(error.value)


@pytest.mark.parametrize(("text", "limit"), [("p95<200ms", 200), ("max <= 1.5 s", 1500)])
def test_a_target_has_no_backend(text, limit):
    assert parse_target(text).limit == limit


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p95>200ms", "a target is an upper limit"),
        ("containers.p95<200ms", "did you mean p95?"),
        ("errors<1%", "unknown figure errors"),
    ],
)
def test_a_target_is_an_upper_limit_of_a_latency(text, message):
    with pytest.raises(InvalidThreshold) as error:
        parse_target(text)

    assert message in str(error.value)
