"""The metrics that functions and tasks print."""

import json
import time

import pytest

from localcloud.embedded_metrics import EmbeddedMetrics
from localcloud.metrics import Metrics
from tests.localcloud.functions.conftest import until

DIRECTIVE = {
    "Namespace": "blog",
    "Dimensions": [["function_name", "service"]],
    "Metrics": [{"Name": "ColdStart", "Unit": "Count"}],
}
LINE = {
    "_aws": {"Timestamp": 1, "CloudWatchMetrics": [DIRECTIVE]},
    "function_name": "GetBlog",
    "service": "functions",
    "ColdStart": [1.0],
}
SERIES = ("blog", "ColdStart", frozenset({("function_name", "GetBlog"), ("service", "functions")}))


def total(metrics):
    return sum(values.total for _, values in metrics.periods(SERIES, 60, 0, time.time() + 60))


def test_printed_metrics_are_recorded_with_their_dimensions():
    metrics = Metrics()
    line = json.dumps(LINE).encode()

    EmbeddedMetrics(metrics).measure(b"START\n" + line + b"\n" + line + b"\nEND")

    assert total(metrics) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"_aws": None},
        {"_aws": {"CloudWatchMetrics": [{}]}},
        {"_aws": {"CloudWatchMetrics": 1}},
        {"ColdStart": "many"},
        {"ColdStart": None},
        {"_aws": {"CloudWatchMetrics": [DIRECTIVE | {"Dimensions": [["missing"]]}]}},
    ],
)
def test_invalid_metrics_are_only_log_lines(change):
    metrics = Metrics()

    EmbeddedMetrics(metrics).measure(json.dumps(LINE | change).encode())
    EmbeddedMetrics(metrics).measure(b'{"_aws": ')

    assert total(metrics) == 0


async def test_output_of_a_function_is_measured(bench):
    metrics = Metrics()
    function = bench.function(printed=EmbeddedMetrics(metrics).measure)

    await function.invoke(json.dumps({"do": "say", "text": json.dumps(LINE)}).encode())

    await until(lambda: total(metrics) == 1)
