"""The generator's judgement on itself."""

from lab.backends import Backend
from lab.load.verdict import reasons
from lab.plan import WARM_UP_SLOT, Operation
from lab.results import GeneratorLog
from lab.rows import ErrorClass, Outcome, Row


def generator(**changes):
    values = {
        "engine": "aiohttp",
        "processes": 1,
        "cpu_share": 0.2,
        "max_in_flight": 10,
        "peak_in_flight": {Backend.FUNCTIONS: 3, Backend.CONTAINERS: 3},
    }
    return GeneratorLog(**{**values, **changes})


def row(backend=Backend.FUNCTIONS, late_ms=0.1, service_ms=20.0, **changes):
    sent = 1 + late_ms / 1000
    values = {
        "number": 0,
        "backend": backend,
        "operation": Operation.READ,
        "slot": 0,
        "planned_s": 1.0,
        "sent_s": sent,
        "end_s": sent + service_ms / 1000,
        "outcome": Outcome.OK,
    }
    return Row(**{**values, **changes})


def unsent(outcome, **changes):
    return row(sent_s=None, end_s=None, outcome=outcome, **changes)


PUNCTUAL = [row() for _ in range(1000)]


def test_a_generator_that_keeps_up_has_no_reason():
    assert reasons(PUNCTUAL, generator()) == []
    assert reasons([], generator()) == []


def test_lateness_counts_at_p99_of_each_backend():
    few = [row(late_ms=6) for _ in range(9)]
    many = [row(late_ms=6) for _ in range(20)]
    others = [row(Backend.CONTAINERS) for _ in range(100_0)]

    assert reasons([*PUNCTUAL, *few], generator()) == []
    (reason,) = reasons([*PUNCTUAL, *many, *others], generator())
    assert "to functions late: 6.0 ms at p99, more than 5.0 ms." in reason


def test_a_slow_backend_allows_more_lateness():
    slow = [row(service_ms=200, late_ms=15) for _ in range(100)]

    assert reasons(slow, generator()) == []
    assert reasons([row(service_ms=200, late_ms=30) for _ in range(100)], generator())


def test_the_requests_of_a_burst_leave_one_after_the_other():
    burst = [row(late_ms=number * 0.3) for number in range(40)]

    assert reasons(burst, generator(), 40) == []
    assert reasons(burst, generator())
    assert reasons([row(late_ms=16) for _ in range(40)], generator(), 40)


def test_lateness_of_the_warm_up_does_not_count():
    assert reasons([row(late_ms=500, slot=WARM_UP_SLOT), *PUNCTUAL], generator()) == []


def test_a_busy_process_is_a_reason():
    assert reasons(PUNCTUAL, generator(cpu_share=0.8)) == []
    (reason,) = reasons(PUNCTUAL, generator(cpu_share=0.93))
    assert "used 93% of a core, more than 80%" in reason


def test_drops_are_a_reason_only_below_the_limit():
    dropped = [unsent(Outcome.DROPPED)] * 4
    full = {Backend.FUNCTIONS: 10, Backend.CONTAINERS: 3}

    assert reasons([*PUNCTUAL, *dropped], generator(peak_in_flight=full)) == []
    (reason,) = reasons([*PUNCTUAL, *dropped], generator())
    assert "dropped 4 requests to functions with 3 requests in flight, fewer than the 10" in reason


def test_exhausted_descriptors_and_ports_are_reasons_of_their_own():
    rows = [
        unsent(Outcome.ERROR, error=ErrorClass.DESCRIPTORS),
        unsent(Outcome.ERROR, error=ErrorClass.PORTS),
        unsent(Outcome.ERROR, error=ErrorClass.PORTS),
        unsent(Outcome.ERROR, error=ErrorClass.CONNECT),
    ]

    first, second = reasons(rows, generator())
    assert "ran out of file descriptors: 1 requests failed. Raise the limit with ulimit" in first
    assert "ran out of local ports: 2 requests failed" in second


def test_a_load_process_that_ended_early_is_a_reason():
    failure = "Load process 1 of 2 was ended by SIGKILL."

    assert reasons(PUNCTUAL, generator(failures=(failure,))) == [failure]
