"""Which metrics are fetched."""

import pytest

from lab.cloudwatch.definitions import StackResources, metric_definitions
from lab.cloudwatch.metrics import MAX_QUERIES, MetricsError, queries
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.lab.cloudwatch.published import PUBLISHED
from tests.lab.cloudwatch.shown import in_report, on_dashboard

# On the dashboard only: what a load balancer is billed by, and the opposite of healthy hosts.
ON_THE_DASHBOARD_ONLY = {"NewConnectionCount", "ConsumedLCUs", "UnHealthyHostCount"}


def test_dashboard_metrics_are_fetched_with_the_same_dimensions():
    shown = on_dashboard(OUTPUTS)

    missing = {one for one in shown - in_report(OUTPUTS) if one[1] not in ON_THE_DASHBOARD_ONLY}
    assert shown
    assert not missing


@pytest.mark.parametrize("name", [
    "ConsumedReadCapacityUnits",
    "ConsumedWriteCapacityUnits",
    "ReadThrottleEvents",
    "WriteThrottleEvents",
])  # fmt: skip
def test_table_and_index_are_separate_metrics(name):
    table, index = ("TableName", "table"), ("GlobalSecondaryIndexName", "feed")

    for shown in (on_dashboard(OUTPUTS), in_report(OUTPUTS)):
        series = {dimensions for _, found, dimensions in shown if found == name}
        assert series == {frozenset({table}), frozenset({table, index})}


def test_each_metric_is_published_by_aws_with_its_dimensions_and_statistic():
    for metric in metric_definitions(StackResources.from_outputs(OUTPUTS)):
        if not metric.namespace.startswith("AWS/"):
            continue
        published = PUBLISHED[metric.namespace][metric.name]
        for series in metric.series:
            assert frozenset(series) in published.dimensions, metric.key
        assert published.has(metric.statistic), metric.key


def test_forty_functions_still_fit_in_one_call():
    many = {**OUTPUTS, "FunctionNames": {str(number): str(number) for number in range(40)}}

    assert len(queries(metric_definitions(StackResources.from_outputs(many)))) <= MAX_QUERIES


def test_keys_are_unique_and_weights_have_the_same_series():
    by_key = {
        metric.key: metric for metric in metric_definitions(StackResources.from_outputs(OUTPUTS))
    }

    assert len(by_key) == len(metric_definitions(StackResources.from_outputs(OUTPUTS)))
    for metric in by_key.values():
        if metric.weight:
            assert len(by_key[metric.weight].series) == len(metric.series)


REQUIRED = (
    *("Region", "FunctionNames", "ApiId", "ApiStage", "LoadBalancerDimension"),
    *("TargetGroupDimension", "ClusterName", "ServiceName", "TableName"),
)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", 3])
def test_missing_output_is_named_with_the_way_to_pass_it(name, value):
    with pytest.raises(MetricsError, match=rf"{name}.*--outputs"):
        StackResources.from_outputs({**OUTPUTS, name: value})
