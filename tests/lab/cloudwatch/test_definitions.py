"""Which metrics are fetched."""

import json

import pytest

from infra.dashboard import MetricSources, dashboard_body
from lab.cloudwatch.definitions import StackResources, metric_definitions
from lab.cloudwatch.metrics import MAX_QUERIES, MetricsError, queries
from tests.lab.cloudwatch.outputs import OUTPUTS

# On the dashboard only: what a load balancer is billed by, and the opposite of healthy hosts.
ON_THE_DASHBOARD_ONLY = {"NewConnectionCount", "ConsumedLCUs", "UnHealthyHostCount"}


def test_dashboard_metrics_are_fetched_with_the_same_dimensions():
    shown = MetricSources(
        region="eu-west-1",
        functions=OUTPUTS["FunctionNames"],
        api="api",
        stage="Prod",
        balancer="app/b/1",
        targets="targetgroup/t/2",
        cluster="cluster",
        service="service",
        table="table",
    )
    on_dashboard = set()
    for widget in json.loads(dashboard_body(shown))["widgets"]:
        for namespace, name, *rest in widget["properties"]["metrics"]:
            pairs = [part for part in rest if isinstance(part, str)]
            dimensions = frozenset(zip(pairs[::2], pairs[1::2], strict=True))
            on_dashboard.add((namespace, name, dimensions))
    asked = {
        (metric.namespace, metric.name, frozenset(series.items()))
        for metric in metric_definitions(StackResources.from_outputs(OUTPUTS))
        for series in metric.series
    }

    missing = {one for one in on_dashboard - asked if one[1] not in ON_THE_DASHBOARD_ONLY}
    assert on_dashboard
    assert not missing


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
