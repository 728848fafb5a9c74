"""The notes name where the backends differ, and nothing else."""

from types import SimpleNamespace

import pytest

from infra.comparison import comparison_notes, tls_note
from infra.sizes import daemon_memory, function_vcpus

FAIR = {
    "certificate_arn": "arn",
    "cpu": 256,
    "endpoint": "",
    "memory_size": 442,
    "min_tasks": 2,
    "provisioned_concurrency": 2,
    "tracing": False,
}


def settings(**changes):
    """Return settings of a fair comparison, some of them changed."""
    values = SimpleNamespace(**FAIR | changes)
    return SimpleNamespace(aws=values, functions=values, containers=values, tracing=values.tracing)


def test_equal_backends_have_no_notes():
    assert comparison_notes(settings()) == []


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        (
            {"certificate_arn": ""},
            "TLS: only the functions use HTTPS. Set certificateArn and domainName.",
        ),
        (
            {"memory_size": 256},
            "CPU: a function has 0.14 vCPU, a task 0.25. Set pairing to cpu.",
        ),
        (
            {"min_tasks": 1, "provisioned_concurrency": 1},
            "Zones: functions run in several, a task in one. Set minTasks and desiredTasks to 2.",
        ),
        (
            {"provisioned_concurrency": 0},
            (
                "Warm capacity: no environments per function, 2 tasks "
                "(provisionedConcurrency, minTasks)."
            ),
        ),
        (
            {"tracing": True},
            (
                "Tracing: takes up to 256 MB of the memory of a task, 16 MB of a function. "
                "Set tracing to false."
            ),
        ),
    ],
)
def test_each_difference_has_one_note(changes, note):
    assert comparison_notes(settings(**changes)) == [note]


def test_local_cloud_has_only_the_differences_that_exist_there():
    unequal = {"endpoint": "http://127.0.0.1:1", "certificate_arn": "", "memory_size": 128}
    unequal["tracing"] = True

    assert list(tls_note(settings(**unequal))) == []
    assert comparison_notes(settings(**unequal, min_tasks=1)) == [
        "Warm capacity: no environments per function, 1 task (provisionedConcurrency, minTasks)."
    ]


def test_daemon_of_a_function_takes_sixteen_mb_or_three_percent():
    assert [daemon_memory(memory) for memory in (128, 442, 1024, 10240)] == [16, 16, 31, 307]


def test_a_function_of_1769_mb_has_one_vcpu():
    assert [function_vcpus(memory) for memory in (256, 442, 1769, 10240)] == [0.14, 0.25, 1.0, 5.79]
